import { describe, expect, test } from 'vitest';
import { fromReal, randomValues, roundToReal, toReal } from '../tools/testing/real-data.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { cachedPosition, cachePlace, cachePositions } from './cache-layout.ts';
import { rowStride } from './kernel.ts';
import { ropeReference } from './rope.ref.ts';
import { ropeTable } from './rope-table.ts';
import { type QueryScaling, rope, type RopeShape } from './rope.ts';

const devices = await testDevices();

interface Case extends Omit<RopeShape, 'stride'> {
  readonly position: number;
  readonly tokens: number;
}

const cases: Case[] = [
  { heads: 1, kvHeads: 1, headDim: 8, rotaryDim: 8, pairing: 'adjacent', position: 0, tokens: 1 },
  { heads: 8, kvHeads: 2, headDim: 40, rotaryDim: 40, pairing: 'halves', position: 5, tokens: 3 },
  { heads: 4, kvHeads: 1, headDim: 64, rotaryDim: 64, pairing: 'adjacent', position: 113, tokens: 1 },
  { heads: 4, kvHeads: 4, headDim: 128, rotaryDim: 32, pairing: 'halves', position: 77, tokens: 35 },
  { heads: 3, kvHeads: 1, headDim: 80, rotaryDim: 20, pairing: 'adjacent', position: 9, tokens: 2 },
  { heads: 8, kvHeads: 1, headDim: 256, rotaryDim: 256, pairing: 'halves', position: 511, tokens: 2 },
  // Queries grow: within a chunk that crosses a step, and where a part of a head does not turn.
  {
    ...{ heads: 4, kvHeads: 2, headDim: 40, rotaryDim: 24, pairing: 'adjacent', position: 29, tokens: 7 },
    queryScaling: { beta: 0.1, originalContextLength: 16 },
  },
  {
    ...{ heads: 2, kvHeads: 1, headDim: 64, rotaryDim: 64, pairing: 'halves', position: 511, tokens: 1 },
    queryScaling: { beta: 0.4, originalContextLength: 256 },
  },
  // Nothing turns: k and v go to the cache as they are.
  { heads: 6, kvHeads: 2, headDim: 24, rotaryDim: 0, pairing: 'adjacent', position: 3, tokens: 2 },
];

/** Rounding to f16 may fall the other way where f32 and f64 differ; measured at most 1.3e-11 (f32: 1e-15). */
const TOLERANCE = { f32: 1e-13, f16: 1e-10 };

describe.each(devices)('rope on $name', ({ device, variants }) => {
  describe.each(variants)('$real, $reduction', (variant) => {
    test.each(cases)('$heads/$kvHeads heads of $headDim, $rotaryDim $pairing, $tokens at $position', async (given) => {
      const { position, tokens, ...sizes } = given;
      const contextLength = cachePositions(position + tokens + 3);
      const stride = rowStride((given.heads + 2 * given.kvHeads) * given.headDim);
      const shape: RopeShape = { ...sizes, stride };
      const cacheLength = given.kvHeads * contextLength * given.headDim;
      const table = ropeTable({ contextLength, rotaryDim: given.rotaryDim, base: 10_000 });
      const qkv = randomValues(tokens * stride, 1);
      const kCache = roundToReal(randomValues(cacheLength, 2), variant.real);
      const vCache = roundToReal(randomValues(cacheLength, 3), variant.real);
      const result = await runKernel(
        device,
        rope,
        shape,
        variant,
        { tokens, kvLength: position + tokens },
        {
          qkv: Float32Array.from(qkv),
          table,
          k_cache: toReal(kCache, variant.real),
          v_cache: toReal(vCache, variant.real),
          step: new Uint32Array([position, tokens, 0, 0]),
        },
      );
      ropeReference(shape, { qkv, table, kCache, vCache }, position, tokens);
      expect(nmse(new Float32Array(result['qkv']!), qkv)).toBeLessThanOrEqual(TOLERANCE.f32);
      const expectedK = roundToReal(kCache, variant.real);
      expect(nmse(fromReal(result['k_cache']!, variant.real), expectedK)).toBeLessThanOrEqual(TOLERANCE[variant.real]);
      expect(fromReal(result['v_cache']!, variant.real)).toEqual(roundToReal(vCache, variant.real));
    });
  });
});

describe('the reference', () => {
  const turn = (pairing: RopeShape['pairing'], queryScaling?: QueryScaling) => {
    const shape: RopeShape = {
      heads: 1,
      kvHeads: 1,
      headDim: 6,
      rotaryDim: 4,
      pairing,
      stride: 18,
      queryScaling,
    };
    // A quarter turn of the first pair, half a turn of the second, at position 1.
    const table = [1, 0, 1, 0, 0, 1, -1, 0, 1, 0, 1, 0];
    const qkv = Float64Array.from({ length: 18 }, (_, i) => i + 1);
    const kCache = new Float64Array(18);
    const vCache = new Float64Array(18);
    ropeReference(shape, { qkv, table, kCache, vCache }, 1, 1);
    return { q: [...qkv.slice(0, 6)], k: [...kCache], v: [...vCache] };
  };
  const none = [0, 0, 0, 0, 0, 0];

  test('turns neighbours and copies what lies past them', () => {
    const { q, k, v } = turn('adjacent');
    expect(q).toEqual([-2, 1, -3, -4, 5, 6]);
    expect(k).toEqual([...none, -8, 7, -9, -10, 11, 12, ...none]);
    expect(v).toEqual([...none, 13, 14, 15, 16, 17, 18, ...none]);
  });

  test('scales queries, not keys, from one multiple of the original context to the next', () => {
    const scaling = { beta: 0.5, originalContextLength: 1 };
    const by = 1 + 0.5 * Math.log(2);
    const { q, k } = turn('adjacent', scaling);
    expect(q).toEqual([-2, 1, -3, -4, 5, 6].map((value) => expect.closeTo(value * by, 12)));
    expect(k).toEqual(turn('adjacent').k);
    expect(turn('adjacent', { ...scaling, originalContextLength: 2 })).toEqual(turn('adjacent'));
  });

  test('keeps keys and values in blocks of 64 positions, in each head by head', () => {
    const shape: RopeShape = { heads: 1, kvHeads: 2, headDim: 2, rotaryDim: 0, pairing: 'adjacent', stride: 10 };
    const qkv = Float64Array.from({ length: 20 }, (_, i) => i);
    const [kCache, vCache] = [new Float64Array(512), new Float64Array(512)];
    ropeReference(shape, { qkv, table: [], kCache, vCache }, 63, 2);
    const kept = (cache: Float64Array) => [...cache.entries()].filter(([, value]) => value !== 0);
    // Position 63 ends the first block, 64 begins the second: 128 heads of two values on.
    const places = [126, 127, 254, 255, 256, 257, 384, 385];
    expect(kept(kCache)).toEqual([2, 3, 4, 5, 12, 13, 14, 15].map((value, i) => [places[i], value]));
    expect(kept(vCache)).toEqual([6, 7, 8, 9, 16, 17, 18, 19].map((value, i) => [places[i], value]));
    for (const [place] of kept(kCache)) {
      const head = Math.floor(place / 2);
      expect(cachePlace(cachedPosition(head, 2), Math.floor(head / 64) % 2, 2)).toBe(head);
    }
  });

  test('turns halves', () => {
    expect(turn('halves').q).toEqual([-3, -2, 1, -4, 5, 6]);
  });
});
