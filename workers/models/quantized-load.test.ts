/** Weights made smaller while they are loaded: the same numbers as a file that was made smaller before. */
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Variant } from '../../shaders/kernel.ts';
import { isQuantType, quantFormats } from '../../shaders/quant/format.ts';
import { quantizeReference } from '../../shaders/quantize.ref.ts';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { type RandomModel, randomModel } from '../../tools/testing/random-model.ts';
import { sparseSource } from '../../tools/testing/sparse-source.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { quantizeQ8 } from '../../tools/train/quantize.ts';
import type { EngineOptions } from '../engines/declare-model.ts';
import { decodeWithLogprobs } from '../engines/logprobs.ts';
import { NativeEngine } from '../engines/native.ts';
import type { ModelFile } from '../format/model-file.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { PipelineCache } from '../gpu/pipeline-cache.ts';
import { MemoryPlan } from '../graph/slot.ts';
import { DEFAULT_SAMPLER } from '../protocol/engine.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { uploadWeights } from './upload.ts';
import { matrixType, Weights } from './weights.ts';

const PLAIN: Variant = { real: 'f32', reduction: 'thread' };
const GREEDY = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };
const SIZES = { layers: 1, embedding: 96, feedForward: 160, heads: 4, kvHeads: 2, contextLength: 64 } as const;
const PROMPT = Array.from({ length: 12 }, (_, index) => 270 + ((index * 31) % 200));
const FORCED = [377, 423, 345];
/** Drivers in software compile a kernel for seconds. */
const COMPILING_MS = 240_000;

const gpu = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const present = gpu instanceof Gpu;
if (!present) console.warn('SKIPPED: no SwiftShader here, no model was made smaller while it was loaded.');
afterAll(() => {
  if (present) gpu.destroy();
});

const load = (model: RandomModel, options: EngineOptions): Promise<NativeEngine> =>
  NativeEngine.load(gpu as Gpu, bytesSource(writeGguf(model)), 'random.gguf', { variant: PLAIN, ...options });

async function logprobs(model: RandomModel, options: EngineOptions = {}): Promise<number[]> {
  const engine = await load(model, options);
  const top = engine.model.shape.vocabularySize;
  const run = await decodeWithLogprobs(engine, PROMPT, { sampler: GREEDY, maxTokens: 4, top, forced: FORCED });
  engine.dispose();
  return run.positions.flatMap(({ top: all }) => [...all].sort((a, b) => a.id - b.id).map(({ logprob }) => logprob));
}

/** The model as a file whose matrices are of another type. */
function quantizedCopy(
  model: RandomModel,
  type: 'Q8_0' | 'Q4_0',
  blocks: (weights: Float32Array) => Uint8Array,
): RandomModel {
  const tensors = model.tensors.map((tensor) => {
    if (tensor.shape.length === 1 || typeof tensor.type !== 'string' || !isQuantType(tensor.type)) return tensor;
    const count = tensor.shape.reduce<number>((product, size) => product * Number(size), 1);
    return { ...tensor, type, bytes: blocks(quantFormats[tensor.type].dequantize(tensor.bytes, count)) };
  });
  return { ...model, tensors };
}

