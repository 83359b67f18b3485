/** The embeddings of transformers.js on WebAssembly, from the ONNX encoder, against our engine's of the same weights. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FeatureExtractionPipeline } from '@huggingface/transformers';
import type { Variant } from '../../shaders/kernel.ts';
import { EmbeddingEngine } from '../../workers/engines/embedding.ts';
import { Gpu } from '../../workers/gpu/gpu.ts';
import { openGpu } from '../../workers/gpu/open-gpu.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import { openNodeGpu } from '../node-gpu.ts';
import { randomModel } from '../testing/random-model.ts';
import { writeGguf } from '../testing/write-gguf.ts';
import { TINY_ENCODER, tinyEncoder } from './folder.ts';
import { loadedOnWasm, openTransformers } from './node-transformers.ts';

const PLAIN: Variant = { real: 'f32', reduction: 'thread' };
/** Drivers in software compile a kernel for seconds, and on a busy machine for minutes. */
const COMPILING_MS = 900_000;

/** Capitals, an accent, punctuation, digits, ideographs, what no token spells, and nothing at all. */
const TEXTS = [
  'Hello',
  "The sting of her tongue: (42% of) 1,357; tokenization's Caf\u00e9 \u2014 \u4e2d\u6587 ok?",
  'Why not = [yes]! a quick brown fox {vex} the lazy dogs',
  'in and on, or of it',
  '',
];

/** Of vectors of length 1. Ours takes GELU by its tanh form, the folder the exact one; measured: 0.99999995. */
const LEAST_COSINE = 0.999999;
/** Of two different texts; measured: 0.978, of the two long ones, whose means are much the same mixture of tokens. */
const MOST_COSINE_OF_OTHERS = 0.99;

const model = randomModel(TINY_ENCODER);
const opened = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const gpu = opened instanceof Gpu ? opened : null;
if (!gpu) console.warn('SKIPPED: no SwiftShader here, the ONNX encoder was not compared with our engine.');
afterAll(() => gpu?.destroy());

let extractor: FeatureExtractionPipeline;
beforeAll(async () => {
  const transformers = await openTransformers({ 'random/bert': await tinyEncoder(model) });
  extractor = await transformers.pipeline('feature-extraction', 'random/bert', loadedOnWasm);
}, COMPILING_MS);
afterAll(() => extractor.dispose());

/** Each of length 1: (texts, embedding). */
async function theirs(texts: readonly string[], pooling: 'mean' | 'cls'): Promise<Float32Array[]> {
  const { data, dims } = await extractor([...texts], { pooling, normalize: true });
  const length = dims[1]!;
  return texts.map((_, index) => (data as Float32Array).slice(index * length, (index + 1) * length));
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}

test('a text among longer ones embeds as it does alone', { timeout: COMPILING_MS }, async () => {
  const together = await theirs(TEXTS, 'mean');
  for (const [index, text] of TEXTS.entries()) {
    const [alone] = await theirs([text], 'mean');
    expect(dot(alone!, together[index]!)).toBeCloseTo(1, 6);
  }
});

describe.runIf(gpu)('our engine', () => {
  test.each([
    ['mean', 1],
    ['cls', 2],
  ] as const)('makes the same embeddings with pooling %s', { timeout: COMPILING_MS }, async (pooling, number) => {
    const source = bytesSource(writeGguf({ ...model, metadata: { ...model.metadata, 'bert.pooling_type': number } }));
    const engine = await EmbeddingEngine.load(gpu!, source, 'random.gguf', { variant: PLAIN });
    const expected = await theirs(TEXTS, pooling);
    const same: number[] = [];
    const others: number[] = [];
    for (const [index, text] of TEXTS.entries()) {
      const ours = await engine.embed(text);
      expected.forEach((embedding, at) => (at === index ? same : others).push(dot(ours, embedding)));
    }
    engine.dispose();
    console.log(
      `${pooling}: cosine of the same text ${Math.min(...same)} at least, of others ${Math.max(...others)} at most`,
    );
    expect(Math.min(...same)).toBeGreaterThanOrEqual(LEAST_COSINE);
    // Texts that all embed alike would agree whatever the engine computes.
    expect(Math.max(...others)).toBeLessThan(MOST_COSINE_OF_OTHERS);
  });
});

test('refuses another architecture', async () => {
  const nomic = randomModel({ ...TINY_ENCODER, architecture: 'nomic-bert' });
  await expect(tinyEncoder(nomic)).rejects.toThrow(/expected BertModel, got NomicBertModel/);
});
