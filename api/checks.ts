/** Checks of what callers hand in: JavaScript holds nobody to a type. Each throws `SettingInvalid` and names the field. */
import { invalid } from './errors.ts';

/** A value as a short text for a message. */
function shown(value: unknown): string {
  const text = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** An error for a field that is of another kind than it should be. */
export function wrong(field: string, expected: string, got: unknown): Error {
  return invalid(field, { what: `The field "${field}" is not right`, expected, got: shown(got) });
}

/** The value as an object. */
export function requireObject(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrong(field, 'an object', value);
}

/** The value as a list. */
export function requireList(value: unknown, field: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrong(field, 'a list', value);
}

/** The value as text. */
export function requireText(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw wrong(field, 'a text', value);
}

/** The number, or `undefined` where there is none: `null` counts as missing, as with OpenAI. */
export function optionalNumber(
  value: unknown,
  field: string,
  [from, to]: readonly [from: number, to: number],
  isWhole = false,
): number | undefined {
  if (value === undefined || value === null) return undefined;
  const isRight = typeof value === 'number' && value >= from && value <= to && (!isWhole || Number.isInteger(value));
  if (isRight) return value;
  const range = to === Infinity ? `${from} or more` : `from ${from} to ${to}`;
  throw wrong(field, `${isWhole ? 'a whole number' : 'a number'}, ${range}`, value);
}

/** The truth value; `false` where it is missing. */
export function optionalFlag(value: unknown, field: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw wrong(field, 'true or false', value);
}

/** Refuses fields that are not known, but for those that say nothing: they are `null`, or missing. */
export function refuseOthers(object: Readonly<Record<string, unknown>>, known: readonly string[], where = ''): void {
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined || value === null || known.includes(name)) continue;
    throw invalid(where + name, {
      what: `The field "${where + name}" is not supported`,
      got: shown(value),
      remedy: 'Leave it out: the answer would not be what it asks for.',
    });
  }
}
