/** Counts the table of a CSV or TSV file, as RFC 4180 and its common relatives write it. The text stays as it is. */
import type { TableSize } from './attachment.ts';

/** What a table measures, and what is odd about it. */
export interface Delimited {
  readonly table: TableSize;
  readonly delimiter: string;
  readonly warnings: string[];
}

const DELIMITERS = [',', ';', '\t', '|'];

/** Counts records and fields, with the delimiter that the first record has most of; a comma where it has none. */
export function measureDelimited(text: string): Delimited {
  const delimiter = findDelimiter(text);
  const widths = new Set<number>();
  let rows = 0;
  let fields = 1;
  let isBlank = true;
  const state = scan(
    text,
    (character) => {
      if (character === '\n') {
        if (!isBlank) {
          rows++;
          widths.add(fields);
        }
        fields = 1;
        isBlank = true;
        return true;
      }
      isBlank = false;
      if (character === delimiter) fields++;
      return true;
    },
    delimiter,
  );
  if (!isBlank) {
    rows++;
    widths.add(fields);
  }
  const columns = Math.max(0, ...widths);
  const warnings: string[] = [];
  if (state === 'quoted') warnings.push('A quotation mark in the table is never closed: rows may be counted wrongly.');
  else if (widths.size > 1) warnings.push(`Rows have from ${Math.min(...widths)} to ${columns} columns.`);
  return { table: { rows, columns }, delimiter, warnings };
}

/** The delimiter that is most often outside of quotation marks in the first line with text. */
function findDelimiter(text: string): string {
  const counts = new Map(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let isBlank = true;
  scan(text, (character) => {
    if (character === '\n') return isBlank;
    isBlank = false;
    const count = counts.get(character);
    if (count !== undefined) counts.set(character, count + 1);
    return true;
  });
  const [best] = [...counts].sort(([, a], [, b]) => b - a);
  return best![1] === 0 ? ',' : best![0];
}

/**
 * Visits every character outside of quotation marks until `visit` gives false; a quotation mark counts only where a field
 * begins, and a doubled one within quotation marks is one of the text. Says whether the text ends within them.
 */
function scan(text: string, visit: (character: string) => boolean, delimiter?: string): 'plain' | 'quoted' {
  let isQuoted = false;
  let atFieldStart = true;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (isQuoted) {
      if (character !== '"') continue;
      if (text.charAt(at + 1) === '"') at++;
      else isQuoted = false;
    } else if (character === '"' && atFieldStart) {
      isQuoted = true;
      atFieldStart = false;
      // An empty field in quotation marks still makes its record one.
      if (!visit(character)) return 'plain';
    } else {
      if (!visit(character)) return 'plain';
      atFieldStart =
        character === '\n' || (delimiter === undefined ? DELIMITERS.includes(character) : character === delimiter);
    }
  }
  return isQuoted ? 'quoted' : 'plain';
}
