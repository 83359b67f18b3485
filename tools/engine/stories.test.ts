/**
 * A real trained model, whole: ids, greedy tokens and log-probabilities as llama.cpp computes them on the CPU, on every
 * adapter that this machine has.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeWithLogprobs } from '../../workers/engines/logprobs.ts';
import { DEFAULT_SAMPLER } from '../../workers/protocol/engine.ts';
import { type NodeEngine, openNodeEngine } from '../node-engine.ts';

interface ExpectedRun {
  readonly prompt: string;
  readonly prompt_tokens: number[];
  readonly tokens: number[];
  readonly text: string;
  readonly top10: { readonly ids: number[]; readonly logprobs: number[] }[];
}

const FOLDER = resolve(import.meta.dirname, '../../../shared/models');
/** Drivers in software compile a kernel for seconds. */
const COMPILING_MS = 240_000;
const ADAPTERS = ['llvmpipe', 'SwiftShader'];
const GREEDY = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };

/** llama.cpp computes the quantised twin with int8 activations, so only its choice of token is comparable. */
const F32_TOLERANCE = 1e-3;

/** Positions whose first two choices are closer than this do not decide a comparison of top-1. */
const NEAR_TIE = 0.05;

const present = existsSync(resolve(FOLDER, 'expected.json'));
if (!present) console.warn('SKIPPED: ../shared/models is not here, the trained model was not run.');

