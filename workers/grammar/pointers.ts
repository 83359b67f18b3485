/** Places in a JSON Schema, as JSON pointers. */
import { quoted, schemaError } from './refusal.ts';

/** The JSON pointer (RFC 6901) that a `$ref` at this place means. Throws `SettingInvalid` for one that leads out of the schema. */
export function refPlace(ref: string, place: string): string {
  if (ref === '#') return '';
  if (!ref.startsWith('#/'))
    throw schemaError(`${place}/$ref`, `refers to "${quoted(ref)}"; only its own parts (#/…) can be`);
  try {
    return decodeURIComponent(ref.slice(1));
  } catch {
    throw schemaError(`${place}/$ref`, `refers to "${quoted(ref)}", which is no address`);
  }
}

/** What is at a JSON pointer; `undefined` where nothing is. */
export function valueAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** A name as a part of a pointer. */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
