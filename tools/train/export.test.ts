/** The model file is one that the engine takes, with the weights that went in. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dequantizeQ80 } from '../../shaders/quant/q8-0.ref.ts';
import { readGguf } from '../../workers/format/gguf.ts';
import { summarize } from '../../workers/format/summary.ts';
import { readShape } from '../../workers/models/shape.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import { exportGguf } from './export.ts';
import { type Recipe, SMOKE_RECIPE } from './recipe.ts';
import { trainBpe } from './tokenizer/train-bpe.ts';

const VOCABULARY = trainBpe(new Map(), 256);
const RECIPE: Recipe = {
  ...SMOKE_RECIPE,
  version: 'tiny',
  shape: { ...SMOKE_RECIPE.shape, vocabulary: 259, width: 32, layers: 1, heads: 2, kv_heads: 1, feed_forward: 64 },
};
/** Outer to inner, as the trainer names and orders them. */
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  'token_embd.weight': [259, 32],
  'blk.0.attn_norm.weight': [32],
  'blk.0.attn_q.weight': [32, 32],
  'blk.0.attn_k.weight': [16, 32],
  'blk.0.attn_v.weight': [16, 32],
  'blk.0.attn_output.weight': [32, 32],
  'blk.0.ffn_norm.weight': [32],
  'blk.0.ffn_gate.weight': [64, 32],
  'blk.0.ffn_up.weight': [64, 32],
  'blk.0.ffn_down.weight': [32, 64],
  'output_norm.weight': [32],
};
const TABLE = Object.entries(SHAPES).map(([name, shape]) => ({ name, shape }));
const COUNT = TABLE.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
/** Multiples of 1/128, in each block one that is 127 of them: Q8_0 holds these exactly. */
const WEIGHTS = Float32Array.from({ length: COUNT }, (_, i) => (i % 32 === 0 ? 127 : ((i * 7) % 255) - 127) / 128);
const CORPUS = { conversations: 2, bytes: 100, sha256: 'abc123', before: [{ sha256: 'def456', untilTokens: 9 }] };

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freehold-'));
  await writeFile(join(folder, 'weights.json'), JSON.stringify(TABLE));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function exported(weights: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  await writeFile(join(folder, 'weights.bin'), weights);
  return exportGguf(folder, RECIPE, VOCABULARY, CORPUS);
}

describe('the exported file', () => {
  it('is a model that the engine can run', async () => {
    const bytes = await exported(new Uint8Array(WEIGHTS.buffer));
    const file = await readGguf(bytesSource(bytes));
    const sizes = {
      layers: 1,
      embeddingLength: 32,
      feedForwardLength: 64,
      heads: 2,
      kvHeads: 1,
      headDim: 16,
      vocabularySize: 259,
    };
    expect(summarize(file, 'ember.gguf')).toEqual({
      name: 'Ember',
      fileName: 'ember.gguf',
      fileBytes: bytes.length,
      architecture: 'llama',
      quantization: 'Q8_0',
      parameters: 259 * 32 + 3 * 32 + 2 * 32 * 32 + 2 * 16 * 32 + 3 * 64 * 32,
      contextLength: 1024,
      license: 'mit',
      author: 'Freehold',
      sampling: { temperature: 0.2, minP: 0.1 },
      hasChatTemplate: true,
      sizes: { ...sizes, experts: null },
      unsupported: null,
    });
    expect(readShape(file)).toMatchObject({ ...sizes, rotaryDim: 16 });
    expect(file.metadata.get('freehold.recipe_version')).toBe('tiny');
    expect(file.metadata.get('freehold.corpus_sha256')).toBe('abc123');
    expect(file.metadata.get('freehold.earlier_corpora_sha256')).toEqual(['def456']);
  });

  it('has matrices in Q8_0 and norms in F32, under their names and in their order', async () => {
    const bytes = await exported(new Uint8Array(WEIGHTS.buffer));
    const { tensors } = await readGguf(bytesSource(bytes));
    expect([...tensors.values()].map(({ name, shape }) => [name, shape])).toEqual(Object.entries(SHAPES));
    let offset = 0;
    for (const { name, type, shape, byteOffset, byteLength } of tensors.values()) {
      const count = shape.reduce((product, size) => product * size, 1);
      const stored = bytes.slice(byteOffset, byteOffset + byteLength);
      expect(type, name).toBe(shape.length === 1 ? 'F32' : 'Q8_0');
      const values = type === 'F32' ? new Float32Array(stored.buffer) : dequantizeQ80(stored, count);
      expect(values, name).toEqual(WEIGHTS.slice(offset, offset + count));
      offset += count;
    }
    expect(offset).toBe(COUNT);
  });

  it.each([
    ['a byte', 1, 'output_norm.weight'],
    ['a number', 4, 'output_norm.weight'],
    ['a norm and a number', 33 * 4, 'blk.0.ffn_down.weight'],
    ['everything', COUNT * 4, 'token_embd.weight'],
  ])('is refused where the weights lack %s', async (_, missing, name) => {
    const short = new Uint8Array(WEIGHTS.buffer).subarray(0, COUNT * 4 - missing);
    await expect(exported(short)).rejects.toThrow(new Error(`weights.bin ends inside ${name}`));
  });
});
