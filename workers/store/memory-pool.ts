/** The memory of a transfer: a few buffers of a chunk's size that go around, so that gigabytes leave nothing to collect. */

/** Hands out buffers, no more than may be out at once; who wants another waits for one that comes back. */
export class MemoryPool {
  readonly #bytes: number;
  readonly #most: () => number;
  readonly #free: ArrayBuffer[] = [];
  readonly #waiting: ((buffer: ArrayBuffer) => void)[] = [];
  #out = 0;

  /** `most` is asked each time: it may change. */
  constructor(bytes: number, most: () => number) {
    this.#bytes = bytes;
    this.#most = most;
  }

  /** A buffer. Rejects with the signal's reason, also while it waits. */
  async take(signal: AbortSignal): Promise<ArrayBuffer> {
    signal.throwIfAborted();
    if (this.#out < this.#most()) {
      this.#out++;
      return this.#free.pop() ?? new ArrayBuffer(this.#bytes);
    }
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiting.splice(this.#waiting.indexOf(resume), 1);
        reject(signal.reason as Error);
      };
      const resume = (buffer: ArrayBuffer) => {
        signal.removeEventListener('abort', stop);
        resolve(buffer);
      };
      this.#waiting.push(resume);
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  /** Takes a buffer back, or another of its size in its place. */
  give(buffer: ArrayBuffer): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next(buffer);
      return;
    }
    this.#out--;
    this.#free.push(buffer);
  }
}
