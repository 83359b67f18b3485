/** Spans over any missing chunks: each chunk once, with its own bytes, and never more at once than allowed. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { noise } from '../../tools/testing/library-case.ts';
import type { OpenedSource } from '../source/opened-source.ts';
import { fetchChunks, shareOfSpans } from './fetch-chunks.ts';
import type { SliceStore } from './fetch-chunks.ts';

const CHUNK = 7;
const COUNT = 40;
const BYTES = noise((COUNT - 1) * CHUNK + 3);

interface Watched {
  readonly source: OpenedSource;
  /** [first byte, end] of each span, in the order in which they were asked for. */
  readonly spans: [number, number][];
  mostAtOnce: number;
  /** How many were in flight when the last one began. */
  atOnceLast: number;
}

/** A source that gives pieces of `pieceBytes`, each after a pause, and fails at byte `failsAt`. */
function watched(
  pieceBytes: number,
  { ignoresRanges = false, failsAt = Infinity, pauseMs = (): number => 0 } = {},
): Watched {
  let inFlight = 0;
  async function* stream(start: number, end: number, signal?: AbortSignal) {
    seen.spans.push([start, end]);
    seen.atOnceLast = ++inFlight;
    seen.mostAtOnce = Math.max(seen.mostAtOnce, inFlight);
    try {
      for (let offset = start; offset < end; offset += pieceBytes) {
        await new Promise((resolve) => setTimeout(resolve, pauseMs()));
        signal?.throwIfAborted();
        const last = Math.min(end, offset + pieceBytes);
        if (offset <= failsAt && failsAt < last) throw new Error('the source failed');
        yield BYTES.slice(offset, last);
      }
    } finally {
      inFlight--;
    }
  }
  const seen: Watched = {
    source: { byteLength: BYTES.byteLength, stream, ignoresRanges: () => ignoresRanges } as unknown as OpenedSource,
    spans: [],
    mostAtOnce: 0,
    atOnceLast: 0,
  };
  return seen;
}

interface Case {
  readonly spanChunks: number;
  readonly atOnce: number;
  readonly signal?: AbortSignal;
  readonly slices?: SliceStore;
  readonly take?: (index: number) => void;
}

async function fetchInto(
  source: OpenedSource,
  indices: readonly number[],
  { spanChunks, atOnce, signal, slices, take }: Case,
) {
  const taken = new Map<number, Uint8Array>();
  let arrivedBytes = 0;
  const outcome = await fetchChunks(source, indices, {
    chunkBytes: CHUNK,
    spanBytes: spanChunks * CHUNK,
    spansAtOnce: () => atOnce,
    signal: signal ?? new AbortController().signal,
    arrived: (bytes) => (arrivedBytes += bytes),
    ...(slices && { slices }),
    hash: (_, bytes) => Promise.resolve(structuredClone(bytes, { transfer: [bytes.buffer] })),
    store: (index, bytes) => {
      expect(taken.has(index)).toBe(false);
      take?.(index);
      // Its memory is another's afterwards.
      taken.set(index, bytes.slice());
      return Promise.resolve(bytes.buffer);
    },
  }).then(
    () => null,
    (error: unknown) => error,
  );
  return { taken, arrivedBytes, outcome };
}

const bytesOf = (index: number) => BYTES.slice(index * CHUNK, (index + 1) * CHUNK);
const missing = fc.uniqueArray(fc.integer({ min: 0, max: COUNT - 1 }), { maxLength: COUNT });
const settings = fc.record({
  spanChunks: fc.integer({ min: 1, max: 9 }),
  atOnce: fc.integer({ min: 1, max: 4 }),
  pieceBytes: fc.integer({ min: 1, max: 30 }),
});

