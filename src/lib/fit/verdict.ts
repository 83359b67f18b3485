/**
 * Whether a model fits on this device, told before it is fetched: what it needs held against what there is, with the
 * numbers that it was judged by. It forecasts and forbids nothing, for browsers tell little of memory: what is not known
 * here is said so. More of anything needed never makes a verdict better.
 */
import type { MemoryNeed } from './need.ts';

/** From best to worst. `tight`: it may work, but nobody can promise it. */
export const VERDICTS = ['fits', 'tight', 'no'] as const;

/** How well a model fits. */
export type Verdict = (typeof VERDICTS)[number];

/** What there is on this device, in bytes; `null` where the browser does not say. */
export interface Room {
  /** The largest buffer that the adapter gives. */
  readonly bufferBytes: number;
  /** What this site may still store. */
  readonly storageBytes: number | null;
  /** Memory of the computer. */
  readonly memoryBytes: number | null;
  /** Whether `memoryBytes` is only the most that the browser tells: there may be more. */
  readonly memoryIsLeast: boolean;
  /** The most that a model has taken on this adapter without a fault. */
  readonly provenBytes: number;
}

/** Something that speaks against a model. */
export interface Finding {
  readonly verdict: Exclude<Verdict, 'fits'>;
  /** `memory-unknown`: the browser does not tell what `thereBytes` would be. */
  readonly about: 'buffer' | 'storage' | 'memory' | 'memory-unknown';
  readonly neededBytes: number;
  readonly thereBytes: number | null;
}

/** A verdict and what it rests on, the worst first. */
export interface Fit {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
}

/** A model that leaves less than this share of the storage free is a tight fit: other sites and the disk take theirs. */
const STORAGE_SHARE = 0.9;
/** A model in half of the memory leaves the other half to the system and the browser. */
const MEMORY_SHARE = 0.5;
/**
 * What a device with WebGPU can be trusted to have where nothing is known of its memory: tabs of phones have been seen to
 * end at about 1.5 GB (WebKit bug 268816).
 */
const SURE_BYTES = 1e9;

/** Judges a model that takes `need` on the GPU and of which `fetchBytes` are not stored yet. */
export function judge(need: MemoryNeed, fetchBytes: number, room: Room): Fit {
  const findings = [buffer(need, room), storage(fetchBytes, room), memory(need, room)].filter(
    (finding) => finding !== null,
  );
  findings.sort((a, b) => VERDICTS.indexOf(b.verdict) - VERDICTS.indexOf(a.verdict));
  return { verdict: findings[0]?.verdict ?? 'fits', findings };
}

/** The engine refuses a buffer over the limit, whatever memory there is. */
function buffer({ largestBuffer }: MemoryNeed, { bufferBytes }: Room): Finding | null {
  if (largestBuffer <= bufferBytes) return null;
  return { verdict: 'no', about: 'buffer', neededBytes: largestBuffer, thereBytes: bufferBytes };
}

function storage(neededBytes: number, { storageBytes }: Room): Finding | null {
  if (storageBytes === null || neededBytes <= storageBytes * STORAGE_SHARE) return null;
  return {
    verdict: neededBytes > storageBytes ? 'no' : 'tight',
    about: 'storage',
    neededBytes,
    thereBytes: storageBytes,
  };
}

function memory({ total }: MemoryNeed, { memoryBytes, memoryIsLeast, provenBytes, bufferBytes }: Room): Finding | null {
  if (total <= provenBytes) return null;
  if (memoryBytes === null) {
    // An adapter has at least the memory of the largest buffer that it offers.
    if (total <= Math.max(SURE_BYTES, bufferBytes * MEMORY_SHARE)) return null;
    return { verdict: 'tight', about: 'memory-unknown', neededBytes: total, thereBytes: null };
  }
  if (total <= memoryBytes * MEMORY_SHARE) return null;
  if (memoryIsLeast) return { verdict: 'tight', about: 'memory-unknown', neededBytes: total, thereBytes: memoryBytes };
  const verdict = total > memoryBytes ? 'no' : 'tight';
  return { verdict, about: 'memory', neededBytes: total, thereBytes: memoryBytes };
}
