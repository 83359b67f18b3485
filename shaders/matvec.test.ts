import { describe, expect, test } from 'vitest';
import { linearCase, type LinearCase, linearShape, streamCase } from '../tools/testing/linear-case.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import type { Variant } from './kernel.ts';
import { defaultPlan, type MatvecPlan, otherPlans } from './matvec-plan.ts';
import { matvecReference } from './matvec.ref.ts';
import { matvec } from './matvec.ts';
import type { LinearShape } from './matvec.ts';
import { QUANT_TYPES } from './quant/types.ts';

const devices = await testDevices();
const norm = { epsilon: 1e-5 };
/** A software adapter's compiler takes seconds for a module with subgroups, and longer on a busy machine. */
const COMPILING_MS = 120_000;

// Every type, epilogue and number of lanes, at sizes that no block, group or tile divides.
const cases = [
  { title: 'one row', shape: linearShape({ type: 'Q4_0', columns: 32, rows: 1 }), tokens: 1 },
  { title: 'F32, 67 columns', shape: linearShape({ type: 'F32', columns: 67, rows: 9, norm, bias: true }), tokens: 1 },
  {
    title: 'F16, 83 rows, residual, rows further apart',
    shape: linearShape({ type: 'F16', columns: 172, rows: 83, inputStride: 256, bias: true, epilogue: 'add' }),
    tokens: 3,
  },
  {
    title: 'BF16, 77 columns, gated',
    shape: linearShape({ type: 'BF16', columns: 77, rows: 5, norm, epilogue: 'gate' }),
    tokens: 3,
  },
  {
    title: 'Q4_0, glu, a shard in the middle',
    shape: linearShape({ type: 'Q4_0', columns: 96, rows: 10, firstRow: 4, norm, bias: true, epilogue: 'glu' }),
    tokens: 2,
  },
  { title: 'Q4_0, a long row', shape: linearShape({ type: 'Q4_0', columns: 4160, rows: 5, norm }), tokens: 1 },
  {
    title: 'Q8_0, the last token only',
    shape: linearShape({ type: 'Q8_0', columns: 160, rows: 7, norm, lastTokenOnly: true, tokenTile: 3 }),
    tokens: 5,
  },
  {
    title: 'Q4_K, norm, bias, residual, a shard in the middle',
    shape: linearShape({ type: 'Q4_K', columns: 768, rows: 37, firstRow: 3, norm, bias: true, epilogue: 'add' }),
    tokens: 2,
  },
  { title: 'Q6_K, gated', shape: linearShape({ type: 'Q6_K', columns: 512, rows: 6, epilogue: 'gate' }), tokens: 1 },
  {
    title: 'F32, GELU of gate',
    shape: linearShape({ type: 'F32', columns: 96, rows: 14, norm, epilogue: 'glu', activation: 'gelu' }),
    tokens: 2,
  },
  {
    title: 'F32, GELU alone',
    shape: linearShape({ type: 'F32', columns: 64, rows: 7, bias: true, epilogue: 'activate', activation: 'gelu' }),
    tokens: 2,
  },
  {
    title: 'F32, scaled residual',
    shape: linearShape({ type: 'F32', columns: 64, rows: 6, bias: true, epilogue: 'add', scale: 0.22 }),
    tokens: 2,
  },
  {
    title: 'F32, scaled and soft-capped',
    shape: linearShape({ type: 'F32', columns: 64, rows: 9, bias: true, scale: 8, softcap: 5 }),
    tokens: 1,
  },
];
// One token's stream, whose addend joins it before the norm.
const joins = { epsilon: 1e-4 };
const joined = [
  linearShape({ type: 'Q4_0', columns: 1120, rows: 82, joins, norm, bias: true, epilogue: 'glu', activation: 'gelu' }),
  linearShape({ type: 'F16', columns: 77, rows: 9, joins, bias: true }),
  linearShape({ type: 'Q8_0', columns: 160, rows: 7, joins, norm, lastTokenOnly: true, tokenTile: 3 }),
].map((shape) => ({ title: `${shape.type}, an addend joins`, shape, tokens: 1 }));
// Layer norms that are folded in, of values around 0 and far from it, one with an outlier.
const layerNorm = (foldedRows: number) => ({ epsilon: 1e-5, foldedRows });
const folded = [
  { shape: linearShape({ type: 'Q4_0', columns: 1120, rows: 83, norm: layerNorm(83), bias: true }), mean: 0 },
  {
    shape: linearShape({
      ...({ type: 'F32', columns: 67, rows: 9, firstRow: 4, norm: layerNorm(20), bias: true } as const),
      ...({ epilogue: 'activate', activation: 'gelu' } as const),
    }),
    mean: 50,
  },
  { shape: linearShape({ type: 'Q8_0', columns: 768, rows: 12, norm: layerNorm(12), bias: true }), mean: 50 },
  {
    shape: linearShape({ type: 'F16', columns: 160, rows: 8, joins, norm: layerNorm(8), bias: true, epilogue: 'glu' }),
    mean: 0,
  },
].map(({ shape, mean }) => ({ title: `${shape.type}, a layer norm of values around ${mean}`, shape, tokens: 1, mean }));
const tiled = [
  {
    title: 'Q4_0, glu, norm and bias',
    shape: linearShape({ type: 'Q4_0', columns: 96, rows: 10, norm, bias: true, epilogue: 'glu', tokenTile: 3 }),
    tokens: 5,
  },
];
// What differs between types is the same for every kind of reduction; so the quickest runs all of them.
const types = QUANT_TYPES.map((type, i) => ({
  title: type,
  shape: linearShape({ type, columns: 768, rows: 6 + i, norm, bias: true }),
  tokens: 1 + (i % 2),
}));
const tiledTypes = QUANT_TYPES.map((type, i) => ({
  title: type,
  shape: linearShape({ type, columns: 256, rows: 6 + i, bias: true, epilogue: 'add', tokenTile: 8 }),
  tokens: 4 + 2 * i,
}));
// What a plan changes is the same for every type; each runs two of these, once with one token and once with several.
const planned = [
  linearShape({ type: 'Q4_0', columns: 1120, rows: 37, norm, bias: true, epilogue: 'add' }),
  linearShape({ type: 'F16', columns: 77, rows: 83, firstRow: 3, norm, bias: true }),
  linearShape({ type: 'Q4_K', columns: 768, rows: 42, firstRow: 2, norm, bias: true, epilogue: 'glu' }),
  linearShape({ type: 'Q8_0', columns: 4160, rows: 9, norm }),
  linearShape({ type: 'Q6_K', columns: 2304, rows: 1, epilogue: 'gate' }),
];
const planTitle = ({ reduction, lanes, rows, groups }: MatvecPlan): string =>
  `${reduction}, ${lanes} lanes, ${rows} rows, ${groups} groups`;

