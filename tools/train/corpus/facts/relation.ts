/**
 * Reads relations: how people ask for one column of a table when they know another, and the one form of the answer.
 *
 *     ## capital | countries | name | capital | 16     id, table, columns asked with, columns asked for, weight
 *     = The capital of {name} is {capital}.            the answer
 *     ? What is the capital of {name}?                 a question
 *     + And of {name}?                                 the same question about the next thing
 *     ~ And its capital?                               a question about the thing of the answer before
 *     y Is {capital} the capital of {name}?            a question that is answered with yes or no
 *     * other-id                                       all lines of another relation above
 *
 * A sixth field `full` says that the answer is never given as a bare word. `{from}` and `{to}` stand for the header's
 * columns. It refuses unknown lines, tables and columns. Rows with an open field, and things of which the table knows
 * several answers, are left out.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readText, TEXT_FOLDER } from '../read-text.ts';
import { columnsIn } from './fill.ts';
import { readTables, type Row } from './table.ts';

/** What can be asked about the rows of a table. */
export interface Relation {
  readonly id: string;
  readonly table: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly weight: number;
  /** Whether the answer may be given as a bare word. */
  readonly brief: boolean;
  readonly answer: string;
  readonly questions: readonly string[];
  readonly next: readonly string[];
  readonly pronoun: readonly string[];
  readonly yesNo: readonly string[];
  /** The rows that have exactly one answer. */
  readonly rows: readonly Row[];
}

const FOLDER = 'facts/relations';

/** All relations of the hand-written files. */
export function readRelations(): Relation[] {
  const tables = readTables();
  const files = readdirSync(join(TEXT_FOLDER, FOLDER)).filter((file) => file.endsWith('.txt'));
  return files.toSorted().flatMap((file) => parseRelations(readText(`${FOLDER}/${file}`), file, tables));
}

/** The relations of a file. Throws an `Error` that names the file and what is wrong there. */
function parseRelations(text: string, file: string, tables: ReadonlyMap<string, readonly Row[]>): Relation[] {
  const blocks = new Map<string, string[]>();
  return text
    .split(/^## /mu)
    .slice(1)
    .map((block) => {
      const [header = '', ...own] = block.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('# '));
      const [id = '', table = '', from = '', to = '', weight = '', full] = header
        .split(' | ')
        .map((field) => field.trim());
      const lines = own.flatMap((line) => (line.startsWith('* ') ? (blocks.get(line.slice(2).trim()) ?? []) : [line]));
      blocks.set(id, lines);
      const unknown = lines.find((line) => !/^[=?+~y] /u.test(line));
      if (unknown !== undefined) throw new Error(`${file}: ${id}: unknown line ${JSON.stringify(unknown)}`);
      const marked = (mark: string): string[] =>
        lines
          .filter((line) => line.startsWith(`${mark} `))
          .map((line) => line.slice(2).trim().replaceAll('{from}', `{${from}}`).replaceAll('{to}', `{${to}}`));
      const relation = {
        id,
        table,
        from: from.split(','),
        to: to.split(','),
        weight: Number(weight),
        brief: full !== 'full',
        answer: marked('=')[0] ?? '',
        questions: marked('?'),
        next: marked('+'),
        pronoun: marked('~'),
        yesNo: marked('y'),
      };
      const rows = usableRows(relation, tables.get(table) ?? []);
      if (rows.length === 0 || relation.answer === '' || !(relation.weight > 0))
        throw new Error(`${file}: ${id} says nothing`);
      return { ...relation, rows };
    });
}

function usableRows(relation: Omit<Relation, 'rows'>, rows: readonly Row[]): Row[] {
  const { answer, questions, next, pronoun, yesNo, from, to } = relation;
  const columns = new Set([
    ...from,
    ...to,
    ...[answer, ...questions, ...next, ...pronoun, ...yesNo].flatMap(columnsIn),
  ]);
  const filled = rows.filter((row) => [...columns].every((column) => row.has(column)));
  const meet = (a: Row, b: Row, column: string): boolean =>
    a.get(column)!.some((name) => b.get(column)!.includes(name));
  const clash = (a: Row, b: Row): boolean =>
    from.every((column) => meet(a, b, column)) && to.some((column) => a.get(column)![0] !== b.get(column)![0]);
  return filled.filter((row) => !filled.some((other) => clash(row, other)));
}
