/** The same weights in each container give the same logits, through the whole engine. */
import { afterAll, describe, expect, test } from 'vitest';
import type { Variant } from '../../shaders/kernel.ts';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { huggingFaceTwin, jsonFile } from '../../tools/testing/hugging-face-twin.ts';
import { mlcTwin, withoutLowestCode } from '../../tools/testing/mlc-twin.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { nmse } from '../../tools/testing/run-kernel.ts';
import { splitGguf } from '../../tools/testing/split-gguf.ts';
import { SENTENCE_PIECE, SENTENCE_PIECE_CONFIG } from '../../tools/testing/folder-tokenizers.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { DEFAULT_SAMPLER } from '../protocol/engine.ts';
import { bytesSource } from '../source/bytes-source.ts';
import type { ModelBytes } from './load-model.ts';
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

async function logprobs(source: ModelBytes): Promise<number[]> {
  const engine = await NativeEngine.load(gpu as Gpu, source, 'a model', { variant: PLAIN });
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

  test('of safetensors are those of GGUF, whose rows are permuted', { timeout: COMPILING_MS }, async () => {
    const model = randomModel({ ...SIZES, type: 'F16' });
    const expected = await logprobs(bytesSource(writeGguf(model)));
    // A head's values lie in another order, so their sums round differently.
    expect(nmse(await logprobs([...huggingFaceTwin(model, 2), ...TOKENIZER]), expected)).toBeLessThan(1e-11);
  });

  test('of MLC are those of GGUF, whose rows are permuted', { timeout: COMPILING_MS }, async () => {
    const model = withoutLowestCode(randomModel({ ...SIZES, type: 'Q4_0' }));
    const expected = await logprobs(bytesSource(writeGguf(model)));
    expect(nmse(await logprobs([...mlcTwin(model, 'q4f16_1'), ...TOKENIZER]), expected)).toBeLessThan(1e-11);
  });
});
