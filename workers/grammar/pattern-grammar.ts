/**
 * A regular expression of JSON Schema as grammar of a string's content. It takes what a grammar can say: alternatives, groups,
 * classes and repetition between ^ and $; assertions, back references and classes by property are refused by name.
 */
import { allBut, oneOf, type Span } from './characters.ts';
import type { Refuse } from './refusal.ts';

const DIGITS: readonly Span[] = [[0x30, 0x39]];
const WORD: readonly Span[] = [...DIGITS, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const SPACE: readonly Span[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
];
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };
/** A count above this makes a grammar that takes too long. */
const COUNT_MAX = 1000;

/** What the pattern asks of a string's content. */
export function patternGrammar(pattern: string, refuse: Refuse): string {
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    refuse(`is no regular expression: ${(error as Error).message}`);
  }
  return new PatternReader(pattern, refuse).whole();
}

class PatternReader {
  readonly #pattern: string;
  readonly #refuse: Refuse;
  #at = 0;

  constructor(pattern: string, refuse: Refuse) {
    this.#pattern = pattern;
    this.#refuse = refuse;
  }

  whole(): string {
    const alternatives: string[] = [];
    do {
      // What may stand anywhere in a text has so many readings that each token takes seconds.
      if (!this.#take('^')) this.#refuse('does not begin with ^: a text is held to it as a whole');
      const parts = this.#sequence();
      if (!this.#take('$')) {
        if (this.#at < this.#pattern.length && !this.#ahead('|')) this.#unsupported();
        this.#refuse('does not end with $: a text is held to it as a whole');
      }
      alternatives.push(parts.join(' ') || '""');
    } while (this.#take('|'));
    return alternatives.join(' | ');
  }

  #group(): string {
    const alternatives: string[] = [];
    do alternatives.push(this.#sequence().join(' ') || '""');
    while (this.#take('|'));
    if (!this.#take(')')) this.#unsupported();
    return `(${alternatives.join(' | ')})`;
  }

  #sequence(): string[] {
    const parts: string[] = [];
    while (this.#at < this.#pattern.length && !['|', ')', '$'].some((end) => this.#ahead(end))) {
      parts.push(this.#atom() + this.#quantifier());
    }
    return parts;
  }

  #atom(): string {
    if (this.#take('(')) {
      if (this.#ahead('?') && !this.#take('?:')) this.#unsupported();
      return this.#group();
    }
    if (this.#take('[')) return this.#class();
    if (this.#take('.'))
      return this.#one(
        allBut([
          [0x0a, 0x0a],
          [0x0d, 0x0d],
          [0x2028, 0x2029],
        ]),
      );
    if (this.#ahead('^')) this.#unsupported();
    return this.#one(this.#character());
  }

  #one(spans: readonly Span[]): string {
    return oneOf(spans) ?? this.#unsupported();
  }

  /** One character, or a class by its escape. */
  #character(): readonly Span[] {
    const code = this.#pattern.codePointAt(this.#at)!;
    const start = this.#at;
    this.#at += String.fromCodePoint(code).length;
    if (code !== 0x5c) return [[code, code]];
    const letter = this.#pattern[this.#at++]!;
    const classes: Readonly<Record<string, readonly Span[]>> = { d: DIGITS, w: WORD, s: SPACE };
    const named = classes[letter.toLowerCase()];
    if (named) return letter === letter.toLowerCase() ? named : allBut(named);
    const hex = /^(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\})/.exec(
      this.#pattern.slice(this.#at - 1),
    );
    if (hex) {
      this.#at += hex[0].length - 1;
      const value = Number.parseInt((hex[1] ?? hex[2] ?? hex[3])!, 16);
      if (value < 0xd800 || value > 0xdfff) return [[value, value]];
      this.#at = start;
      return this.#unsupported();
    }
    const control = CONTROLS[letter];
    if (control !== undefined) return [[control, control]];
    if (/[0-9A-Za-z]/.test(letter)) {
      this.#at = start;
      return this.#unsupported();
    }
    const itself = letter.charCodeAt(0);
    return [[itself, itself]];
  }

  #class(): string {
    const negated = this.#take('^');
    const spans: Span[] = [];
    while (!this.#take(']')) {
      const from = this.#character();
      const isRange = this.#ahead('-') && this.#pattern[this.#at + 1] !== ']';
      if (!isRange) spans.push(...from);
      else {
        this.#at++;
        const to = this.#character();
        spans.push([from[0]![0], to[0]![1]]);
      }
    }
    return this.#one(negated ? allBut(spans) : spans);
  }

  #quantifier(): string {
    const found = /^(?:[*+?]|\{(\d+)(,(\d*))?\})/.exec(this.#pattern.slice(this.#at));
    if (!found) return '';
    this.#at += found[0].length;
    // Lazy or greedy, the same texts match.
    this.#take('?');
    const [whole, least, , most] = found;
    if (Math.max(Number(least ?? 0), Number(most ?? 0)) > COUNT_MAX)
      this.#refuse(`repeats more than ${COUNT_MAX} times`);
    return whole;
  }

  #ahead(text: string): boolean {
    return this.#pattern.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    if (!this.#ahead(text)) return false;
    this.#at += text.length;
    return true;
  }

  #unsupported(): never {
    const rest = this.#pattern.slice(this.#at, this.#at + 12);
    this.#refuse(`has something at character ${this.#at + 1} that no grammar can say: ${rest}`);
  }
}
