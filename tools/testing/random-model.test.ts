import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { halfBits, halfToNumber } from '../../shaders/quant/half.ts';
import { GGUF_QUANT_TYPES } from '../../shaders/quant/types.ts';
import { bfloatBits } from './bfloat.ts';
import { dequantizedCopy } from './dequantized-copy.ts';
import { randomModel, randomModelOfBytes } from './random-model.ts';
import { testVocabulary } from './test-vocabulary.ts';
import { writeGguf } from './write-gguf.ts';

describe.each(GGUF_QUANT_TYPES)('a random model of %s', (type) => {
  const model = randomModel({ type });
  const values = (name: string): Float32Array => {
    const bytes = dequantizedCopy(model).tensors.find((tensor) => tensor.name === name)!.bytes;
    return new Float32Array(bytes.buffer);
  };

  test('has weights of mean 0 and the deviation asked for', () => {
    const weights = values('blk.0.ffn_up.weight');
    const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
    const deviation = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0) / weights.length);
    expect(Math.abs(mean)).toBeLessThan(0.15 / 16);
    expect(deviation).toBeGreaterThan(0.7 / 16);
    expect(deviation).toBeLessThan(1.1 / 16);
  });

  test('gives the tokens that end an answer a logit of 0', () => {
    const { eosId, endOfTurnId } = testVocabulary();
    const output = values('output.weight');
    for (const id of [eosId, endOfTurnId])
      expect(output.subarray(id * 256, (id + 1) * 256).every((weight) => weight === 0)).toBe(true);
  });

  test('is the same for the same seed, and another for another', () => {
    const digest = (seed: number): string =>
      createHash('sha256')
        .update(writeGguf(randomModel({ type, seed })))
        .digest('hex');
    expect(digest(1)).toBe(digest(1));
    expect(digest(2)).not.toBe(digest(1));
  });
});

test('a vocabulary of odd size, in which every piece can be made by merging two', () => {
  const { tokens, types } = testVocabulary();
  expect(tokens).toHaveLength(509);
  const known = new Set(tokens);
  expect(known.size).toBe(509);
  for (const [id, token] of tokens.entries()) {
    if (types[id] !== 1 || token.length === 1) continue;
    const splits = Array.from(token.slice(1), (_, at) => [token.slice(0, at + 1), token.slice(at + 1)] as const);
    expect(splits.some(([left, right]) => known.has(left) && known.has(right))).toBe(true);
  }
});

test('a file of about the bytes asked for', () => {
  const bytes = 12 * 2 ** 20;
  expect(Math.abs(randomModelOfBytes(bytes).length - bytes)).toBeLessThan(0.02 * bytes);
});

test('halves round to the nearest, ties to even', () => {
  for (let bits = 0; bits < 0x7c00; bits += 7) {
    expect(halfBits(halfToNumber(bits))).toBe(bits);
    expect(halfBits(-halfToNumber(bits))).toBe(bits | 0x8000);
  }
  expect(halfBits(1 + 2 ** -11)).toBe(halfBits(1));
  expect(halfBits(1 + 3 * 2 ** -11)).toBe(halfBits(1 + 2 ** -9));
  expect(halfBits(65_519.99)).toBe(0x7bff);
  expect(halfBits(65_520)).toBe(0x7c00);
});

test('bfloat16 keeps the upper half of a float, rounded', () => {
  expect(bfloatBits(1)).toBe(0x3f80);
  expect(bfloatBits(1 + 2 ** -8)).toBe(0x3f80);
  expect(bfloatBits(1 + 3 * 2 ** -8)).toBe(0x3f82);
  expect(bfloatBits(-2)).toBe(0xc000);
});
