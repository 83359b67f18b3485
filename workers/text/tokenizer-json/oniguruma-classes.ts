/** Character classes of Oniguruma's syntax (`[…]`, with POSIX names and intersections) as JavaScript's. */
import { quoted } from '../../format/quoted.ts';
import { cases, type CharacterSet, escaped, literal, WORD } from './oniguruma-characters.ts';
import type { PatternReader } from './pattern-reader.ts';

const POSIX: Readonly<Record<string, string>> = {
  alpha: '\\p{Alphabetic}',
  alnum: '\\p{Alphabetic}\\p{Nd}',
  digit: '\\p{Nd}',
  lower: '\\p{Lowercase}',
  upper: '\\p{Uppercase}',
  punct: '\\p{P}\\p{S}',
  space: '\\p{White_Space}',
  word: WORD,
};

/** A class, its bracket taken. */
export function characterClass(reader: PatternReader): string {
  reader.enter('classes');
  const negated = reader.take('^');
  const operands: string[] = [];
  let set = '';
  let isEmpty = true;
  while (!reader.take(']')) {
    if (reader.take('&&')) {
      operands.push(set);
      set = '';
    } else set += classItem(reader);
    isEmpty = false;
  }
  if (isEmpty) throw reader.refuse('an empty class');
  reader.leave();
  const all = operands.length === 0 ? set : [...operands, set].map((operand) => `[${operand}]`).join('&&');
  return negated ? `[^${all}]` : `[${all}]`;
}

function classItem(reader: PatternReader): string {
  if (reader.take('[:')) {
    const negated = reader.take('^');
    const name = reader.until(':]');
    const set = Object.hasOwn(POSIX, name) ? POSIX[name] : undefined;
    if (set === undefined) throw reader.refuse(`the class ${quoted(name)}`);
    return negated ? `[^${set}]` : set;
  }
  if (reader.take('[')) return characterClass(reader);
  const first = classCharacter(reader);
  if (typeof first !== 'string') return first.negated ? `[^${first.set}]` : first.set;
  const isRange = reader.starts('-') && !reader.starts('-]');
  if (!isRange) return (reader.ignoreCase ? cases(first) : [first]).map(literal).join('');
  reader.skip(1);
  const last = classCharacter(reader);
  if (typeof last !== 'string' || last.codePointAt(0)! < first.codePointAt(0)!) throw reader.refuse('a range');
  return range(reader, first, last);
}

function range(reader: PatternReader, first: string, last: string): string {
  const spelled = (from: string, to: string): string => `${literal(from)}-${literal(to)}`;
  if (!reader.ignoreCase || /^\d\d$/.test(first + last)) return spelled(first, last);
  if (!/^([a-z]{2}|[A-Z]{2})$/.test(first + last)) throw reader.refuse('a range without its case');
  return spelled(first.toLowerCase(), last.toLowerCase()) + spelled(first.toUpperCase(), last.toUpperCase());
}

function classCharacter(reader: PatternReader): string | CharacterSet {
  const character = reader.next();
  if (character !== '\\') return character;
  const found = escaped(reader);
  return 'character' in found ? found.character : found;
}
