/** Answers held to a form, through the whole engine: they fit, go on, come back after a lost device, and leave others alone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { openNodeGrammar } from '../../tools/testing/node-grammar.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { type AnswerFormat, type AnswerPrefix, DEFAULT_SAMPLER, type SamplerSettings } from '../protocol/engine.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { NativeEngine } from './native.ts';

const DRAWN: SamplerSettings = {
  ...DEFAULT_SAMPLER,
  temperature: 1,
  seed: 3,
  repetitionPenalty: 1.2,
  presencePenalty: 1,
};
const COMPILING_MS = 240_000;
const schema = {
  type: 'object',
  properties: {
    ok: { type: 'boolean' },
    count: { type: 'integer', minimum: 0, maximum: 50 },
    of: { enum: ['a', 'b'] },
  },
  required: ['ok', 'count', 'of'],
};
const SCHEMA: AnswerFormat = { kind: 'schema', schema: JSON.stringify(schema) };
const GRAMMAR: AnswerFormat = { kind: 'grammar', grammar: 'root ::= "yes, " [a-z]{3} | "no"' };

const gpu = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const present = gpu instanceof Gpu;
if (!present) console.warn('SKIPPED: no SwiftShader here, no answer was held to a form.');

describe.runIf(present)('an answer held to a form', () => {
  let engine: NativeEngine;
  let promptIds: readonly number[];
  beforeAll(async () => {
    const sizes = { layers: 2, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2, contextLength: 256 };
    const options = { variant: { real: 'f32', reduction: 'thread' }, openGrammar: openNodeGrammar } as const;
    engine = await NativeEngine.load(gpu as Gpu, bytesSource(writeGguf(randomModel(sizes))), 'r.gguf', options);
    promptIds = engine.text.promptIds([{ role: 'user', content: 'the thing' }]);
  }, COMPILING_MS);
  afterAll(() => {
    engine.dispose();
    (gpu as Gpu).destroy();
  });

  const answer = (
    format: AnswerFormat | null,
    more: { sampler?: SamplerSettings; prefix?: AnswerPrefix; maxTokens?: number; stopStrings?: string[] } = {},
    said: number[] = [],
  ) => {
    const { sampler = DRAWN, prefix, ...rest } = more;
    const begun = prefix ? { prefix: engine.text.prefixIds(prefix, promptIds) } : {};
    const held = format === null ? {} : { format };
    return engine.answer(promptIds, { sampler, ...rest, ...begun, ...held }, undefined, undefined, said);
  };

  test.each([1, 2, 3, 4])('fits its schema, and ends with it: seed %i', async (seed) => {
    const { text, finishReason } = await answer(SCHEMA, { sampler: { ...DRAWN, seed } });
    expect(finishReason).toBe('end-of-turn');
    const value = JSON.parse(text) as { ok: boolean; count: number; of: string };
    expect(typeof value.ok).toBe('boolean');
    expect(Number.isInteger(value.count) && value.count >= 0 && value.count <= 50).toBe(true);
    expect(['a', 'b']).toContain(value.of);
  });

  test('is the likeliest that fits where the sampler is greedy, and the same again', async () => {
    const greedy = { ...DRAWN, temperature: 0 };
    const first = await answer(GRAMMAR, { sampler: greedy });
    expect(first.text).toMatch(/^(yes, [a-z]{3}|no)$/);
    expect((await answer(GRAMMAR, { sampler: greedy })).tokens).toEqual(first.tokens);
  });

  test('goes on from half of it, and after a lost device, to the same end', async () => {
    const whole = await answer(SCHEMA);
    const half = whole.tokens.slice(0, Math.floor(whole.tokens.length / 2));
    const cut = await answer(SCHEMA, { maxTokens: half.length });
    expect(cut).toMatchObject({ finishReason: 'max-tokens', tokens: half });
    expect((await answer(SCHEMA, { prefix: { tokens: half } })).text).toBe(whole.text);
    engine.forget(0);
    expect((await answer(SCHEMA, {}, [...half])).text).toBe(whole.text);
  });

  test('says nothing more where it is complete already', async () => {
    const { text, tokens } = await answer(GRAMMAR, { prefix: { text: 'no' } });
    expect(text).toBe('no');
    expect(tokens.length).toBeGreaterThan(0);
  });

  test('is refused behind something that does not fit, and the next one is fine', async () => {
    await expect(answer(SCHEMA, { prefix: { text: 'Sure!' } })).rejects.toMatchObject({
      name: 'SettingInvalid',
      message: expect.stringContaining('does not fit the form') as string,
    });
    expect((await answer({ kind: 'json' }, { maxTokens: 3 })).tokens).toHaveLength(3);
  });

  test('ends at a stop string', async () => {
    expect(await answer(SCHEMA, { stopStrings: ['"ok"'] })).toMatchObject({ finishReason: 'stop-string' });
  });

  test.each([
    ['root ::= "a', /The grammar cannot be held: EBNF lexer error at line 1, column 12: Expect " in string literal/],
    ['root ::= foo', /Rule "foo" is not defined/],
    ['foo ::= "a"', /The root rule with name "root" is not found/],
    ['', /root/],
    ['root ::= ("a"', /line 1/],
    ['root ::= [a-', /line 1/],
    ['root = "a"', /line 1/],
    ['root ::= "a"{3,2}', /./],
    ['root ::= [äöü]', /beyond ASCII/],
    ['root ::= "a" |', /./],
    ['x'.repeat(70_000), /too long/],
  ])('refuses a grammar: %s', async (grammar, message) => {
    const refused = answer({ kind: 'grammar', grammar }, { maxTokens: 2 });
    await expect(refused).rejects.toMatchObject({
      name: 'SettingInvalid',
      message: expect.stringMatching(message) as string,
    });
  });

  test('costs others nothing: the same calls as before', async () => {
    const plain = await answer(null, { maxTokens: 12 });
    expect(plain.countsPerToken.submits).toBe(1);
    const held = await answer({ kind: 'json' }, { maxTokens: 12 });
    expect(held.countsPerToken.dispatches).toBeGreaterThan(plain.countsPerToken.dispatches);
    expect((await answer(null, { maxTokens: 12 })).countsPerToken).toEqual(plain.countsPerToken);
  });

  test('needs what holds it', async () => {
    const sizes = { layers: 1, embedding: 32, feedForward: 32, heads: 2, kvHeads: 1, contextLength: 32 };
    const variant = { real: 'f32', reduction: 'thread' } as const;
    const bare = await NativeEngine.load(gpu as Gpu, bytesSource(writeGguf(randomModel(sizes))), 'b.gguf', { variant });
    await expect(bare.answer([1], { sampler: DRAWN, format: SCHEMA })).rejects.toThrow(/cannot be held to a form here/);
    bare.dispose();
  });
});
