/**
 * Reads tables of facts: one line a thing, fields separated by ` | `, the columns' names in the first line. A field may
 * give other names for the same thing after ` / `; answers use the first one. "-" is a field that is left open. It refuses
 * lines that have not as many fields as the first one.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readLines, TEXT_FOLDER } from '../read-text.ts';

/** One thing of a table: the names of each column that is filled, the usual one first. */
export type Row = ReadonlyMap<string, readonly string[]>;

const FOLDER = 'facts/tables';

/** All tables, by the names of their files. */
export function readTables(): ReadonlyMap<string, readonly Row[]> {
  const files = readdirSync(join(TEXT_FOLDER, FOLDER)).filter((file) => file.endsWith('.txt'));
  return new Map(files.map((file) => [file.replace('.txt', ''), parseTable(readLines(`${FOLDER}/${file}`), file)]));
}

/** The rows of a table's lines. Throws an `Error` that names the line if it has too few fields or too many. */
export function parseTable(lines: readonly string[], fileName: string): Row[] {
  const [columns = [], ...rows] = lines.map((line) => line.split(' | ').map((field) => field.trim()));
  return rows.map((fields) => {
    if (fields.length !== columns.length) {
      throw new Error(`${fileName}: expected ${columns.length} fields: ${JSON.stringify(fields.join(' | '))}`);
    }
    const filled = fields.map((field, index) => [columns[index]!, field] as const).filter(([, field]) => field !== '-');
    return new Map(filled.map(([column, field]) => [column, field.split(' / ')]));
  });
}
