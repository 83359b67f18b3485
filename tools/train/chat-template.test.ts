/** Training and engine read a conversation as the same tokens, and only what the assistant says is learnt. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGguf } from '../../workers/format/gguf.ts';
import type { ModelFile } from '../../workers/format/model-file.ts';
import type { ChatMessage } from '../../workers/protocol/engine.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import { createChatTemplate } from '../../workers/text/chat-template.ts';
import { createTokenizer } from '../../workers/text/create-tokenizer.ts';
import { runTemplate } from '../../workers/text/run-template.ts';
import { writeGguf } from '../testing/write-gguf.ts';
import { CHAT_TEMPLATE, encodeConversation, encodePrompt } from './chat-template.ts';
import { assistant, user } from './corpus/example.ts';
import { renderCall, renderTools, type Tool } from './corpus/tools-prompt.ts';
import { tokenizerMetadata } from './metadata.ts';
import { countPieces, type LearntVocabulary, trainBpe } from './tokenizer/train-bpe.ts';

const TEXTS = ['user\nHello there, assistant!\nassistant\nHello! How are you?', 'system\nBe brief.\n', 'tool\n'];
const VOCABULARY = trainBpe(countPieces([...TEXTS, ...TEXTS]), 300);
const FILE = await vocabularyFile(VOCABULARY);
const TOKENIZER = createTokenizer(FILE);
const TEMPLATE = createChatTemplate(FILE);
const START = VOCABULARY.tokens.length + 1;
const END = VOCABULARY.tokens.length + 2;

async function vocabularyFile(vocabulary: LearntVocabulary): Promise<ModelFile> {
  return readGguf(bytesSource(writeGguf({ metadata: tokenizerMetadata(vocabulary) })));
}

/** The engine's ids; it gives its own answers back as the tokens that they were. */
function engineIds(messages: readonly ChatMessage[], addGenerationPrompt: boolean): number[] {
  const said = messages.filter(({ role }) => role === 'assistant').map(({ content }) => content);
  const answers = new Map(said.map((content) => [content, TOKENIZER.encode(content)]));
  return TEMPLATE.encode(messages, TOKENIZER, { addGenerationPrompt, answers });
}

const TALK: readonly ChatMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hello there!' },
  { role: 'assistant', content: 'Hello! How are you?' },
  { role: 'user', content: '  <|im_end|>\n1 + 1 = né?\n' },
  { role: 'assistant', content: '\n2' },
];

const content = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(' ', '\n', 'user', '<|im_start|>', 'Hello', '1', '.'), maxLength: 8 }),
);
const turns = fc.array(fc.tuple(content, content), { minLength: 1, maxLength: 3 });
const conversation = fc.tuple(fc.option(content), turns).map(([system, exchanges]): ChatMessage[] => [
  ...(system === null ? [] : [{ role: 'system' as const, content: system }]),
  ...exchanges.flatMap(([asked, said]): ChatMessage[] => [
    { role: 'user', content: asked },
    { role: 'assistant', content: said },
  ]),
]);

