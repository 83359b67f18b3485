/** Where a model's hashes are made: here, unless the worker that this runs in has another make them. */
import type { Hashing } from './chunk-hasher.ts';

/** Hashes that may be made elsewhere. */
export interface OpenHashing extends Hashing {
  /** Gives back what it holds; nothing may be asked of it afterwards. */
  end(): void;
}

let start: () => Promise<OpenHashing | null> = () => Promise.resolve(null);

/** Has hashes made where `startHashing` says; where that gives `null` or fails, they are made here. */
export function hashElsewhere(startHashing: typeof start): void {
  start = startHashing;
}

/** Opens the hashes of one model. */
export async function openHashing(): Promise<OpenHashing> {
  const elsewhere = await start().catch(() => null);
  if (elsewhere !== null) return elsewhere;
  const { ChunkHasher } = await import('./chunk-hasher.ts');
  const hasher = new ChunkHasher();
  return {
    begin: (files, saved) => hasher.begin(files, saved),
    take: (index, bytes) => hasher.take(index, bytes),
    end: () => undefined,
  };
}
