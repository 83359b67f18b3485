/** Fills a partial model from its source: every chunk that is not there whole, and the verdict on each file. */
import { EngineError } from '../protocol/errors.ts';
import type { OpenedSource } from '../source/opened-source.ts';
import { chunkLength, deleteChunks, putChunk, readChunk, storedChunks } from './chunk.ts';
import type { ChunkPlace } from './chunk.ts';
import { fetchChunks } from './fetch-chunks.ts';
import type { Fetching, SliceStore } from './fetch-chunks.ts';
import type { Hashing, HashState, TakenChunk } from './chunk-hasher.ts';
import type { DamagedFile, ExpectedFile } from './file-digests.ts';
import { freeMemory } from './free-memory.ts';
import { openHashing } from './hashing.ts';
import { identityOf } from './identity.ts';
import { putManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import type { SavedHash } from './running-hash.ts';
import { putSavedHash, readSavedHash } from './saved-hash.ts';
import { putSlice, readSlices, slicedChunks, sliceLength } from './slice.ts';
import type { TransferReporter } from './transfer-reporter.ts';

/** What to fill from. */
export interface Supply {
  readonly source: OpenedSource;
  /** MD5 that a model's own list promises, by file name. */
  readonly md5: ReadonlyMap<string, string>;
}

/** How to fill, and who hears of it. */
export interface Filling extends Pick<Fetching<never>, 'spanBytes' | 'spansAtOnce' | 'signal'> {
  readonly reporter: TransferReporter;
  /** Takes room for so many bytes. Rejects with `StorageFull`. */
  readonly claimSpace: (neededBytes: number) => Promise<void>;
}

/**
 * Stores what is missing of a model and gives its complete manifest, not yet written. Rejects with the source's error,
 * `StorageFull`, `StorageFailed`, or the signal's reason; with `HashMismatch` if a file is not what is promised: its
 * chunks are deleted then, those of the other files stay.
 */
export async function fill(manifest: Manifest, supply: Supply, filling: Filling): Promise<Manifest> {
  const { id, byteLength, chunkBytes } = manifest;
  const stored = knownAgain(supply.source)
    ? ((await storedChunks(id)).get(id) ?? new Set<number>())
    : new Set<number>();
  await filling.claimSpace(byteLength - stored.size * chunkBytes);
  const sliced = knownAgain(supply.source) ? await slicedChunks(id) : null;
  for (const index of stored) sliced?.delete(index);
  const hashing = await openHashing();
  try {
    const saved = knownAgain(supply.source) ? await readSavedHash(id, stored) : null;
    const begun = await hashing.begin(expectedFiles(supply), saved);
    if (begun.kind === 'damaged') throw new Damage(begun.file);
    return await new Filler(manifest, supply, filling, { stored, sliced, hashing, counted: begun.saved }).run();
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    const { start, end, facts } = error.file;
    await deleteChunks(id, start, end, chunkBytes);
    throw new EngineError('HashMismatch', facts);
  } finally {
    hashing.end();
  }
}

/** A file is not what was promised. */
class Damage extends Error {
  readonly file: DamagedFile;

  constructor(file: DamagedFile) {
    super(file.facts.what);
    this.file = file;
  }
}

/** Stored chunks are only worth keeping if the source can be known to be the same as when they were fetched. */
function knownAgain({ again, sha256, validator }: OpenedSource): boolean {
  return again !== null && (sha256 ?? validator) !== null;
}

function expectedFiles({ source, md5 }: Supply): ExpectedFile[] {
  return source.files.map(({ fileName, byteLength, sha256, gitSha1 = null }) => ({
    ...{ fileName, byteLength, sha256, gitSha1 },
    md5: md5.get(fileName) ?? null,
  }));
}

/** What earlier visits have left. */
interface Kept {
  readonly stored: Set<number>;
  /** How many slices there are of chunks that are not stored; `null` if none may be kept. */
  readonly sliced: Map<number, number> | null;
  readonly hashing: Hashing;
  /** How far the hash is. */
  readonly counted: SavedHash;
}

/**
 * One run. Chunks arrive from several spans; the hash wants them in order. One that is next is counted as it comes; the
 * others are read back once all before them are there.
 */
class Filler {
  readonly #manifest: Manifest;
  readonly #supply: Supply;
  readonly #filling: Filling;
  readonly #stored: Set<number>;
  readonly #sliced: Map<number, number> | null;
  readonly #hashing: Hashing;
  readonly #count: number;
  readonly #keepsHash: boolean;
  /** Ends the spans when the hash finds damage. */
  readonly #stop = new AbortController();
  /** How far the hash is. */
  #counted: SavedHash;
  /** Whether stored chunks are being counted. */
  #counting = false;
  #readingBack: Promise<void> = Promise.resolve();

  constructor(manifest: Manifest, supply: Supply, filling: Filling, { stored, sliced, hashing, counted }: Kept) {
    this.#manifest = manifest;
    this.#supply = supply;
    this.#filling = filling;
    this.#stored = stored;
    this.#sliced = sliced;
    this.#hashing = hashing;
    this.#counted = counted;
    this.#count = Math.ceil(manifest.byteLength / manifest.chunkBytes);
    this.#keepsHash = knownAgain(supply.source);
  }

  async run(): Promise<Manifest> {
    const { source } = this.#supply;
    const phase = source.again === null ? 'copying' : 'downloading';
    // Kept chunks may prove unreadable as they are counted: those are missing in the next round.
    while (this.#next < this.#count) {
      const missing = this.#missing();
      this.#filling.reporter.begin(phase, this.#storedBytes() + this.#slicedBytes());
      this.#readBack();
      try {
        await this.#fetch(missing);
      } finally {
        await this.#readingBack;
      }
      this.#stop.signal.throwIfAborted();
      if (this.#stored.size < this.#count) continue;
      await putManifest({ ...this.#manifest, state: 'verifying' });
      if (this.#next < this.#count) this.#filling.reporter.begin('verifying', this.#countedBytes());
      this.#readBack();
      await this.#readingBack;
      this.#stop.signal.throwIfAborted();
      this.#filling.signal.throwIfAborted();
      if (this.#next < this.#count) await putManifest(this.#manifest);
    }
    const { chunkSha256, digests } = this.#counted;
    const sha256 = await identityOf(source.files, digests.sha256);
    return { ...this.#manifest, state: 'complete', sha256, chunkSha256: [...chunkSha256] };
  }

  async #fetch(missing: readonly number[]): Promise<void> {
    const { spanBytes, spansAtOnce, signal, reporter } = this.#filling;
    const { source } = this.#supply;
    await fetchChunks(source, missing, {
      chunkBytes: this.#manifest.chunkBytes,
      // A disk is read best in one go.
      spanBytes: source.again === null ? Infinity : spanBytes,
      spansAtOnce,
      signal: AbortSignal.any([signal, this.#stop.signal]),
      hash: (index, bytes) => this.#hashing.take(index, bytes),
      store: (index, taken) => this.#store(index, taken),
      slices: this.#sliced && this.#sliceStore(this.#sliced),
      arrived: (bytes) => {
        reporter.advance(bytes);
      },
    });
  }

  #sliceStore(sliced: Map<number, number>): SliceStore {
    const { id, byteLength, chunkBytes } = this.#manifest;
    const sliceBytes = sliceLength(chunkBytes);
    return {
      sliceBytes,
      has: (index) => sliced.has(index),
      read: async (index) => {
        const found = await readSlices(id, index);
        const head = found.byteLength < chunkLength(index, byteLength, chunkBytes) ? found : new Uint8Array();
        this.#filling.reporter.advance(head.byteLength - (sliced.get(index) ?? 0) * sliceBytes);
        sliced.delete(index);
        return head;
      },
      put: (index, offset, bytes) => putSlice(this.#place(index), offset, bytes),
    };
  }

  #place(index: number): ChunkPlace {
    const { id, byteLength, chunkBytes } = this.#manifest;
    return { id, index, offset: index * chunkBytes, neededBytes: byteLength - this.#storedBytes() };
  }

  async #store(index: number, { chunk, state }: TakenChunk): Promise<ArrayBuffer> {
    await putChunk(this.#place(index), chunk, this.#accept(state));
    this.#stored.add(index);
    this.#readBack();
    return chunk.bytes.buffer;
  }

  /** Gives what is to be kept of the hash, if anything is. Throws where a file is damaged. */
  #accept(state: HashState): SavedHash | null {
    if (state.kind === 'damaged') throw new Damage(state.file);
    if (state.kind === 'waiting') return null;
    this.#counted = state.saved;
    return this.#keepsHash ? state.saved : null;
  }

  /** The chunk that is to be counted next. */
  get #next(): number {
    return this.#counted.chunkSha256.length;
  }

  /** Counts stored chunks that are next. A failure ends the spans; `run` hears of it by their signal. */
  #readBack(): void {
    if (this.#counting || !this.#stored.has(this.#next)) return;
    this.#counting = true;
    this.#readingBack = this.#countStored()
      .catch((error: unknown) => {
        this.#stop.abort(error);
      })
      .finally(() => {
        this.#counting = false;
      });
  }

  async #countStored(): Promise<void> {
    const { id, byteLength, chunkBytes } = this.#manifest;
    const { reporter, signal } = this.#filling;
    for (let index = this.#next; this.#stored.has(index) && !signal.aborted; index = this.#next) {
      const length = chunkLength(index, byteLength, chunkBytes);
      const chunk = await readChunk(id, index, length, null);
      if (chunk.kind !== 'whole') {
        this.#stored.delete(index);
        return;
      }
      const { chunk: hashed, state } = await this.#hashing.take(index, chunk.bytes);
      freeMemory(hashed.bytes);
      const saved = this.#accept(state);
      if (saved !== null) await putSavedHash(id, saved);
      if (reporter.phase === 'verifying') reporter.advance(length);
    }
  }

  #missing(): number[] {
    return Array.from({ length: this.#count }, (_, index) => index).filter((index) => !this.#stored.has(index));
  }

  #storedBytes(): number {
    const { byteLength, chunkBytes } = this.#manifest;
    let bytes = 0;
    for (const index of this.#stored) bytes += chunkLength(index, byteLength, chunkBytes);
    return bytes;
  }

  #slicedBytes(): number {
    let slices = 0;
    for (const count of this.#sliced?.values() ?? []) slices += count;
    return slices * sliceLength(this.#manifest.chunkBytes);
  }

  #countedBytes(): number {
    return Math.min(this.#next * this.#manifest.chunkBytes, this.#manifest.byteLength);
  }
}
