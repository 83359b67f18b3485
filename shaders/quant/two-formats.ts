/**
 * The snippets of two weight formats in one module. Each format defines the same names over the same planes, so every name
 * of the first gets `_first` behind it, and of the second `_second`.
 */
import { constants } from '../kernel.ts';
import { quantFormats, type QuantType } from './format.ts';

/** What a snippet reads and does not declare, but for the blocks of a row, which both have alike. */
const PLANES = ['quants', 'scales'];

/** The WGSL of both, for rows of so many columns: `load_block_first`, `dot_block_first`, and so on. */
export function twoFormats(first: QuantType, second: QuantType, columns: number): string {
  const { BLOCKS = 0 } = quantFormats[first].constants(columns);
  return constants({ BLOCKS }) + renamed(first, columns, 'first') + renamed(second, columns, 'second');
}

function renamed(type: QuantType, columns: number, place: string): string {
  const sizes = Object.entries(quantFormats[type].constants(columns)).filter(([name]) => name !== 'BLOCKS');
  const text = constants(Object.fromEntries(sizes)) + quantFormats[type].wgsl;
  const declared = [...text.matchAll(/^(?:fn|const|struct|alias) (\w+)/gm)].map(([, name]) => name!);
  const names = new Set([...declared, ...PLANES]);
  return text.replace(/\b[A-Za-z]\w*\b/g, (word) => (names.has(word) ? `${word}_${place}` : word));
}
