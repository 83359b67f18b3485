/** Why a form cannot be held, on its way to the person who typed it. */
import { EngineError } from '../protocol/errors.ts';

/** Ends the reading: the clause follows the name of the place. */
export type Refuse = (what: string) => never;

/** The most of a stranger's text in a sentence. */
const QUOTED_UNITS = 120;

/** An error that says where in a schema something cannot be held; the place is a JSON pointer, empty for the whole. */
export function schemaError(place: string, what: string): EngineError {
  const where = place === '' ? 'The schema' : `The schema's ${quoted(place)}`;
  return new EngineError('SettingInvalid', { what: `${where} ${what}`, remedy: 'Change the schema in the settings.' });
}

/** A stranger's text, short enough for a sentence. */
export function quoted(text: string): string {
  return text.length > QUOTED_UNITS ? `${text.slice(0, QUOTED_UNITS)}…` : text;
}
