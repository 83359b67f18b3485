/** A complete model of the store, read in ranges and verified as it is read. Never holds more than two chunks. */
import { EngineError } from '../protocol/errors.ts';
import type { ModelSummary } from '../protocol/model.ts';
import type { ByteSource, NamedSource } from '../source/byte-source.ts';
import { checkRange } from '../source/check-range.ts';
import { chunkLength, readChunk } from './chunk.ts';
import { holdSharedLock } from './file-lock.ts';
import { requireManifest } from './manifest.ts';
import type { Manifest, StoredPart } from './manifest.ts';

/** An open model of the store, its files end to end. While it is open it cannot be deleted. */
export interface StoredFile extends ByteSource {
  readonly id: string;
  /** Its files one by one, as they were named. */
  readonly files: readonly NamedSource[];
  readonly summary: ModelSummary;
  /** Lets the file go; resolves once others may delete it. Reads after that reject. */
  release(): Promise<void>;
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
  readonly files: readonly NamedSource[];
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

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    checkRange(offset, length, this.byteLength);
    const { chunkBytes, chunkSha256 } = this.#manifest;
    const bytes = new Uint8Array(length);
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

  #cut(parts: readonly StoredPart[]): NamedSource[] {
    let end = 0;
    return parts.map(({ fileName, byteLength }) => {
      const start = end;
      end += byteLength;
      return {
        fileName,
        byteLength,
        read: async (offset, length, signal) => {
          checkRange(offset, length, byteLength);
          return this.read(start + offset, length, signal);
        },
      };
    });
  }

  #chunk(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const cached = this.#cache.get(index);
    if (cached !== undefined) return cached;
    const oldest = this.#cache.keys().next();
    if (this.#cache.size >= 2 && !oldest.done) this.#cache.delete(oldest.value);
    const loading = this.#load(index);
    this.#cache.set(index, loading);
    loading.catch(() => {
      if (this.#cache.get(index) === loading) this.#cache.delete(index);
    });
    return loading;
  }

  async #load(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const { id, summary, byteLength, chunkBytes, chunkSha256 } = this.#manifest;
    if (this.#released) throw new EngineError('NotFound', { what: `${summary.name} was closed while it was read` });
    const expected = chunkSha256[index] ?? null;
    const chunk = await readChunk(id, index, chunkLength(index, byteLength, chunkBytes), expected);
    if (chunk.kind === 'whole') return chunk.bytes;
    throw new EngineError(chunk.kind === 'missing' ? 'ChunkMissing' : 'HashMismatch', {
      what: `Chunk ${index} of ${summary.name} ${chunk.kind === 'missing' ? 'is no longer in the browser’s storage' : 'was altered in the browser’s storage'}`,
      offset: index * chunkBytes,
      remedy: 'Repair the model: only what is damaged is fetched again.',
    });
  }
}
