/**
 * Answers that go on from something, through the whole engine: replayed by seed, from half of their ids, from a person's
 * text, after a lost device; and what stood to choose from, which must leave all that as it was.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { type AnswerPrefix, DEFAULT_SAMPLER, type GenerateEvent, type SamplerSettings } from '../protocol/engine.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { decodeWithLogprobs } from './logprobs.ts';
import { NativeEngine } from './native.ts';

const CONTEXT = 96;
const LENGTH = 24;
const MESSAGES = [{ role: 'user', content: 'the thing' }] as const;
const DRAWN: SamplerSettings = { ...DEFAULT_SAMPLER, temperature: 1.2, topK: 0, topP: 1, minP: 0, seed: 5 };
/** Every earlier token counts, so that a wrong one anywhere shows. */
const PENALISED: SamplerSettings = { ...DRAWN, repetitionPenalty: 1.3, frequencyPenalty: 2, presencePenalty: 3 };
/** Drivers in software compile a kernel for seconds. */
const COMPILING_MS = 240_000;

const gpu = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const present = gpu instanceof Gpu;
if (!present) console.warn('SKIPPED: no SwiftShader here, no answer was continued.');

describe.runIf(present)('an answer', () => {
  let engine: NativeEngine;
  let promptIds: readonly number[];
  beforeAll(async () => {
    const sizes = { layers: 2, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2, contextLength: CONTEXT };
    const variant = { real: 'f32', reduction: 'thread' } as const;
    engine = await NativeEngine.load(gpu as Gpu, bytesSource(writeGguf(randomModel(sizes))), 'r.gguf', { variant });
    promptIds = engine.text.promptIds(MESSAGES);
  }, COMPILING_MS);
  afterAll(() => {
    engine.dispose();
    (gpu as Gpu).destroy();
  });

  async function answer(
    options: { sampler?: SamplerSettings; prefix?: AnswerPrefix; maxTokens?: number; stopStrings?: string[] } = {},
    said: number[] = [],
  ) {
    const { sampler = DRAWN, maxTokens = LENGTH, prefix, stopStrings = [] } = options;
    let streamed = '';
    const begun = prefix ? { prefix: engine.text.prefixIds(prefix, promptIds) } : {};
    const onEvent = (event: GenerateEvent): void => {
      if (event.kind !== 'prefill') streamed += event.text;
    };
    const result = await engine.answer(
      promptIds,
      { sampler, maxTokens, stopStrings, ...begun },
      onEvent,
      undefined,
      said,
    );
    return { ...result, streamed };
  }

  test.each([
    ['drawn', DRAWN],
    ['with penalties', PENALISED],
  ])('is the same again, whole and from half of its ids: %s', async (_what, sampler) => {
    engine.forget(0);
    const first = await answer({ sampler });
    expect(first.tokens).toHaveLength(LENGTH);
    expect(new Set(first.tokens).size).toBeGreaterThan(4);
    expect((await answer({ sampler })).tokens).toEqual(first.tokens);
    expect((await answer({ sampler: { ...sampler, seed: 6 } })).tokens).not.toEqual(first.tokens);

    for (const cached of [true, false]) {
      if (!cached) engine.forget(0);
      const half = LENGTH / 2;
      const prefix = { tokens: first.tokens.slice(0, half) };
      const continued = await answer({ sampler, prefix, maxTokens: LENGTH - half });
      expect(continued.tokens).toEqual(first.tokens);
      expect(continued.text).toBe(first.text);
      expect(continued).toMatchObject({ prefixTokens: half, generatedTokens: LENGTH - half });
      expect(first.text.endsWith(continued.streamed)).toBe(true);
      expect(continued.streamed.length).toBeLessThan(first.text.length);
    }
  });

  test('tells how fast it was, and how much of the prompt was still there', async () => {
    engine.forget(0);
    const askedAt = performance.now();
    const first = await engine.answer(promptIds, { sampler: DRAWN, maxTokens: 8, askedAt });
    expect(first).toMatchObject({
      promptTokens: promptIds.length,
      prefixTokens: 0,
      reusedTokens: 0,
      prefilledTokens: promptIds.length,
      generatedTokens: 8,
      decodedTokens: 7,
      thinkingTokens: 0,
    });
    expect(first.firstTokenMs).toBeGreaterThanOrEqual(first.prefillMs);
    const more = await answer({ prefix: { tokens: first.tokens } });
    // The last id was chosen, not run.
    expect(more).toMatchObject({ reusedTokens: promptIds.length + 7, prefilledTokens: 1 });
  });

  test('goes on behind what a person wrote, and says only what is new', async () => {
    const { tokens, text, streamed, prefixTokens } = await answer({ prefix: { text: ' the thing is' } });
    const written = engine.model.tokenizer.encode(' the thing is', true);
    expect(tokens.slice(0, prefixTokens)).toEqual(written);
    expect(text).toBe(` the thing is${streamed}`);
    expect(tokens).toHaveLength(written.length + LENGTH);
  });

  test('does not say a space twice that the prefix ended with', async () => {
    const { text, streamed, prefixTokens } = await answer({ prefix: { text: ' the  ' } });
    expect(prefixTokens).toBe(engine.model.tokenizer.encode(' the', true).length);
    const said = text.slice(' the'.length);
    const spaces = Math.min(2, said.length - said.replace(/^ {0,2}/, '').length);
    expect(streamed).toBe(said.slice(spaces));
  });

  test('stops at a stop string that begins in its prefix, not at one in it', async () => {
    const whole = await answer();
    const half = { tokens: whole.tokens.slice(0, LENGTH / 2) };
    const seam = (await answer({ prefix: half, maxTokens: 0 })).text;
    const across = seam.slice(-2) + whole.text.slice(seam.length, seam.length + 1);
    const stopped = await answer({ prefix: half, stopStrings: [across, seam.slice(0, 3)] });
    expect(stopped).toMatchObject({ finishReason: 'stop-string', text: seam.slice(0, -2), streamed: '' });
  });

  test('goes on with the same tokens where a lost device cut it off behind a prefix', async () => {
    const whole = await answer();
    const prefix = { tokens: whole.tokens.slice(0, 8) };
    const before = await answer({ prefix, maxTokens: 4 });
    engine.forget(0);
    const said = before.tokens.slice(8);
    const resumed = await answer({ prefix, maxTokens: LENGTH - 8 }, said);
    expect(resumed.tokens).toEqual(whole.tokens);
    expect(before.text + resumed.streamed).toBe(whole.text);
    expect(resumed).toMatchObject({ prefixTokens: 8, generatedTokens: LENGTH - 8 });
  });

  test('is refused where its prefix leaves no room, with how many tokens there are', async () => {
    const prefix = { tokens: Array.from({ length: CONTEXT - promptIds.length }, () => 300) };
    await expect(answer({ prefix })).rejects.toMatchObject({
      name: 'ContextFull',
      message: expect.stringMatching(new RegExp(`fewer than ${CONTEXT} tokens, got ${CONTEXT}`)) as string,
    });
  });

  test('can be explained token by token, with the probabilities that it had', async () => {
    const { tokens } = await answer();
    const { positions } = await decodeWithLogprobs(engine, promptIds, {
      sampler: DRAWN,
      maxTokens: LENGTH,
      top: 5,
      forced: tokens,
    });
    for (const index of [0, 7, LENGTH - 1]) {
      const explained = (await engine.explainToken(promptIds, tokens, index, DRAWN, 5))!;
      const expected = positions[index]!;
      expect(explained.taken.id).toBe(tokens[index]);
      expect(explained.taken.probability).toBeCloseTo(Math.exp(expected.logprob), 4);
      expect(explained.top.map(({ id }) => id)).toEqual(expected.top.map(({ id }) => id));
      expect(explained.top.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
    }
  });

  test('leaves a sampler nothing but what it took, where it was greedy', async () => {
    const greedy = { ...DRAWN, temperature: 0 };
    const { tokens } = await answer({ sampler: greedy });
    const { taken, top } = (await engine.explainToken(promptIds, tokens, 5, greedy))!;
    expect(taken).toMatchObject({ rank: 1, kept: true, sampledProbability: 1 });
    expect(top).toHaveLength(10);
  });

  test('goes on after an explanation as if none had been asked for, out of the cache', async () => {
    engine.forget(0);
    const whole = await answer({ sampler: PENALISED });
    engine.forget(0);
    const half = { tokens: whole.tokens.slice(0, LENGTH / 2) };
    await answer({ sampler: PENALISED, maxTokens: LENGTH / 2 });
    // Backwards, for each one runs the token before its place anew.
    for (let index = LENGTH / 2 - 1; index >= 0; index--) {
      await engine.explainToken(promptIds, whole.tokens, index, PENALISED);
    }
    const continued = await answer({ sampler: PENALISED, prefix: half, maxTokens: LENGTH / 2 });
    expect(continued.tokens).toEqual(whole.tokens);
    expect(continued.reusedTokens).toBe(promptIds.length + LENGTH / 2 - 1);
  });

  test('is not explained at a place that it does not have, with settings or ids that are none', async () => {
    const explain = (tokens: number[], index: number, sampler = DRAWN) =>
      engine.explainToken(promptIds, tokens, index, sampler);
    await expect(explain([300], 1)).rejects.toMatchObject({ name: 'SettingInvalid' });
    await expect(explain([99_999], 0)).rejects.toMatchObject({ name: 'SettingInvalid' });
    await expect(explain([300], 0, { ...DRAWN, topP: 2 })).rejects.toMatchObject({ name: 'SettingInvalid' });
    const aborted = AbortSignal.abort();
    expect(await engine.explainToken(promptIds, [300, 301], 1, DRAWN, 3, aborted)).toBe(null);
  });
});
