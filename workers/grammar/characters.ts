/** Characters of a JSON string as grammar: written as they are where JSON lets them stand, else by their escape. */

/** Code points from … to, both included. */
export type Span = readonly [from: number, to: number];

/** What strings are made of: what can be seen, and white space. No surrogates: alone they are no text. */
const ALL: readonly Span[] = [
  [0x09, 0x0a],
  [0x0d, 0x0d],
  [0x20, 0x7e],
  [0xa0, 0xd7ff],
  [0xe000, 0xfffd],
  [0x10000, 0x10ffff],
];
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SHORT_ESCAPES: ReadonlyMap<number, string> = new Map([
  [QUOTE, '\\"'],
  [BACKSLASH, '\\\\'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
]);

/** A text that must stand there word for word, as grammar. */
export function literal(text: string): string {
  return `"${Array.from(text, (character) => spell(character.codePointAt(0)!)).join('')}"`;
}

/** One character of these, inside a JSON string; `null` where it would be none. Few of them are listed one by one. */
export function oneOf(spans: readonly Span[]): string | null {
  const plain: Span[] = [];
  const escaped: string[] = [];
  for (const [from, to] of spans) {
    let start = from;
    for (const special of [...Array.from({ length: 0x20 }, (_, code) => code), QUOTE, BACKSLASH]) {
      if (special < from || special > to) continue;
      if (special > start) plain.push([start, special - 1]);
      start = special + 1;
      escaped.push(literal(SHORT_ESCAPES.get(special) ?? `\\u${special.toString(16).padStart(4, '0')}`));
    }
    if (start <= to) plain.push([start, to]);
  }
  const ascii = plain.flatMap(([from, to]): Span[] => (from < 0x80 ? [[from, Math.min(to, 0x7f)]] : []));
  const parts = [
    ...(ascii.length > 0 ? [`[${ascii.map(([from, to]) => `${spell(from)}-${spell(to)}`).join('')}]`] : []),
    ...plain.flatMap(([from, to]) => (to < 0x80 ? [] : beyondAscii(Math.max(from, 0x80), to))),
    ...escaped,
  ];
  return parts.length === 0 ? null : parts.length === 1 ? parts[0]! : `(${parts.join(' | ')})`;
}

/** All characters but these. */
export function allBut(spans: readonly Span[]): Span[] {
  let left: Span[] = [...ALL];
  for (const [from, to] of spans) {
    left = left.flatMap(([start, end]): Span[] => [
      ...(start < from ? [[start, Math.min(end, from - 1)] as const] : []),
      ...(end > to ? [[Math.max(start, to + 1), end] as const] : []),
    ]);
  }
  return left;
}

/**
 * Code points beyond ASCII by the bytes of their UTF-8: xgrammar 0.1.27 takes each end of a class for a byte, and one that
 * stands alone for a code point, so that a single byte is written twice.
 */
function beyondAscii(from: number, to: number): string[] {
  for (const last of [0x7ff, 0xffff]) {
    if (from <= last && to > last) return [...beyondAscii(from, last), ...beyondAscii(last + 1, to)];
  }
  const length = from > 0xffff ? 4 : from > 0x7ff ? 3 : 2;
  for (let trailing = 1; trailing < length; trailing++) {
    const low = 2 ** (6 * trailing) - 1;
    if (from - (from & low) === to - (to & low)) continue;
    if ((from & low) !== 0) return [...beyondAscii(from, from | low), ...beyondAscii((from | low) + 1, to)];
    if ((to & low) !== low) return [...beyondAscii(from, to - (to & low) - 1), ...beyondAscii(to - (to & low), to)];
  }
  const [first, last] = [from, to].map((code) => new TextEncoder().encode(String.fromCodePoint(code)));
  const byte = (value: number): string => `\\u00${value.toString(16)}`;
  const classes = Array.from(first!, (low, index) => {
    const high = last![index]!;
    return low === high ? `[${byte(low)}${byte(low)}]` : `[${byte(low)}-${byte(high)}]`;
  });
  return [classes.join(' ')];
}

/** A code point that means itself wherever it stands in a grammar. */
function spell(code: number): string {
  const character = String.fromCodePoint(code);
  if (/[0-9A-Za-z ]/.test(character)) return character;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