describe('a conversation as tokens', () => {
  it('is known where every byte is a token', async () => {
    const tokenizer = createTokenizer(await vocabularyFile(trainBpe(new Map(), 256)));
    const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];
    const prompt = [257, ...ascii('user\nHi'), 258, 10, 257, ...ascii('assistant\n')];
    const [asked, said] = [user('Hi'), assistant('Yo')];
    expect(encodePrompt([asked], tokenizer)).toEqual(prompt);
    expect(encodeConversation([asked, said], tokenizer)).toEqual({
      ids: [...prompt, ...ascii('Yo'), 258, 10],
      learn: [...prompt.map(() => false), true, true, true, false],
    });
  });

  it("is the engine's own, whole and as a prompt", () => {
    expect(encodeConversation(TALK, TOKENIZER).ids).toEqual(engineIds(TALK, false));
    expect(encodePrompt(TALK.slice(0, -1), TOKENIZER)).toEqual(engineIds(TALK.slice(0, -1), true));
    fc.assert(
      fc.property(conversation, (messages) => {
        expect(encodeConversation(messages, TOKENIZER).ids).toEqual(engineIds(messages, false));
        expect(encodePrompt(messages.slice(0, -1), TOKENIZER)).toEqual(engineIds(messages.slice(0, -1), true));
      }),
    );
  });

  it("is the engine's own even where answers come back as text, if they begin as answers do", () => {
    const messages = TALK.slice(0, 3);
    expect(encodeConversation(messages, TOKENIZER).ids).toEqual(
      TEMPLATE.encode(messages, TOKENIZER, { addGenerationPrompt: false }),
    );
  });

  it('begins with its prompt', () => {
    const prompt = encodePrompt(TALK.slice(0, -1), TOKENIZER);
    expect(encodeConversation(TALK, TOKENIZER).ids.slice(0, prompt.length)).toEqual(prompt);
  });

  it('teaches the answers and their ends, and nothing else', () => {
    const called = [
      ...TALK,
      { role: 'user', content: 'Hello?' },
      { role: 'assistant', content: renderCall('clock', {}) },
      { role: 'tool', content: '12:30' },
      { role: 'assistant', content: 'It is 12:30.' },
    ] as const;
    const { ids, learn } = encodeConversation(called, TOKENIZER);
    expect(learn).toHaveLength(ids.length);
    const runs: number[][] = [];
    for (const [index, id] of ids.entries()) {
      if (!learn[index]) continue;
      if (learn[index - 1]) runs.at(-1)!.push(id);
      else runs.push([id]);
    }
    const answers = called.filter(({ role }) => role === 'assistant');
    expect(runs).toEqual(answers.map((answer) => [...TOKENIZER.encode(answer.content), END]));
    expect(ids.filter((id) => id === START)).toHaveLength(called.length);
    expect(ids.filter((id) => id === END)).toHaveLength(called.length);
  });
});

describe('the template in the file', () => {
  const tools: readonly Tool[] = [
    {
      name: 'clock',
      description: 'Tells "the" time.',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
    { name: 'dice', description: 'Throws <dice>.', parameters: { type: 'object', properties: {}, required: [] } },
  ];
  const render = (messages: readonly { role: string; content: string }[], given: unknown, prompt = true): string =>
    runTemplate(CHAT_TEMPLATE, { messages, tools: given, add_generation_prompt: prompt }, 100_000);
  const asked = { role: 'user', content: 'What time is it?' };
  const ask = '<|im_start|>user\nWhat time is it?<|im_end|>\n';

  it('writes ChatML where there are no tools', () => {
    const brief = { role: 'system', content: 'Be brief.' };
    expect(render([asked], null)).toBe(`${ask}<|im_start|>assistant\n`);
    expect(render([asked], undefined, false)).toBe(ask);
    expect(render([brief, asked], null, false)).toBe(`<|im_start|>system\nBe brief.<|im_end|>\n${ask}`);
  });

  it.each(['', 'Be brief.'])('tells of tools as the corpus does, with the system message "%s"', (message) => {
    const given = message === '' ? [asked] : [{ role: 'system', content: message }, asked];
    const wrapped = tools.map((one) => ({ type: 'function', function: one }));
    const told = `<|im_start|>system\n${renderTools(tools, message)}<|im_end|>\n${ask}`;
    expect(render(given, tools, false)).toBe(told);
    expect(render(given, wrapped)).toBe(`${told}<|im_start|>assistant\n`);
  });

  it('writes a call and its result', () => {
    const call = renderCall('clock', { city: 'Rome' });
    const messages = [asked, { role: 'assistant', content: call }, { role: 'tool', content: '12:30' }];
    expect(render(messages, tools)).toBe(
      `<|im_start|>system\n${renderTools(tools)}<|im_end|>\n${ask}` +
        `<|im_start|>assistant\n${call}<|im_end|>\n<|im_start|>tool\n12:30<|im_end|>\n<|im_start|>assistant\n`,
    );
  });
});
