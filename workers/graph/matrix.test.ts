import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { QUANT_TYPES, quantFormats } from '../../shaders/quant/format.ts';
import { errorCode } from '../protocol/errors.ts';
import { planMatrix } from './matrix.ts';
import { MemoryPlan } from './slot.ts';

/** Q4_0 of 64 columns: 32 bytes of quants and 4 of scales a row. */
function shards(rows: number, bindingBytes: number, rowsTogether?: number): number[][] {
  const { shards } = planMatrix(new MemoryPlan(), 'm', 'Q4_0', rows, 64, bindingBytes, rowsTogether);
  return shards.map(({ firstRow, rows: count, quants }) => [firstRow, count, quants.bytes]);
}

describe('a matrix in bindings', () => {
  test('is whole where a binding takes it', () => {
    expect(shards(100, 128 * 32)).toEqual([[0, 100, 3200]]);
  });

  test('is cut by tiles of rows, or between experts', () => {
    expect(shards(200, 140 * 32)).toEqual([
      [0, 128, 4096],
      [128, 72, 2304],
    ]);
    expect(shards(90, 70 * 32, 30)).toEqual([
      [0, 60, 1920],
      [60, 30, 960],
    ]);
  });

  test('is refused where a binding cannot take one expert', () => {
    const plan = (): unknown => shards(90, 29 * 32, 30);
    expect(plan).toThrow(/does not fit into the bindings/);
    try {
      plan();
    } catch (error) {
      expect(errorCode(error)).toBe('ModelTooLarge');
    }
  });

  test('a matrix of any type is cut into shards that the device can bind, and loses no row', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...QUANT_TYPES),
        fc.integer({ min: 1, max: 300_000 }),
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 20, max: 28 }),
        (type, rows, columns, limit) => {
          const memory = new MemoryPlan();
          const { shards } = planMatrix(memory, 'a matrix', type, rows, columns * 256, 2 ** limit);
          const { firstRow, rows: last } = shards.at(-1)!;
          expect(firstRow + last).toBe(rows);
          const perShard = shards[0]!.rows;
          expect(shards.length === 1 || perShard % 64 === 0).toBe(true);
          const sound = shards.every(
            (shard, index) =>
              shard.firstRow === index * perShard &&
              shard.rows === Math.min(perShard, rows - shard.firstRow) &&
              Math.max(shard.quants.bytes, shard.scales.bytes) <= 2 ** limit,
          );
          expect(sound).toBe(true);
          const { quantBytes, scaleBytes } = quantFormats[type].planes(rows, columns * 256);
          // Each plane of a shard ends on a multiple of 16 bytes.
          expect(memory.bytes('weights') - quantBytes - scaleBytes).toBeLessThanOrEqual(32 * shards.length);
        },
      ),
    );
  });
});
