/**
 * What is found out about each chunk of a model that comes in: its SHA-256, the checksum by which it is known again, and the
 * running hash of the model's files. It costs more than all else that storing does, so `hashing.worker.ts` runs it, apart
 * from what takes the bytes off the network.
 */
import { checksumOf } from './checksum.ts';
import { sha256Hex } from '../source/digest.ts';
import type { DamagedFile, ExpectedFile } from './file-digests.ts';
import { RunningHash } from './running-hash.ts';
import type { SavedHash } from './running-hash.ts';

/** A chunk's bytes and what they are known by: SHA-256 and xxHash64, lower-case hex. */
export interface HashedChunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
  readonly checksum: string;
}

/** How far the running hash is, or the file that is not what was promised. */
export type HashState = BegunHash | { readonly kind: 'waiting' };

/** The same of one that waits for no chunk before this one. */
export type BegunHash =
  { readonly kind: 'counted'; readonly saved: SavedHash } | { readonly kind: 'damaged'; readonly file: DamagedFile };

/** The hashes of one model. */
export interface Hashing {
  /** Begins, or goes on from what an earlier visit has left; the first call. */
  begin(files: readonly ExpectedFile[], saved: SavedHash | null): Promise<BegunHash>;
  /** Hashes a chunk and counts it if it is the next one. Its bytes go there and come back with the answer. */
  take(index: number, bytes: Uint8Array<ArrayBuffer>): Promise<TakenChunk>;
}

/** A chunk's hashes, and how far the running hash is with it. */
export interface TakenChunk {
  readonly chunk: HashedChunk;
  readonly state: HashState;
}

/** The hashes, made where this is. */
export class ChunkHasher implements Hashing {
  #hash: RunningHash | null = null;
  #latest: Promise<unknown> = Promise.resolve();

  async begin(files: readonly ExpectedFile[], saved: SavedHash | null): Promise<BegunHash> {
    this.#hash = await RunningHash.of(files, saved);
    return stateOf(this.#hash);
  }

  take(index: number, bytes: Uint8Array<ArrayBuffer>): Promise<TakenChunk> {
    // One after the other, so that what is saved has counted all that it says.
    const taking = this.#latest.then(() => this.#take(index, bytes));
    this.#latest = taking.catch(() => undefined);
    return taking;
  }

  async #take(index: number, bytes: Uint8Array<ArrayBuffer>): Promise<TakenChunk> {
    const hash = this.#hash!;
    // The browser makes SHA-256 elsewhere while the other two are made here.
    const digest = sha256Hex(bytes);
    const isNext = index === hash.next;
    if (isNext) await hash.count(bytes, digest);
    const chunk: HashedChunk = { bytes, sha256: await digest, checksum: await checksumOf(bytes) };
    return { chunk, state: isNext ? stateOf(hash) : { kind: 'waiting' } };
  }
}

/** A chunk's hashes alone. Rejects with `StorageFailed` where the page is not secure. */
export async function hashed(bytes: Uint8Array<ArrayBuffer>): Promise<HashedChunk> {
  return { bytes, sha256: await sha256Hex(bytes), checksum: await checksumOf(bytes) };
}

function stateOf(hash: RunningHash): BegunHash {
  return hash.damaged === null ? { kind: 'counted', saved: hash.save() } : { kind: 'damaged', file: hash.damaged };
}
