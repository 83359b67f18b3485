import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { POEMS, poems } from './poems.ts';

const CONVERSATIONS = Array.from({ length: 2000 }, (_, seed) => poems.generate(new Random(seed)));

describe('the poems skill', () => {
  it('has fifty hand-written poems or more, each on its own topic, of four to eight lines', () => {
    expect(POEMS.length).toBeGreaterThanOrEqual(50);
    expect(new Set(POEMS.map(({ topic }) => topic)).size).toBe(POEMS.length);
    for (const { text } of POEMS) {
      expect(text.split('\n').length).toBeGreaterThanOrEqual(4);
      expect(text.split('\n').length).toBeLessThanOrEqual(8);
      expect(text).toMatch(/^[\x20-\x7e\n]+$/u);
    }
  });

  it('makes well formed conversations', () => {
    for (const turns of CONVERSATIONS) {
      expect(turns.map(({ role }) => role[0]).join('')).toMatch(/^(?:ua)+$/u);
      const text = turns.map(({ content }) => content).join('\n');
      expect(text).not.toMatch(/undefined|[{}]/u);
      expect(text.length).toBeLessThan(3000);
      expect(turns.every(({ content }) => content.trim() !== '')).toBe(true);
    }
  });

  it('names the topic of the forms', () => {
    const anna = CONVERSATIONS.filter((turns) => /^Write a poem for /u.test(turns[0]!.content));
    expect(anna.length).toBeGreaterThan(0);
    for (const [asked, answer] of anna) {
      expect(answer!.content).toContain(asked!.content.slice('Write a poem for '.length, -1));
    }
  });

  it('makes the same of the same seed', () => {
    expect(poems.generate(new Random(5))).toEqual(poems.generate(new Random(5)));
  });
});
