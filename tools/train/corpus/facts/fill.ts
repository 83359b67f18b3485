/** Fills a template's fields from a table's row: `{name}`, `{a:name}` with its article, `{bare:name}` without "the". */
import type { Random } from '../random.ts';
import type { Row } from './table.ts';

const FIELD = /\{(?:(a|bare):)?(\w+)\}/gu;

/** The columns that a template mentions. */
export function columnsIn(template: string): string[] {
  return [...template.matchAll(FIELD)].map(([, , column]) => column!);
}

/** The sentence, with a capital at its start. Each thing's usual name is taken, or, given `random`, one of its names. */
export function fill(template: string, row: Row, random?: Random): string {
  return upperFirst(fillInside(template, row, random));
}

/** The same as it stands inside a sentence: "Peru is ..." keeps its capital, "The capital ..." loses it. */
export function fillInside(template: string, row: Row, random?: Random): string {
  const chosen = new Map<string, string>();
  const nameOf = (column: string): string => {
    const names = row.get(column);
    if (!names) throw new RangeError(`the row has no ${column} for ${JSON.stringify(template)}`);
    const name = chosen.get(column) ?? (random ? random.pick(names) : names[0]!);
    chosen.set(column, name);
    return name;
  };
  const inside = template.charAt(0).toLowerCase() + template.slice(1);
  const filled = inside.replace(FIELD, (_, how: string | undefined, column: string) => {
    if (how === 'a') return withArticle(nameOf(column));
    return how === 'bare' ? nameOf(column).replace(/^the /u, '') : nameOf(column);
  });
  return filled.replace(/s's\b/gu, "s'");
}

/** The text with a capital at its start. */
export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function withArticle(name: string): string {
  if (name.startsWith('the ')) return name;
  const vowelSound = /^(?:[aeio]|u(?!ni)|hour)/iu.test(name) && !/^(?:eu|one\b)/iu.test(name);
  return `${vowelSound ? 'an' : 'a'} ${name}`;
}
