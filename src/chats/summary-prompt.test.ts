import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packPieces, summaryPrompt, transcript } from './summary-prompt.ts';
import { attachment, message } from './testing/samples.ts';

const count = (text: string) => Promise.resolve(text.length);

describe('a summary', () => {
  it('is asked for with who said what, files and all', () => {
    const turns = [
      message('Hi', null, { attachments: [attachment('a.txt', 'alpha')] }),
      message('', 'Hi', { role: 'assistant' }),
      message('cut', 'Hi', { role: 'break' }),
      message('Hello', 'Hi', { role: 'assistant' }),
    ];
    expect(transcript(turns)).toEqual([
      'Person: Attached file 1 of 1: a.txt (text)\n```\nalpha\n```\n\nHi',
      'Assistant: Hello',
    ]);
  });

  it('takes over the notes on earlier pieces', () => {
    expect(summaryPrompt('', 'Person: Hi')).not.toContain('what came before');
    expect(summaryPrompt('They met.', 'Person: Hi')).toMatch(/what came before[^]*They met\.[^]*Person: Hi/);
  });
});

describe('packPieces', () => {
  it('joins what fits and cuts what does not', async () => {
    expect(await packPieces(['aa', 'bb', 'cccc'], 6, count)).toEqual(['aa\n\nbb', 'cccc']);
    expect(await packPieces(['abcdefgh', 'x'], 4, count)).toEqual(['abcd', 'efgh', 'x']);
    expect(await packPieces([], 4, count)).toEqual([]);
  });

  it('loses nothing, keeps the order, and stays within the budget', async () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '😀'), minLength: 1 }));
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 4, max: 20 }), async (parts, budget) => {
        const pieces = await packPieces(parts, budget, count);
        expect(pieces.join('').replaceAll('\n', '')).toBe(parts.join(''));
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(budget);
      }),
    );
  });
});
