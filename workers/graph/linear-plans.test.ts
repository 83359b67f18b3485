import { expect, test } from 'vitest';
import type { Kernel, Variant } from '../../shaders/kernel.ts';
import { defaultPlan, type MatvecPlan } from '../../shaders/matvec-plan.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { PipelineCache } from '../gpu/pipeline-cache.ts';
import { Graph } from './graph.ts';
import { linear } from './linear.ts';
import { planMatrix } from './matrix.ts';

const THREAD: Variant = { real: 'f32', reduction: 'thread' };
const PLAN: MatvecPlan = { reduction: 'thread', lanes: 1, rows: 8, groups: 4 };

/** A graph with two products of one shape and a larger one, in layers. */
function declared(variant: Variant): Graph {
  const graph = new Graph({ createBindGroup: () => ({}) } as unknown as Gpu, variant, 64, 16);
  const input = graph.activation('x', 256);
  for (const [label, rows] of [
    ['q', 96],
    ['k', 96],
    ['up', 512],
  ] as const) {
    const matrix = planMatrix(graph.memory, label, 'Q4_0', rows, 256, 2 ** 20);
    linear(graph, { input, parts: [{ matrix, bias: null, firstRow: 0 }], output: graph.activation(label, rows) });
  }
  return graph;
}

/** The WGSL of every product of decode, in order. */
async function decodeSources(graph: Graph): Promise<string[]> {
  const buffer = {
    createBuffer: () => ({}),
    withinMemory: (_what: string, _bytes: number, work: () => void) => work(),
  };
  const limits = { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 };
  await graph.memory.allocate({ ...buffer, device: { limits } } as unknown as Gpu);
  const sources = new Map<object, string>();
  const cache = {
    get: <Shape>(kernel: Kernel<Shape>, shape: Shape, variant: Variant) => {
      const pipeline = { getBindGroupLayout: () => ({}) };
      sources.set(pipeline, kernel.source(shape, variant));
      return Promise.resolve(pipeline);
    },
  };
  const { decode } = await graph.compile(cache as unknown as PipelineCache);
  return decode.body.map(({ pipeline }) => sources.get(pipeline)!);
}

test('a model asks for each distinct product once, what decode reads most of first', () => {
  const bytes = (rows: number): number => rows * 256 * (4.5 / 8);
  expect(declared(THREAD).plans.asked).toEqual([
    { type: 'Q4_0', rows: 512, columns: 256, tokens: 1, bytes: bytes(512) },
    { type: 'Q4_0', rows: 96, columns: 256, tokens: 1, bytes: 2 * bytes(96) },
    { type: 'Q4_0', rows: 512, columns: 256, tokens: 8, bytes: bytes(512) },
    { type: 'Q4_0', rows: 96, columns: 256, tokens: 8, bytes: 2 * bytes(96) },
  ]);
});

test('prefill by tiles asks for no plan', () => {
  expect(declared({ real: 'f32', reduction: 'workgroup' }).plans.asked.map(({ tokens }) => tokens)).toEqual([1, 1]);
});

test('without a plan runs what ran before there were plans', async () => {
  const graph = declared(THREAD);
  const sources = await decodeSources(graph);
  const other = declared(THREAD);
  for (const product of other.plans.asked) other.plans.set(product, defaultPlan(product.columns, THREAD));
  expect(sources).toEqual(await decodeSources(other));
  expect(sources).toHaveLength(3);
});

test('a plan reaches the products that it was set for, and no other', async () => {
  const graph = declared(THREAD);
  graph.plans.set({ type: 'Q4_0', rows: 96, columns: 256, tokens: 1 }, PLAN);
  const groups = (await decodeSources(graph)).map((source) => /const LANE_GROUPS: u32 = (\d+)u/.exec(source)?.[1]);
  expect(groups).toEqual(['4', '4', '16']);
});
