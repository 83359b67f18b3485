/** What a layer costs a decoded token: dispatches, counted from what the graph records. No device is needed. */
import { expect, test } from 'vitest';
import type { Kernel } from '../../shaders/kernel.ts';
import { randomModel, type RandomModelOptions } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { declareModel } from '../engines/declare-model.ts';
import { readGguf } from '../format/gguf.ts';
import { summarize } from '../format/summary.ts';
import type { Pooling } from '../format/embedding-model.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { PipelineCache } from '../gpu/pipeline-cache.ts';
import type { Step } from '../gpu/recorder.ts';
import { bytesSource } from '../source/bytes-source.ts';

const SIZES = { embedding: 64, feedForward: 96, heads: 4, kvHeads: 2, contextLength: 160 } as const;

const gpu = {
  device: { limits: { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 } },
  adapter: { isFallback: true },
  createBuffer: () => ({}),
  createBindGroup: () => ({}),
  withinMemory: (_what: string, _bytes: number, work: () => void) => work(),
} as unknown as Gpu;
const cache = {
  get: <Shape>(kernel: Kernel<Shape>) => Promise.resolve({ label: kernel.name, getBindGroupLayout: () => ({}) }),
} as unknown as PipelineCache;

interface Options extends RandomModelOptions {
  /** Tensors that are kept in F16. */
  readonly finer?: RegExp;
}

/** The kernels of a decoded token's body, in order. */
async function decodeKernels(options: Options, fuses = true): Promise<string[]> {
  const { body } = await decodeProgram(options, fuses);
  return body;
}

/** The kernels of a decoded token, of a model that writes or of one that makes embeddings. */
async function decodeProgram(options: Options, fuses: boolean, pooling: Pooling | null = null) {
  const [model, finer] = [options.type ?? 'F32', 'F16' as const].map((type) =>
    randomModel({ ...SIZES, ...options, type }),
  );
  const tensors = model!.tensors.map((tensor, i) => (options.finer?.test(tensor.name) ? finer!.tensors[i]! : tensor));
  const file = await readGguf(bytesSource(writeGguf({ ...model!, tensors })));
  const variant = { real: 'f32', reduction: 'thread' } as const;
  const declared = await declareModel(gpu, file, summarize(file, 'r.gguf'), pooling, { variant, fuses });
  await declared.graph.memory.allocate(gpu);
  const { decode } = await declared.graph.compile(cache);
  const labels = (steps: readonly Step[]): string[] => steps.map(({ label }) => label);
  return { body: labels(decode.body), head: labels(decode.head) };
}

/** What one layer more adds. */
async function perLayer(options: Options, fuses?: boolean): Promise<number> {
  const [fewer, more] = await Promise.all([2, 3].map((layers) => decodeKernels({ ...options, layers }, fuses)));
  return more!.length - fewer!.length;
}

test.each([
  ['llama', 6],
  ['mistral3', 6],
  ['smollm3', 6],
  ['qwen2', 6],
  ['qwen3', 6],
  ['granite', 6],
  ['gemma', 6],
  ['gemma2', 6],
  ['gemma3', 6],
  ['phi3', 6],
  ['gpt2', 6],
  ['gptneox', 6],
  ['phi2', 6],
  ['stablelm', 6],
  ['starcoder2', 6],
  ['olmo2', 8],
  ['gpt-oss', 9],
  ['qwen3moe', 9],
  ['qwen2moe', 13],
] as const)('a layer of %s takes %i dispatches', async (architecture, dispatches) => {
  expect(await perLayer({ architecture })).toBe(dispatches);
});

test.each(['llama', 'gemma3', 'olmo2'] as const)('%s takes no more where V is kept finer', async (architecture) => {
  expect(await perLayer({ architecture, type: 'Q8_0', finer: /attn_v/ })).toBe(await perLayer({ architecture }));
});

test('where nothing fuses, norms behind blocks are kernels of their own', async () => {
  const kernels = await decodeKernels({ architecture: 'gemma2', layers: 1 }, false);
  expect(kernels).toEqual([
    ...['embed', 'matvec', 'rope', 'attention', 'attention-combine', 'matvec', 'rms-norm'],
    ...['matvec', 'matvec', 'rms-norm'],
  ]);
});

test('an op that cannot join an addend has it added first', async () => {
  const { head } = await decodeProgram({ architecture: 'gemma2', layers: 1 }, true, 'last');
  expect(head).toEqual(['settle', 'rms-norm', 'pool']);
});
