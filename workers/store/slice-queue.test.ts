/** Slices wait for chunks, and none outlives its own. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SliceQueue } from './slice-queue.ts';

const SLICE = new Uint8Array(4);
/** What was written, in order: `index@offset` of slices, `#index` of chunks. */
let written: string[] = [];
let isBusy = false;
let release: (() => void)[] = [];

/** A write that lasts until it is let go. */
function slow(what: string): Promise<void> {
  return new Promise((resolve) =>
    release.push(() => {
      written.push(what);
      resolve();
    }),
  );
}

async function finishWrite(): Promise<void> {
  release.shift()!();
  await vi.advanceTimersByTimeAsync(0);
}

const queueOf = (onFailure = (reason: unknown): void => expect.unreachable(String(reason))) =>
  new SliceQueue(
    (index, offset) => slow(`${index}@${offset}`),
    () => isBusy,
    onFailure,
  );

beforeEach(() => {
  vi.useFakeTimers();
  [written, release, isBusy] = [[], [], false];
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a queue of slices', () => {
  it('keeps them one at a time, in order', async () => {
    const queue = queueOf();
    for (const offset of [0, 4, 8]) queue.add(3, offset, SLICE);
    expect(release).toHaveLength(1);
    for (let count = 0; count < 3; count++) await finishWrite();
    expect(written).toEqual(['3@0', '3@4', '3@8']);
    expect(release).toEqual([]);
  });

  it('stores a chunk behind the slice of it that is being written, and forgets those that wait', async () => {
    const queue = queueOf();
    for (const offset of [0, 4]) queue.add(3, offset, SLICE);
    queue.add(7, 0, SLICE);
    const storing = queue.store(3, () => slow('#3'));
    await finishWrite();
    // Nothing of the other chunk in between.
    await finishWrite();
    await storing;
    expect(written).toEqual(['3@0', '#3']);
    await finishWrite();
    expect(written).toEqual(['3@0', '#3', '7@0']);
  });

  it('waits while chunks keep the store busy, and no longer than they do', async () => {
    isBusy = true;
    const queue = queueOf();
    const storing = queue.store(0, () => slow('#0'));
    queue.add(1, 0, SLICE);
    await vi.advanceTimersByTimeAsync(10_000);
    await finishWrite();
    await storing;
    expect(release).toEqual([]);
    // The line has stopped: what has come of the next chunk is kept.
    await vi.advanceTimersByTimeAsync(1000);
    await finishWrite();
    expect(written).toEqual(['#0', '1@0']);
  });

  it('writes nothing after its end, which waits for what is being written', async () => {
    const queue = queueOf();
    queue.add(0, 0, SLICE);
    queue.add(0, 4, SLICE);
    let isClosed = false;
    void queue.close().then(() => (isClosed = true));
    await vi.advanceTimersByTimeAsync(1000);
    expect(isClosed).toBe(false);
    await finishWrite();
    expect(isClosed).toBe(true);
    expect([written, release]).toEqual([['0@0'], []]);
  });

  it('tells of a slice that cannot be kept, and fails no chunk for it', async () => {
    const failures: unknown[] = [];
    const queue = new SliceQueue(
      () => Promise.reject(new Error('full')),
      () => false,
      (reason) => failures.push(reason),
    );
    queue.add(0, 0, SLICE);
    const storing = queue.store(0, () => slow('#0'));
    await vi.advanceTimersByTimeAsync(0);
    await finishWrite();
    await storing;
    expect(failures).toMatchObject([{ message: 'full' }]);
    expect(written).toEqual(['#0']);
  });
});
