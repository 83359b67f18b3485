/** Science and how-tos: well-formed conversations; the evaluation's questions are held out and have an answer in the corpus. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Random } from '../corpus/random.ts';
import { readTopics } from '../corpus/read-text.ts';
import { howTo } from '../corpus/skills/how-to.ts';
import { science } from '../corpus/skills/science.ts';
import { parseQuestions } from './questions.ts';
import { scienceCases } from './science.ts';

const topics = [...readTopics('science'), ...readTopics('how-to')];
const cases = scienceCases();
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, ' ')
    .trim();

describe.each([science, howTo])('the skill $name', (skill) => {
  it('makes well-formed conversations, the same of the same seed', () => {
    for (let seed = 0; seed < 1000; seed++) {
      const turns = skill.generate(new Random(seed));
      expect(turns.map(({ role }) => role)).toEqual(turns.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')));
      expect(turns.every(({ content }) => content.trim() !== '' && !content.includes('undefined'))).toBe(true);
      expect(turns.reduce((sum, { content }) => sum + content.length, 0)).toBeLessThan(3000);
      if (seed < 20) expect(skill.generate(new Random(seed))).toEqual(turns);
    }
  });
});

describe('the evaluation of science and how-tos', () => {
  it('asks nothing that the corpus asks', () => {
    const written = new Set(topics.flatMap(({ questions }) => questions.map(plain)));
    const asked = cases.map(({ messages }) => plain(messages[0]!.content));
    expect(asked.filter((question) => written.has(question))).toEqual([]);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeGreaterThanOrEqual(80);
  });

  it('is answered by every answer of its topic', () => {
    for (const { id, all } of parseQuestions(
      readFileSync('tools/train/evaluation/text/science.txt', 'utf8'),
      'science.txt',
    )) {
      const topic = topics.find((one) => one.id === id);
      expect(topic, id).toBeDefined();
      for (const answer of topic!.answers) {
        for (const group of all) {
          expect(
            group.some((text) => answer.toLowerCase().includes(text.toLowerCase())),
            `${id}: ${group.join(', ')}`,
          ).toBe(true);
        }
      }
    }
  });

  it('asks in words that the corpus teaches', () => {
    const taught = new Set(
      topics.flatMap(({ questions, answers }) => plain([...questions, ...answers].join(' ')).split(' ')),
    );
    const strange = cases.flatMap(({ messages }) => plain(messages[0]!.content).split(' '));
    expect(strange.filter((word) => !taught.has(word))).toEqual([]);
  });

  it('sends the person for help where life is at stake', () => {
    for (const { id, answers } of topics.filter((topic) => topic.id.startsWith('aid.'))) {
      for (const answer of answers) expect(answer, id).toMatch(/call|doctor|medical help/iu);
    }
  });
});
