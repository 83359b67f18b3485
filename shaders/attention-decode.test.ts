import { describe, expect, test } from 'vitest';
import { fromReal, randomValues, roundToReal, toReal } from '../tools/testing/real-data.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { attentionDecodeReference } from './attention-decode.ref.ts';
import { attentionDecode, type AttentionDecodeShape, fitsAttentionDecode } from './attention-decode.ts';
import { cachedPosition, cachePositions } from './cache-layout.ts';
import { partialsLength } from './splits.ts';

const devices = await testDevices();

type Case = Omit<AttentionDecodeShape, 'mostSplits' | 'scale'> & {
  readonly mostSplits?: number;
  readonly position: number;
};

const headNorm = { epsilon: 1e-6 };
const cases: Case[] = [
  // The first token of all: nothing is in the cache.
  { heads: 2, kvHeads: 1, headDim: 8, rotaryDim: 8, pairing: 'halves', headNorm: null, splitUnit: 4, position: 0 },
  // Its own position begins a split, ends one, and lies within one.
  { heads: 8, kvHeads: 2, headDim: 40, rotaryDim: 40, pairing: 'adjacent', headNorm, splitUnit: 4, position: 16 },
  { heads: 4, kvHeads: 4, headDim: 64, rotaryDim: 64, pairing: 'halves', headNorm: null, splitUnit: 32, position: 95 },
  { heads: 8, kvHeads: 1, headDim: 128, rotaryDim: 128, pairing: 'halves', headNorm, splitUnit: 100, position: 305 },
  // Heads that turn in part, by halves that are no whole vectors, and not at all.
  { heads: 6, kvHeads: 2, headDim: 40, rotaryDim: 20, pairing: 'halves', headNorm: null, splitUnit: 16, position: 37 },
  { heads: 6, kvHeads: 2, headDim: 24, rotaryDim: 10, pairing: 'adjacent', headNorm, splitUnit: 16, position: 20 },
  { heads: 5, kvHeads: 5, headDim: 16, rotaryDim: 0, pairing: 'halves', headNorm: null, splitUnit: 16, position: 33 },
  // Queries that are scaled by their position.
  {
    ...{ heads: 4, kvHeads: 2, headDim: 16, rotaryDim: 16, pairing: 'adjacent', headNorm: null, splitUnit: 16 },
    ...{ position: 44, queryScaling: { beta: 0.5, originalContextLength: 10 } },
  },
  // A window, a cap, and more positions than splits of one unit would cover.
  {
    ...{ heads: 4, kvHeads: 2, headDim: 256, rotaryDim: 256, pairing: 'halves', headNorm },
    ...{ splitUnit: 8, mostSplits: 3, position: 150, window: 45, softcap: 2 },
  },
];

/** What lies past the last position must not be read: it would show in every sum. */
const GARBAGE = 1e4;

