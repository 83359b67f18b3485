/** The same weights in each container give the same logits, through the whole engine. */
import { afterAll, describe, expect, test } from 'vitest';
import type { Variant } from '../../shaders/kernel.ts';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { huggingFaceTwin, jsonFile } from '../../tools/testing/hugging-face-twin.ts';
import { mlcTwin, withoutLowestCode, withShortScales } from '../../tools/testing/mlc-twin.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { nmse } from '../../tools/testing/run-kernel.ts';
import { sparseSource } from '../../tools/testing/sparse-source.ts';
import { splitGguf } from '../../tools/testing/split-gguf.ts';
import { SENTENCE_PIECE, SENTENCE_PIECE_CONFIG } from '../../tools/testing/folder-tokenizers.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { DEFAULT_SAMPLER } from '../protocol/engine.ts';
import { bytesSource } from '../source/bytes-source.ts';
import type { EngineOptions, ModelBytes } from './load-model.ts';
import { decodeWithLogprobs } from './logprobs.ts';
import { NativeEngine } from './native.ts';

const PLAIN: Variant = { real: 'f32', reduction: 'thread' };
const GREEDY = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };
const SIZES = { layers: 1, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2, contextLength: 64 } as const;
const PROMPT = Array.from({ length: 12 }, (_, index) => 270 + ((index * 31) % 200));
const FORCED = [377, 423, 345];
/** Drivers in software compile a kernel for seconds. */
const COMPILING_MS = 240_000;

const gpu = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const present = gpu instanceof Gpu;
if (!present) console.warn('SKIPPED: no SwiftShader here, containers were not compared through the engine.');
afterAll(() => {
  if (present) gpu.destroy();
});

async function logprobs(source: ModelBytes, options: EngineOptions = {}): Promise<number[]> {
  const engine = await NativeEngine.load(gpu as Gpu, source, 'a model', { variant: PLAIN, ...options });
  const top = engine.model.shape.vocabularySize;
  const run = await decodeWithLogprobs(engine, PROMPT, { sampler: GREEDY, maxTokens: 4, top, forced: FORCED });
  engine.dispose();
  return run.positions.flatMap(({ top: all }) => [...all].sort((a, b) => a.id - b.id).map(({ logprob }) => logprob));
}

const named = (fileName: string, bytes: Uint8Array) => ({ ...bytesSource(bytes), fileName });
const TOKENIZER = [
  jsonFile('tokenizer.json', SENTENCE_PIECE),
  jsonFile('tokenizer_config.json', SENTENCE_PIECE_CONFIG),
];

describe.runIf(present)('logits', () => {
  test('of GGUF in parts are those of the whole file', { timeout: COMPILING_MS }, async () => {
    const model = randomModel({ ...SIZES, type: 'F16' });
    const parts = splitGguf(model, 3).map((bytes, index) => named(`m-0000${index + 1}-of-00003.gguf`, bytes));
    expect(await logprobs(parts)).toEqual(await logprobs(bytesSource(writeGguf(model))));
  });

  test('of GGUF beyond 4 GiB, cut into shards, are those of the small file', { timeout: COMPILING_MS }, async () => {
    const model = randomModel({ ...SIZES, type: 'F16' });
    const expected = await logprobs(bytesSource(writeGguf(model)));
    // The same tensors, each so far from the one before that most lie past 2³² bytes.
    const apart = 1200 * 2 ** 20;
    const spread = model.tensors.map((tensor, index) => ({
      ...tensor,
      bytes: new Uint8Array(0),
      offset: index * apart,
    }));
    const head = writeGguf({ ...model, tensors: spread });
    const runs = model.tensors.map(({ bytes }, index) => [head.length + index * apart, bytes] as const);
    const last = Math.ceil(model.tensors.at(-1)!.bytes.length / 32) * 32;
    const source = sparseSource(head.length + (runs.length - 1) * apart + last, [[0, head], ...runs]);
    expect(source.byteLength).toBeGreaterThan(2 * 2 ** 32);
    expect(await logprobs(source, { bindingBytes: 20_000 })).toEqual(expected);
  });

  test('of safetensors are those of GGUF, whose rows are permuted', { timeout: COMPILING_MS }, async () => {
    const model = randomModel({ ...SIZES, type: 'F16' });
    const expected = await logprobs(bytesSource(writeGguf(model)));
    // A head's values lie in another order, so their sums round differently.
    expect(nmse(await logprobs([...huggingFaceTwin(model, 2), ...TOKENIZER]), expected)).toBeLessThan(1e-11);
  });

  test('of MLC are those of GGUF, whose rows are permuted', { timeout: 3 * COMPILING_MS }, async () => {
    const model = withShortScales(withoutLowestCode(randomModel({ ...SIZES, type: 'Q4_0' })));
    const expected = await logprobs(bytesSource(writeGguf(model)));
    const actual = await logprobs([...mlcTwin(model, 'q4f16_1'), ...TOKENIZER]);
    expect(nmse(actual, expected)).toBeLessThan(1e-11);
    // The same numbers, laid out otherwise: nothing may differ.
    for (const quantization of ['q4f16_0', 'q4f32_1'])
      expect(await logprobs([...mlcTwin(model, quantization), ...TOKENIZER])).toEqual(actual);
  });
});
