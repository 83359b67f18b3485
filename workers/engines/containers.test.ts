/** The same weights in each container give the same logits, through the whole engine. */
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Variant } from '../../shaders/kernel.ts';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import { filesFromDisk, ignoreProgress } from '../../tools/testing/library-case.ts';
import { gptOssConfig, gptOssFolder, gptOssTensors, randomGptOss } from '../../tools/testing/gpt-oss-twin.ts';
import { huggingFaceTwin, jsonFile } from '../../tools/testing/hugging-face-twin.ts';
import { mlcTwin, onThreeBits, withoutLowestCode, withShortScales } from '../../tools/testing/mlc-twin.ts';
import { STABLELM_12B } from '../../tools/testing/random-architectures.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { nmse } from '../../tools/testing/run-kernel.ts';
import { sparseSource } from '../../tools/testing/sparse-source.ts';
import { splitGguf } from '../../tools/testing/split-gguf.ts';
import { SENTENCE_PIECE, SENTENCE_PIECE_CONFIG } from '../../tools/testing/folder-tokenizers.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { DEFAULT_SAMPLER } from '../protocol/engine.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { Library } from '../store/library.ts';
import { openStored, type OpenModel } from '../store/stored-file.ts';
import type { EngineOptions } from './declare-model.ts';
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

/** The files as the store has them once a person has chosen them. */
async function kept(sources: readonly NamedSource[]): Promise<OpenModel> {
  await fakeBrowser();
  const bytes = sources.map(async (source) => [source.fileName, await source.read(0, source.byteLength)] as const);
  const files = filesFromDisk('A model', Object.fromEntries(await Promise.all(bytes)));
  const outcome = await new Library().add(files, ignoreProgress);
  if (outcome.kind !== 'added') throw new Error('paused');
  return openStored(outcome.entry.id);
}

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

  // What the prompt goes beyond: a window, or the context that a model was first trained for.
  const shortened = (architecture: string): Record<string, number> => {
    if (architecture.startsWith('gemma')) return { [`${architecture}.attention.sliding_window`]: 9 };
    return architecture === 'mistral3' ? { 'mistral3.rope.scaling.original_context_length': 5 } : {};
  };

  // Sizes that all differ but where a family's heads are as wide as the embedding.
  const FAMILY = { ...SIZES, embedding: 128, layers: 4, type: 'F16' } as const;
  const FULL_HEADS = ['gpt2', 'gptneox'];
  test.each([
    ...(['mistral3', 'smollm3', 'granite', 'olmo2', 'gemma', 'gemma2', 'gemma3', 'phi2', 'phi3'] as const),
    ...(['stablelm', 'starcoder2', 'gpt2', 'gptneox'] as const),
  ])('of a folder of %s are those of GGUF', { timeout: 2 * COMPILING_MS }, async (architecture) => {
    const kvHeads = FULL_HEADS.includes(architecture) ? FAMILY.heads : FAMILY.kvHeads;
    const model = randomModel({ ...FAMILY, architecture, kvHeads, metadata: shortened(architecture) });
    const expected = await logprobs(bytesSource(writeGguf(model)));
    const actual = await logprobs([...huggingFaceTwin(model, 2), ...TOKENIZER]);
    // Where rows are permuted, a head's values lie in another order; a decimal is not quite the f32 of GGUF.
    expect(nmse(actual, expected)).toBeLessThan(1e-11);
  });

  test('of a folder of StableLM 2 12B are those of GGUF', { timeout: 2 * COMPILING_MS }, async () => {
    const model = randomModel({ ...FAMILY, architecture: 'stablelm', ...STABLELM_12B });
    const expected = await logprobs(bytesSource(writeGguf(model)));
    expect(await logprobs([...huggingFaceTwin(model, 2), ...TOKENIZER])).toEqual(expected);
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

  test.each([
    'mistral3',
    'olmo2',
    'gemma',
    'gemma2',
    'gemma3',
    'phi2',
    'phi3',
    'stablelm',
    'gptneox',
    'gpt2',
    'starcoder2',
  ] as const)('of an MLC folder of %s are those of GGUF', { timeout: 2 * COMPILING_MS }, async (architecture) => {
    const kvHeads = FULL_HEADS.includes(architecture) ? FAMILY.heads : FAMILY.kvHeads;
    const options = { ...FAMILY, kvHeads, type: 'Q4_0', architecture, metadata: shortened(architecture) } as const;
    const model = withoutLowestCode(randomModel(options));
    const expected = await logprobs(bytesSource(writeGguf(model)));
    const actual = await logprobs([...mlcTwin(model, 'q4f16_1'), ...TOKENIZER]);
    expect(nmse(actual, expected)).toBeLessThan(1e-11);
  });

  test('of experts each in a tensor of its own are those of GGUF', { timeout: 2 * COMPILING_MS }, async () => {
    const model = randomModel({ ...SIZES, architecture: 'qwen2moe', type: 'F16' });
    const expected = await logprobs(bytesSource(writeGguf(model)));
    expect(await logprobs([...huggingFaceTwin(model, 2), ...TOKENIZER])).toEqual(expected);
  });

  test(
    'of gpt-oss, whose experts lie in blocks and scales, are those of GGUF',
    { timeout: 2 * COMPILING_MS },
    async () => {
      const model = randomGptOss({ ...SIZES, layers: 2, headDim: 64 });
      const expected = await logprobs(bytesSource(writeGguf(model)));
      const folder = gptOssFolder(gptOssTensors(model), gptOssConfig(model));
      expect(await logprobs([...folder, ...TOKENIZER])).toEqual(expected);
    },
  );

  test('of MLC’s experts are those of GGUF, whose rows are permuted', { timeout: 2 * COMPILING_MS }, async () => {
    const mixtral = randomModel({ ...SIZES, type: 'Q4_0', experts: { count: 5, used: 2 } });
    const model = withoutLowestCode(mixtral);
    const expected = await logprobs(bytesSource(writeGguf(model)));
    expect(nmse(await logprobs([...mlcTwin(model, 'q4f16_1'), ...TOKENIZER]), expected)).toBeLessThan(1e-11);
  });

  test('of MLC in groups of 40, from the store, are those of GGUF in F32', { timeout: 2 * COMPILING_MS }, async () => {
    // Rows of 224 weights: a group ends in blocks of every kind, and in the middle of the last one.
    const model = onThreeBits(randomModel({ ...SIZES, feedForward: 224 }));
    const expected = await logprobs(bytesSource(writeGguf(model)));
    const stored = await kept([...mlcTwin(model, 'q3f16_1'), ...TOKENIZER]);
    expect(stored.summary).toMatchObject({ quantization: 'Q3_G40', unsupported: null });
    const actual = await logprobs(stored.files);
    await stored.release();
    vi.unstubAllGlobals();
    expect(nmse(actual, expected)).toBeLessThan(1e-11);
  });
});
