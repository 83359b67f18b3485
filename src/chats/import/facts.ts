/** What an import says of a file: why it is refused, or what of it was left out. */
import { EngineError } from '../../../workers/protocol/errors.ts';
import { visibleLine } from '../../lib/visible-text.ts';
import { m } from '../../paraglide/messages.js';
import { getLocale } from '../../paraglide/runtime.js';

/** Bounds on what is taken in. A file beyond them is refused, a message or a chat beyond them is left out. */
export const IMPORT_LIMITS = {
  fileBytes: 256 * 2 ** 20,
  /** Of all files in a zip that are read, unpacked. */
  unpackedBytes: 512 * 2 ** 20,
  /** Of arrays and objects inside one another. */
  depth: 200,
  chats: 50_000,
  messagesOfChat: 20_000,
  /** UTF-16 units of one message, of one thought. */
  text: 4 * 2 ** 20,
  /** UTF-16 units of a title. */
  title: 500,
} as const;

const REMEDY = 'Choose a file that Freehold, ChatGPT or llama.cpp’s web page has exported, as it was saved.';

/** The refusal of a whole file. */
export function refuse(what: string, expected: string, got: string, remedy = REMEDY): EngineError {
  return new EngineError('FileMalformed', { what: visibleLine(what), expected, got: visibleLine(got), remedy });
}

/** A value in a few words, for an error's sentence that says what was there. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string')
    return value === '' ? 'an empty text' : `the text “${visibleLine(value.slice(0, 40))}”`;
  if (typeof value === 'object') return 'an object';
  return `${typeof value} ${String(value)}`;
}

/** A value in a few words, for a line that tells a person what was left out. */
export function there(value: unknown): string {
  if (value === undefined) return m.data_value_nothing();
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? m.data_value_empty_list() : m.data_value_list();
  if (typeof value === 'string')
    return value === '' ? m.data_value_empty_text() : m.data_value_text({ text: visibleLine(value.slice(0, 40)) });
  if (typeof value === 'object') return m.data_value_object();
  if (typeof value === 'boolean') return m.data_value_boolean({ value: String(value) });
  return m.data_value_number({ value: String(value) });
}

/** The most of something, as a line says it. */
export function most(count: number): string {
  return count.toLocaleString(getLocale());
}

/** An object that came out of JSON; its fields are anything. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The items of a list that are objects; of anything else, none. */
export function objectsIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Milliseconds since the epoch from a number of units, each of so many milliseconds; `null` where that is no time. */
export function timeMs(value: unknown, unitMs: number): number | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  const ms = Math.round(value * unitMs);
  return ms >= 0 && ms <= LATEST_MS ? ms : null;
}

/** The year 9999: what a date field shows. */
const LATEST_MS = 253_402_300_799_999;

/** Of the kinds of things that were left out: a file may have something else wrong with each of its parts. */
const MOST_KINDS = 100;

/** Counts what was left out, by what it was and why; what is of yet another kind than the first hundred, all together. */
export class LeftOut {
  readonly #counts = new Map<string, number>();

  /** `what`: one of it, with the reason, such as `A message: a text was expected, a number was there`, in the language of now. */
  add(what: string): void {
    const kind = this.#counts.has(what) || this.#counts.size < MOST_KINDS ? what : m.data_left_out_other();
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  /** One line for each, with how often. */
  get lines(): string[] {
    return [...this.#counts].map(([what, count]) => (count === 1 ? what : m.data_left_out_times({ what, count })));
  }
}
