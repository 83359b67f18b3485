/** Typed looks into JSON that was read strictly. What is wrong or not understood is an error that names its place, such as `model.vocab`. */
import { quoted } from '../../format/quoted.ts';
import { EngineError } from '../../protocol/errors.ts';

const REMEDY = 'Choose another copy of the model.';

/** What a value is, for an error message. */
function shown(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** The error for a value that cannot be what it is: `FileMalformed`. */
export function wrongValue(path: string, expected: string, got: unknown): EngineError {
  return new EngineError('FileMalformed', {
    what: `The tokenizer's ${quoted(path)} is wrong`,
    expected,
    got: shown(got),
    remedy: REMEDY,
  });
}

/** The error for what may be right but is not understood here: `TokenizerUnsupported`. */
export function notUnderstood(path: string, got: unknown): EngineError {
  return new EngineError('TokenizerUnsupported', {
    what: `The tokenizer's ${quoted(path)} is not understood here`,
    got: shown(got),
    remedy: 'Update Freehold, or choose another model.',
  });
}

/** An object of a JSON text, with the way to it. */
export class JsonObject {
  readonly path: string;
  readonly #entries: ReadonlyMap<string, unknown>;

  /** Throws `FileMalformed` if the value is no object, which strict reading makes a `Map`. */
  constructor(value: unknown, path: string) {
    if (!(value instanceof Map)) throw wrongValue(path, 'an object', value);
    this.path = path;
    this.#entries = value as ReadonlyMap<string, unknown>;
  }

  /** Where a value of this object stands. */
  at(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  /** The value as it is; `undefined` where there is none, or `null`. */
  get(key: string): unknown {
    return this.#entries.get(key) ?? undefined;
  }

  entries(): Iterable<readonly [key: string, value: unknown]> {
    return this.#entries;
  }

  /** Throws `TokenizerUnsupported`, naming it, if there is a key besides these: it might change what text becomes. */
  only(...keys: readonly string[]): void {
    for (const [key, value] of this.#entries)
      if (key !== 'type' && !keys.includes(key)) throw notUnderstood(this.at(key), value);
  }

  /** Text. Without a fallback, missing text is wrong, as another type always is. */
  string(key: string, fallback?: string): string {
    const value = this.get(key) ?? fallback;
    if (typeof value !== 'string') throw wrongValue(this.at(key), 'text', value);
    return value;
  }

  /** One character. */
  character(key: string, fallback?: string): string {
    const value = this.string(key, fallback);
    if ([...value].length !== 1) throw wrongValue(this.at(key), 'one character', value);
    return value;
  }

  boolean(key: string, fallback?: boolean): boolean {
    const value = this.get(key) ?? fallback;
    if (typeof value !== 'boolean') throw wrongValue(this.at(key), 'true or false', value);
    return value;
  }

  /** A whole number from 0. */
  count(key: string, fallback?: number): number {
    const value = this.get(key) ?? fallback;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw wrongValue(this.at(key), 'a whole number from 0', value);
    return value;
  }

  /** One of the words. */
  oneOf<Word extends string>(key: string, words: readonly Word[], fallback?: Word): Word {
    const value = this.get(key) ?? fallback;
    const word = words.find((each) => each === value);
    if (word === undefined) throw wrongValue(this.at(key), words.join(' or '), value);
    return word;
  }

  list(key: string): readonly unknown[] {
    const value = this.get(key);
    if (!Array.isArray(value)) throw wrongValue(this.at(key), 'a list', value);
    return value as readonly unknown[];
  }

  object(key: string): JsonObject {
    return new JsonObject(this.get(key), this.at(key));
  }

  /** The object, or `null` where there is none. */
  optional(key: string): JsonObject | null {
    return this.get(key) === undefined ? null : this.object(key);
  }

  objects(key: string): JsonObject[] {
    return this.list(key).map((value, index) => new JsonObject(value, `${this.at(key)}[${index}]`));
  }
}
