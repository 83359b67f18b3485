import { describe, expect, it } from 'vitest';
import { isRight } from '../../evaluation/judge.ts';
import { storyCases } from '../../evaluation/stories.ts';
import { Random } from '../random.ts';
import { splitOf } from '../split.ts';
import { allAsks } from './stories/asks.ts';
import { type Cast, drawCast } from './stories/cast.ts';
import { PLOTS, tellPlot, tellShort } from './stories/plots.ts';
import { mentions, withArticle } from './stories/slots.ts';
import { type Story, TALES, tellTale } from './stories/tales.ts';
import { stories } from './stories.ts';

const TRAIN = { kind: 'train', name: 'train', place: 'train' } as const;
const CONVERSATIONS = Array.from({ length: 2000 }, (_, seed) => stories.generate(new Random(seed)));

/** Passes if the story would pass the evaluation with the hero, the name and the place of this cast. */
function isGood({ text }: Story, cast: Cast): boolean {
  return [cast.kind, cast.name].every((hero) => {
    const expected = { kind: 'story', hero, place: cast.place.bare } as const;
    return isRight({ text, ended: true }, expected);
  });
}

function sentences(text: string): number {
  return text.split(/[.!?]"?\s+(?=["A-Z])/u).length;
}

describe('hand-written stories', () => {
  it('are many, each of its own', () => {
    expect(TALES.length).toBeGreaterThanOrEqual(160);
    expect(new Set(TALES.map(({ text }) => text)).size).toBe(TALES.length);
    expect(new Set(TALES.map(({ title }) => title)).size).toBe(TALES.length);
    for (const { text } of TALES) expect(text).toMatch(/^[\x20-\x7e]+$/u);
  });

  it('are whole with any cast', () => {
    const random = new Random(1);
    for (let i = 0; i < 400; i++) {
      const cast = drawCast(random, TRAIN);
      const story = tellTale(random, cast);
      expect(isGood(story, cast), story.text).toBe(true);
    }
  });
});

describe('stories of plots', () => {
  it('are of twelve plots or more, and whole with any cast', () => {
    expect(PLOTS.length).toBeGreaterThanOrEqual(12);
    const random = new Random(2);
    for (let i = 0; i < 400; i++) {
      const { story, cast } = tellPlot(random, drawCast(random, TRAIN));
      expect(isGood(story, cast), story.text).toBe(true);
    }
  });

  it('have three sentences where these are asked for', () => {
    const random = new Random(3);
    for (let i = 0; i < 400; i++) {
      const cast = drawCast(random, TRAIN);
      const story = tellShort(random, cast);
      expect(isGood(story, cast), story.text).toBe(true);
      expect(sentences(story.text), story.text).toBe(3);
    }
  });

  it('keep the thing that was asked for', () => {
    const random = new Random(4);
    for (let i = 0; i < 200; i++) {
      const given = drawCast(random, TRAIN);
      expect(mentions(tellPlot(random, given, true).story.text, given.thing.words)).toBe(true);
    }
  });
});

describe('the stories skill', () => {
  it('makes well formed conversations', () => {
    for (const turns of CONVERSATIONS) {
      expect(turns.map(({ role }) => role[0]).join('')).toMatch(/^(?:ua)+$/u);
      const text = turns.map(({ content }) => content).join('\n');
      expect(text).not.toMatch(/undefined|\{[a-zA-Z]|\}| {2}|\ba (?!one)[aeio]\w/u);
      expect(text.length).toBeLessThan(3000);
      expect(turns.every(({ content }) => content.trim() !== '')).toBe(true);
    }
  });

  it('makes the same of the same seed', () => {
    expect(stories.generate(new Random(5))).toEqual(stories.generate(new Random(5)));
  });

  it('knows the articles', () => {
    expect(['fox', 'owl', 'unicorn', 'one-eyed cat', 'ugly duck'].map(withArticle)).toEqual([
      'a fox',
      'an owl',
      'a unicorn',
      'a one-eyed cat',
      'an ugly duck',
    ]);
  });
});

describe('the evaluation of stories', () => {
  const cases = storyCases();
  const asked = cases.map(({ messages }) => messages[0]!.content);

  it('has enough cases, always the same', () => {
    expect(cases.length).toBeGreaterThanOrEqual(110);
    expect(new Set(asked).size).toBe(cases.length);
    expect(storyCases()).toEqual(cases);
  });

  it('asks for what the message gives', () => {
    for (const { expect: expected, messages } of cases) {
      if (expected.kind !== 'story') throw new Error('not a story');
      expect(messages[0]!.content).toContain(expected.hero);
      expect(messages[0]!.content).toContain(expected.place);
    }
  });

  it('is held out', () => {
    const trained = new Set(CONVERSATIONS.flatMap((turns) => turns.map(({ content }) => content)));
    const ways = new Set(allAsks().map(({ text }) => text));
    expect(asked.some((content) => trained.has(content) || ways.has(content))).toBe(false);
    const names = cases.flatMap(({ expect: expected }) => (expected.kind === 'story' ? [expected.hero] : []));
    expect(names.filter((name) => /^[A-Z]/u.test(name)).every((name) => splitOf(name) === 'held-out')).toBe(true);
  });
});
