/** An answer's ids on their way to text: whole code points only, nothing that may still become a stop string. */
import { StopStrings } from '../text/stop-strings.ts';
import { TextStream } from '../text/text-stream.ts';
import type { Tokenizer } from '../text/tokenizer.ts';

/** Collects one answer. */
export class AnswerText {
  readonly #tokenizer: Tokenizer;
  readonly #stream = new TextStream();
  readonly #stops: StopStrings;
  #whole = '';
  #stopped = false;

  constructor(tokenizer: Tokenizer, stopStrings: readonly string[]) {
    this.#tokenizer = tokenizer;
    this.#stops = new StopStrings(stopStrings);
  }

  /** What may be shown so far. */
  get whole(): string {
    return this.#whole;
  }

  /** Whether a stop string was met; it and what follows are not part of the text. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Takes one id; returns the text that may be shown now, often none. */
  push(id: number): string {
    return this.#check(this.#stream.push(this.#tokenizer.tokenBytes(id)));
  }

  /** The rest that was held back. */
  finish(): string {
    if (this.#stopped) return '';
    const rest = this.#check(this.#stream.flush());
    if (this.#stopped) return rest;
    const held = this.#stops.flush();
    this.#whole += held;
    return rest + held;
  }

  #check(piece: string): string {
    const { text, stopped } = this.#stops.push(piece);
    this.#stopped = stopped;
    this.#whole += text;
    return text;
  }
}
