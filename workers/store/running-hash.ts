/**
 * The hash of a model while its chunks come in: it takes them in file order, whatever the order of their arrival, and can be
 * kept in the store after each, so that what was hashed in one visit is not read again in the next.
 */
import { FileDigests } from './file-digests.ts';
import type { DamagedFile, ExpectedFile, SavedDigests } from './file-digests.ts';

/** How far a hash is, as the store keeps it. */
export interface SavedHash {
  /** SHA-256 of each chunk that was counted, in order. */
  readonly chunkSha256: readonly string[];
  readonly digests: SavedDigests;
}

/** Counts chunks in order. */
export class RunningHash {
  /** SHA-256 of each chunk that was counted, in order. */
  readonly #chunkSha256: string[];
  readonly #digests: FileDigests;

  private constructor(digests: FileDigests, chunkSha256: readonly string[]) {
    this.#digests = digests;
    this.#chunkSha256 = [...chunkSha256];
  }

  /** Begins, or goes on where an earlier visit ended. */
  static async of(files: readonly ExpectedFile[], saved: SavedHash | null): Promise<RunningHash> {
    if (saved !== null) {
      // A newer page may bring another build of hash-wasm, which refuses the old one's state.
      const digests = await FileDigests.from(files, saved.digests).catch(() => null);
      if (digests !== null) return new RunningHash(digests, saved.chunkSha256);
    }
    return new RunningHash(await FileDigests.of(files), []);
  }

  /** The chunk that is to be counted next. */
  get next(): number {
    return this.#chunkSha256.length;
  }

  /** The first file that is not what was promised, if one is. */
  get damaged(): DamagedFile | null {
    return this.#digests.damaged;
  }

  /** Counts the bytes of the next chunk, and its SHA-256 once that is known. */
  async count(bytes: Uint8Array, sha256: Promise<string>): Promise<void> {
    this.#digests.update(bytes);
    this.#chunkSha256.push(await sha256);
  }

  /** What the store keeps of it, where nothing is damaged. */
  save(): SavedHash {
    return { chunkSha256: [...this.#chunkSha256], digests: this.#digests.save() };
  }
}
