/**
 * Whether llama.cpp reads each quantised type as our definition does. Only the embedding matrix is quantised: its rows
 * are looked up, never multiplied, so that llama.cpp rounds nothing to int8 and must answer as it does on an F32 copy of
 * the numbers that our definition gives. Says nothing of our kernels; those are held to the definition.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GGUF_QUANT_TYPES, type QuantType } from '../../shaders/quant/types.ts';
import { dequantizedCopy } from '../testing/dequantized-copy.ts';
import { randomModel, type RandomModel } from '../testing/random-model.ts';
import { randomBits, randomWeights } from '../testing/random-weights.ts';
import { testVocabulary } from '../testing/test-vocabulary.ts';
import { writeGguf } from '../testing/write-gguf.ts';
import { type LlamaCpp, openLlamaCpp } from './llama-cpp.ts';

const WIDTH = 256;

/** Most of the vocabulary's characters and pieces: each is a row of codes and packed scales. */
const PROMPT =
  'The sting of her tongue: (42% of) 1,357 & 6890 "JUMPED" over; lazy dogs {vex} a quick brown fox? ' +
  'Why not = [yes]! AaBbCcDd EeFfGgHh IiKkLlMm NnOoPpQq RrSsTtUu VvWwXxYyZz ~#$*+-/<>@^_`|';

/**
 * Measured for F16, BF16 and five quantised types: no difference at all. Where one weight in 256 is wrong by a seventy-fifth
 * of their deviation (the last bit of Q8_0), another token soon is the likeliest.
 */
const BAR = 1e-4;

/** A small model in F32 but for its embedding. */
function embeddingOnly(type: QuantType): RandomModel {
  const { metadata, tensors } = randomModel({ layers: 1, embedding: WIDTH, feedForward: 320 });
  return {
    metadata,
    tensors: tensors.map((tensor) => {
      if (tensor.name !== 'token_embd.weight') return tensor;
      const shape = tensor.shape.map(Number);
      return { ...tensor, type, bytes: randomWeights(type, shape, 3 / Math.sqrt(WIDTH), randomBits(5)) };
    }),
  };
}

let llamaCpp: LlamaCpp;
beforeAll(async () => {
  llamaCpp = await openLlamaCpp();
}, 60_000);
afterAll(async () => {
  await llamaCpp?.close();
});

describe('llama.cpp reads the weights that our definition gives', () => {
  test.each(GGUF_QUANT_TYPES.filter((type) => type !== 'F32'))(
    '%s',
    async (type) => {
      const model = embeddingOnly(type);
      const request = { prompt: PROMPT, tokens: 8, excludedIds: testVocabulary().highByteIds };
      const ours = await llamaCpp.answer(writeGguf(dequantizedCopy(model)), request);
      const theirs = await llamaCpp.answer(writeGguf(model), request);
      expect(theirs.promptTokens).toBeGreaterThan(100);
      expect(theirs.tokens).toHaveLength(8);
      for (const [position, { top }] of theirs.tokens.entries()) {
        const known = new Map(ours.tokens[position]!.top.map(({ id, logprob }) => [id, logprob]));
        for (const { id, logprob } of top) expect(Math.abs(known.get(id)! - logprob)).toBeLessThan(BAR);
      }
    },
    60_000,
  );
});
