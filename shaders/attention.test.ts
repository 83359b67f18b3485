import { describe, expect, test } from 'vitest';
import { randomValues, roundToReal, toReal } from '../tools/testing/real-data.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { attentionReference } from './attention.ref.ts';
import { attention, type AttentionShape } from './attention.ts';
import { cachedPosition, cachePositions } from './cache-layout.ts';
import { rowStride } from './kernel.ts';
import { partialsLength } from './splits.ts';

const devices = await testDevices();

interface Case extends Pick<
  AttentionShape,
  'heads' | 'kvHeads' | 'headDim' | 'splitUnit' | 'causal' | 'window' | 'softcap'
> {
  /** Default: as many as there are units in the context. */
  readonly mostSplits?: number;
  readonly position: number;
  readonly tokens: number;
  /** Multiplies 1 / √headDim, to make scores that differ much. */
  readonly sharpness?: number;
}

const cases: Case[] = [
  { heads: 1, kvHeads: 1, headDim: 8, splitUnit: 1, position: 0, tokens: 1 },
  { heads: 8, kvHeads: 2, headDim: 40, splitUnit: 4, position: 4, tokens: 3 },
  { heads: 8, kvHeads: 1, headDim: 64, splitUnit: 32, position: 112, tokens: 1 },
  { heads: 4, kvHeads: 4, headDim: 128, splitUnit: 100, position: 512, tokens: 1 },
  // Splits of three units, for more may not be.
  { heads: 4, kvHeads: 2, headDim: 32, splitUnit: 16, mostSplits: 4, position: 150, tokens: 2 },
  { heads: 4, kvHeads: 2, headDim: 32, splitUnit: 8, mostSplits: 2, position: 150, tokens: 1, window: 33 },
  { heads: 4, kvHeads: 1, headDim: 256, splitUnit: 115, position: 77, tokens: 35 },
  { heads: 11, kvHeads: 1, headDim: 16, splitUnit: 16, position: 30, tokens: 3, sharpness: 50 },
  // Windows that begin in the first, the middle and the last split, and one that is wider than the text.
  { heads: 4, kvHeads: 2, headDim: 24, splitUnit: 8, position: 30, tokens: 5, window: 11 },
  { heads: 6, kvHeads: 2, headDim: 40, splitUnit: 50, position: 28, tokens: 3, window: 7, softcap: 2, sharpness: 9 },
  { heads: 3, kvHeads: 1, headDim: 16, splitUnit: 4, position: 6, tokens: 4, window: 64, softcap: 1 },
  // Both ways: every token sees the last one, over several splits and over one.
  { heads: 6, kvHeads: 2, headDim: 24, splitUnit: 5, position: 0, tokens: 13, causal: false },
  { heads: 3, kvHeads: 3, headDim: 32, splitUnit: 43, position: 0, tokens: 37, causal: false, softcap: 3 },
];

/** What lies past the last position must not be read: it would show in every sum. */
const GARBAGE = 1e4;

/** Sums and totals, and maxima apart: the maximum of an empty split would drown every other number. */
function divide(partials: ArrayLike<number>, headDim: number): { sums: number[]; peaks: number[] } {
  const sums: number[] = [];
  const peaks: number[] = [];
  for (let i = 0; i < partials.length; i++) (i % (headDim + 2) === headDim ? peaks : sums).push(partials[i]!);
  return { sums, peaks };
}

