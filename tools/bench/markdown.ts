/** Figures and tables as Markdown. */
import type { Spread } from './statistics.ts';

/** Three digits that count, and the ends in brackets where they differ. */
export function shown({ median, min, max }: Spread, unit: string): string {
  const range = min === max ? '' : ` (${digits(min)}–${digits(max)})`;
  return `${digits(median)} ${unit}${range}`;
}

/** A number with three digits that count. */
export function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** The lines of a table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