/** What differs in its text, and the fewest and most lanes; a plan of workgroup memory is the same where there are subgroups. */
function plansOf(variant: Variant, subgroupLanes: number): MatvecPlan[] {
  const seen = new Set<string>();
  const plans = otherPlans(4096, variant, 1, subgroupLanes).filter(({ reduction, lanes, rows, groups }) => {
    const kind = `${reduction} ${rows} ${groups > 1}`;
    const isNew = !seen.has(kind) || lanes === 8 || lanes === 128;
    seen.add(kind);
    return isNew && (variant.reduction !== 'subgroup' || reduction !== 'workgroup');
  });
  if (variant.reduction !== 'subgroup') return plans;
  // The widest shuffle that small subgroups allow stands for the wider ones.
  const shuffle = { reduction: 'shuffle', lanes: subgroupLanes } as const;
  return [...plans, { ...shuffle, rows: 8, groups: 1 }, { ...shuffle, rows: 2, groups: 8 }];
}

/** A case whose x has an addend beside it, where the shape joins one. */
function withStream(shape: LinearShape, given: LinearCase): Pick<LinearCase, 'data' | 'bindings'> {
  if (!shape.joins) return given;
  const x = streamCase(shape.columns);
  return { data: { ...given.data, x }, bindings: { ...given.bindings, x } };
}