describe.runIf(present)('a model loaded smaller', () => {
  test('F32 as Q8_0 gives the logits of the Q8_0 file that our tools write', { timeout: COMPILING_MS }, async () => {
    const model = randomModel({ ...SIZES, type: 'F32', biases: true });
    const expected = await logprobs(quantizedCopy(model, 'Q8_0', quantizeQ8));
    expect(await logprobs(model, { quantize: 'Q8_0' })).toEqual(expected);
    expect(await logprobs(model)).not.toEqual(expected);
  });

  test('BF16 and F16 as Q4_0, cut into shards, give those of the Q4_0 file', { timeout: COMPILING_MS }, async () => {
    const half = randomModel({ ...SIZES, type: 'F16' });
    const base = randomModel({ ...SIZES, type: 'BF16' });
    const tensors = base.tensors.map((tensor) =>
      /attn_v|ffn_up/.test(tensor.name) ? half.tensors.find(({ name }) => name === tensor.name)! : tensor,
    );
    const model = { ...base, tensors };
    const copy = quantizedCopy(model, 'Q4_0', (weights) => quantizeReference('Q4_0', weights));
    const expected = await logprobs(copy);
    expect(await logprobs(model, { quantize: 'Q4_0', bindingBytes: 8000 })).toEqual(expected);
  });

  test('takes the memory that the smaller type takes, and says so', { timeout: COMPILING_MS }, async () => {
    const model = randomModel({ ...SIZES, type: 'F32' });
    const weights: number[] = [];
    for (const quantize of [null, 'Q8_0', 'Q4_0'] as const) {
      const engine = await load(model, { quantize });
      expect(engine.model.quantized).toBe(quantize);
      weights.push(engine.model.gpuBytes.weights);
      engine.dispose();
    }
    expect(weights[1]! / weights[0]!).toBeLessThan(0.29);
    expect(weights[2]! / weights[0]!).toBeLessThan(0.17);
  });

  test(
    'what is quantized already is left alone, and a whole model of it refused',
    { timeout: COMPILING_MS },
    async () => {
      const model = randomModel({ ...SIZES, embedding: 128, type: 'Q4_0' });
      await expect(load(model, { quantize: 'Q8_0' })).rejects.toMatchObject({
        name: 'SettingInvalid',
        message: expect.stringMatching(/could be made smaller to Q8_0.*got Q4_0/) as string,
      });
      const embedding = randomModel({ ...SIZES, embedding: 128, type: 'F16' }).tensors[0]!;
      const mixed = { ...model, tensors: [embedding, ...model.tensors.slice(1)] };
      const copy = quantizedCopy({ ...mixed, tensors: [embedding] }, 'Q8_0', quantizeQ8);
      const expected = await logprobs({ ...model, tensors: [...copy.tensors, ...model.tensors.slice(1)] });
      expect(await logprobs(mixed, { quantize: 'Q8_0' })).toEqual(expected);
    },
  );

  test('needs no more than a slice besides its planes', { timeout: COMPILING_MS }, async () => {
    const device = gpu as Gpu;
    const [rows, columns] = [5000, 1024];
    const byteLength = rows * columns * 4;
    const tensor = { name: 'output.weight', type: 'F32', shape: [rows, columns], byteOffset: 0, byteLength };
    const source = sparseSource(byteLength, []);
    const read = vi.spyOn(source, 'read');
    const file: ModelFile = {
      container: 'gguf',
      metadata: new Map(),
      tensors: new Map([[tensor.name, tensor]]),
      source,
    };
    const memory = new MemoryPlan();
    const weights = new Weights(file, memory, 2 ** 27, 'Q4_0');
    weights.matrix(tensor.name, rows, columns);
    await memory.allocate(device);
    const created = vi.spyOn(device, 'createBuffer');
    await uploadWeights(device, PipelineCache.of(device), source, weights, () => undefined);
    const scratch = created.mock.calls.reduce((sum, [, bytes]) => sum + bytes, 0);
    created.mockRestore();
    memory.release(device);
    // 16 bytes say where a slice's rows go; the 16 others would be a table, which F32 needs none of.
    expect(scratch).toBeLessThanOrEqual(8 * 2 ** 20 + 32);
    expect(Math.max(...read.mock.calls.map(([, length]) => length))).toBeLessThanOrEqual(8 * 2 ** 20);
    expect(read.mock.calls.reduce((sum, [, length]) => sum + length, 0)).toBe(byteLength);
  });
});

test('matrices that choose, place or norm, and rows of no whole blocks, keep their type', () => {
  const of = (name: string, type: string, columns: number): string =>
    matrixType({ name, type, shape: [8, columns], byteOffset: 0, byteLength: 0 }, 'Q4_0');
  expect(of('blk.0.ffn_up.weight', 'BF16', 64)).toBe('Q4_0');
  expect(of('token_embd.weight', 'F16', 64)).toBe('Q4_0');
  expect(of('blk.0.ffn_gate_inp.weight', 'F32', 64)).toBe('F32');
  expect(of('position_embd.weight', 'F32', 64)).toBe('F32');
  expect(of('blk.0.attn_k_norm.weight', 'F32', 64)).toBe('F32');
  expect(of('blk.0.ffn_up.weight', 'F32', 80)).toBe('F32');
  expect(of('blk.0.ffn_up.weight', 'Q6_K', 256)).toBe('Q6_K');
});
