/**
 * That an answer is the same however many of its tokens are in flight, with drafts and without, and that what is wasted at
 * its end stays bounded.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { DEFAULT_SAMPLER, type SamplerSettings } from '../protocol/engine.ts';
import { bytesSource } from '../source/bytes-source.ts';
import type { EngineOptions } from './declare-model.ts';
import { AnswerLoop } from './answer-loop.ts';
import type { Answer } from './answer-options.ts';
import { NativeEngine } from './native.ts';
import { PipelineDepth } from './pipeline-depth.ts';
import { Speculation } from './speculation.ts';

const MODEL = writeGguf(
  randomModel({ layers: 2, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2, contextLength: 160 }),
);
const PROMPT = [1, 60, 61, 62, 63, 60, 61, 62, 64, 60];
const LENGTH = 60;
const GREEDY: SamplerSettings = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };
const DRAWN: SamplerSettings = { ...DEFAULT_SAMPLER, temperature: 1.2, topK: 30, seed: 5 };
/** Every earlier token counts, so that a wrong one anywhere shows. */
const PENALISED: SamplerSettings = { ...DRAWN, repetitionPenalty: 1.3, frequencyPenalty: 0.4, presencePenalty: 1 };
const SAMPLERS = { greedy: GREEDY, drawn: DRAWN, penalised: PENALISED };
/** Drivers in software compile a kernel for seconds. */
const COMPILING_MS = 240_000;

const gpu = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const present = gpu instanceof Gpu;
if (!present) console.warn('SKIPPED: no SwiftShader here, no answer was looped.');

describe.runIf(present)('tokens in flight', { timeout: COMPILING_MS }, () => {
  afterAll(() => {
    (gpu as Gpu).destroy();
  });

  function load(options: EngineOptions): Promise<NativeEngine> {
    const variant = { real: 'f32', reduction: 'thread' } as const;
    return NativeEngine.load(gpu as Gpu, bytesSource(MODEL), 'r.gguf', { variant, speculation: 'off', ...options });
  }

  async function answers(options: EngineOptions): Promise<Record<keyof typeof SAMPLERS, Answer>> {
    const engine = await load(options);
    const made: Record<string, Answer> = {};
    for (const [name, sampler] of Object.entries(SAMPLERS))
      made[name] = await engine.answer(PROMPT, { sampler, maxTokens: LENGTH, ignoreEnd: true });
    engine.dispose();
    return made as Record<keyof typeof SAMPLERS, Answer>;
  }

  const tokensOf = (made: Record<string, Answer>) => Object.values(made).map(({ tokens }) => tokens);

  test('change nothing about an answer: one, two, eight or as many as measured', async () => {
    const expected = await answers({ pipelineDepth: 1 });
    expect(new Set(expected.penalised.tokens).size).toBeGreaterThan(8);
    for (const options of [{ pipelineDepth: 2 }, { pipelineDepth: 8 }, {}])
      expect(tokensOf(await answers(options))).toEqual(tokensOf(expected));
  });

  test.each([1, 2, 8])(
    '%i: a stop wastes at most the others, shows none of them, and a follow-up is right',
    async (depth) => {
      const engine = await load({ pipelineDepth: depth });
      const whole = await engine.answer(PROMPT, { sampler: DRAWN, maxTokens: LENGTH, ignoreEnd: true });
      engine.forget(0);
      const aborting = new AbortController();
      const stopped = await engine.answer(
        PROMPT,
        { sampler: DRAWN, maxTokens: LENGTH, ignoreEnd: true },
        (event) => {
          if (event.kind !== 'prefill' && event.tokens >= 10) aborting.abort();
        },
        aborting.signal,
      );
      expect(stopped.finishReason).toBe('stopped');
      expect(stopped.tokens).toEqual(whole.tokens.slice(0, stopped.generatedTokens));
      expect(stopped.decodedTokens - stopped.generatedTokens).toBeLessThanOrEqual(depth - 1);
      const { generatedTokens } = stopped;
      const prefix = { ids: whole.tokens.slice(0, generatedTokens), leftOut: '' };
      const options = { sampler: DRAWN, maxTokens: LENGTH - generatedTokens, ignoreEnd: true, prefix };
      const goesOn = await engine.answer(PROMPT, options);
      expect(goesOn.tokens).toEqual(whole.tokens);
      engine.dispose();
    },
  );

  test('drafts change nothing about an answer, however wrong they are', async () => {
    const expected = await answers({});
    const drafted = await answers({ speculation: 'always' });
    expect(tokensOf(drafted)).toEqual(tokensOf(expected));
    // What random weights write hardly repeats: nearly all of these were wrong.
    for (const name of ['greedy', 'drawn'] as const) expect(drafted[name].draftedTokens).toBeGreaterThan(20);
  });

  test.each(['thread', 'subgroup'] as const)(
    '%s: what is right in a draft comes out, up to what is not',
    async (reduction) => {
      const engine = await load({ variant: { real: 'f32', reduction }, speculation: 'always' });
      const { runner } = engine.model;
      await runner.prepareVerify();
      for (const sampler of Object.values(SAMPLERS)) {
        engine.forget(0);
        const sampling = engine.beginSampling(sampler);
        const ids = [...PROMPT];
        let token = (await engine.prefill(ids, sampling, false, () => undefined)).result!.token;
        for (let step = 0; step < 24; step++) {
          ids.push(await token);
          token = runner.decode(ids.length - 1, sampling).token;
        }
        ids.push(await token);
        const continuation = ids.slice(PROMPT.length);

        engine.forget(0);
        const first = await (await engine.prefill(PROMPT, sampling, false, () => undefined)).result!.token;
        expect(first).toBe(continuation[0]);
        let done = 1;
        for (const [length, wrongAt] of [
          [7, 7],
          [7, 0],
          [6, 3],
          [1, 1],
          [7, 6],
        ] as const) {
          const drafts = continuation.slice(done, done + length);
          if (wrongAt < length) drafts[wrongAt] = 99;
          expect(continuation[done + wrongAt]).not.toBe(99);
          const sampled = await runner.verify(PROMPT.length + done - 1, drafts, sampling);
          expect(sampled).toHaveLength(length + 1);
          expect([...sampled.subarray(0, wrongAt + 1)]).toEqual(continuation.slice(done, done + wrongAt + 1));
          done += wrongAt + 1;
        }
        // The cache and the sequence are as if each token had been decoded.
        const next = runner.decode(PROMPT.length + done - 1, sampling);
        expect(await next.token).toBe(continuation[done]);
      }
      engine.dispose();
    },
  );
});