/** A case whose layer norm is folded into the bias, as load does it; one value is an outlier. */
function withFolded(shape: LinearShape, given: Pick<LinearCase, 'data' | 'bindings'>, mean: number): typeof given {
  const { norm, columns, rows, firstRow } = shape;
  if (norm?.foldedRows === undefined) return given;
  const { weights, normWeight, bias } = given.data;
  const normBias = Float32Array.from(normWeight, (_, i) => (i < columns ? Math.sin(i) : 0));
  const x = Float32Array.from(given.data.x, (value, i) => (i < columns ? value + mean + (i === 40 ? 30 : 0) : value));
  const both = new Float32Array(2 * norm.foldedRows);
  for (let row = 0; row < rows; row++) {
    const times = (values: ArrayLike<number>): number => {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += weights[row * columns + k]! * values[k]!;
      return sum;
    };
    both[firstRow + row] = bias[firstRow + row]! + times(normBias);
    both[norm.foldedRows + firstRow + row] = times(normWeight);
  }
  return { data: { ...given.data, x, normBias }, bindings: { ...given.bindings, x, bias: both } };
}

describe.each(devices)('matvec on $name', ({ device, variants }) => {
  async function expectParity(variant: Variant, shape: LinearShape, tokens: number, mean = 0): Promise<void> {
    const { data, bindings } = withFolded(shape, withStream(shape, linearCase(shape, tokens)), mean);
    const expected = matvecReference(shape, data, tokens);
    // A recorded grid may be made for more tokens than the step has.
    const extent = { tokens: tokens + 20, kvLength: tokens + 20 };
    const output = await runKernel(device, matvec, shape, variant, extent, bindings);
    const actual = new Float32Array(output['y']!);
    // As for layer-norm itself: a mean of 50 leaves f32 six bits fewer for what differs from it.
    expect(nmse(actual, expected)).toBeLessThanOrEqual(mean === 0 ? 1e-10 : 1e-9);
    // Nothing but the shard's own outputs changes.
    for (const [i, value] of actual.entries()) if (expected[i] === data.y[i]) expect(value).toBe(data.y[i]);
  }

  describe.each(variants.filter(({ real }) => real === 'f32'))('$reduction', (variant) => {
    const quickest = variant.reduction === 'thread';
    test.each(quickest ? [...cases, ...joined, ...types] : [...cases, ...joined])('$title', ({ shape, tokens }) =>
      expectParity(variant, shape, tokens),
    );
    test.each(folded)('$title', ({ shape, tokens, mean }) => expectParity(variant, shape, tokens, mean));
    const tiles = quickest ? [...tiled, ...tiledTypes] : tiled;
    test.each(tiles)('tokens at once: $title', ({ shape, tokens }) => expectParity(variant, shape, tokens));

    const plans = plansOf(variant, device.adapterInfo.subgroupMinSize).map((plan, i) => ({
      plan,
      title: planTitle(plan),
      i,
    }));
    test.each(plans)('plan: $title', { timeout: COMPILING_MS }, async ({ plan, i }) => {
      await expectParity(variant, { ...planned[i % planned.length]!, plan }, 1);
      // Eight rows of a tile are never tried, and compile for long.
      const rows = plan.rows === 8 ? 4 : plan.rows;
      const tokens = 2 + (i % 7);
      await expectParity(variant, { ...joined[0]!.shape, plan }, 1);
      await expectParity(variant, { ...folded[2]!.shape, plan }, 1, 50);
      const shape = { ...planned[(i + 2) % planned.length]!, tokenTile: tokens, plan: { ...plan, rows } };
      await expectParity(variant, shape, tokens);
    });
  });
});

test.each(['thread', 'workgroup', 'subgroup'] as const)('%s is one module for f32 and f16', (reduction) => {
  const shape = linearShape({ type: 'Q4_0', columns: 32, rows: 1 });
  expect(matvec.source(shape, { real: 'f16', reduction })).toBe(matvec.source(shape, { real: 'f32', reduction }));
});

