import fc from 'fast-check';
import { expect, test } from 'vitest';
import { QUANT_TYPES, quantFormats } from '../../shaders/quant/format.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { errorCode } from '../protocol/errors.ts';
import { planMatrix } from './matrix.ts';
import { MemoryPlan } from './slot.ts';

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

test('rows so long that no shard fits are refused when the memory is taken', async () => {
  const memory = new MemoryPlan();
  const { shards } = planMatrix(memory, 'long rows', 'F32', 70, 4096, 2 ** 18);
  expect(shards.map(({ rows }) => rows)).toEqual([64, 6]);
  const limits = { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 18 };
  const refused: unknown = await memory
    .allocate({ device: { limits } } as unknown as Gpu)
    .catch((error: unknown) => error);
  expect(errorCode(refused)).toBe('ModelTooLarge');
  expect((refused as Error).message).toMatch(/"long rows quants 0" does not fit into one buffer/);
});
