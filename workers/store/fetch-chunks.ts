/**
 * Brings chunks in from a source, several spans at once. A span is a run of chunks that are missing, asked for in one
 * request: long, because hubs count requests, and few at once, because each holds a chunk in memory that comes in, and loses
 * what is not stored of it when the transfer ends before its time. A source that cannot give parts gets one request at a
 * time, each as long as the run.
 */
import type { OpenedSource } from '../source/opened-source.ts';
import { cutChunks } from './cut-chunks.ts';
import { MemoryPool } from './memory-pool.ts';
import { Pace } from './pace.ts';
import { SliceQueue } from './slice-queue.ts';
import type { PutSlice } from './slice-queue.ts';

/** The hub allows 3,000 requests for files in five minutes: with these, 8 GB are 128. */
export const SPAN_BYTES = 64 * 1024 * 1024;

/** A single connection rarely fills a fast line; more than these gain little and are unkind. */
const SPANS_OF_FILE = 4;

/** Spans begin only as long as each one's chunk comes within this time: a slow line is full with one, and loses less. */
const CHUNK_SECONDS = 10;

/** And only as long as storing takes less than this share of the time: else the store is what is full. */
const BUSY_SHARE = 0.5;

/** Or waiting for memory takes this much: then what is slow is here, whatever it is. */
const WAITING_SHARE = 0.1;

/** Chunks in memory besides those that come in: while one is written, the next is hashed. */
const CHUNKS_BEHIND = 2;

/** Over all downloads: browsers open six connections to a host that speaks HTTP/1.1. */
const SPANS_IN_ALL = 6;

/** How the chunks are asked for, and who takes them. */
export interface Fetching<Hashed> {
  readonly chunkBytes: number;
  /** A multiple of the chunk. */
  readonly spanBytes: number;
  /** How many spans may be in flight now; asked before each. */
  readonly spansAtOnce: () => number;
  /** Finds out what one chunk is known by, while the next ones come in. It may have the bytes. */
  readonly hash: (index: number, bytes: Uint8Array<ArrayBuffer>) => Promise<Hashed>;
  /** Stores it and gives its memory back, which is another's afterwards. */
  readonly store: (index: number, hashed: Hashed) => Promise<ArrayBuffer>;
  /** Where chunks are kept before they are whole; without it they are not. */
  readonly slices?: SliceStore | null;
  /** Hears of every piece off the network. */
  readonly arrived: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Where slices of chunks are kept that are not whole yet. */
export interface SliceStore {
  readonly sliceBytes: number;
  /** Whether an earlier visit has left some of this chunk. */
  readonly has: (index: number) => boolean;
  /** What it has left: the chunk's first bytes, not all. */
  readonly read: (index: number) => Promise<Uint8Array<ArrayBuffer>>;
  readonly put: PutSlice;
}

/** How many spans a file may have in flight while `downloads` files are brought in. */
export function shareOfSpans(downloads: number): number {
  return Math.max(1, Math.min(SPANS_OF_FILE, Math.floor(SPANS_IN_ALL / downloads)));
}

/**
 * Fetches the chunks with these indices. Rejects with the first failure of a span (the source's error, what `hash` or `store`
 * rejects with, or the signal's reason), when all others have let go and nothing is stored any more.
 */
export function fetchChunks<Hashed>(
  source: OpenedSource,
  indices: Iterable<number>,
  { chunkBytes, spanBytes, spansAtOnce, hash, store, slices = null, arrived, signal: outer }: Fetching<Hashed>,
): Promise<void> {
  const missing = [...indices].sort((a, b) => a - b);
  const stop = new AbortController();
  const signal = AbortSignal.any([outer, stop.signal]);
  const pace = new Pace();
  const storing = new Set<Promise<void>>();
  let inFlight = 0;
  let storedChunks = 0;
  let failure: { readonly reason: unknown } | null = null;
  const fail = (reason: unknown) => {
    failure ??= { reason };
    stop.abort(reason);
  };
  const isBusy = () => pace.storingShare >= BUSY_SHARE || pace.waitingShare >= WAITING_SHARE;
  const queue = new SliceQueue(slices?.put ?? (() => Promise.resolve()), isBusy, fail);
  const memory = new MemoryPool(Math.min(chunkBytes, source.byteLength), () => inFlight + CHUNKS_BEHIND);

  const nextSpan = (): { first: number; end: number } | null => {
    const first = missing.shift();
    if (first === undefined) return null;
    const longest = source.ignoresRanges() ? Infinity : spanBytes / chunkBytes;
    let end = first + 1;
    // A chunk that is partly here is asked for from its middle on, so a span begins with it.
    const isBegun = (index: number) => longest !== Infinity && slices?.has(index) === true;
    while (missing[0] === end && end - first < longest && !isBegun(end)) {
      missing.shift();
      end++;
    }
    return { first, end };
  };

  return new Promise((resolve, reject) => {
    async function bring({ first, end }: { first: number; end: number }): Promise<void> {
      const [start, endOffset] = [first * chunkBytes, Math.min(end * chunkBytes, source.byteLength)];
      let index = first;
      const onArrival = (bytes: number) => {
        pace.arrived(bytes);
        arrived(bytes);
        begin();
      };
      const head = slices?.has(first) === true ? await slices.read(first) : new Uint8Array();
      const pieces = source.stream(start + head.byteLength, endOffset, signal);
      const cutting = {
        ...{ totalBytes: endOffset - start, chunkBytes, head, onArrival },
        ...(slices !== null && { sliceBytes: slices.sliceBytes }),
        memory: () => pace.waiting(memory.take(signal)),
      };
      for await (const { chunk, from, to } of cutChunks(pieces, cutting)) {
        signal.throwIfAborted();
        if (to < chunk.byteLength) {
          queue.add(index, from, chunk.subarray(from, to));
          continue;
        }
        // The next chunk may be long in coming, and a full disk is to be told at once.
        const stored = take(index++, chunk)
          .catch(fail)
          .finally(() => {
            storing.delete(stored);
            begin();
          });
        storing.add(stored);
      }
    }

    async function take(index: number, chunk: Uint8Array<ArrayBuffer>): Promise<void> {
      const buffer = await queue.store(index, async () => {
        const hashed = await hash(index, chunk);
        return pace.storing(store(index, hashed));
      });
      memory.give(buffer);
      storedChunks++;
    }

    /**
     * Begins what may begin. Until the first chunk is here, it is not known whether the source gives parts, and how fast;
     * and each one that is stored shows whether there is time for one span more.
     */
    function begin(): void {
      const inTime = Math.floor((pace.bytesPerSecond * CHUNK_SECONDS) / chunkBytes);
      const mayBeMore = !source.ignoresRanges() && !isBusy();
      const atOnce = mayBeMore ? Math.max(1, Math.min(spansAtOnce(), inTime, 1 + storedChunks)) : 1;
      while (failure === null && inFlight < atOnce) {
        const span = nextSpan();
        if (span === null) break;
        inFlight++;
        void bring(span)
          .catch(fail)
          .finally(() => {
            inFlight--;
            begin();
          });
      }
      if (inFlight > 0 || storing.size > 0) return;
      void queue.close().then(() => {
        if (failure === null) resolve();
        // What is passed on is what a source or the store threw.
        else reject(failure.reason as Error);
      });
    }

    begin();
  });
}
