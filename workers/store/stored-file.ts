/** A complete model of the store, read in ranges and verified as it is read. Never holds more than two chunks. */
import { EngineError } from '../protocol/errors.ts';
import type { ModelSummary } from '../protocol/model.ts';
import type { ByteSource, NamedSource } from '../source/byte-source.ts';
import { checkRange } from '../source/check-range.ts';
import { chunkLength, keptChunk, readChunk } from './chunk.ts';
import { holdSharedLock } from './file-lock.ts';
import { freeMemory } from './free-memory.ts';
import { requireManifest } from './manifest.ts';
import type { Manifest, StoredPart } from './manifest.ts';

/** One of a model's files. */
export interface KeptFile extends NamedSource {
  /** Its bytes as the browser keeps them, in order, each Blob checked before it is given. Rejects as reading does. */
  kept(): AsyncGenerator<Blob, void, undefined>;
}

/** An open model, its files end to end. */
export interface OpenModel extends ByteSource {
  readonly id: string;
  /** Its files one by one, as they were named. */
  readonly files: readonly NamedSource[];
  readonly summary: ModelSummary;
  /** Lets the model go. Reads after that reject. */
  release(): Promise<void>;
}

/** An open model of the store. While it is open it cannot be deleted; `release` resolves once others may. */
export interface StoredFile extends OpenModel {
  readonly files: readonly KeptFile[];
}

/**
 * Opens a complete file. Rejects with `NotFound`, or with `FileBusy` while it is written or deleted.
 *
 * Reads reject with `ChunkMissing` or `HashMismatch`, naming the chunk: `LibraryApi.repair` fetches it again.
 */
export async function openStored(id: string): Promise<StoredFile> {
  const release = await holdSharedLock(id);
  try {
    const manifest = await requireManifest(id);
    if (manifest.state === 'complete') return new ChunkedFile(manifest, release);
    throw new EngineError('NotFound', {
      what: `${manifest.summary.name} is not wholly downloaded yet`,
      remedy: 'Finish the download first.',
    });
  } catch (error) {
    await release();
    throw error;
  }
}

class ChunkedFile implements StoredFile {
  readonly id: string;
  readonly byteLength: number;
  readonly summary: ModelSummary;
  readonly files: readonly KeptFile[];
  readonly #manifest: Manifest;
  readonly #release: () => Promise<void>;
  /** The chunk in use and the one read ahead, oldest first. */
  readonly #cache = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();
  #latest = -1;
  #released = false;

  constructor(manifest: Manifest, release: () => Promise<void>) {
    this.id = manifest.id;
    this.byteLength = manifest.byteLength;
    this.summary = manifest.summary;
    this.#manifest = manifest;
    this.#release = release;
    const { fileName } = manifest.summary;
    this.files = this.#cut(manifest.files ?? [{ fileName, byteLength: manifest.byteLength }]);
  }

  async read(...[offset, length, signal, memory]: Parameters<ByteSource['read']>): Promise<Uint8Array<ArrayBuffer>> {
    checkRange(offset, length, this.byteLength);
    const { chunkBytes, chunkSha256 } = this.#manifest;
    const bytes =
      memory !== undefined && memory.byteLength >= length ? memory.subarray(0, length) : new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      signal?.throwIfAborted();
      const position = offset + filled;
      const index = Math.floor(position / chunkBytes);
      const chunk = await this.#chunk(index);
      // Reads in file order go on to the next chunk: have it read while this one is copied and used.
      if (index === this.#latest + 1 && index + 1 < chunkSha256.length) this.#chunk(index + 1).catch(() => undefined);
      this.#latest = index;
      const within = position - index * chunkBytes;
      const piece = chunk.subarray(within, within + (length - filled));
      bytes.set(piece, filled);
      filled += piece.byteLength;
    }
    return bytes;
  }

  async release(): Promise<void> {
    this.#released = true;
    this.#cache.clear();
    await this.#release();
  }

  #cut(parts: readonly StoredPart[]): KeptFile[] {
    let end = 0;
    return parts.map(({ fileName, byteLength }) => {
      const start = end;
      end += byteLength;
      return {
        fileName,
        byteLength,
        read: async (offset, length, signal, memory) => {
          checkRange(offset, length, byteLength);
          return this.read(start + offset, length, signal, memory);
        },
        kept: () => this.#kept(start, start + byteLength),
      };
    });
  }

  async *#kept(start: number, end: number): AsyncGenerator<Blob, void, undefined> {
    const { id, byteLength, chunkBytes, chunkSha256 } = this.#manifest;
    for (let index = Math.floor(start / chunkBytes); index * chunkBytes < end; index++) {
      this.#refuseReleased();
      const offset = index * chunkBytes;
      const chunk = await keptChunk(id, index, chunkLength(index, byteLength, chunkBytes), chunkSha256[index]!);
      if (chunk.kind !== 'whole') throw damagedChunk(this.#manifest, index, chunk.kind);
      yield chunk.kept.slice(Math.max(0, start - offset), end - offset);
    }
  }

  #refuseReleased(): void {
    if (!this.#released) return;
    throw new EngineError('NotFound', { what: `${this.summary.name} was closed while it was read` });
  }

  #chunk(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const cached = this.#cache.get(index);
    if (cached !== undefined) return cached;
    const oldest = this.#cache.keys().next();
    if (this.#cache.size >= 2 && !oldest.done) this.#drop(oldest.value);
    const loading = this.#load(index);
    this.#cache.set(index, loading);
    loading.catch(() => {
      if (this.#cache.get(index) === loading) this.#cache.delete(index);
    });
    return loading;
  }

  /** Lets a chunk go. Who waits for it has its bytes before they are freed: what waits first is served first. */
  #drop(index: number): void {
    this.#cache.get(index)?.then(freeMemory, () => undefined);
    this.#cache.delete(index);
  }

  async #load(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const { id, byteLength, chunkBytes, chunkSha256 } = this.#manifest;
    this.#refuseReleased();
    const expected = chunkSha256[index] ?? null;
    const chunk = await readChunk(id, index, chunkLength(index, byteLength, chunkBytes), expected);
    if (chunk.kind === 'whole') return chunk.bytes;
    throw damagedChunk(this.#manifest, index, chunk.kind);
  }
}

/** The error of a chunk of a complete model that is not what it was. */
function damagedChunk({ summary, chunkBytes }: Manifest, index: number, how: 'missing' | 'altered'): EngineError {
  return new EngineError(how === 'missing' ? 'ChunkMissing' : 'HashMismatch', {
    what: `Chunk ${index} of ${summary.name} ${how === 'missing' ? 'is no longer in the browser’s storage' : 'was altered in the browser’s storage'}`,
    offset: index * chunkBytes,
    remedy: 'Repair the model: only what is damaged is fetched again.',
  });
}
