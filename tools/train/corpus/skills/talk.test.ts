/** Small talk: well-formed conversations, topics told apart, people named in danger, riddles judged rightly. */
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../example.ts';
import { Random } from '../random.ts';
import { readTopics } from '../read-text.ts';
import { FACTS, JOKES, riddle, RIDDLES } from './talk/fun.ts';
import { talk } from './talk.ts';

const topics = readTopics('talk');

function conversation(seed: number): Conversation {
  return talk.generate(new Random(seed));
}

describe('the topics of small talk', () => {
  it('are many and told apart: no id and no question stands there twice', () => {
    expect(topics.length).toBeGreaterThanOrEqual(120);
    expect(new Set(topics.map(({ id }) => id)).size).toBe(topics.length);
    const questions = topics.flatMap((topic) => topic.questions.map((question) => question.toLowerCase()));
    expect(questions.filter((question, index) => questions.indexOf(question) !== index)).toEqual([]);
  });

  it('have enough phrasings and few answers', () => {
    for (const { id, questions, answers } of topics) {
      expect(questions.length, id).toBeGreaterThanOrEqual(8);
      expect(answers.length, id).toBeLessThanOrEqual(2);
    }
  });

  it('name the emergency number, and what Ember is, wherever there is danger', () => {
    for (const name of ['suicide', 'self-harm', 'danger', 'emergency', 'friend-suicide']) {
      const { answers } = topics.find(({ id }) => id === `feel.${name}`)!;
      for (const answer of answers)
        expect(answer).toMatch(/local emergency number.*only a small program|only a small program.*emergency/u);
    }
  });
});

describe('jokes, riddles and facts', () => {
  it('are enough, each with all its parts', () => {
    expect(JOKES.length).toBeGreaterThanOrEqual(60);
    expect(RIDDLES.length).toBeGreaterThanOrEqual(20);
    expect([...JOKES, ...FACTS].filter(({ subjects, text }) => subjects.length === 0 || text.length < 20)).toEqual([]);
    expect(RIDDLES.filter(({ answer, rightGuesses }) => !rightGuesses.some((guess) => answer.endsWith(guess)))).toEqual(
      [],
    );
  });

  it('judge a guess rightly', () => {
    for (let seed = 0; seed < 300; seed++) {
      const turns = riddle(new Random(seed));
      const { answer } = RIDDLES.find(({ text }) => turns[1]!.content === text)!;
      const guess = answer.replace(/^your /u, 'my ');
      for (const [index, { content }] of turns.entries()) {
        if (content.startsWith('Yes, that is right')) expect(turns[index - 1]!.content).toContain(guess);
        if (content.startsWith('No, it is not')) expect(turns[index - 1]!.content).not.toContain(guess);
      }
    }
  });
});

describe('the conversations of small talk', () => {
  it('alternate, say something, and stay short', () => {
    for (let seed = 0; seed < 2000; seed++) {
      const turns = conversation(seed);
      expect(turns.map(({ role }) => role)).toEqual(turns.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')));
      expect(turns.length % 2).toBe(0);
      expect(turns.every(({ content }) => content.trim() !== '' && !/undefined|[{}]/u.test(content))).toBe(true);
      expect(turns.reduce((sum, { content }) => sum + content.length, 0)).toBeLessThan(3000);
    }
  });

  it('are the same for the same seed', () => {
    expect(conversation(7)).toEqual(conversation(7));
    expect(conversation(7)).not.toEqual(conversation(8));
  });
});