const shape = linearShape({ type: 'Q4_0', columns: 4096, rows: 37 });
const on = (reduction: Variant['reduction']): Variant => ({ real: 'f32', reduction });

test('refuses to fold a layer norm for several tokens at once', () => {
  const folds = { ...shape, tokenTile: 2, norm: layerNorm(37) };
  expect(() => matvec.source(folds, on('thread'))).toThrow(/one token at a time/);
});

test('the default plan is what runs without one', () => {
  for (const reduction of ['thread', 'workgroup', 'subgroup'] as const) {
    for (const columns of [512, 1024, 4096]) {
      const plan = defaultPlan(columns, on(reduction));
      const [without, withIt] = [undefined, plan].map((plan) =>
        matvec.source({ ...shape, columns, plan }, on(reduction)),
      );
      expect(withIt).toBe(without);
      expect(otherPlans(columns, on(reduction), 1, 32)).not.toContainEqual(plan);
    }
  }
});

test('plans to try are distinct, fit the smallest workgroup and know what subgroups can do', () => {
  for (const reduction of ['thread', 'workgroup', 'subgroup'] as const) {
    for (const fewest of [0, 8, 32]) {
      const plans = otherPlans(4096, on(reduction), 1, fewest);
      expect(new Set(plans.map(planTitle)).size).toBe(plans.length);
      for (const plan of plans) {
        expect(() => matvec.source({ ...shape, plan }, on(reduction))).not.toThrow();
        if (plan.reduction === 'shuffle') expect(plan.lanes).toBeLessThanOrEqual(fewest);
        if (reduction !== 'subgroup') expect(plan.reduction).toBe(reduction);
      }
      expect(otherPlans(4096, on(reduction), 8, fewest).filter(({ rows }) => rows === 8)).toEqual([]);
    }
  }
});

test.each([
  { reduction: 'thread', lanes: 2, rows: 4, groups: 16 },
  { reduction: 'workgroup', lanes: 4, rows: 4, groups: 16 },
  { reduction: 'workgroup', lanes: 24, rows: 4, groups: 1 },
  { reduction: 'workgroup', lanes: 64, rows: 4, groups: 8 },
  { reduction: 'subgroup', lanes: 32, rows: 4, groups: 2 },
] as const)('refuses a plan that no device can run: $reduction, $lanes lanes, $groups groups', (plan) => {
  expect(() => matvec.source({ ...shape, plan }, on('subgroup'))).toThrow(/cannot run by the plan/);
});

test('the grid covers every row by any plan', () => {
  const plan: MatvecPlan = { reduction: 'workgroup', lanes: 16, rows: 2, groups: 4 };
  const [x, y] = matvec.workgroups({ ...shape, plan }, on('workgroup'), { tokens: 1, kvLength: 1 });
  expect(x * y).toBe(Math.ceil(37 / 8));
});

test('the reference: GELU, a scale and a soft cap, by hand', () => {
  const run = (shape: Partial<LinearShape>, y = 0): number => {
    const full = linearShape({ type: 'F32', columns: 1, rows: 1, ...shape }, 0);
    return matvecReference(full, { weights: [2], x: [0.5], normWeight: [], bias: [], y: [y] }, 1)[0]!;
  };
  // GELU(1) by its tanh form; the exact one is 0.8413.
  expect(run({ epilogue: 'activate', activation: 'gelu' })).toBeCloseTo(0.841192, 6);
  expect(run({ epilogue: 'add', scale: 3 }, 10)).toBe(13);
  expect(run({ scale: 3, softcap: 2 })).toBeCloseTo(2 * Math.tanh(1.5), 12);
});

test('the grid covers every row and token', () => {
  const shape = linearShape({ type: 'Q4_0', columns: 64, rows: 1_000_001, tokenTile: 3 });
  const extent = { tokens: 20, kvLength: 20 };
  const [x, y, z] = matvec.workgroups(shape, { real: 'f32', reduction: 'workgroup' }, extent);
  expect(x * y * 4).toBeGreaterThanOrEqual(1_000_001);
  expect(Math.max(x, y)).toBeLessThanOrEqual(65_535);
  expect(z).toBe(7);
});
