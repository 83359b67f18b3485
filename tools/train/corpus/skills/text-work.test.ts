/** Text work: well-formed conversations, and answers that are computed again here. */
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../example.ts';
import { Random } from '../random.ts';
import * as lists from './text-work/lists-and-words.ts';
import { translate, translateBack } from './text-work/rewriting.ts';
import { readPairs, type Task, THINGS } from './text-work/task.ts';
import { textWork } from './text-work.ts';

function conversation(seed: number): Conversation {
  return textWork.generate(new Random(seed));
}

/** What a task makes of 200 seeds. */
function many(task: Task): ReturnType<Task>[] {
  return Array.from({ length: 200 }, (_, seed) => task(new Random(seed)));
}

/** The list in a request: the longest run of words with commas between. */
function listIn(request: string): string[] {
  const lists = request.match(/(?:[a-z]+, )+[a-z]+/gu) ?? [];
  return lists.sort((a, b) => b.length - a.length)[0]!.split(', ');
}

describe('the pairs written by hand', () => {
  it('are enough, and none stands there twice', () => {
    const least = { polite: 150, shorten: 80, fix: 80, 'words-fixed': 40 };
    for (const [name, count] of Object.entries(least)) {
      const pairs = readPairs(`text-work/${name}.txt`, ' => ');
      expect(pairs.length, name).toBeGreaterThanOrEqual(count);
      expect(new Set(pairs.map(([text]) => text)).size, name).toBe(pairs.length);
      expect(pairs.filter(([text, answer]) => text === answer)).toEqual([]);
    }
    expect(readPairs('text-work/titles.txt', ' :: ').length).toBeGreaterThanOrEqual(80);
  });

  it('shorten what is to be shortened', () => {
    expect(
      readPairs('text-work/shorten.txt', ' => ').filter(([long, short]) => short.length > 0.85 * long.length),
    ).toEqual([]);
  });

  it('name eight different things of sixty kinds, and the seven continents', () => {
    expect(THINGS.size).toBeGreaterThanOrEqual(60);
    for (const [kind, things] of THINGS) expect(new Set(things).size, kind).toBe(things.length);
    expect([...THINGS].filter(([, { length }]) => length < 8).map(([kind]) => kind)).toEqual(['continents']);
  });
});

describe('the answers', () => {
  it('on lists are right', () => {
    for (const { request, answer } of many(lists.sort)) {
      expect(answer.split(', ')).toEqual(listIn(request).sort((a, b) => (a < b ? -1 : 1)));
    }
    for (const { request, answer } of many(lists.reverse))
      expect(answer.split(', ').reverse()).toEqual(listIn(request));
    for (const { request, answer } of many(lists.first)) expect(answer).toBe(`The first is ${listIn(request)[0]!}.`);
    for (const { request, answer } of many(lists.last)) expect(answer).toBe(`The last is ${listIn(request).pop()!}.`);
    for (const { request, answer } of many(lists.countItems)) {
      expect(answer).toBe(`There are ${listIn(request).length} items on the list.`);
    }
  });

  it('on words are right', () => {
    for (const { answer } of many(lists.countLetters)) {
      const [, word, count] = /"(.+)" has (\d+)/u.exec(answer)!;
      expect(word!.length).toBe(Number(count));
    }
    for (const { answer } of many(lists.spell)) {
      const [, word, letters] = /^The word (\w+) is spelled ([A-Z-]+)\.$/u.exec(answer)!;
      expect(letters!.split('-').join('').toLowerCase()).toBe(word);
    }
    for (const { request, answer } of many(lists.upper)) expect(request.toUpperCase()).toContain(answer);
    for (const { request, answer } of many(lists.lower)) expect(request.toLowerCase()).toContain(answer);
    for (const { answer } of many(lists.lower)) expect(answer).toMatch(/^[^A-Z]+$/u);
  });

  it('on translations give back what was asked', () => {
    for (const { request, answer } of many(translate)) expect(request).toContain(/^In (\w+): /u.exec(answer)![1]);
    for (const { request, answer } of many(translateBack)) expect(request).toContain(/^"(.+)" means/u.exec(answer)![1]);
  });
});

describe('the conversations of text work', () => {
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
