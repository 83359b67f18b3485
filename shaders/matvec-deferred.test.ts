import { describe, expect, test } from 'vitest';
import { linearCase, linearShape, streamCase } from '../tools/testing/linear-case.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { rowStride, type Variant } from './kernel.ts';
import { matvecDeferredReference } from './matvec-deferred.ref.ts';
import { type DeferredLinearShape, matvecDeferred } from './matvec-deferred.ts';
import type { MatvecPlan } from './matvec-plan.ts';

const devices = await testDevices();
const settles = { epsilon: 1e-5 };
/** A software adapter's compiler takes seconds for a module with subgroups, and longer on a busy machine. */
const COMPILING_MS = 120_000;

type Case = Partial<DeferredLinearShape> & Pick<DeferredLinearShape, 'type' | 'columns' | 'rows'>;

const cases: Case[] = [
  { type: 'F32', columns: 67, rows: 1, settles },
  { type: 'Q4_0', columns: 96, rows: 83, settles, bias: true },
  { type: 'Q8_0', columns: 1120, rows: 37 },
  { type: 'Q4_K', columns: 768, rows: 21, firstRow: 6, outputDim: 40, settles },
];
const PLANS: Record<Variant['reduction'], MatvecPlan> = {
  thread: { reduction: 'thread', lanes: 1, rows: 8, groups: 16 },
  workgroup: { reduction: 'workgroup', lanes: 32, rows: 2, groups: 4 },
  subgroup: { reduction: 'subgroup', lanes: 64, rows: 8, groups: 1 },
};

function deferredCase({ type, columns, rows, firstRow = 0, ...rest }: Case) {
  const { data, bindings } = linearCase(linearShape({ type, columns, rows, firstRow }), 1);
  const outputDim = rest.outputDim ?? firstRow + rows;
  const outputStride = rowStride(outputDim);
  const shape: DeferredLinearShape = {
    ...{ type, columns, rows, firstRow, outputDim, outputStride },
    ...{ inputStride: rowStride(columns), bias: false, settles: null },
    ...rest,
  };
  // The norm behind has a weight for each row of the product, and what is not the shard's stays.
  const normWeight = Float32Array.from({ length: outputStride }, (_, i) => (i < outputDim ? 0.5 + i / outputDim : 0));
  const y = streamCase(outputDim, 5);
  const own = { previous: streamCase(outputDim), y };
  return {
    shape,
    data: { ...data, ...own, normWeight },
    bindings: { ...bindings, ...own, norm_weight: normWeight },
  };
}

describe.each(devices)('matvec-deferred on $name', ({ device, variants }) => {
  async function expectParity(variant: Variant, given: Case): Promise<void> {
    const { shape, data, bindings } = deferredCase(given);
    const { outputStride } = shape;
    const extent = { tokens: 1, kvLength: 1 };
    const output = await runKernel(device, matvecDeferred, shape, variant, extent, bindings);
    const actual = new Float32Array(output['y']!);
    const expected = matvecDeferredReference(shape, data);
    for (const row of [0, 1, 2]) {
      const part = [row * outputStride, (row + 1) * outputStride] as const;
      expect(nmse(actual.subarray(...part), expected.subarray(...part))).toBeLessThanOrEqual(1e-10);
    }
    for (const [i, value] of actual.entries()) if (expected[i] === data.y[i]) expect(value).toBe(data.y[i]);
  }

  describe.each(variants.filter(({ real }) => real === 'f32'))('$reduction', (variant) => {
    test.each(cases)('$type, $rows rows, $columns columns', { timeout: COMPILING_MS }, (given) =>
      expectParity(variant, given),
    );
    test('by another plan', { timeout: COMPILING_MS }, () =>
      expectParity(variant, { ...cases[1]!, plan: PLANS[variant.reduction] }),
    );
  });
});

test('a shard that begins with an odd row is refused', () => {
  const { shape } = deferredCase({ type: 'F32', columns: 32, rows: 3, firstRow: 1 });
  expect(() => matvecDeferred.source(shape, { real: 'f32', reduction: 'thread' })).toThrow(/begin with row 1/);
});

test('the reference, by hand', () => {
  const { shape } = deferredCase({ type: 'F32', columns: 1, rows: 3, settles: { epsilon: 0 } });
  const data = { weights: [1, 2, 3], x: [2], normWeight: [1, 10, 100], bias: [], y: new Float64Array(96) };
  // The squares' sum is 75, their mean 25.
  const previous = Float64Array.from({ length: 96 }, (_, i) => ({ 0: 1, 1: 2, 2: 3, 32: 5, 33: 10, 64: 75 })[i] ?? 0);
  const y = matvecDeferredReference(shape, { ...data, previous });
  expect([...y.subarray(0, 3)]).toEqual([2, 4, 3]);
  expect([...y.subarray(32, 35)]).toEqual([2, 40, 600]);
  expect([...y.subarray(64, 67)]).toEqual([4 + 16, 36, 0]);
});
