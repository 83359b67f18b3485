/** The ledger of bytes, on a device that has room for everything. */
import { expect, it } from 'vitest';
import { AVAILABLE } from '../../src/state/testing/samples.ts';
import { Gpu } from './gpu.ts';

const DEVICE = {
  lost: new Promise(() => undefined),
  createBuffer: () => ({ destroy: () => undefined }),
} as unknown as GPUDevice;

it('knows what is held by purpose, and the most that was ever held at once', () => {
  if (AVAILABLE.kind !== 'available') throw new Error('no adapter');
  const gpu = new Gpu(DEVICE, AVAILABLE.adapter);
  const weights = gpu.createBuffer('weights', 100, 'weights', 0);
  const scratch = gpu.createBuffer('scratch', 20, 'scratch', 0);
  gpu.release(scratch);
  // Freed for the second time: it counts once.
  gpu.release(scratch);
  gpu.createBuffer('cache', 10, 'kv-cache', 0);
  expect([gpu.bytes('weights'), gpu.bytes('scratch'), gpu.bytes('kv-cache')]).toEqual([100, 0, 10]);
  expect(gpu.peakBytes).toBe(120);
  gpu.release(weights);
  gpu.createBuffer('more', 115, 'weights', 0);
  expect(gpu.peakBytes).toBe(125);
});
