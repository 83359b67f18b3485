/** The pace of a transfer, of late. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Pace } from './pace.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const after = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

it('counts what came, and forgets what is long ago', async () => {
  const pace = new Pace();
  for (let second = 0; second < 60; second++) {
    await vi.advanceTimersByTimeAsync(1000);
    pace.arrived(second < 30 ? 1000 : 3000);
  }
  expect(pace.bytesPerSecond).toBeGreaterThan(2600);
  expect(pace.bytesPerSecond).toBeLessThan(3400);
});

it('says how much of the time is spent storing, with what is under way, and overlapping writes once', async () => {
  const pace = new Pace();
  await vi.advanceTimersByTimeAsync(2000);
  expect(pace.storingShare).toBe(0);
  void pace.storing(after(1500));
  void pace.storing(after(2000));
  await vi.advanceTimersByTimeAsync(1000);
  expect(pace.storingShare).toBeCloseTo(1 / 3);
  await vi.advanceTimersByTimeAsync(1000);
  expect(pace.storingShare).toBeCloseTo(1 / 2);
  await vi.advanceTimersByTimeAsync(4000);
  expect(pace.storingShare).toBeCloseTo(1 / 4);
});

it('says how much of the time nothing can come', async () => {
  const pace = new Pace();
  await pace.waiting(Promise.resolve());
  await vi.advanceTimersByTimeAsync(3000);
  expect(pace.waitingShare).toBe(0);
  void pace.waiting(after(1000));
  await vi.advanceTimersByTimeAsync(2000);
  expect(pace.waitingShare).toBeCloseTo(1 / 5);
  expect(pace.storingShare).toBe(0);
});

it('passes on what a write gives, and counts one that fails', async () => {
  const pace = new Pace();
  await expect(pace.storing(Promise.resolve(7))).resolves.toBe(7);
  const failing = pace.storing(
    after(1000).then(() => {
      throw new Error('full');
    }),
  );
  const told = expect(failing).rejects.toThrow('full');
  await vi.advanceTimersByTimeAsync(2000);
  await told;
  expect(pace.storingShare).toBeCloseTo(1 / 2);
});
