/** How far a hand-over is and how fast it goes, told at most four times a second. */

const TELL_EVERY_MS = 250;
/** The rate is that of the last seconds. */
const WINDOW_MS = 5000;

/** Bytes on their way, as state. */
export class HandOverPace {
  /** Of the model, those that were there before included. */
  doneBytes = $state(0);
  bytesPerSecond = $state(0);
  readonly totalBytes: number;

  #bytes: number;
  #toldAtMs = -Infinity;
  /** [time in ms, bytes done], oldest first. */
  #samples: [number, number][];

  /** `before` are there already. */
  constructor(totalBytes: number, before = 0) {
    this.totalBytes = totalBytes;
    this.doneBytes = this.#bytes = before;
    this.#samples = [[performance.now(), before]];
  }

  /** Milliseconds until the end; `null` while nothing moves. */
  get remainingMs(): number | null {
    return this.bytesPerSecond > 0 ? ((this.totalBytes - this.doneBytes) / this.bytesPerSecond) * 1000 : null;
  }

  /** So many bytes more. */
  moved(bytes: number): void {
    this.#bytes = Math.min(this.totalBytes, this.#bytes + bytes);
    const now = performance.now();
    if (now - this.#toldAtMs < TELL_EVERY_MS && this.#bytes < this.totalBytes) return;
    this.#toldAtMs = now;
    this.#samples.push([now, this.#bytes]);
    while (this.#samples.length > 2 && now - this.#samples[1]![0] > WINDOW_MS) this.#samples.shift();
    const [sinceMs, since] = this.#samples[0]!;
    this.doneBytes = this.#bytes;
    this.bytesPerSecond = now > sinceMs ? ((this.#bytes - since) / (now - sinceMs)) * 1000 : 0;
  }
}
