/** Finds marks in a stream of text, however it is cut: text that may still become a mark is held back. */

/** A mark that was found, or text before, between and behind marks (never empty). */
export interface Scanned {
  readonly kind: 'mark' | 'text';
  readonly text: string;
}

/** Looks for some marks, of which none is the beginning of another. */
export class MarkScanner {
  readonly #marks: readonly string[];
  #held = '';

  constructor(marks: readonly string[]) {
    this.#marks = marks;
  }

  /** Takes the next piece. */
  push(piece: string): Scanned[] {
    const found: Scanned[] = [];
    const text = this.#held + piece;
    let done = 0;
    for (let at = 0; at < text.length;) {
      const mark = this.#marks.find((candidate) => text.startsWith(candidate, at));
      if (mark === undefined) {
        at += 1;
        continue;
      }
      if (at > done) found.push({ kind: 'text', text: text.slice(done, at) });
      found.push({ kind: 'mark', text: mark });
      done = at += mark.length;
    }
    const shown = this.#shownEnd(text, done);
    if (shown > done) found.push({ kind: 'text', text: text.slice(done, shown) });
    this.#held = text.slice(shown);
    return found;
  }

  /** Ends the stream: what was held back is text. */
  flush(): Scanned[] {
    const text = this.#held;
    this.#held = '';
    return text === '' ? [] : [{ kind: 'text', text }];
  }

  /** Where the text's end may be the beginning of a mark; its length if nowhere. */
  #shownEnd(text: string, from: number): number {
    const longest = Math.max(0, ...this.#marks.map(({ length }) => length - 1));
    for (let at = Math.max(from, text.length - longest); at < text.length; at += 1) {
      const rest = text.slice(at);
      if (this.#marks.some((mark) => mark.startsWith(rest))) return at;
    }
    return text.length;
  }
}
