/**
 * A JSON reader for files that may be hostile (RFC 8259). JavaScript's own keeps the last of two equal keys, recurses as
 * deep as the text asks, and makes "__proto__" a trap; here objects are `Map`s and every refusal names its byte.
 *
 * Refused: duplicate keys, nesting past a limit, too many values, numbers that overflow, a lone surrogate in an escape,
 * text after the value.
 */
import { EngineError } from '../protocol/errors.ts';
import { quoted } from './quoted.ts';

/** An object's members in the text's order. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** Any JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** What a text may cost. */
export interface JsonLimits {
  /** Levels of arrays and objects; default 32. */
  readonly depth?: number;
  /** Values in all, keys not counted; default 4 million, several times the largest known tokenizer. */
  readonly values?: number;
  /** Where the text begins in its file, for error messages. */
  readonly byteOffset?: number;
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERALS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;
const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Reads one JSON value. Throws `FileMalformed`; `what` names the text in it, such as `the header`. */
export function parseStrictJson(text: string, what: string, limits: JsonLimits = {}): JsonValue {
  return new Reader(text, what, limits).whole();
}

class Reader {
  readonly #text: string;
  readonly #what: string;
  readonly #depth: number;
  readonly #byteOffset: number;
  #valuesLeft: number;
  #at = 0;

  constructor(text: string, what: string, { depth = 32, values = 4 * 2 ** 20, byteOffset = 0 }: JsonLimits) {
    this.#text = text;
    this.#what = what;
    this.#depth = depth;
    this.#valuesLeft = values;
    this.#byteOffset = byteOffset;
  }

  whole(): JsonValue {
    const value = this.#value(0);
    this.#skip();
    if (this.#at < this.#text.length) this.#fail('the end of the text', this.#shown());
    return value;
  }

  #value(depth: number): JsonValue {
    if (--this.#valuesLeft < 0) this.#fail('fewer values', 'more');
    this.#skip();
    const character = this.#text[this.#at];
    if (character === '"') return this.#string();
    if (character === '{' || character === '[') {
      if (depth >= this.#depth) this.#fail(`at most ${this.#depth} levels of nesting`, 'more');
      this.#at++;
      return character === '{' ? this.#object(depth + 1) : this.#array(depth + 1);
    }
    const number = this.#match(NUMBER);
    if (number !== '') {
      const value = Number(number);
      if (!Number.isFinite(value)) this.#fail('a number that a computer can hold', quoted(number));
      return value;
    }
    for (const [word, value] of LITERALS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    return this.#fail('a JSON value', this.#shown());
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, JsonValue>();
    if (this.#next('}')) return members;
    do {
      this.#skip();
      const keyAt = this.#at;
      if (this.#text[keyAt] !== '"') this.#fail('a key in quotes', this.#shown());
      const key = this.#string();
      if (members.has(key)) {
        this.#at = keyAt;
        this.#fail(`the key ${quoted(key)} once`, 'it twice');
      }
      if (!this.#next(':')) this.#fail('a colon', this.#shown());
      members.set(key, this.#value(depth));
    } while (this.#next(','));
    if (!this.#next('}')) this.#fail('a comma or the end of the object', this.#shown());
    return members;
  }

  #array(depth: number): readonly JsonValue[] {
    const items: JsonValue[] = [];
    if (this.#next(']')) return items;
    do items.push(this.#value(depth));
    while (this.#next(','));
    if (!this.#next(']')) this.#fail('a comma or the end of the array', this.#shown());
    return items;
  }

  #string(): string {
    const start = this.#at++;
    let value = this.#match(PLAIN);
    while (this.#text[this.#at] === '\\') {
      const escape = this.#match(ESCAPE);
      if (escape === '') this.#fail('an escape that JSON knows', this.#shown());
      const letter = escape[1]!;
      value += letter === 'u' ? String.fromCharCode(Number.parseInt(escape.slice(2), 16)) : (ESCAPED[letter] ?? letter);
      value += this.#match(PLAIN);
    }
    if (this.#text[this.#at] !== '"') this.#fail('the end of the string', this.#shown());
    this.#at++;
    if (!value.isWellFormed()) {
      this.#at = start;
      this.#fail('whole characters in a string', 'half of one');
    }
    return value;
  }

  #skip(): void {
    this.#match(SPACE);
  }

  #next(character: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #shown(): string {
    const found = this.#text.slice(this.#at, this.#at + 16);
    return found === '' ? 'the end of the text' : quoted(found);
  }

  #fail(expected: string, got: string): never {
    throw new EngineError('FileMalformed', {
      what: `${this.#what.charAt(0).toUpperCase()}${this.#what.slice(1)} is not sound JSON`,
      offset: this.#byteOffset + new TextEncoder().encode(this.#text.slice(0, this.#at)).length,
      expected,
      got,
      remedy: 'The file is damaged: fetch it again.',
    });
  }
}