describe.runIf(present)('stories260K', () => {
  const expected = present
    ? (JSON.parse(readFileSync(resolve(FOLDER, 'expected.json'), 'utf8')) as Record<string, ExpectedRun[]>)
    : {};
  const opened = new Map<string, Promise<NodeEngine>>();
  const engineFor = (file: string, adapter: string): Promise<NodeEngine> => {
    const key = `${file} on ${adapter}`;
    let engine = opened.get(key);
    if (!engine) {
      engine = openNodeEngine(resolve(FOLDER, file), {}, adapter);
      opened.set(key, engine);
    }
    return engine;
  };
  beforeAll(async () => {
    for (const adapter of ADAPTERS)
      for (const file of ['stories260K.gguf', 'stories260K-q8_0.gguf']) {
        const { engine } = await engineFor(file, adapter);
        // Some drivers compile a kernel when it first runs.
        await engine.answer([1, 346, 306], { sampler: GREEDY, maxTokens: 3 });
      }
  }, COMPILING_MS);
  afterAll(async () => {
    for (const engine of opened.values()) await (await engine).close();
  }, COMPILING_MS);

  for (const adapter of ADAPTERS) {
    test(`${adapter}: F32 gives llama.cpp's ids, greedy tokens and log-probabilities`, async () => {
      const { engine } = await engineFor('stories260K.gguf', adapter);
      const { tokenizer } = engine.model;
      for (const run of expected['stories260K.gguf']!) {
        const promptIds = [tokenizer.bosId!, ...tokenizer.encode(run.prompt)];
        expect(promptIds).toEqual(run.prompt_tokens);
        const answer = await engine.answer(promptIds, { sampler: GREEDY, maxTokens: run.tokens.length });
        expect(answer.tokens).toEqual(run.tokens);
        expect(answer.text).toBe(run.text);
        const { positions } = await decodeWithLogprobs(engine, promptIds, {
          sampler: GREEDY,
          maxTokens: run.tokens.length,
          top: 10,
          forced: null,
        });
        for (const [index, { ids, logprobs }] of run.top10.entries()) {
          const ours = new Map(positions[index]!.top.map(({ id, logprob }) => [id, logprob]));
          for (const [rank, id] of ids.slice(0, 9).entries()) {
            expect(Math.abs(ours.get(id)! - logprobs[rank]!)).toBeLessThan(F32_TOLERANCE);
          }
        }
      }
    });

    test(`${adapter}: Q8_0 agrees with llama.cpp under forced decoding`, async () => {
      const { engine } = await engineFor('stories260K-q8_0.gguf', adapter);
      let compared = 0;
      let agreed = 0;
      for (const run of expected['stories260K-q8_0.gguf']!) {
        const { positions } = await decodeWithLogprobs(engine, run.prompt_tokens, {
          sampler: GREEDY,
          maxTokens: run.tokens.length,
          top: 1,
          forced: run.tokens,
        });
        for (const [index, { ids, logprobs }] of run.top10.entries()) {
          if (logprobs[0]! - logprobs[1]! < NEAR_TIE) continue;
          compared++;
          if (positions[index]!.top[0]!.id === ids[0]) agreed++;
        }
      }
      expect(compared).toBeGreaterThan(80);
      expect(agreed / compared).toBeGreaterThanOrEqual(0.99);
    });

    test(`${adapter}: a token costs one submit, and nothing is created in the loop`, async () => {
      const { engine } = await engineFor('stories260K.gguf', adapter);
      engine.forget(0);
      const { countsPerToken } = await engine.answer([1, 346, 306], { sampler: GREEDY, maxTokens: 20 });
      expect(countsPerToken).toMatchObject({ submits: 1, passes: 1, bindGroups: 0, buffers: 0, bufferWrites: 1 });
      const { layers } = engine.model.shape;
      const headAndSampler = 4; // embedding, logits, two halves of the sampler
      expect(countsPerToken.dispatches).toBeLessThanOrEqual(6 * layers + headAndSampler);
    });

    test(`${adapter}: a follow-up runs only what is new, and answers as if it had run everything`, async () => {
      const { engine } = await engineFor('stories260K.gguf', adapter);
      const first = expected['stories260K.gguf']![0]!;
      engine.forget(0);
      const answer = await engine.answer(first.prompt_tokens, { sampler: GREEDY, maxTokens: 12 });
      const followUp = [...first.prompt_tokens, ...answer.tokens, 410, 293];
      const reused = await engine.answer(followUp, { sampler: GREEDY, maxTokens: 12 });
      // The last token of an answer is chosen, not run: it is the first new one.
      expect(reused.reusedTokens).toBe(first.prompt_tokens.length + answer.tokens.length - 1);
      engine.forget(0);
      const fresh = await engine.answer(followUp, { sampler: GREEDY, maxTokens: 12 });
      expect(fresh.reusedTokens).toBe(0);
      expect(reused.tokens).toEqual(fresh.tokens);
    });

    test(`${adapter}: the same seed gives the same text, another seed another`, async () => {
      const { engine } = await engineFor('stories260K.gguf', adapter);
      const draw = async (seed: number): Promise<string> => {
        const sampler = { ...DEFAULT_SAMPLER, temperature: 1.2, seed };
        return (await engine.answer([1, 346, 306], { sampler, maxTokens: 40 })).text;
      };
      const text = await draw(7);
      expect(await draw(7)).toBe(text);
      expect(await draw(8)).not.toBe(text);
    });

    test(`${adapter}: stopping ends an answer at once and leaves the engine usable`, async () => {
      const { engine } = await engineFor('stories260K.gguf', adapter);
      const stopping = new AbortController();
      let seen = 0;
      const options = { sampler: GREEDY, maxTokens: 300 };
      const stopped = await engine.answer(
        [1, 346, 306],
        options,
        (event) => {
          if (event.kind === 'text' && ++seen === 5) stopping.abort();
        },
        stopping.signal,
      );
      expect(stopped.finishReason).toBe('stopped');
      expect(stopped.generatedTokens).toBeLessThan(12);
      const whole = await engine.answer([1, 346, 306], { sampler: GREEDY, maxTokens: 12 });
      expect(whole.tokens.slice(0, stopped.generatedTokens)).toEqual(stopped.tokens);
    });

    test(`${adapter}: drafts change no token, and some are right`, { timeout: COMPILING_MS }, async () => {
      const drafting = await openNodeEngine(resolve(FOLDER, 'stories260K.gguf'), { speculation: 'always' }, adapter);
      const plain = await openNodeEngine(resolve(FOLDER, 'stories260K.gguf'), { speculation: 'off' }, adapter);
      const penalties = { repetitionPenalty: 1.1, frequencyPenalty: 0.1, presencePenalty: 0.1, penaltyWindow: 64 };
      for (const [sampler, share] of [
        [GREEDY, 0.3],
        [{ ...DEFAULT_SAMPLER, temperature: 0.7, seed: 4 }, 0.05],
        [{ ...DEFAULT_SAMPLER, ...penalties, seed: 4 }, 0.02],
      ] as const) {
        const options = { sampler, maxTokens: 250, ignoreEnd: true };
        const expected = await plain.engine.answer([1, 346, 306], options);
        const drafted = await drafting.engine.answer([1, 346, 306], options);
        expect(drafted.tokens).toEqual(expected.tokens);
        expect(drafted.text).toBe(expected.text);
        expect(drafted.acceptedTokens / drafted.draftedTokens).toBeGreaterThan(share);
      }
      await Promise.all([plain.close(), drafting.close()]);
    });
  }

  test('a prompt that leaves no room is refused with both numbers', async () => {
    const { engine } = await engineFor('stories260K.gguf', ADAPTERS[0]!);
    const long = Array.from({ length: 512 }, () => 346);
    await expect(engine.answer(long, { sampler: GREEDY })).rejects.toMatchObject({
      name: 'ContextFull',
      message: expect.stringContaining('512') as string,
    });
  });

  test('an answer that fills the context ends there and says so', async () => {
    const { engine } = await engineFor('stories260K.gguf', ADAPTERS[0]!);
    const long = Array.from({ length: 505 }, () => 346);
    const answer = await engine.answer(long, { sampler: GREEDY });
    expect(answer.generatedTokens).toBeLessThanOrEqual(7);
    expect(['context-full', 'end-of-turn']).toContain(answer.finishReason);
  });
});
