/**
 * Keeps slices of chunks that are still coming, one at a time and only while the store has time for it: a slow line has each
 * of its bytes kept within moments, and one that is faster than the store has none of them written twice.
 */

/** A store that is kept busy by chunks gets the next one sooner than this. */
const IDLE_MS = 200;

/** Stores the bytes that begin at `offset` in a chunk. */
export type PutSlice = (index: number, offset: number, bytes: Uint8Array<ArrayBuffer>) => Promise<void>;

interface Slice {
  readonly index: number;
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The slices that wait, and what is being written. */
export class SliceQueue {
  readonly #put: PutSlice;
  readonly #isBusy: () => boolean;
  readonly #onFailure: (reason: unknown) => void;
  #idleSinceMs = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: Slice[] = [];
  #chunks = 0;
  #keeping: { readonly index: number; readonly done: Promise<void> } | null = null;
  #isClosed = false;

  /** While chunks keep the store busy (`isBusy`), slices wait until none has been stored for a while. */
  constructor(put: PutSlice, isBusy: () => boolean, onFailure: (reason: unknown) => void) {
    this.#put = put;
    this.#isBusy = isBusy;
    this.#onFailure = onFailure;
  }

  /** Has a slice kept when there is time. Those of one chunk come in order, and their memory stays as it is until then. */
  add(index: number, offset: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.#waiting.push({ index, offset, bytes });
    this.#goOn();
  }

  /** Stores a whole chunk with `store`: slices of it that still wait are not kept any more. */
  async store<T>(index: number, store: () => Promise<T>): Promise<T> {
    this.#waiting = this.#waiting.filter((slice) => slice.index !== index);
    this.#chunks++;
    try {
      // The chunk's transaction deletes its slices: one that came after it would stay for ever.
      if (this.#keeping?.index === index) await this.#keeping.done;
      return await store();
    } finally {
      this.#chunks--;
      this.#idleSinceMs = performance.now();
      this.#goOn();
    }
  }

  /** Keeps nothing more; resolves when nothing is being written. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#keeping?.done;
  }

  #goOn(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed || this.#chunks > 0 || this.#keeping !== null || this.#waiting.length === 0) return;
    const leftMs = this.#isBusy() ? IDLE_MS - (performance.now() - this.#idleSinceMs) : 0;
    if (leftMs > 0) {
      this.#timer = setTimeout(() => {
        this.#goOn();
      }, leftMs);
      return;
    }
    const { index, offset, bytes } = this.#waiting.shift()!;
    const done = this.#put(index, offset, bytes)
      .catch(this.#onFailure)
      .finally(() => {
        this.#keeping = null;
        this.#goOn();
      });
    this.#keeping = { index, done };
  }
}
