/**
 * Writes a regular expression of `tokenizer.json` as JavaScript's, with the meaning that it has there.
 *
 * The library that made these files runs Oniguruma with Ruby's syntax: `\s` is Unicode's White_Space, `^` and `$` are at
 * every line, `{1,3}+` repeats a repetition, `?+`, `*+` and `++` never give back what they took, `(?i:…)` is local, and
 * `&&` in a class intersects. What is not translated is refused by name: a cut in another place shows nowhere. Letters
 * match without their case by ASCII's pairs or a character's own upper and lower form, not by Unicode's foldings.
 * Source: Oniguruma's `doc/RE`.
 */
import { quoted } from '../../format/quoted.ts';
import { EngineError } from '../../protocol/errors.ts';
import { cases, escaped, literal, WORD } from './oniguruma-characters.ts';
import { characterClass } from './oniguruma-classes.ts';
import { PatternReader } from './pattern-reader.ts';

/** Longer ones are not for cutting text. The longest that we know, DeepSeek's list of letters, has 1,200. */
const LONGEST_UNITS = 16_384;

class Translator {
  readonly #reader: PatternReader;
  #atomicGroups = 0;

  constructor(pattern: string) {
    this.#reader = new PatternReader(pattern);
  }

  whole(): string {
    const translated = this.#alternatives();
    if (!this.#reader.atEnd) throw this.#reader.refuse('a closing parenthesis too many');
    return translated;
  }

  #alternatives(): string {
    let out = '';
    const outerCase = this.#reader.ignoreCase;
    while (!this.#reader.atEnd && !this.#reader.starts(')'))
      out += this.#reader.take('|') ? '|' : this.#quantified(this.#atom());
    this.#reader.ignoreCase = outerCase;
    return out;
  }

  #quantified(atom: string): string {
    let out = atom;
    for (;;) {
      const interval = this.#interval();
      const mark = interval ?? ['?', '*', '+'].find((each) => this.#reader.take(each));
      if (mark === undefined) return out;
      if (atom === '') throw this.#reader.refuse('a repetition of nothing');
      // An interval takes no possessive mark: the plus after it repeats it.
      if (interval === null && this.#reader.take('+')) out = this.#atomic(`${out}${mark}`);
      else out = `(?:${out}${mark}${this.#reader.take('?') ? '?' : ''})`;
    }
  }

  #interval(): string | null {
    const rest = this.#reader.peek(16);
    const [whole, least, comma, most] = /^\{(\d*)(,?)(\d*)\}/.exec(rest) ?? [];
    if (whole === undefined || (least === '' && most === '')) return null;
    this.#reader.skip(whole.length);
    return `{${least === '' ? '0' : least}${comma}${most}}`;
  }

  /** JavaScript has no atomic groups; what a lookahead found, a reference to it must match whole. */
  #atomic(inner: string): string {
    const name = `atomic${this.#atomicGroups++}`;
    return `(?:(?=(?<${name}>${inner}))\\k<${name}>)`;
  }

  #atom(): string {
    const character = this.#reader.next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return characterClass(this.#reader);
      case '.':
        return '[^\\n]';
      case '^':
        return '(?<![^\\n])';
      case '$':
        return '(?![^\\n])';
      case '\\':
        return this.#escape();
      case '?':
      case '*':
      case '+':
        throw this.#reader.refuse('a repetition of nothing');
      default:
        return this.#characterAtom(character);
    }
  }

  #characterAtom(character: string): string {
    const forms = this.#reader.ignoreCase ? cases(character) : [character];
    return forms.length === 1 ? literal(character) : `[${forms.map(literal).join('')}]`;
  }

  #group(): string {
    this.#reader.enter('groups');
    const outerCase = this.#reader.ignoreCase;
    const open = ['?=', '?!', '?<=', '?<!', '?:', '?>'].find((each) => this.#reader.take(each));
    if (open === undefined && this.#reader.starts('?') && !/^\?<[A-Za-z]/.test(this.#reader.peek(3))) {
      const flags = /^\?(-?)i([:)])/.exec(this.#reader.peek(4));
      if (!flags) throw this.#reader.refuse('a kind of group');
      this.#reader.skip(flags[0].length);
      this.#reader.ignoreCase = flags[1] === '';
      if (flags[2] === ')') {
        // It holds until the group around it ends, alternatives and all.
        this.#reader.leave();
        const rest = this.#alternatives();
        this.#reader.ignoreCase = outerCase;
        return `(?:${rest})`;
      }
    }
    if (open === undefined && this.#reader.take('?<')) this.#reader.until('>');
    const inner = this.#alternatives();
    if (!this.#reader.take(')')) throw this.#reader.refuse('a group without an end');
    this.#reader.ignoreCase = outerCase;
    this.#reader.leave();
    if (open === '?>') return this.#atomic(inner);
    return `(${open ?? '?:'}${inner})`;
  }

  #escape(): string {
    const assertions: Readonly<Record<string, string>> = {
      A: '(?<![^])',
      z: '(?![^])',
      Z: '(?=\\n?(?![^]))',
      b: `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`,
      B: `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))`,
    };
    const letter = this.#reader.peek(1);
    if (Object.hasOwn(assertions, letter)) {
      this.#reader.skip(1);
      return assertions[letter]!;
    }
    const found = escaped(this.#reader);
    if ('character' in found) return this.#characterAtom(found.character);
    return found.negated ? `[^${found.set}]` : `[${found.set}]`;
  }
}

/** The pattern as a global JavaScript expression. Throws `TokenizerUnsupported`, naming what is not understood. */
export function translatePattern(pattern: string): RegExp {
  if (pattern.length > LONGEST_UNITS)
    throw new EngineError('TokenizerUnsupported', {
      what: 'The tokenizer cuts text by a pattern that is too long',
      expected: `at most ${LONGEST_UNITS} characters`,
      got: pattern.length,
    });
  const translated = new Translator(pattern).whole();
  try {
    return new RegExp(translated, 'gv');
  } catch (error) {
    throw new EngineError('TokenizerUnsupported', {
      what: 'The tokenizer cuts text by a pattern that is not understood here',
      got: `${quoted(pattern)} (${error instanceof Error ? error.message : 'unknown'})`,
      remedy: 'Update Freehold, or choose another model.',
    });
  }
}
