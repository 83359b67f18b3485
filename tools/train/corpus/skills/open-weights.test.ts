/** Checks the conversations on open weights and on Ember, and that the evaluation's questions are held out. */
import { describe, expect, it } from 'vitest';
import { openWeightsCases } from '../../evaluation/open-weights.ts';
import { parseQuestions } from '../../evaluation/questions.ts';
import { readFileSync } from 'node:fs';
import { Random } from '../random.ts';
import { readLines, readTopics } from '../read-text.ts';
import { splitOf } from '../split.ts';
import { ember } from './ember.ts';
import { openWeights } from './open-weights.ts';

const topics = [...readTopics('open-weights'), ...readTopics('ember')];
const blocks = parseQuestions(readFileSync('tools/train/evaluation/text/open-weights.txt', 'utf8'), 'open-weights.txt');

/** What makes two messages the same to a reader. */
const words = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, ' ')
    .trim();

describe.each([ember, openWeights])('$name', (skill) => {
  const conversations = Array.from({ length: 1000 }, (_, seed) => skill.generate(new Random(seed)));

  it('makes well-formed conversations', () => {
    for (const turns of conversations) {
      expect(turns.map(({ role }) => role)).toEqual(turns.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')));
      expect(turns.length % 2).toBe(0);
      const all = turns.map(({ content }) => content);
      expect(all.every((content) => content.trim() !== '' && !/undefined|[{]name[}]/u.test(content))).toBe(true);
      expect(all.join('').length).toBeLessThan(3000);
    }
  });

  it('makes the same conversation of the same seed', () => {
    expect(skill.generate(new Random(5))).toEqual(conversations[5]);
  });

  it('never says what the evaluation asks', () => {
    const asked = new Set(openWeightsCases().flatMap(({ messages }) => messages.map(({ content }) => words(content))));
    const said = conversations.flatMap((turns) => turns.map(({ content }) => words(content)));
    expect(said.filter((message) => asked.has(message))).toEqual([]);
  });
});

describe('the topics', () => {
  it('ask each question in one topic only', () => {
    const seen = new Map<string, string>();
    const doubled = topics.flatMap(({ id, questions }) =>
      questions.filter((question) => {
        const earlier = seen.get(words(question));
        seen.set(words(question), id);
        return earlier !== undefined;
      }),
    );
    expect(doubled).toEqual([]);
  });

  it('keep to plain ASCII, at least six questions and at most two answers', () => {
    for (const { id, questions, answers } of topics) {
      expect([...questions, ...answers].join(''), id).toMatch(/^[\n\x20-\x7e]*$/u);
      expect(questions.length, id).toBeGreaterThan(4);
      expect(answers.length, id).toBeLessThan(3);
    }
  });
});

describe('the evaluation', () => {
  it('has enough cases, each with its own question', () => {
    const questions = openWeightsCases().map(({ messages }) => words(messages[0]!.content));
    expect(questions.length).toBeGreaterThanOrEqual(120);
    expect(new Set(questions).size).toBe(questions.length);
  });

  it('asks for what every answer of the topic holds', () => {
    for (const { id, all } of blocks) {
      const topic = topics.find((one) => one.id === id);
      expect(topic, id).toBeDefined();
      for (const answer of topic!.answers) {
        const missing = all.filter((group) => !group.some((text) => answer.toLowerCase().includes(text.toLowerCase())));
        expect(missing, `${id}: ${answer}`).toEqual([]);
      }
    }
  });

  it('asks no question of the corpus', () => {
    const trained = new Set(
      topics.flatMap(({ questions, followUps }) =>
        [...questions, ...followUps.flatMap((one) => one.questions)].map((question) => words(question)),
      ),
    );
    expect(blocks.flatMap(({ questions }) => questions).filter((question) => trained.has(words(question)))).toEqual([]);
  });

  it('takes Ember only for those whose names are held out', () => {
    const trained = ['assistants', 'companies']
      .flatMap((name) => readLines(`ember/names/${name}.txt`))
      .filter((name) => splitOf(name) === 'train');
    const asked = openWeightsCases().slice(-10);
    expect(
      asked.map(({ messages }) => messages[0]!.content).filter((text) => trained.some((name) => text.includes(name))),
    ).toEqual([]);
  });
});
