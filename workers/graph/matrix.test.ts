import { describe, expect, test } from 'vitest';
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
});
