/** JSON from a file that anyone may have written: one value, or one a line. */
import { IMPORT_LIMITS, refuse } from './facts.ts';

/** The value, or the values of the lines where the file has one on each. Throws `FileMalformed`. */
export function parseJson(text: string, name: string): { readonly value: unknown } | { readonly lines: unknown[] } {
  if (text.trim() === '') throw refuse(`${name} cannot be read`, 'JSON', 'an empty file');
  checkDepth(text, name);
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    try {
      if (lines.length > 1) return { lines: lines.map((line) => JSON.parse(line) as unknown) };
    } catch {
      // Neither form: what is wrong with it as a whole says more.
    }
    throw refuse(`${name} cannot be read`, 'JSON', (error as Error).message.slice(0, 200));
  }
}

/** The platform's parser may recurse as deep as a file asks. */
function checkDepth(text: string, name: string): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (inString) {
      if (unit === 0x5c) index++;
      else if (unit === 0x22) inString = false;
    } else if (unit === 0x22) inString = true;
    else if (unit === 0x5b || unit === 0x7b) depth++;
    else if (unit === 0x5d || unit === 0x7d) depth--;
    if (depth > IMPORT_LIMITS.depth)
      throw refuse(`${name} cannot be read`, `at most ${IMPORT_LIMITS.depth} lists and objects in one another`, 'more');
  }
}
