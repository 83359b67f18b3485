import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import type { FriendlyValue } from '../../tools/testing/write-gguf.ts';
import { writeCharsmap } from '../../tools/testing/write-charsmap.ts';
import { readGguf } from '../format/gguf.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { createTokenizer } from './create-tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';
import { unigram } from './unigram.ts';

/** The definition: every way to cut the text into tokens or single unknown characters, and the best sum of them. */
function bestSum(text: string, scores: ReadonlyMap<string, number>, unknownScore: number): number {
  if (text === '') return 0;
  const [first = ''] = text;
  let best = scores.has(first) ? -Infinity : unknownScore + bestSum(text.slice(first.length), scores, unknownScore);
  for (const [token, score] of scores)
    if (text.startsWith(token)) best = Math.max(best, score + bestSum(text.slice(token.length), scores, unknownScore));
  return best;
}

describe('unigram', () => {
  it('finds a way with the best sum of scores', () => {
    const letter = fc.constantFrom('a', 'b', '𝄞', 'é');
    const token = fc.string({ unit: letter, minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(token, fc.integer({ min: -9, max: 0 })), { selector: ([text]) => text, maxLength: 12 }),
        fc.string({ unit: letter, maxLength: 9 }),
        (pieces, text) => {
          const scores = new Map(pieces);
          const tokens = pieces.map(([piece, score], id) => [piece, id, score] as const);
          const byteIds = Array.from({ length: 256 }, (_, byte) => 1000 + byte);
          const ids = unigram({ tokens, worstScore: -9, unknownId: null, byteIds })(text);
          const bytes = ids.flatMap((id) => (id < 1000 ? [...Buffer.from(pieces[id]![0])] : [id - 1000]));
          expect(Buffer.from(bytes).toString()).toBe(text);
          // Each character that was not spelled has its price; its first byte stands for it.
          const price = (id: number): number => (id < 1000 ? pieces[id]![1] : ((id - 1000) & 0xc0) === 0x80 ? 0 : -19);
          const sum = ids.reduce((total, id) => total + price(id), 0);
          expect(sum).toBe(bestSum(text, scores, -19));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('has one unknown token for a run, or the bytes of all of it', () => {
    const tokens = [['a', 0, -1]] as const;
    expect(unigram({ tokens, worstScore: -1, unknownId: 9, byteIds: [] })('xyaéz')).toEqual([9, 0, 9]);
    expect(unigram({ tokens, worstScore: -1, unknownId: null, byteIds: [] })('xa')).toEqual([0]);
    const byteIds = Array.from({ length: 256 }, (_, byte) => 1000 + byte);
    expect(unigram({ tokens, worstScore: -1, unknownId: 9, byteIds })('xaé')).toEqual([1120, 0, 1195, 1169]);
  });

  it('takes 100 kB without a cut', () => {
    const tokens = Array.from({ length: 16 }, (_, length) => ['a'.repeat(length + 1), length, -length - 2] as const);
    expect(unigram({ tokens, worstScore: -17, unknownId: null, byteIds: [] })('a'.repeat(100_000))).toHaveLength(6250);
  });
});

describe('a file with a unigram vocabulary', () => {
  async function create(metadata: Record<string, FriendlyValue> = {}): Promise<Tokenizer> {
    const source = bytesSource(
      writeGguf({
        metadata: {
          'tokenizer.ggml.model': 't5',
          'tokenizer.ggml.tokens': ['<pad>', '</s>', '<unk>', '▁', '▁the', '▁a', 'a', '<mark>', 'fi', '<extra_id_0>'],
          'tokenizer.ggml.scores': { type: 'array', itemType: 'float32', value: [0, 0, 0, -2, -3, -3, -4, 0, -5, 0] },
          'tokenizer.ggml.token_type': [3, 3, 2, 1, 1, 1, 1, 4, 1, 5],
          'tokenizer.ggml.eos_token_id': 1,
          'tokenizer.ggml.add_space_prefix': true,
          'tokenizer.ggml.remove_extra_whitespaces': true,
          ...metadata,
        },
      }),
    );
    return createTokenizer(await readGguf(source));
  }

  it('spells words with a space before each, and spaces once', async () => {
    const { encode, tokenBytes } = await create();
    expect(encode('the  a ')).toEqual([4, 5]);
    expect(new TextDecoder().decode(tokenBytes(4))).toBe(' the');
    expect(encode('   ')).toEqual([]);
  });

  it('keeps spaces where the file does not merge them', async () => {
    const keeps = { 'tokenizer.ggml.remove_extra_whitespaces': false };
    expect((await create(keeps)).encode('a  a')).toEqual([5, 3, 5]);
    expect((await create({ ...keeps, 'tokenizer.ggml.add_space_prefix': false })).encode('a a')).toEqual([6, 5]);
  });

  it('text that continues other text gets no space before it', async () => {
    const { encode } = await create();
    expect(encode('a', true)).toEqual([6]);
    expect(encode(' a', true)).toEqual([5]);
    expect((await create({ 'tokenizer.ggml.remove_extra_whitespaces': false })).encode('a', true)).toEqual([6]);
  });

  it('finds added words, and never makes control or unused tokens of text', async () => {
    const { encode } = await create();
    expect(encode('a<mark>a')).toEqual([5, 7, 5]);
    expect(encode('</s>')).toEqual([3, 2]);
    expect(encode('<extra_id_0>')).toEqual([3, 2, 6, 2]);
  });

  it('normalizes by the file’s table', async () => {
    const charsmap = [...writeCharsmap({ ﬁ: 'fi', Ａ: 'a', '\n': ' ' })];
    const table = { type: 'array', itemType: 'uint8', value: charsmap } as const;
    const { encode } = await create({ 'tokenizer.ggml.precompiled_charsmap': table });
    expect(encode('ﬁ\nＡ')).toEqual([3, 8, 5]);
    const signed = { type: 'array', itemType: 'int8', value: charsmap.map((byte) => (byte << 24) >> 24) } as const;
    expect((await create({ 'tokenizer.ggml.precompiled_charsmap': signed })).encode('ﬁ')).toEqual([3, 8]);
  });
});
