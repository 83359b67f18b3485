/** Log-probabilities told along with an answer: the answer is the same as without, and they are those of a plain decode. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { byteTokenizer } from '../../tools/testing/byte-tokenizer.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { DEFAULT_SAMPLER, type GenerateEvent } from '../protocol/engine.ts';
import type { PlaceLogprobs } from '../protocol/logprobs.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { LogprobLoop } from './logprob-loop.ts';
import { decodeWithLogprobs } from './logprobs.ts';
import { NativeEngine } from './native.ts';
import type { StepResult } from './runner.ts';

const LENGTH = 12;
const SAMPLER = { ...DEFAULT_SAMPLER, temperature: 1.2, topK: 0, topP: 1, minP: 0, seed: 5 };
/** Drivers in software compile a kernel for seconds. */
const COMPILING_MS = 240_000;

const gpu = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const present = gpu instanceof Gpu;
if (!present) console.warn('SKIPPED: no SwiftShader here, no answer told its probabilities.');

describe('LogprobLoop', () => {
  const [A, B, END] = [0x41, 0xe2, 256];
  const tokenizer = { ...byteTokenizer(['<|end|>']).tokenizer, endIds: new Set([END]) };
  /** A step that sampled an id, with even odds between it and the end. */
  const step = (id: number): StepResult => {
    const logits = new Float32Array(257).fill(-1000);
    logits[id] = logits[END] = 1;
    return { token: Promise.resolve(id), logits: Promise.resolve(logits) };
  };

  test('runs each token where it stands, and tells each place once', async () => {
    const positions: number[] = [];
    const runner = {
      reserve: () => Promise.resolve(),
      decode: (position: number) => {
        positions.push(position);
        return step(positions.length === 1 ? B : END);
      },
    };
    const loop = new LogprobLoop({ runner, tokenizer }, [], { first: step(A), position: 7, top: 1 });
    expect(loop.ranThrough).toBe(7);
    expect([await loop.next(), await loop.next()]).toEqual([A, B]);
    const half = expect.closeTo(Math.log(0.5), 6) as number;
    const first = { id: A, text: 'A', bytes: [A], logprob: half };
    const second = { id: B, text: 'E2', bytes: [B], logprob: half };
    expect(loop.take()).toEqual([
      { ...first, top: [first] },
      { ...second, top: [second] },
    ]);
    expect(await loop.next()).toBe(END);
    expect(loop.take()).toEqual([]);
    expect([positions, loop.ranThrough, await loop.rest()]).toEqual([[7, 8], 9, []]);
  });
});

describe.runIf(present)('an answer with its probabilities', () => {
  let engine: NativeEngine;
  beforeAll(async () => {
    const sizes = { layers: 2, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2, contextLength: 96 };
    const variant = { real: 'f32', reduction: 'thread' } as const;
    engine = await NativeEngine.load(gpu as Gpu, bytesSource(writeGguf(randomModel(sizes))), 'r.gguf', { variant });
  }, COMPILING_MS);
  afterAll(() => {
    engine.dispose();
    (gpu as Gpu).destroy();
  });

  test('is the answer without, and they are those of a plain decode', async () => {
    const promptIds = engine.text.promptIds([{ role: 'user', content: 'the thing' }]);
    const places: PlaceLogprobs[] = [];
    let streamed = '';
    const onEvent = (event: GenerateEvent): void => {
      if (event.kind === 'prefill') return;
      streamed += event.text;
      places.push(...(event.logprobs ?? []));
    };
    const options = { sampler: SAMPLER, maxTokens: LENGTH };
    const told = await engine.answer(promptIds, { ...options, topLogprobs: 4 }, onEvent);
    // What is in the cache then serves the next answer.
    const plain = await engine.answer(promptIds, options);
    expect(told.tokens).toEqual(plain.tokens);
    expect([told.text, streamed]).toEqual([plain.text, plain.text]);
    expect(plain.reusedTokens).toBe(promptIds.length - 1);
    expect(told.decodedTokens).toBe(LENGTH - 1);

    const forced = await decodeWithLogprobs(engine, promptIds, {
      ...{ sampler: SAMPLER, maxTokens: LENGTH, top: 4 },
      forced: told.tokens,
    });
    expect(places.map(({ id }) => id)).toEqual(told.tokens);
    for (const [index, { logprob, top }] of forced.positions.entries()) {
      expect(places[index]!.logprob).toBeCloseTo(logprob, 4);
      expect(places[index]!.top.map(({ id }) => id)).toEqual(top.map(({ id }) => id));
    }
  });

  test('has none where they are not asked for, and refuses a count that is none', async () => {
    const promptIds = engine.text.promptIds([{ role: 'user', content: 'a' }]);
    const events: GenerateEvent[] = [];
    await engine.answer(promptIds, { sampler: SAMPLER, maxTokens: 2 }, (event) => events.push(event));
    for (const event of events) expect(event).not.toHaveProperty('logprobs');
    await expect(engine.answer(promptIds, { sampler: SAMPLER, topLogprobs: 1001 })).rejects.toThrow(
      /likeliest tokens is out of range: expected a whole number from 0 to 1000, got 1001/,
    );
  });
});
