/** Unknown things: what the corpus teaches, what the evaluation asks, and that they share neither names nor phrasings. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Random } from '../corpus/random.ts';
import { readTopics } from '../corpus/read-text.ts';
import { slotsOf } from '../corpus/skills/fill-slots.ts';
import { unknown } from '../corpus/skills/unknown.ts';
import { listed } from '../corpus/unknown/slots.ts';
import { unknownCases } from './unknown.ts';

const generated = Array.from({ length: 2000 }, (_, seed) => unknown.generate(new Random(seed)));
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9{}]+/gu, ' ')
    .trim();

describe('the skill unknown', () => {
  it('makes well-formed conversations', () => {
    for (const turns of generated) {
      expect(turns.length % 2).toBe(0);
      for (const [index, { role, content }] of turns.entries()) {
        expect(role).toBe(index % 2 === 0 ? 'user' : 'assistant');
        expect(content.trim()).not.toBe('');
        expect(content).not.toMatch(/undefined|[{}]|\u0000/u);
      }
      expect(turns.reduce((sum, { content }) => sum + content.length, 0)).toBeLessThan(3000);
    }
  });

  it('makes the same conversation of the same seed', () => {
    for (const seed of [1, 77, 999]) expect(unknown.generate(new Random(seed))).toEqual(generated[seed]);
  });

  it('says "I don\'t know" in each conversation, and often beside something that it knows', () => {
    const unknowns = generated.map((turns) => turns.filter(({ content }) => content.startsWith("I don't know")).length);
    expect(unknowns.filter((count) => count === 0)).toEqual([]);
    expect(generated.filter((turns, index) => turns.length / 2 > unknowns[index]!).length).toBeGreaterThan(400);
  });

  it('has only answers that begin with "I don\'t know", and fills every slot of an answer from its question', () => {
    for (const { id, questions, answers, followUps } of readTopics('unknown')) {
      for (const answer of [...answers, ...followUps.flatMap((one) => one.answers)])
        expect(answer).toMatch(/^I don't know/u);
      const asked = new Set(questions.flatMap((question) => slotsOf(question)));
      for (const slot of answers.flatMap((answer) => slotsOf(answer))) expect([...asked], id).toContain(slot);
    }
  });

  it('has values of both splits for each list', () => {
    const slots = readTopics('unknown').flatMap(({ questions }) => questions.flatMap((question) => slotsOf(question)));
    for (const slot of new Set(slots)) {
      if (listed(slot, 'train').length > 0) expect(listed(slot, 'held-out').length, slot).toBeGreaterThan(0);
    }
  });
});

describe('the evaluation of unknown things', () => {
  const cases = unknownCases();

  it('has many cases, the same each time', () => {
    expect(cases.length).toBeGreaterThanOrEqual(120);
    expect(unknownCases()).toEqual(cases);
  });

  it('asks nothing that the corpus asks, in no phrasing of the corpus', () => {
    const trained = new Set(generated.flat().map(({ content }) => plain(content)));
    expect(cases.map(({ messages }) => plain(messages[0]!.content)).filter((one) => trained.has(one))).toEqual([]);
    const written = new Set(readTopics('unknown').flatMap(({ questions }) => questions.map(plain)));
    const phrasings = readFileSync('tools/train/evaluation/text/unknown.txt', 'utf8').split('\n');
    expect(phrasings.filter((phrasing) => written.has(plain(phrasing)))).toEqual([]);
  });
});
