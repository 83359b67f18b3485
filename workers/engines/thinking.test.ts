/** Thoughts through the whole engine: a scripted model's tokens, parted, switched off, resumed and left out of a follow-up. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { scriptedModel } from '../../tools/testing/scripted-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { type AnswerPrefix, DEFAULT_SAMPLER, type GenerateEvent } from '../protocol/engine.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { NativeEngine } from './native.ts';

const SCRIPT = ['<|assistant|>', '<think>', '▁Let', '▁me', '▁see', '.', '</think>', '▁Hello', '!', '<|end|>'];
const TEMPLATE =
  '{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}<|assistant|>' +
  '{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}';
const SAMPLER = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };
const QUESTION = { role: 'user', content: 'Hi' } as const;
/** Drivers in software compile a kernel for seconds. */
const COMPILING_MS = 240_000;

const gpu = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const present = gpu instanceof Gpu;
if (!present) console.warn('SKIPPED: no SwiftShader here, thoughts were not followed through the engine.');

describe.runIf(present)('a model that thinks', () => {
  let engine: NativeEngine;
  beforeAll(async () => {
    const model = scriptedModel({
      name: 'S',
      script: SCRIPT,
      userDefined: ['<think>', '</think>'],
      template: TEMPLATE,
    });
    const variant = { real: 'f32', reduction: 'thread' } as const;
    engine = await NativeEngine.load(gpu as Gpu, bytesSource(writeGguf(model)), 's.gguf', { variant });
  }, COMPILING_MS);
  afterAll(() => {
    engine.dispose();
    (gpu as Gpu).destroy();
  });

  async function answer(
    promptIds: readonly number[],
    options: { verbatim?: boolean; said?: number[]; prefix?: AnswerPrefix } = {},
  ) {
    const events: GenerateEvent[] = [];
    const { verbatim = false, said = [] } = options;
    const prefix = options.prefix ? { prefix: engine.text.prefixIds(options.prefix, promptIds) } : {};
    const onEvent = (event: GenerateEvent): void => void events.push(event);
    const result = await engine.answer(
      promptIds,
      { sampler: SAMPLER, maxTokens: 20, verbatim, ...prefix },
      onEvent,
      undefined,
      said,
    );
    const streamed = { text: '', thinking: '' };
    for (const event of events) if (event.kind !== 'prefill') streamed[event.kind] += event.text;
    return { result, streamed };
  }

  test('says thought and answer apart, and the thought is no part of the next prompt', async () => {
    const { result, streamed } = await answer(engine.text.promptIds([QUESTION]));
    expect(result).toMatchObject({ thinking: 'Let me see.', text: 'Hello!', finishReason: 'end-of-turn' });
    expect(streamed).toEqual({ thinking: 'Let me see.', text: 'Hello!' });
    // The mark before it counts, the mark behind it does not.
    expect(result.thinkingTokens).toBe(5);
    expect(result.thinkingMs).toBeGreaterThan(0);
    expect(result.thinkingMs).toBeLessThanOrEqual(result.decodeMs);
    const said = { role: 'assistant', content: result.text, thinking: result.thinking } as const;
    const next = engine.text.promptIds([QUESTION, said, QUESTION]);
    const { tokenizer } = engine.model;
    const text = new TextDecoder().decode(Buffer.concat(next.map((id) => tokenizer.tokenBytes(id))));
    expect(text).toContain('Hello!');
    expect(text).not.toContain('see');
  });

  test('does not think where that is switched off', async () => {
    const { result, streamed } = await answer(engine.text.promptIds([QUESTION], { thinking: false }));
    expect(result).toMatchObject({ thinking: '', thinkingMs: 0, generatedTokens: 2 });
    expect(streamed.text.trim()).toBe('Hello!');
    expect(engine.model.template.facts).toMatchObject({ origin: 'file', format: 'Phi-3', thinkingSwitch: true });
  });

  test('goes on with its thought where a lost device cut it off', async () => {
    const promptIds = engine.text.promptIds([QUESTION]);
    const whole = await answer(promptIds);
    const { result, streamed } = await answer(promptIds, { said: whole.result.tokens.slice(0, 3) });
    expect(result).toMatchObject({ thinking: 'Let me see.', text: 'Hello!' });
    expect(streamed).toEqual({ thinking: ' see.', text: 'Hello!' });
  });

  test('goes on from a prefix that ends in its thought, or behind it', async () => {
    const promptIds = engine.text.promptIds([QUESTION]);
    const { tokens } = (await answer(promptIds)).result;
    const whole = { thinking: 'Let me see.', text: 'Hello!', tokens, thinkingTokens: 5 };
    const inThought = await answer(promptIds, { prefix: { tokens: tokens.slice(0, 3) } });
    expect(inThought.result).toMatchObject(whole);
    expect(inThought.streamed).toEqual({ thinking: ' see.', text: 'Hello!' });
    const behind = await answer(promptIds, { prefix: { tokens: tokens.slice(0, 7) } });
    expect(behind.result).toMatchObject(whole);
    expect(behind.streamed).toEqual({ thinking: '', text: '!' });
  });

  test('goes on from a thought that a person wrote', async () => {
    const promptIds = engine.text.promptIds([QUESTION]);
    const { result, streamed } = await answer(promptIds, { prefix: { thinking: 'Let me see.', text: ' Hello' } });
    expect(result.thinking.trimEnd()).toBe('Let me see.');
    expect(result.text).toBe(`Hello${streamed.text}`);
    expect(streamed.thinking).toBe('');
    expect(result.thinkingTokens).toBeGreaterThan(5);
  });

  test('can be pointed at, word by word', async () => {
    const promptIds = engine.text.promptIds([QUESTION]);
    const { tokens } = (await answer(promptIds)).result;
    const texts = engine.text.tokenTexts(promptIds, tokens);
    expect(texts.map(({ part, offset, text }) => `${part}@${offset}${text}`)).toEqual([
      'null@0',
      'thinking@0Let',
      'thinking@3 me',
      'thinking@6 see',
      'thinking@10.',
      'null@0',
      'text@0Hello',
      'text@5!',
    ]);
  });

  test('leaves everything in the text for tools', async () => {
    const { result } = await answer(engine.text.promptIds([QUESTION]), { verbatim: true });
    expect(result).toMatchObject({ thinking: '', text: '<think> Let me see.</think> Hello!' });
  });
});
