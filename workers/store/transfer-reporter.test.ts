/** Progress as a person reads it: how far, how fast now, how long still; not too often, and always at the end. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TransferProgress } from '../protocol/model.ts';
import { TransferReporter } from './transfer-reporter.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start(totalBytes: number) {
  const seen: TransferProgress[] = [];
  const reporter = new TransferReporter('an id', totalBytes, (progress) => seen.push(progress));
  /** Bytes that come in steps of 100 ms. */
  const come = (bytes: number, steps: number) => {
    for (let step = 0; step < steps; step++) {
      vi.advanceTimersByTime(100);
      reporter.advance(bytes);
    }
  };
  return { reporter, seen, come };
}

it('says what is kept at once, and counts none of it into the rate', () => {
  const { reporter, seen, come } = start(10_000);
  reporter.begin('downloading', 6000);
  expect(seen).toEqual([
    {
      ...{ id: 'an id', phase: 'downloading', storedBytes: 6000, totalBytes: 10_000 },
      ...{ bytesPerSecond: 0, remainingMs: null },
    },
  ]);
  come(100, 20);
  expect(seen.at(-1)).toMatchObject({ storedBytes: 7800, bytesPerSecond: 1000, remainingMs: 2200 });
});

it('speaks at most four times a second, and at the end', () => {
  const { reporter, seen, come } = start(10_000);
  reporter.begin('copying', 0);
  come(100, 99);
  expect(seen.length).toBeLessThanOrEqual(1 + 40);
  vi.advanceTimersByTime(1);
  reporter.advance(100);
  expect(seen.at(-1)).toMatchObject({ storedBytes: 10_000, remainingMs: 0 });
});

it('gives the rate of the last seconds, not of the whole', () => {
  const { reporter, seen, come } = start(1e6);
  reporter.begin('downloading', 0);
  come(5000, 50);
  come(100, 60);
  expect(seen.at(-1)?.bytesPerSecond).toBeLessThan(1100);
});

it('begins anew with each phase: what is verified has a rate of its own', () => {
  const { reporter, seen, come } = start(10_000);
  reporter.begin('downloading', 0);
  come(1000, 10);
  reporter.begin('verifying', 4000);
  expect(seen.at(-1)).toMatchObject({ phase: 'verifying', storedBytes: 4000, bytesPerSecond: 0 });
  come(10, 10);
  expect(seen.at(-1)).toMatchObject({ phase: 'verifying', bytesPerSecond: 100 });
});
