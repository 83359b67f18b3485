/** How fast a transfer is going, as an average over the last seconds, and how often to say so. */
import type { TransferProgress } from '../protocol/model.ts';

const WINDOW_MS = 5000;
const REPORT_EVERY_MS = 250;

/** Reports progress at most four times a second, with the rate over the last five seconds. */
export class TransferReporter {
  /** The entry that is being brought in. */
  id: string;
  readonly #totalBytes: number;
  readonly #report: (progress: TransferProgress) => void;
  /** [time in ms, bytes done], oldest first, all of one phase. */
  #samples: [number, number][] = [];
  #phase: TransferProgress['phase'] | null = null;
  #doneBytes = 0;
  #lastReportMs = -Infinity;

  constructor(id: string, totalBytes: number, report: (progress: TransferProgress) => void) {
    this.id = id;
    this.#totalBytes = totalBytes;
    this.#report = report;
  }

  /** What goes on; `null` before anything does. */
  get phase(): TransferProgress['phase'] | null {
    return this.#phase;
  }

  /** Begins a phase in which `doneBytes` are done already: reported at once, and no part of its rate. */
  begin(phase: TransferProgress['phase'], doneBytes: number): void {
    this.#phase = phase;
    this.#doneBytes = doneBytes;
    this.#samples = [[performance.now(), doneBytes]];
    this.#tell(phase);
  }

  /** Counts bytes that have been dealt with; reports if the last report is old enough, and always at the end. */
  advance(bytes: number): void {
    const now = performance.now();
    this.#doneBytes += bytes;
    this.#samples.push([now, this.#doneBytes]);
    // The oldest sample goes when the next one is outside the window too, so that the window is always spanned.
    while (this.#samples.length > 2 && now - this.#samples[1]![0] > WINDOW_MS) this.#samples.shift();
    if (this.#phase === null) return;
    if (this.#doneBytes >= this.#totalBytes || now - this.#lastReportMs >= REPORT_EVERY_MS) this.#tell(this.#phase);
  }

  #tell(phase: TransferProgress['phase']): void {
    const now = performance.now();
    this.#lastReportMs = now;
    const [firstMs, firstBytes] = this.#samples[0]!;
    const bytesPerSecond = now > firstMs ? ((this.#doneBytes - firstBytes) / (now - firstMs)) * 1000 : 0;
    this.#report({
      id: this.id,
      phase,
      storedBytes: this.#doneBytes,
      totalBytes: this.#totalBytes,
      bytesPerSecond,
      remainingMs: bytesPerSecond > 0 ? ((this.#totalBytes - this.#doneBytes) / bytesPerSecond) * 1000 : null,
    });
  }
}
