/** Recall: what was said is given back exactly, as last corrected; what was not said is not made up. */
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../example.ts';
import { Random } from '../random.ts';
import { drawValue } from './recall/values.ts';
import { recall, RECALL_SOURCE, recalled } from './recall.ts';

function conversation(seed: number): Conversation {
  return recall.generate(new Random(seed));
}

/** The user's messages before the last question, and the text that comes with it. */
function saidByUser(turns: Conversation): string {
  return turns
    .filter(({ role }) => role === 'user')
    .map(({ content }) => content)
    .join('\n');
}

describe('the kinds of things to recall', () => {
  it('are many, each with enough phrasings', () => {
    expect(RECALL_SOURCE.kinds.length).toBeGreaterThanOrEqual(15);
    for (const { id, said, asked, corrected, replies, answers, absents } of RECALL_SOURCE.kinds) {
      expect(Math.min(said.length, asked.length), id).toBeGreaterThanOrEqual(8);
      expect(corrected.length, id).toBeGreaterThanOrEqual(3);
      expect(
        [replies.length, answers.length, absents.length].every((count) => count > 0),
        id,
      ).toBe(true);
    }
  });

  it('have no question in common', () => {
    const asked = RECALL_SOURCE.kinds.flatMap((kind) => kind.asked);
    expect(asked.filter((phrase, index) => asked.indexOf(phrase) !== index)).toEqual([]);
  });

  it('draw other values for the evaluation', () => {
    const random = new Random(3);
    const sources = new Set(
      RECALL_SOURCE.kinds.map(({ source }) => source).filter((source) => source !== 'smallNumber'),
    );
    for (const source of sources) {
      const [train, heldOut] = (['train', 'held-out'] as const).map((split) =>
        Array.from({ length: 40 }, () => drawValue(random, split, source)),
      );
      expect(new Set(heldOut).size, source).toBeGreaterThanOrEqual(3);
      expect(
        heldOut!.filter((value) => train!.includes(value)),
        source,
      ).toEqual([]);
    }
  });
});

describe('the conversations of recall', () => {
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

  it('give what the person said, the last of it, and nothing that was not said', () => {
    for (let seed = 0; seed < 2000; seed++) {
      const { turns, given, other } = recalled(new Random(seed));
      const said = saidByUser(turns).toLowerCase();
      const answer = turns.at(-1)!.content;
      for (const { slots } of given) {
        expect(answer.toLowerCase()).toContain(slots.value.toLowerCase());
        expect(said).toContain(slots.value.toLowerCase());
        const later = other
          .filter(({ kind }) => kind === given[0]!.kind)
          .map((one) => said.lastIndexOf(one.slots.value.toLowerCase()));
        expect(later.every((at) => at < said.lastIndexOf('\n'))).toBe(true);
      }
      if (given.length === 0) expect(answer).toMatch(/^You have not told me/u);
    }
  });
});