describe.each(devices)('attention-decode on $name', ({ device, variants }) => {
  describe.each(variants)('$real, $reduction', (variant) => {
    test.each(cases)(
      '$heads/$kvHeads heads of $headDim, $rotaryDim turn, at $position, splits of $splitUnit, window $window',
      async ({ position, ...sizes }) => {
        const { heads, kvHeads, headDim, rotaryDim, splitUnit } = sizes;
        const capacity = cachePositions(position + 4);
        const { mostSplits = Math.ceil(capacity / splitUnit) } = sizes;
        const shape: AttentionDecodeShape = { ...sizes, mostSplits, scale: 3 / Math.sqrt(headDim) };
        const qkv = randomValues((heads + 2 * kvHeads) * headDim, 1);
        const angles = randomValues((capacity * rotaryDim) / 2, 5, 3);
        const table = [...angles].flatMap((angle) => [Math.cos(angle), Math.sin(angle)].map(Math.fround));
        const normWeight = randomValues(2 * headDim, 6).map((value) => Math.fround(1 + value / 2));
        const [kCache, vCache] = [2, 3].map((seed) =>
          roundToReal(
            randomValues(capacity * kvHeads * headDim, seed).map((value, i) =>
              cachedPosition(Math.floor(i / headDim), kvHeads) < position ? value : GARBAGE,
            ),
            variant.real,
          ),
        ) as [Float64Array, Float64Array];
        const result = await runKernel(
          device,
          attentionDecode,
          shape,
          variant,
          { tokens: 1, kvLength: position + 1 },
          {
            qkv: Float32Array.from(qkv),
            table: Float32Array.from(table.length > 0 ? table : [0, 0]),
            norm_weight: Float32Array.from(normWeight),
            k_cache: toReal(kCache, variant.real),
            v_cache: toReal(vCache, variant.real),
            partials: new Float32Array(partialsLength(shape, 1)),
            step: new Uint32Array([position, 1, 0, 0]),
          },
        );
        const stored = (value: number): number => roundToReal([value], variant.real)[0]!;
        const data = { qkv, table, normWeight, kCache, vCache };
        const expected = attentionDecodeReference(shape, data, position, stored);
        const actual = new Float32Array(result['partials']!);
        expect(actual.slice(expected.length).every((value) => value === 0)).toBe(true);
        // An f16 cache may round a key that lies between two numbers to the other one.
        const bound = variant.real === 'f16' ? 1e-7 : 1e-10;
        expect(nmse(actual.slice(0, expected.length), expected)).toBeLessThanOrEqual(bound);
        expect(nmse(fromReal(result['k_cache']!, variant.real), kCache)).toBeLessThanOrEqual(1e-10);
        expect(nmse(fromReal(result['v_cache']!, variant.real), vCache)).toBeLessThanOrEqual(1e-10);
      },
    );
  });
});

test('groups that two workgroups would share are refused', () => {
  expect(fitsAttentionDecode({ heads: 8, kvHeads: 1, headDim: 4 })).toBe(true);
  expect(fitsAttentionDecode({ heads: 9, kvHeads: 1, headDim: 4 })).toBe(false);
});

test('norms that only a kernel of their own makes are refused', () => {
  const sizes = { heads: 4, kvHeads: 2, headDim: 8 };
  const norms = { queries: { count: 4, length: 8 }, keys: { count: 2, length: 8 } };
  expect(fitsAttentionDecode(sizes, norms)).toBe(true);
  expect(fitsAttentionDecode(sizes, { ...norms, queries: { count: 1, length: 32 } })).toBe(false);
  expect(fitsAttentionDecode(sizes, { ...norms, kind: 'layer' })).toBe(false);
  expect(fitsAttentionDecode(sizes, { ...norms, ownWeights: true })).toBe(false);
});

test('the reference keeps what it stores, and sees it', () => {
  const shape: AttentionDecodeShape = {
    ...{ heads: 1, kvHeads: 1, headDim: 4, splitUnit: 2, mostSplits: 1, scale: 1 },
    ...{ rotaryDim: 2, pairing: 'adjacent', headNorm: null },
  };
  // A quarter turn at position 1: q (1, 0) becomes (0, 1), k (0, 2) becomes (−2, 0).
  const qkv = [1, 0, 0, 1, 0, 2, 0, Math.log(3), 5, 6, 7, 8];
  const kCache = new Float64Array(256);
  const vCache = new Float64Array(256).fill(1);
  const data = { qkv, table: [1, 0, 0, 1], normWeight: [], kCache, vCache };
  const partials = attentionDecodeReference(shape, data, 1);
  expect([...kCache.slice(4, 8)]).toEqual([-2, 0, 0, Math.log(3)]);
  expect([...vCache.slice(4, 8)]).toEqual([5, 6, 7, 8]);
  // Scores 0 and ln 3: weights 1/3 and 1.
  expect([...partials]).toEqual(
    [1 / 3 + 5, 1 / 3 + 6, 1 / 3 + 7, 1 / 3 + 8, Math.log(3), 4 / 3].map(
      (value) => expect.closeTo(value, 12) as number,
    ),
  );
});
