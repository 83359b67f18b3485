import { describe, expect, test } from 'vitest';
import { isRight } from '../../evaluation/judge.ts';
import { HELD_OUT_KINDS, heldOutQuestions, notInTextCases, readingCases } from '../../evaluation/reading.ts';
import type { Conversation } from '../example.ts';
import { Random } from '../random.ts';
import { compareValues, drawValue } from './reading/values.ts';
import { reading, TRAINING_KINDS, WRAPPERS } from './reading.ts';

const CONVERSATIONS = Array.from({ length: 2000 }, (_, seed) => reading.generate(new Random(seed)));
const ANSWERED = CONVERSATIONS.flatMap((conversation) =>
  conversation.flatMap(({ role, content }, index) =>
    role === 'assistant' ? [{ conversation, question: conversation[index - 1]!.content, answer: content }] : [],
  ),
);

function given(conversation: Conversation): string {
  const end = conversation.findIndex(({ role }) => role === 'assistant');
  const before = end === -1 ? conversation : conversation.slice(0, end);
  return before.map(({ content }) => content).join('\n');
}

/** The passage that the answer names by its number. */
function namedSource(conversation: Conversation, number: string): string {
  return given(conversation)
    .split('\n')
    .find((line) => line.startsWith(`[${number}] `))!;
}

/** What an answer says that only its passage can know: numbers, names and colours, as words with a digit or a capital. */
function tellingWords(sentence: string): string[] {
  const words = sentence
    .replace(/^(?:Yes|No), /u, '')
    .replace(/ \[\d\]|[",?:]/gu, '')
    .split(' ')
    .slice(1);
  return words.map((word) => word.replace(/\.$/u, '')).filter((word) => /^[$A-Z\d]/u.test(word));
}

describe('the reading skill', () => {
  test('makes well formed conversations, the same for the same seed', () => {
    for (const [seed, conversation] of CONVERSATIONS.entries()) {
      const turns = conversation.filter(({ role }) => role !== 'system');
      expect(turns.map(({ role }) => role)).toEqual(turns.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')));
      expect(conversation.findIndex(({ role }) => role === 'system')).toBeLessThanOrEqual(0);
      for (const { content } of conversation) {
        expect(content.trim()).not.toBe('');
        expect(content).not.toMatch(/\b(?:undefined|null|NaN)\b|[{}]|\ba [aeiou]\w+ (?:lamp|cover)/u);
        expect(content.length).toBeLessThan(1800);
      }
      if (seed < 100) expect(reading.generate(new Random(seed))).toEqual(conversation);
    }
  });

  test('says only what stands in the passage whose number it gives', () => {
    for (const { conversation, answer } of ANSWERED) {
      if (answer.startsWith('The text does not say ')) continue;
      const numbered = /^\[1\] /mu.test(given(conversation));
      expect(/\[\d\]/u.test(answer)).toBe(numbered);
      for (const [sentence, number] of answer.matchAll(/(?<=^|\. )\S.*? \[(\d)\]/gu)) {
        const passage = namedSource(conversation, number!).replace(/[",:;?]|\.(?= |$)/gu, '');
        for (const word of tellingWords(sentence))
          expect(passage.split(' '), `${sentence}\n${passage}`).toContain(word);
      }
    }
  });

  test('says of a sixth of the questions that the text does not say it, and gives no number then', () => {
    const unknown = ANSWERED.filter(({ answer }) => answer.startsWith('The text does not say '));
    expect(unknown.length / ANSWERED.length).toBeGreaterThan(0.12);
    expect(unknown.length / ANSWERED.length).toBeLessThan(0.2);
    for (const { answer } of unknown) expect(answer).not.toMatch(/\[\d\]/u);
  });

  test('knows at least 40 kinds of passages with 6 facts each, 6 questions for each, and no name for two', () => {
    expect(TRAINING_KINDS.length).toBeGreaterThanOrEqual(40);
    expect(new Set(TRAINING_KINDS.map(({ call }) => call)).size).toBe(TRAINING_KINDS.length);
    for (const { id, facts, frames } of TRAINING_KINDS) {
      expect(facts.length, id).toBeGreaterThanOrEqual(6);
      for (const fact of facts) {
        expect(new Set(fact.questions).size, `${id}.${fact.id}`).toBeGreaterThanOrEqual(6);
        expect(
          frames.filter((frame) => frame.includes(`{${fact.id}}`)).length,
          `${id}.${fact.id}`,
        ).toBeGreaterThanOrEqual(3);
      }
    }
  });
});

describe('values', () => {
  test('are compared only where their units are the same', () => {
    expect(compareValues('1,200 people', '900 people')).toBe(300);
    expect(compareValues('$4.50', '$4')).toBe(0.5);
    expect(compareValues('$4', '5 euros')).toBeNull();
    expect(compareValues('8 cows', '8 cows')).toBeNull();
  });

  test('refuse a spec that they do not know', () => {
    expect(() => drawValue(new Random(1), 'mood', 'train')).toThrow('mood');
  });
});

describe('the evaluation of reading', () => {
  const fromText = readingCases();
  const notInText = notInTextCases();

  test('has enough cases, always the same', () => {
    expect(fromText.length).toBeGreaterThanOrEqual(120);
    expect(notInText.length).toBeGreaterThanOrEqual(60);
    expect([...readingCases(), ...notInTextCases()]).toEqual([...fromText, ...notInText]);
    expect(new Set(fromText.map(({ skill }) => skill))).toEqual(new Set(['reading']));
    expect(new Set(notInText.map(({ skill }) => skill))).toEqual(new Set(['unknown']));
  });

  test('asks for what stands in the source that it wants to be named', () => {
    for (const { messages, expect: wanted } of fromText) {
      if (wanted.kind !== 'contains') throw new Error('another kind of expectation');
      const number = wanted.all.at(-1)![0]!.slice(1, -1);
      const held = wanted.all.slice(0, -1).map(([text]) => text!);
      for (const text of held) if (!['Yes', 'No'].includes(text)) expect(namedSource(messages, number)).toContain(text);
      expect(isRight({ text: `${held.join(' ')} [${number}].`, ended: true }, wanted)).toBe(true);
    }
  });

  test('uses no words of the corpus', () => {
    const messages = new Set(CONVERSATIONS.flatMap((conversation) => conversation.map(({ content }) => content)));
    for (const { content } of [...fromText, ...notInText].flatMap((one) => one.messages))
      expect(messages).not.toContain(content);
    const facts = TRAINING_KINDS.flatMap((kind) => kind.facts);
    const corpus = new Set<string | undefined>([
      ...facts.flatMap(({ questions, yesNo, comparison }) => [...questions, yesNo, comparison?.question]),
      ...facts.flatMap(({ indirect }) => WRAPPERS.map((wrapper) => wrapper.replace('{q}', indirect))),
    ]);
    const asked = [
      ...heldOutQuestions().map(({ question }) => question),
      ...HELD_OUT_KINDS.flatMap((kind) => kind.facts.flatMap(({ yesNo, comparison }) => [yesNo, comparison?.question])),
    ];
    expect(asked.filter((question) => question !== undefined && corpus.has(question))).toEqual([]);
    const kindIds = new Set(TRAINING_KINDS.map(({ id }) => id));
    expect(HELD_OUT_KINDS.filter(({ id }) => kindIds.has(id))).toEqual([]);
  });
});
