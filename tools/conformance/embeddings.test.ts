/**
 * Embeddings against llama.cpp: the same small random model in both, the same texts. Ids are compared through llama.cpp
 * itself, which has no call that tells them: of a text and of our ids for it, it must make the very same embedding.
 *
 * As in `llama-cpp.test.ts`, llama.cpp runs on an F32 copy of the weights, so that it rounds nothing to int8.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openNodeEmbedder } from '../node-engine.ts';
import { dequantizedCopy } from '../testing/dequantized-copy.ts';
import { randomModel, type RandomModelOptions } from '../testing/random-model.ts';
import { writeGguf } from '../testing/write-gguf.ts';
import { type LlamaCpp, openLlamaCpp } from './llama-cpp.ts';

/** Minutes on a machine that is busy with other things, seconds on an idle one. */
const CASE_MS = 900_000;

/** Capitals, accents, punctuation, digits, ideographs, what no token spells; the last is longer than a prefill chunk. */
const TEXTS = [
  'Hello',
  'The sting of her tongue: (42% of) 1,357 & 6890 "JUMPED" over; tokenization\'s Caf\u00e9 \u00c5ngstr\u00f6m \u2014 \u4e2d\u6587 ok?',
  'Why not = [yes]! a quick brown fox {vex} the lazy dogs and then some more of it '.repeat(3),
];

/** Of vectors of length 1. */
const LEAST_COSINE = 0.9999;

const SIZES = { embedding: 144, feedForward: 288, heads: 6, kvHeads: 6, layers: 3, contextLength: 512 } as const;

const MODELS: readonly (RandomModelOptions & { readonly title: string })[] = [
  { title: 'bert, first token', architecture: 'bert', ...SIZES },
  {
    title: 'bert in Q8_0, mean, SentencePiece',
    architecture: 'bert',
    ...SIZES,
    embedding: 192,
    type: 'Q8_0',
    tokenizer: 'SentencePiece',
    metadata: { 'bert.pooling_type': 1, 'tokenizer.ggml.add_eos_token': true },
  },
  { title: 'nomic-bert, mean', architecture: 'nomic-bert', ...SIZES },
  {
    title: 'qwen3, last token',
    architecture: 'qwen3',
    ...SIZES,
    kvHeads: 2,
    tied: true,
    metadata: { 'qwen3.pooling_type': 3, 'tokenizer.ggml.add_eos_token': true },
  },
  {
    title: 'qwen2 both ways, mean',
    architecture: 'qwen2',
    ...SIZES,
    kvHeads: 2,
    metadata: { 'qwen2.pooling_type': 1, 'qwen2.attention.causal': false },
  },
];

/** Largest difference of one value of a vector of length 1; measured: 0.0000007. */
const BAR = 1e-5;

/** llama.cpp looks GELU up in a table of f16 on the CPU; measured: 0.00008. */
const GELU_BAR = 5e-4;

/** What was measured, for the table. */
const rows: (readonly string[])[] = [];
const TABLE = new URL('../../workers/models/CONFORMANCE-EMBEDDINGS.md', import.meta.url);

function table(): string {
  const head = ['Model', 'Texts', 'Least cosine', 'Largest difference of a value'];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return `# Embeddings against llama.cpp

Small models of random weights, each run in f32 by Freehold's engine and by llama.cpp (as WebAssembly on the CPU, on an F32 copy of
the weights) over the same texts, whose ids are the same too. Embeddings have the length 1.

Written by \`UPDATE_CONFORMANCE=1 npx vitest run tools/conformance/embeddings.test.ts\`.

${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}
`;
}

let llamaCpp: LlamaCpp;
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'freehold-'));
  llamaCpp = await openLlamaCpp();
}, CASE_MS);
afterAll(async () => {
  await llamaCpp?.close();
  rmSync(folder, { recursive: true, force: true });
  if (process.env['UPDATE_CONFORMANCE'] === '1')
    writeFileSync(TABLE, await format(table(), { parser: 'markdown', printWidth: 120 }));
});

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, index) => sum + value * b[index]!, 0);
}

describe('llama.cpp and this engine, text by text', () => {
  test.each(MODELS)(
    '$title',
    async ({ title, ...options }) => {
      const model = randomModel(options);
      const path = join(folder, 'model.gguf');
      writeFileSync(path, writeGguf(model));
      const { engine, close } = await openNodeEmbedder(path, { variant: { real: 'f32', reduction: 'thread' } });
      try {
        const ids = TEXTS.map((text) => engine.model.textIds(text));
        const reference = await llamaCpp.embed(writeGguf(dequantizedCopy(model)), [...TEXTS, ...ids]);
        const differences: number[] = [];
        const cosines: number[] = [];
        for (const [index, text] of TEXTS.entries()) {
          const ofText = reference[index]!;
          expect(ids[index]).toHaveLength(ofText.promptTokens);
          expect(reference[TEXTS.length + index]!.embedding).toEqual(ofText.embedding);
          const ours = await engine.embed(text);
          expect(ours).toHaveLength(ofText.embedding.length);
          cosines.push(dot(ours, ofText.embedding));
          expect(cosines.at(-1)).toBeGreaterThanOrEqual(LEAST_COSINE);
          differences.push(...ours.map((value, at) => Math.abs(value - ofText.embedding[at]!)));
        }
        const largest = Math.max(...differences);
        console.log(`${title}: values differ by ${largest.toExponential(1)} at most`);
        rows.push([title, String(TEXTS.length), Math.min(...cosines).toFixed(7), largest.toFixed(7)]);
        expect(largest).toBeLessThan(options.architecture === 'bert' ? GELU_BAR : BAR);
        // Texts that all embed alike would agree whatever the engine computes.
        expect(dot(reference[0]!.embedding, reference[1]!.embedding)).toBeLessThan(0.99);
      } finally {
        await close();
      }
    },
    CASE_MS,
  );
});