describe('fetchChunks', () => {
  it('takes each missing chunk once, in spans of at most the length, and no others', async () => {
    await fc.assert(
      fc.asyncProperty(missing, settings, async (indices, { spanChunks, atOnce, pieceBytes }) => {
        const { source, ...seen } = watched(pieceBytes);
        const { taken, arrivedBytes, outcome } = await fetchInto(source, indices, { spanChunks, atOnce });
        expect(outcome).toBeNull();
        expect([...taken.keys()].sort((a, b) => a - b)).toEqual([...indices].sort((a, b) => a - b));
        for (const [index, bytes] of taken) expect(bytes).toEqual(bytesOf(index));
        for (const [start, end] of seen.spans) expect(end - start).toBeLessThanOrEqual(spanChunks * CHUNK);
        expect(arrivedBytes).toBe(seen.spans.reduce((sum, [start, end]) => sum + end - start, 0));
      }),
      { numRuns: 60 },
    );
  });

  it('goes on in chunks that are partly here, and keeps each slice of the others once', async () => {
    // Of a chunk's 7 bytes; the last chunk has 3.
    const begun = fc.dictionary(
      fc.integer({ min: 0, max: COUNT - 2 }).map(String),
      fc.integer({ min: 1, max: CHUNK - 1 }),
    );
    const sliceBytes = fc.integer({ min: 1, max: CHUNK });
    await fc.assert(
      fc.asyncProperty(missing, begun, sliceBytes, settings, async (indices, kept, sliceBytes, cases) => {
        const { source, ...seen } = watched(cases.pieceBytes);
        const stored = new Map<number, Uint8Array>();
        const hadBytes = indices.reduce((sum, index) => sum + (kept[index] ?? 0), 0);
        for (const [index, length] of Object.entries(kept))
          stored.set(Number(index), bytesOf(Number(index)).slice(0, length));
        const slices: SliceStore = {
          sliceBytes,
          has: (index) => kept[index] !== undefined,
          read: (index) => Promise.resolve(bytesOf(index).slice(0, kept[index])),
          put: (index, offset, bytes) => {
            expect(offset).toBe(stored.get(index)?.length ?? 0);
            expect((offset + bytes.length) % sliceBytes).toBe(0);
            stored.set(index, new Uint8Array([...(stored.get(index) ?? []), ...bytes]));
            return Promise.resolve();
          },
        };
        const { taken, arrivedBytes, outcome } = await fetchInto(source, indices, { ...cases, slices });
        expect(outcome).toBeNull();
        expect([...taken.keys()].sort((a, b) => a - b)).toEqual([...indices].sort((a, b) => a - b));
        for (const [index, bytes] of taken) expect(bytes).toEqual(bytesOf(index));
        for (const [index, bytes] of stored) expect(bytes).toEqual(bytesOf(index).slice(0, bytes.length));
        const wanted = indices.reduce((sum, index) => sum + bytesOf(index).length, 0);
        expect(arrivedBytes).toBe(wanted - hadBytes);
        expect(seen.spans.reduce((sum, [start, end]) => sum + end - start, 0)).toBe(arrivedBytes);
      }),
      { numRuns: 60 },
    );
  });

  it('asks for the first span alone, then for as many as it may', async () => {
    const seen = watched(CHUNK);
    await fetchInto(seen.source, [...Array(COUNT).keys()], { spanChunks: 2, atOnce: 3 });
    expect(seen.mostAtOnce).toBe(3);
    expect(seen.spans.map(([start]) => start)).toEqual(seen.spans.map((_, span) => span * 2 * CHUNK));
  });

  it('asks for one span after the other on a slow line', async () => {
    // A twentieth of a chunk a second.
    vi.useFakeTimers();
    const seen = watched(CHUNK, { pauseMs: () => 20_000 });
    const fetching = fetchInto(seen.source, [...Array(COUNT).keys()], { spanChunks: 4, atOnce: 4 });
    await vi.runAllTimersAsync();
    expect((await fetching).taken.size).toBe(COUNT);
    vi.useRealTimers();
    expect(seen.mostAtOnce).toBe(1);
  });

  it('takes a computer that slept for no slow line', async () => {
    vi.useFakeTimers();
    // A chunk a second, and after five seconds nothing for eight hours.
    const [asleepMs, awakeMs] = [Date.now() + 5000, Date.now() + 8 * 3600_000];
    const sleeps = () => Date.now() >= asleepMs && Date.now() < awakeMs;
    const seen = watched(CHUNK, { pauseMs: () => (sleeps() ? awakeMs - Date.now() : 1000) });
    const fetching = fetchInto(seen.source, [...Array(COUNT).keys()], { spanChunks: 10, atOnce: 2 });
    await vi.runAllTimersAsync();
    expect((await fetching).taken.size).toBe(COUNT);
    vi.useRealTimers();
    expect(seen.mostAtOnce).toBe(2);
    expect(seen.atOnceLast).toBe(2);
  });

  it('asks a source that gives no parts for one run after the other', async () => {
    const seen = watched(5, { ignoresRanges: true });
    const { taken } = await fetchInto(seen.source, [3, 4, 5, 6, 7, 20, 21], { spanChunks: 2, atOnce: 4 });
    expect(seen.mostAtOnce).toBe(1);
    expect(seen.spans).toEqual([
      [3 * CHUNK, 8 * CHUNK],
      [20 * CHUNK, 22 * CHUNK],
    ]);
    expect(taken.size).toBe(7);
  });

  it('passes on the first failure when nothing is taken any more, wherever it comes', async () => {
    const failsAt = fc.integer({ min: 0, max: BYTES.byteLength - 1 });
    await fc.assert(
      fc.asyncProperty(failsAt, settings, async (byte, { spanChunks, atOnce, pieceBytes }) => {
        const { source } = watched(pieceBytes, { failsAt: byte });
        const { taken, outcome } = await fetchInto(source, [...Array(COUNT).keys()], { spanChunks, atOnce });
        expect(outcome).toMatchObject({ message: 'the source failed' });
        const count = taken.size;
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect(taken.size).toBe(count);
        expect(taken.has(Math.floor(byte / CHUNK))).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('stops when told to, and when a chunk cannot be kept', async () => {
    const pausing = new AbortController();
    const stopped = await fetchInto(watched(CHUNK).source, [...Array(COUNT).keys()], {
      ...{ spanChunks: 3, atOnce: 3, signal: pausing.signal },
      take: (index) => {
        if (index === 4) pausing.abort(new Error('enough'));
      },
    });
    expect(stopped.outcome).toMatchObject({ message: 'enough' });
    expect(stopped.taken.size).toBeLessThan(COUNT);
    const full = await fetchInto(watched(CHUNK).source, [...Array(COUNT).keys()], {
      ...{ spanChunks: 3, atOnce: 3 },
      take: (index) => {
        if (index === 4) throw new Error('full');
      },
    });
    expect(full.outcome).toMatchObject({ message: 'full' });
  });
});

it.each([
  [1, 4],
  [2, 3],
  [3, 2],
  [4, 1],
  [9, 1],
])('of %i downloads each gets %i spans', (downloads, spans) => {
  expect(shareOfSpans(downloads)).toBe(spans);
});
