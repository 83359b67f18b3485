/**
 * How fast a transfer comes in, how much of the time the store is busy with it, and how much of it the transfer is held up by
 * what becomes of its chunks; over the last ten to twenty seconds.
 */

const WINDOW_MS = 10_000;

/** Time in which something goes on; of several things at once, until the last has ended. */
class Duration {
  #ms = 0;
  #ongoing = 0;
  #sinceMs = 0;

  get ms(): number {
    return this.#ms + (this.#ongoing === 0 ? 0 : performance.now() - this.#sinceMs);
  }

  halve(): void {
    this.#ms /= 2;
  }

  async during<T>(thing: Promise<T>): Promise<T> {
    if (this.#ongoing++ === 0) this.#sinceMs = performance.now();
    try {
      return await thing;
    } finally {
      if (--this.#ongoing === 0) this.#ms += performance.now() - this.#sinceMs;
    }
  }
}

/** Hears of arrivals, writes and waits. A computer may have slept in between: what is long ago counts less and less. */
export class Pace {
  readonly #storing = new Duration();
  readonly #waiting = new Duration();
  #sinceMs = performance.now();
  #arrivedBytes = 0;

  /** Bytes came off the network or the disk. */
  arrived(bytes: number): void {
    this.#arrivedBytes += bytes;
    const nowMs = performance.now();
    if (nowMs - this.#sinceMs <= 2 * WINDOW_MS) return;
    this.#sinceMs = nowMs - WINDOW_MS;
    this.#arrivedBytes /= 2;
    this.#storing.halve();
    this.#waiting.halve();
  }

  /** Counts the time of a write. */
  storing<T>(write: Promise<T>): Promise<T> {
    return this.#storing.during(write);
  }

  /** Counts the time in which nothing can come, because there is no room for it. */
  waiting<T>(room: Promise<T>): Promise<T> {
    return this.#waiting.during(room);
  }

  /** Bytes a second. */
  get bytesPerSecond(): number {
    return (this.#arrivedBytes / this.#elapsedMs) * 1000;
  }

  /** 0 … 1. */
  get storingShare(): number {
    return this.#shareOf(this.#storing);
  }

  /** 0 … 1. */
  get waitingShare(): number {
    return this.#shareOf(this.#waiting);
  }

  #shareOf({ ms }: Duration): number {
    return Math.min(1, ms / this.#elapsedMs);
  }

  get #elapsedMs(): number {
    return Math.max(1, performance.now() - this.#sinceMs);
  }
}
