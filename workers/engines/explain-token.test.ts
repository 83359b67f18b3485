import { describe, expect, it } from 'vitest';
import { byteTokenizer } from '../../tools/testing/byte-tokenizer.ts';
import { samplerSettings } from '../../tools/testing/sampler-settings.ts';
import { checkPlace, explainToken } from './explain-token.ts';

const { tokenizer } = byteTokenizer(['<|end|>']);
const END = 256;
const [A, B, C] = [0x41, 0x42, 0x43];

/** Logits of the whole vocabulary (257), impossible but for these probabilities. */
function logitsOf(probabilities: Readonly<Record<number, number>>): Float32Array {
  const logits = new Float32Array(257).fill(-1000);
  for (const [id, probability] of Object.entries(probabilities)) logits[Number(id)] = Math.log(probability);
  return logits;
}

describe('explainToken', () => {
  const logits = logitsOf({ [A]: 0.5, [B]: 0.25, [C]: 0.125, [END]: 0.125 });

  it("tells the model's own probabilities, best first", () => {
    const { taken, top } = explainToken(logits, [], samplerSettings(), C, 3, tokenizer);
    expect(top.map(({ id, text, kind, rank }) => [id, text, kind, rank])).toEqual([
      [A, 'A', 'text', 1],
      [B, 'B', 'text', 2],
      [C, 'C', 'text', 3],
    ]);
    for (const [index, probability] of [0.5, 0.25, 0.125].entries()) {
      expect(top[index]!.probability).toBeCloseTo(probability, 6);
      expect(top[index]!.sampledProbability).toBeCloseTo(probability, 6);
    }
    expect(taken).toEqual(top[2]);
  });

  it.each([
    ['top-k', { topK: 2 }, [2 / 3, 1 / 3, null]],
    ['top-p', { topP: 0.7 }, [2 / 3, 1 / 3, null]],
    ['min-p', { minP: 0.4 }, [2 / 3, 1 / 3, null]],
    ['a low temperature', { temperature: 0.5 }, [0.25 / 0.34375, 0.0625 / 0.34375, 0.015625 / 0.34375]],
    ['greed', { temperature: 0, topK: 2 }, [1, null, null]],
  ])('tells what %s leaves', (_what, changes, expected) => {
    const { top } = explainToken(logits, [], samplerSettings(changes), A, 3, tokenizer);
    for (const [index, probability] of expected.entries()) {
      expect(top[index]!.kept).toBe(probability !== null);
      expect(top[index]!.sampledProbability).toBeCloseTo(probability ?? 0, 6);
    }
  });

  it('counts penalties in what was drawn, not in the rank', () => {
    const penalised = samplerSettings({ temperature: 0, presencePenalty: 5, penaltyWindow: 8 });
    const { taken, top } = explainToken(logits, [A], penalised, B, 2, tokenizer);
    expect(taken).toMatchObject({ rank: 2, kept: true, sampledProbability: 1 });
    expect(top[0]).toMatchObject({ id: A, rank: 1, kept: false, sampledProbability: 0 });
  });

  it('names control tokens, and shows bytes that are no text in hex', () => {
    const { top } = explainToken(logitsOf({ [END]: 0.75, 0xe2: 0.25 }), [], samplerSettings(), END, 2, tokenizer);
    expect(top.map(({ text, kind }) => `${kind} ${text}`)).toEqual(['control <|end|>', 'bytes E2']);
  });

  it.each([
    [-1, 3, 10, /There is no such place.*0 to 2, got -1/],
    [3, 3, 10, /There is no such place/],
    [0.5, 3, 10, /There is no such place/],
    [0, 0, 10, /an answer of one token at least/],
    [0, 3, -1, /likeliest tokens is out of range/],
    [0, 3, 1001, /likeliest tokens is out of range/],
  ])('refuses the place %d of %d with %d likeliest', (index, length, top, message) => {
    expect(() => checkPlace(index, length, top)).toThrow(message);
  });
});
