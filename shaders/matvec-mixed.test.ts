import { describe, expect, test } from 'vitest';
import { linearCase, linearShape, streamCase } from '../tools/testing/linear-case.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import type { Variant } from './kernel.ts';
import type { MatvecPlan } from './matvec-plan.ts';
import { matvecMixedReference } from './matvec-mixed.ref.ts';
import { matvecMixed, type MixedLinearShape } from './matvec-mixed.ts';
import type { LinearShape } from './matvec.ts';
import { QUANT_TYPES, type QuantType } from './quant/types.ts';

const devices = await testDevices();
const norm = { epsilon: 1e-5 };
/** Two formats in one module take a software adapter's compiler for seconds, and longer on a busy machine. */
const COMPILING_MS = 120_000;

interface Case {
  readonly types: readonly [QuantType, QuantType];
  readonly firstTypeRows: number;
  readonly layer: Partial<LinearShape> & Pick<LinearShape, 'columns' | 'rows'>;
  readonly tokens?: number;
}

const cases: Case[] = [
  { types: ['Q4_K', 'Q6_K'], firstTypeRows: 24, layer: { columns: 768, rows: 37, norm, bias: true } },
  { types: ['Q8_0', 'Q4_0'], firstTypeRows: 8, layer: { columns: 1120, rows: 9, firstRow: 3, epilogue: 'add' } },
  { types: ['F16', 'F32'], firstTypeRows: 16, layer: { columns: 77, rows: 18, norm }, tokens: 2 },
  { types: ['Q4_0', 'Q8_0'], firstTypeRows: 8, layer: { columns: 96, rows: 21, norm, bias: true, joins: norm } },
  { types: ['Q5_K', 'Q8_0'], firstTypeRows: 8, layer: { columns: 256, rows: 21, norm, tokenTile: 3 }, tokens: 5 },
];
// Every format as the first and as the second: no name of one may meet one of the other.
const everyType: Case[] = QUANT_TYPES.map((type, i) => ({
  types: [type, QUANT_TYPES[(i + 1) % QUANT_TYPES.length]!],
  firstTypeRows: 8,
  layer: { columns: 256, rows: 13 },
}));
const PLANS: Record<Variant['reduction'], MatvecPlan> = {
  thread: { reduction: 'thread', lanes: 1, rows: 8, groups: 16 },
  workgroup: { reduction: 'workgroup', lanes: 32, rows: 2, groups: 4 },
  subgroup: { reduction: 'subgroup', lanes: 64, rows: 8, groups: 1 },
};

/** Both types' weights and planes, one below the other. */
function mixedCase({ types, firstTypeRows, layer, tokens = 1 }: Case) {
  const whole = linearShape({ ...layer, type: 'F32' });
  const shape: MixedLinearShape = { ...whole, types, firstTypeRows };
  const plain = linearCase(whole, tokens);
  const x = layer.joins ? { x: streamCase(layer.columns) } : {};
  const [data, bindings] = [
    { ...plain.data, ...x },
    { ...plain.bindings, ...x },
  ];
  const part = (type: QuantType, rows: number, seed: number) =>
    linearCase(linearShape({ ...layer, type, rows, firstRow: 0 }), tokens, seed);
  const [first, second] = [part(types[0], firstTypeRows, 2), part(types[1], layer.rows - firstTypeRows, 3)];
  return {
    shape,
    tokens,
    data: { ...data, weights: [...Array.from(first.data.weights), ...Array.from(second.data.weights)] },
    bindings: {
      ...bindings,
      quants_first: first.bindings['quants']!,
      scales_first: first.bindings['scales']!,
      quants_second: second.bindings['quants']!,
      scales_second: second.bindings['scales']!,
    },
  };
}

describe.each(devices)('matvec-mixed on $name', ({ device, variants }) => {
  async function expectParity(variant: Variant, given: Case, plan?: MatvecPlan): Promise<void> {
    const { shape, data, bindings, tokens } = mixedCase(given);
    const extent = { tokens, kvLength: tokens };
    const output = await runKernel(device, matvecMixed, { ...shape, plan }, variant, extent, bindings);
    const expected = matvecMixedReference(shape, data, tokens);
    expect(nmse(new Float32Array(output['y']!), expected)).toBeLessThanOrEqual(1e-10);
  }

  describe.each(variants.filter(({ real }) => real === 'f32'))('$reduction', (variant) => {
    test.each(cases)('$types, $layer.rows rows, $layer.columns columns', { timeout: COMPILING_MS }, async (given) => {
      await expectParity(variant, given);
    });
    test('by another plan', { timeout: COMPILING_MS }, () =>
      expectParity(variant, cases[0]!, PLANS[variant.reduction]),
    );
  });

  // Which names meet is the same on every device: the last one, whose compiler is the quickest, stands for all.
  test.each(device === devices.at(-1)?.device ? everyType : [])('$types', { timeout: COMPILING_MS }, (given) =>
    expectParity({ real: 'f32', reduction: 'thread' }, given),
  );
});

test('rows that would share a group are refused', () => {
  const { shape } = mixedCase(cases[0]!);
  const odd = { ...shape, firstTypeRows: 9 };
  expect(() => matvecMixed.source(odd, { real: 'f32', reduction: 'thread' })).toThrow(/groups of 8, not 9/);
});

test('the reference puts the second type behind the first', () => {
  const { shape } = mixedCase({
    types: ['F32', 'F32'],
    firstTypeRows: 8,
    layer: { columns: 1, rows: 10, inputStride: 32 },
  });
  const weights = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const data = { weights, x: [2], normWeight: [], bias: [], y: new Float64Array(shape.outputStride) };
  expect([...matvecMixedReference(shape, data, 1).slice(0, 10)]).toEqual(weights.map((weight) => 2 * weight));
});
