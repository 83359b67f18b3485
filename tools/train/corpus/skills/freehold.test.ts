/** The topics on Freehold are told apart by their questions, name what the code names, and make sound conversations. */
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../../../workers/protocol/errors.ts';
import { DEFAULT_SAMPLER } from '../../../../workers/protocol/engine.ts';
import type { Conversation } from '../example.ts';
import { Random } from '../random.ts';
import { readTopics } from '../read-text.ts';
import { freehold } from './freehold.ts';

const topics = readTopics('freehold');
const texts = topics.flatMap(({ questions, answers, followUps }) => [
  ...[{ questions, answers }, ...followUps].flatMap((one) => [...one.questions, ...one.answers]),
]);

/** A conversation by its seed. */
function conversation(seed: number): Conversation {
  return freehold.generate(new Random(seed));
}

describe('the topics on Freehold', () => {
  it('are many and told apart: no id and no question stands there twice', () => {
    expect(topics.length).toBeGreaterThanOrEqual(130);
    expect(new Set(topics.map(({ id }) => id)).size).toBe(topics.length);
    const questions = topics.flatMap((topic) => topic.questions.map((question) => question.toLowerCase()));
    expect(questions.filter((question, index) => questions.indexOf(question) !== index)).toEqual([]);
  });

  it('have enough phrasings, few answers and plain characters', () => {
    for (const { id, questions, answers } of topics) {
      expect(questions.length, id).toBeGreaterThanOrEqual(8);
      expect(answers.length, id).toBeLessThanOrEqual(2);
    }
    expect(texts.filter((text) => !/^[\x20-\x7e\n]+$/u.test(text))).toEqual([]);
  });

  it('explain every error code', () => {
    const ids = new Set(topics.map(({ id }) => id));
    expect(ERROR_CODES.filter((code) => !ids.has(`err.${code}`))).toEqual([]);
  });

  it('give the defaults that the engine has', () => {
    const { temperature, topK, topP, minP } = DEFAULT_SAMPLER;
    const answer = topics.find(({ id }) => id === 'set.defaults')?.answers[0];
    expect(answer).toContain(`temperature ${temperature}, top-k ${topK}, top-p ${topP} and min-p ${minP}`);
  });
});

describe('the conversations on Freehold', () => {
  it('alternate, say something, and stay short', () => {
    for (let seed = 0; seed < 2000; seed++) {
      const turns = conversation(seed);
      expect(turns.map(({ role }) => role)).toEqual(turns.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')));
      expect(turns.length % 2).toBe(0);
      expect(turns.every(({ content }) => content.trim() !== '' && !content.includes('undefined'))).toBe(true);
      expect(turns.reduce((sum, { content }) => sum + content.length, 0)).toBeLessThan(3000);
    }
  });

  it('are the same for the same seed', () => {
    expect(conversation(7)).toEqual(conversation(7));
    expect(conversation(7)).not.toEqual(conversation(8));
  });
});