describe.each(devices)('attention on $name', ({ device, variants }) => {
  describe.each(variants)('$real, $reduction', (variant) => {
    test.each(cases)(
      '$heads/$kvHeads heads of $headDim, $tokens at $position, splits of $splitUnit, causal $causal, window $window, cap $softcap',
      async (given) => {
        const { position, tokens, sharpness = 1, ...sizes } = given;
        const { heads, kvHeads, headDim, splitUnit } = sizes;
        const kvLength = position + tokens;
        const capacity = cachePositions(kvLength + 3);
        const { mostSplits = Math.ceil(capacity / splitUnit) } = sizes;
        const scale = sharpness / Math.sqrt(headDim);
        const stride = rowStride((heads + 2 * kvHeads) * headDim);
        const shape: AttentionShape = { ...sizes, stride, mostSplits, scale };
        const qkv = randomValues(tokens * stride, 1);
        const [kCache, vCache] = [2, 3].map((seed) =>
          roundToReal(
            randomValues(capacity * kvHeads * headDim, seed).map((value, i) =>
              cachedPosition(Math.floor(i / headDim), kvHeads) < kvLength ? value : GARBAGE,
            ),
            variant.real,
          ),
        ) as [Float64Array, Float64Array];
        const result = await runKernel(
          device,
          attention,
          shape,
          variant,
          { tokens, kvLength },
          {
            qkv: Float32Array.from(qkv),
            k_cache: toReal(kCache, variant.real),
            v_cache: toReal(vCache, variant.real),
            partials: new Float32Array(partialsLength(shape, tokens)),
            step: new Uint32Array([position, tokens, 0, 0]),
          },
        );
        const expected = attentionReference(shape, { qkv, kCache, vCache }, position, tokens);
        const actual = new Float32Array(result['partials']!);
        expect(actual.slice(expected.length).every((value) => value === 0)).toBe(true);
        const wanted = divide(expected, headDim);
        const got = divide(actual.slice(0, expected.length), headDim);
        // The caches are compared as the GPU reads them, so f16 needs no looser bound than f32.
        expect(nmse(got.sums, wanted.sums)).toBeLessThanOrEqual(1e-10);
        const seen = (peaks: number[]) => peaks.filter((_, i) => wanted.peaks[i]! > -3e38);
        expect(nmse(seen(got.peaks), seen(wanted.peaks))).toBeLessThanOrEqual(1e-10);
        expect(got.peaks.every((peak, i) => peak > -3e38 === wanted.peaks[i]! > -3e38)).toBe(true);
      },
    );
  });
});

describe('the reference', () => {
  const shape: AttentionShape = {
    heads: 2,
    kvHeads: 1,
    headDim: 4,
    stride: 8,
    splitUnit: 2,
    mostSplits: 2,
    scale: 1,
  };
  const half = Math.log(2);

  test('weighs values by exp(q · k), to the token’s own position', () => {
    // Head 0 scores positions 0, ln 2, 0; head 1 scores 0 everywhere. One token at position 2, splits of two.
    const qkv = [1, 0, 0, 0, 0, 0, 0, 0];
    const kCache = [0, 0, 0, 0, half, 9, 9, 9, 0, 9, 9, 9, 7, 7, 7, 7];
    const vCache = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 7, 7, 7, 7];
    const partials = attentionReference(shape, { qkv, kCache, vCache }, 2, 1);
    const rows = [0, 1, 2, 3].map((row) => [...partials.slice(row * 6, row * 6 + 6)]);
    expect(rows[0]).toEqual([0.5, 1, 0, 0, half, 1.5]);
    expect(rows[1]).toEqual([0, 0, 1, 0, 0, 1]);
    expect(rows[2]).toEqual([1, 1, 0, 0, 0, 2]);
    expect(rows[3]).toEqual([0, 0, 1, 0, 0, 1]);
  });

  test('splits begin where the first window does, and a cap bends scores', () => {
    // Tokens at positions 2 and 3: what they see begins at 1, so splits are positions 1 and 2, and 3.
    const qkv = [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    const kCache = [9, 9, 9, 9, 3, 9, 9, 9, 3, 0, 0, 0, 0, 0, 0, 0];
    const vCache = [7, 7, 7, 7, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0];
    const partials = attentionReference({ ...shape, window: 2, softcap: 2 }, { qkv, kCache, vCache }, 2, 2);
    const row = (token: number, split: number) => [
      ...partials.slice((token * 4 + split) * 6, (token * 4 + split + 1) * 6),
    ];
    const peak = 2 * Math.tanh(1.5);
    expect(row(0, 0)).toEqual([1, 0, 1, 0, peak, 2]);
    expect(row(0, 1)).toEqual([0, 0, 0, 0, -3.4e38, 0]);
    expect(row(1, 0)).toEqual([1, 0, 0, 0, peak, 1]);
    expect(row(1, 1)).toEqual([0, 1, 0, 0, 0, 1]);
  });

  test('both ways, the first token sees the last', () => {
    const qkv = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const kCache = [0, 0, 0, 0, 2, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9];
    const vCache = [1, 0, 0, 0, 0, 1, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7];
    const partials = attentionReference({ ...shape, causal: false }, { qkv, kCache, vCache }, 0, 2);
    expect([...partials.slice(0, 6)]).toEqual([Math.exp(-2), 1, 0, 0, 2, 1 + Math.exp(-2)]);
  });

  test('leaves a split past the token empty', () => {
    const zeros = new Float64Array(16);
    const partials = attentionReference(shape, { qkv: zeros, kCache: zeros, vCache: zeros }, 1, 2);
    // Token 0 is at position 1, so its second split (positions 2 and 3) is empty.
    expect([...partials.slice(6, 12)]).toEqual([0, 0, 0, 0, -3.4e38, 0]);
  });
});
