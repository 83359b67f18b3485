/** Reads a pattern of Oniguruma's syntax character by character, for whoever translates a part of it. */
import { quoted } from '../../format/quoted.ts';
import { EngineError } from '../../protocol/errors.ts';

const DEEPEST_GROUPS = 50;

/** Where a translation is in its pattern, how deep, and whether letters match without their case there. */
export class PatternReader {
  readonly #pattern: string;
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;
  ignoreCase = false;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#characters = [...pattern];
  }

  get atEnd(): boolean {
    return this.#at >= this.#characters.length;
  }

  /** The next characters, fewer at the end. */
  peek(count: number): string {
    return this.#characters.slice(this.#at, this.#at + count).join('');
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** Takes so many characters, fewer at the end. */
  takeAny(count: number): string {
    const text = this.peek(count);
    this.#at += count;
    return text;
  }

  /** One group or class deeper. */
  enter(what: string): void {
    if (++this.#depth > DEEPEST_GROUPS) throw this.refuse(`${what} in ${what} without end`);
  }

  leave(): void {
    this.#depth--;
  }

  /** The error that names what is not understood, and where. */
  refuse(what: string): EngineError {
    return new EngineError('TokenizerUnsupported', {
      what: `The tokenizer cuts text by a pattern that is not understood here: ${what} at character ${this.#at}`,
      got: quoted(this.#pattern),
      remedy: 'Update Freehold, or choose another model.',
    });
  }

  /** Whether this text is next. */
  starts(text: string): boolean {
    return [...text].every((character, index) => this.#characters[this.#at + index] === character);
  }

  /** Takes this text if it is next. */
  take(text: string): boolean {
    if (!this.starts(text)) return false;
    this.#at += [...text].length;
    return true;
  }

  /** Takes one character. */
  next(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw this.refuse('it ends too early');
    return character;
  }

  /** Takes what stands before the mark, and the mark. */
  until(mark: string): string {
    let text = '';
    while (!this.take(mark)) text += this.next();
    return text;
  }
}