/** Stands in for the model: its text goes round and round, and each step takes as long as it is told to. */
class LoopingRunner {
  readonly steps: string[] = [];
  readonly #text: (position: number) => number;

  constructor(text: (position: number) => number) {
    this.#text = text;
  }

  hasRoom(): boolean {
    return true;
  }

  reserve(): Promise<void> {
    return Promise.reject(new Error('there is room'));
  }

  decode(position: number): { token: Promise<number>; logits: null } {
    this.steps.push(`decode ${position}`);
    return { token: Promise.resolve(this.#text(position + 1)), logits: null };
  }

  verify(position: number, drafts: readonly number[]): Promise<Uint32Array> {
    this.steps.push(`verify ${position} ${drafts.join(' ')}`);
    return Promise.resolve(Uint32Array.from([position, ...drafts], (_, row) => this.#text(position + 1 + row)));
  }
}

describe('the loop', () => {
  /** 1 2 3 4 5 1 2 …; 9 at place 13, once. */
  const text = (position: number): number => (position === 13 ? 9 : 1 + (position % 5));

  async function run(
    limit: number,
    mode: 'always' | null,
  ): Promise<{ ids: number[]; loop: AnswerLoop; steps: string[] }> {
    const runner = new LoopingRunner(text);
    const speculation = mode && new Speculation(mode, () => Promise.resolve());
    const ids = Array.from({ length: 6 }, (_, position) => text(position));
    const start = { ids, first: text(6), limit };
    const loop = new AnswerLoop({ runner, depth: new PipelineDepth(2), speculation }, [], start);
    const given: number[] = [];
    while (given.length < limit) given.push(await loop.next());
    return { ids: given, loop, steps: runner.steps };
  }

  test.each([1, 2, 3, 9, 16, 17, 30])('gives %i ids, the same with drafts and without', async (limit) => {
    const plain = await run(limit, null);
    const drafted = await run(limit, 'always');
    expect(plain.ids).toEqual(Array.from({ length: limit }, (_, i) => text(6 + i)));
    expect(drafted.ids).toEqual(plain.ids);
    expect(plain.loop.decodedTokens).toBe(limit - 1);
    expect(drafted.loop.decodedTokens).toBe(limit - 1);
    expect(drafted.loop.ranThrough).toBe(6 + limit - 1);
    expect(await drafted.loop.rest()).toEqual([]);
  });

  test('takes drafts up to the first wrong one, and says how many it took', async () => {
    const { loop, steps } = await run(17, 'always');
    expect(steps).toEqual([
      // The first id is 2: 3 4 5 1 2 3 4 follow, but for the 9 at place 13.
      'verify 6 3 4 5 1 2 3 4',
      // Nothing stands behind a 9 yet: two in flight, which come before the next draft.
      'decode 13',
      'decode 14',
      // 5 1 stood before 2 3 9 5 1; and not more than the limit leaves room for.
      'verify 15 2 3 9 5 1 2',
      'verify 18 5 1 2',
    ]);
    expect([loop.draftedTokens, loop.acceptedTokens]).toEqual([7 + 6 + 3, 6 + 2 + 3]);
  });

  test('gives back what came too late, in order', async () => {
    const runner = new LoopingRunner(text);
    const speculation = new Speculation('always', () => Promise.resolve());
    const ids = Array.from({ length: 6 }, (_, position) => text(position));
    const start = { ids, first: text(6), limit: 50 };
    const loop = new AnswerLoop({ runner, depth: new PipelineDepth(2), speculation }, [], start);
    const given = [await loop.next(), await loop.next(), await loop.next()];
    expect([...given, ...(await loop.rest())]).toEqual(Array.from({ length: 8 }, (_, i) => text(6 + i)));
    expect(loop.ranThrough).toBe(13);
  });
});
