/** Characters of Oniguruma's syntax, escaped or not, as JavaScript's `v` expressions spell them. */
import { quoted } from '../../format/quoted.ts';
import type { PatternReader } from './pattern-reader.ts';

/** The inside of a class, to be negated or not. */
export interface CharacterSet {
  readonly set: string;
  readonly negated: boolean;
}

/** The inside of a class of what words are made of. */
export const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}';
const CLASS_ESCAPES: Readonly<Record<string, string>> = {
  s: '\\p{White_Space}',
  d: '\\p{Nd}',
  w: WORD,
  h: '0-9A-Fa-f',
};
const CHARACTER_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  f: '\f',
  v: '\v',
  a: '\u0007',
  e: '\u001b',
  0: '\0',
};

/** One code point as both the pattern and its classes take it. */
export function literal(character: string): string {
  return /[A-Za-z0-9]/.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** The characters that differ from this one only by case, itself first. */
export function cases(character: string): string[] {
  const forms = [character, character.toLowerCase(), character.toUpperCase()];
  return [...new Set(forms.filter((form) => [...form].length === 1))];
}

/** A property such as `\p{Han}`; the braces are still to come. */
function property(reader: PatternReader, negated: boolean): string {
  if (!reader.take('{')) throw reader.refuse('a property without a name');
  const inverted = reader.take('^');
  const name = reader.until('}');
  if (reader.ignoreCase && /^(L[ultc]|.*case.*)$/i.test(name)) throw reader.refuse('a property without its case');
  const letter = negated === inverted ? 'p' : 'P';
  for (const spelled of [name, `Script=${name}`]) {
    if (!/^[A-Za-z_=]+$/.test(spelled)) continue;
    try {
      return new RegExp(`\\${letter}{${spelled}}`, 'v').source;
    } catch {
      // Not a name that JavaScript knows.
    }
  }
  throw reader.refuse(`the property ${quoted(name)}`);
}

/** A code point by number, after `\x` or `\u`; `null` if the letter is neither. */
function numbered(reader: PatternReader, letter: string): string | null {
  if (letter !== 'x' && letter !== 'u') return null;
  const braces = letter === 'x' && reader.take('{');
  const digits = braces ? reader.until('}') : reader.takeAny(letter === 'x' ? 2 : 4);
  const code = /^[0-9A-Fa-f]{2,6}$/.test(digits) ? Number.parseInt(digits, 16) : Infinity;
  if (code > 0x10_ffff || (code >= 0xd800 && code < 0xe000)) throw reader.refuse('a code point');
  return String.fromCodePoint(code);
}

/** The character that an escape stands for, or the inside of a class. */
export function escaped(reader: PatternReader): { readonly character: string } | CharacterSet {
  const letter = reader.next();
  if (letter === 'p' || letter === 'P') return { set: property(reader, letter === 'P'), negated: false };
  const lower = letter.toLowerCase();
  const set = Object.hasOwn(CLASS_ESCAPES, lower) ? CLASS_ESCAPES[lower] : undefined;
  if (set !== undefined) return { set, negated: letter !== lower };
  const character =
    numbered(reader, letter) ?? (Object.hasOwn(CHARACTER_ESCAPES, letter) ? CHARACTER_ESCAPES[letter] : undefined);
  if (character !== undefined) return { character };
  if (/[A-Za-z0-9]/.test(letter)) throw reader.refuse(`the escape \\${letter}`);
  return { character: letter };
}
