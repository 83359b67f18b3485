/** How fast a transfer is going, as an average over the last seconds, and how often to say so. */
import type { TransferProgress } from '../protocol/model.ts';

const WINDOW_MS = 5000;
const REPORT_EVERY_MS = 250;

/** Reports progress at most four times a second, with the rate over the last five seconds. */
export class TransferReporter {
  readonly #totalBytes: number;
  readonly #report: (progress: TransferProgress) => void;
  /** [time in ms, bytes done], oldest first, all of one phase. */
  #samples: [number, number][] = [[performance.now(), 0]];
  #phase: TransferProgress['phase'] | null = null;
  #doneBytes = 0;
  #lastReportMs = -Infinity;

  constructor(totalBytes: number, report: (progress: TransferProgress) => void) {
    this.#totalBytes = totalBytes;
    this.#report = report;
  }

  /** Counts bytes that have been dealt with; reports if the last report is old enough, and always at the end. */
  advance(phase: TransferProgress['phase'], bytes: number): void {
    const now = performance.now();
    // Verifying is far faster than a network: its rate would promise too much.
    if (phase !== this.#phase) this.#samples = [[now, this.#doneBytes]];
    this.#phase = phase;
    this.#doneBytes += bytes;
    this.#samples.push([now, this.#doneBytes]);
    // The oldest sample goes when the next one is outside the window too, so that the window is always spanned.
    while (this.#samples.length > 2 && now - this.#samples[1]![0] > WINDOW_MS) this.#samples.shift();
    if (this.#doneBytes < this.#totalBytes && now - this.#lastReportMs < REPORT_EVERY_MS) return;
    this.#lastReportMs = now;
    const [firstMs, firstBytes] = this.#samples[0]!;
    const bytesPerSecond = now > firstMs ? ((this.#doneBytes - firstBytes) / (now - firstMs)) * 1000 : 0;
    this.#report({
      phase,
      storedBytes: this.#doneBytes,
      totalBytes: this.#totalBytes,
      bytesPerSecond,
      remainingMs: bytesPerSecond > 0 ? ((this.#totalBytes - this.#doneBytes) / bytesPerSecond) * 1000 : null,
    });
  }
}
