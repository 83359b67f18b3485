/** The questions on Freehold are held out, can be answered from the corpus, and use no word that it does not teach. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Random } from '../corpus/random.ts';
import { readTopics } from '../corpus/read-text.ts';
import { freehold } from '../corpus/skills/freehold.ts';
import { freeholdCases } from './freehold.ts';
import { parseQuestions } from './questions.ts';

const cases = freeholdCases();
const blocks = parseQuestions(readFileSync('tools/train/evaluation/text/freehold.txt', 'utf8'), 'freehold.txt');
const topics = readTopics('freehold');

/** A text without what `asTyped` may change. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, ' ')
    .trim();
}

describe('the evaluation on Freehold', () => {
  it('has many cases, none twice', () => {
    expect(cases.length).toBeGreaterThanOrEqual(120);
    expect(new Set(cases.map(({ messages }) => plain(messages[0]!.content))).size).toBe(cases.length);
  });

  it('asks in phrasings that are not in the corpus', () => {
    const asked = cases.map(({ messages }) => plain(messages[0]!.content));
    const written = new Set(topics.flatMap(({ questions }) => questions.map(plain)));
    expect(asked.filter((question) => written.has(question))).toEqual([]);
    const heldOut = new Set(asked);
    for (let seed = 0; seed < 2000; seed++) {
      for (const { content } of freehold.generate(new Random(seed))) expect(heldOut.has(plain(content))).toBe(false);
    }
  });

  it('is answered by every answer of its topic, and by few others', () => {
    for (const { id, all } of blocks) {
      const right = (answer: string) =>
        all.every((group) => group.some((text) => answer.toLowerCase().includes(text.toLowerCase())));
      const topic = topics.find((one) => one.id === id);
      expect(topic, id).toBeDefined();
      for (const answer of topic!.answers) expect(right(answer), `${id}: ${answer}`).toBe(true);
      const others = topics.filter((one) => one.id !== id && one.answers.some(right));
      expect(others.length, `${id} fits ${others.map((one) => one.id).join(', ')}`).toBeLessThan(topics.length / 20);
    }
  });

  it('asks in words that the corpus teaches', () => {
    const taught = new Set(
      topics.flatMap(({ questions, answers }) => plain([...questions, ...answers].join(' ')).split(' ')),
    );
    const strange = cases.flatMap(({ messages }) => plain(messages[0]!.content).split(' '));
    expect(strange.filter((word) => !taught.has(word))).toEqual([]);
  });
});
