/** That an answer is the same however many of its tokens are in flight, and that what is wasted at its end stays bounded. */
import { afterAll, describe, expect, test } from 'vitest';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { DEFAULT_SAMPLER, type SamplerSettings } from '../protocol/engine.ts';
import { bytesSource } from '../source/bytes-source.ts';
import type { EngineOptions } from './declare-model.ts';
import { NativeEngine } from './native.ts';

const MODEL = writeGguf(
  randomModel({ layers: 2, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2, contextLength: 160 }),
);
const PROMPT = [1, 60, 61, 62, 63, 60, 61];
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
    return NativeEngine.load(gpu as Gpu, bytesSource(MODEL), 'r.gguf', { variant, ...options });
  }

  test('change nothing about an answer: one, two, eight or as many as measured', async () => {
    const answers: unknown[] = [];
    for (const pipelineDepth of [1, 2, 8, undefined]) {
      const engine = await load(pipelineDepth === undefined ? {} : { pipelineDepth });
      const tokens = [];
      for (const sampler of Object.values(SAMPLERS))
        tokens.push((await engine.answer(PROMPT, { sampler, maxTokens: LENGTH, ignoreEnd: true })).tokens);
      answers.push(tokens);
      engine.dispose();
    }
    expect(new Set((answers[0] as number[][])[2]).size).toBeGreaterThan(8);
    for (const other of answers.slice(1)) expect(other).toEqual(answers[0]);
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
});
