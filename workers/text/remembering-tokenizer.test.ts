import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rememberingTokenizer } from './remembering-tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';

/** A token for each unit; a beginning has one before it. Notes what it is asked. */
function counted(): { tokenizer: Tokenizer; asked: string[] } {
  const asked: string[] = [];
  const tokenizer: Tokenizer = {
    vocabularySize: 65536,
    addBos: false,
    bosId: null,
    endIds: new Set(),
    encode(text, continues = false) {
      asked.push(text);
      return [...(continues ? [] : [0]), ...text.split('').map((unit) => unit.charCodeAt(0))];
    },
    tokenBytes: () => new Uint8Array(),
    spelling: () => '',
  };
  return { tokenizer, asked };
}

describe('rememberingTokenizer', () => {
  it('asks once for a text in a place, and gives nobody its own list', () => {
    const { tokenizer, asked } = counted();
    const { encode } = rememberingTokenizer(tokenizer);
    encode('ab').push(7);
    expect([encode('ab'), encode('ab', true), encode('ab', true)]).toEqual([
      [0, 97, 98],
      [97, 98],
      [97, 98],
    ]);
    expect(asked).toEqual(['ab', 'ab']);
  });

  it('forgets what was used longest ago', () => {
    const { tokenizer, asked } = counted();
    // A letter takes 2 units and its ids 4.
    const { encode } = rememberingTokenizer(tokenizer, 12);
    for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) encode(text);
    expect(asked).toEqual(['a', 'b', 'c', 'b']);
  });

  it('keeps nothing of a text that is too long', () => {
    const { tokenizer, asked } = counted();
    const { encode } = rememberingTokenizer(tokenizer, 12);
    expect(encode('x'.repeat(100))).toHaveLength(101);
    encode('x'.repeat(100));
    expect(asked).toHaveLength(2);
  });

  it('gives what the tokenizer gives, whatever it remembers', () => {
    const texts = fc.array(fc.tuple(fc.string({ maxLength: 4 }), fc.boolean()), { maxLength: 30 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 40 }), (asked, unitsMax) => {
        const { tokenizer } = counted();
        const { encode } = rememberingTokenizer(tokenizer, unitsMax);
        for (const [text, continues] of asked) {
          expect(encode(text, continues)).toEqual(tokenizer.encode(text, continues));
        }
      }),
    );
  });
});
