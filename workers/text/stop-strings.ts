/** Ends an answer at a stop string, which is not part of it. Text that may still become one is held back. */

/** What may be shown, and whether the answer has ended. */
export interface StopResult {
  readonly text: string;
  readonly stopped: boolean;
}

/** Watches a stream of text for stop strings; empty ones are ignored. How the text is cut into pieces changes nothing. */
export class StopStrings {
  readonly #stops: readonly string[];
  #held = '';
  #stopped = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== '');
  }

  /** Takes the next piece. After a stop every piece is swallowed. */
  push(piece: string): StopResult {
    if (this.#stopped) return { text: '', stopped: true };
    const text = this.#held + piece;
    const end = this.#firstStop(text);
    this.#stopped = end !== null;
    const shown = end ?? this.#firstPossibleStop(text);
    this.#held = this.#stopped ? '' : text.slice(shown);
    return { text: text.slice(0, shown), stopped: this.#stopped };
  }

  /** Takes a piece in which stop strings do not count, but at whose end one may begin. */
  pass(piece: string): string {
    const text = this.#held + piece;
    const shown = this.#firstPossibleStop(text);
    this.#held = text.slice(shown);
    return text.slice(0, shown);
  }

  /** Ends the stream: what was held back, which never became a stop string. */
  flush(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }

  /** Where a stop string begins: of those in the text, the one that is complete first; `null` if there is none. */
  #firstStop(text: string): number | null {
    let first: { start: number; end: number } | null = null;
    for (const stop of this.#stops) {
      const start = text.indexOf(stop);
      const end = start + stop.length;
      if (start < 0) continue;
      if (!first || end < first.end || (end === first.end && start < first.start)) first = { start, end };
    }
    return first?.start ?? null;
  }

  /** Where the text's end may be the beginning of a stop string; the text's length if nowhere. */
  #firstPossibleStop(text: string): number {
    let first = text.length;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > text.length - first; length--) {
        if (text.endsWith(stop.slice(0, length))) {
          first = text.length - length;
          break;
        }
      }
    }
    return first;
  }
}
