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

/** Longer ones are not for cutting text. The longest that we know, DeepSeek's list of letters, has 1,200. */
const LONGEST_UNITS = 16_384;
const DEEPEST_GROUPS = 50;

const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}';
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

/** One code point as both the pattern and its classes take it. */
function literal(character: string): string {
  return /[A-Za-z0-9]/.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** The characters that differ from this one only by case, itself first. */
function cases(character: string): string[] {
  const forms = [character, character.toLowerCase(), character.toUpperCase()];
  return [...new Set(forms.filter((form) => [...form].length === 1))];
}

class Translator {
  readonly #pattern: string;
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;
  #ignoreCase = false;
  #atomicGroups = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#characters = [...pattern];
  }

  #refuse(what: string): EngineError {
    return new EngineError('TokenizerUnsupported', {
      what: `The tokenizer cuts text by a pattern that is not understood here: ${what} at character ${this.#at}`,
      got: quoted(this.#pattern),
      remedy: 'Update Freehold, or choose another model.',
    });
  }

  #starts(text: string): boolean {
    return [...text].every((character, index) => this.#characters[this.#at + index] === character);
  }

  #take(text: string): boolean {
    if (!this.#starts(text)) return false;
    this.#at += [...text].length;
    return true;
  }

  #next(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw this.#refuse('it ends too early');
    return character;
  }

  /** Takes what stands before the mark, and the mark. */
  #until(mark: string): string {
    let text = '';
    while (!this.#take(mark)) text += this.#next();
    return text;
  }

  whole(): string {
    const translated = this.#alternatives();
    if (this.#at < this.#characters.length) throw this.#refuse('a closing parenthesis too many');
    return translated;
  }

  #alternatives(): string {
    let out = '';
    const outerCase = this.#ignoreCase;
    while (this.#at < this.#characters.length && !this.#starts(')'))
      out += this.#take('|') ? '|' : this.#quantified(this.#atom());
    this.#ignoreCase = outerCase;
    return out;
  }

  #quantified(atom: string): string {
    let out = atom;
    for (;;) {
      const interval = this.#interval();
      const mark = interval ?? ['?', '*', '+'].find((each) => this.#take(each));
      if (mark === undefined) return out;
      if (atom === '') throw this.#refuse('a repetition of nothing');
      // An interval takes no possessive mark: the plus after it repeats it.
      if (interval === null && this.#take('+')) out = this.#atomic(`${out}${mark}`);
      else out = `(?:${out}${mark}${this.#take('?') ? '?' : ''})`;
    }
  }

  #interval(): string | null {
    const rest = this.#characters.slice(this.#at, this.#at + 16).join('');
    const [whole, least, comma, most] = /^\{(\d*)(,?)(\d*)\}/.exec(rest) ?? [];
    if (whole === undefined || (least === '' && most === '')) return null;
    this.#at += whole.length;
    return `{${least === '' ? '0' : least}${comma}${most}}`;
  }

  /** JavaScript has no atomic groups; what a lookahead found, a reference to it must match whole. */
  #atomic(inner: string): string {
    const name = `atomic${this.#atomicGroups++}`;
    return `(?:(?=(?<${name}>${inner}))\\k<${name}>)`;
  }

  #atom(): string {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
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
        throw this.#refuse('a repetition of nothing');
      default:
        return this.#characterAtom(character);
    }
  }

  #characterAtom(character: string): string {
    const forms = this.#ignoreCase ? cases(character) : [character];
    return forms.length === 1 ? literal(character) : `[${forms.map(literal).join('')}]`;
  }

  #group(): string {
    if (++this.#depth > DEEPEST_GROUPS) throw this.#refuse('groups in groups without end');
    const outerCase = this.#ignoreCase;
    const open = ['?=', '?!', '?<=', '?<!', '?:', '?>'].find((each) => this.#take(each));
    if (
      open === undefined &&
      this.#starts('?') &&
      !/^\?<[A-Za-z]/.test(this.#characters.slice(this.#at, this.#at + 3).join(''))
    ) {
      const flags = /^\?(-?)i([:)])/.exec(this.#characters.slice(this.#at, this.#at + 4).join(''));
      if (!flags) throw this.#refuse('a kind of group');
      this.#at += flags[0].length;
      this.#ignoreCase = flags[1] === '';
      if (flags[2] === ')') {
        // It holds until the group around it ends, alternatives and all.
        this.#depth--;
        const rest = this.#alternatives();
        this.#ignoreCase = outerCase;
        return `(?:${rest})`;
      }
    }
    if (open === undefined && this.#take('?<')) this.#until('>');
    const inner = this.#alternatives();
    if (!this.#take(')')) throw this.#refuse('a group without an end');
    this.#ignoreCase = outerCase;
    this.#depth--;
    if (open === '?>') return this.#atomic(inner);
    return `(${open ?? '?:'}${inner})`;
  }

  /** A property such as `\p{Han}`; the braces are still to come. */
  #property(negated: boolean): string {
    if (!this.#take('{')) throw this.#refuse('a property without a name');
    const inverted = this.#take('^');
    const name = this.#until('}');
    if (this.#ignoreCase && /^(L[ultc]|.*case.*)$/i.test(name)) throw this.#refuse('a property without its case');
    const letter = negated === inverted ? 'p' : 'P';
    for (const property of [name, `Script=${name}`]) {
      if (!/^[A-Za-z_=]+$/.test(property)) continue;
      try {
        return new RegExp(`\\${letter}{${property}}`, 'v').source;
      } catch {
        // Not a name that JavaScript knows.
      }
    }
    throw this.#refuse(`the property ${quoted(name)}`);
  }

  /** A code point by number, after `\x` or `\u`; `null` if the letter is neither. */
  #numbered(letter: string): string | null {
    if (letter !== 'x' && letter !== 'u') return null;
    const braces = letter === 'x' && this.#take('{');
    const digits = braces
      ? this.#until('}')
      : this.#characters.slice(this.#at, (this.#at += letter === 'x' ? 2 : 4)).join('');
    const code = /^[0-9A-Fa-f]{2,6}$/.test(digits) ? Number.parseInt(digits, 16) : Infinity;
    if (code > 0x10_ffff || (code >= 0xd800 && code < 0xe000)) throw this.#refuse('a code point');
    return String.fromCodePoint(code);
  }

  /** The character that an escape stands for, or the inside of a class. */
  #escaped(): { readonly character: string } | { readonly set: string; readonly negated: boolean } {
    const letter = this.#next();
    if (letter === 'p' || letter === 'P') return { set: this.#property(letter === 'P'), negated: false };
    const lower = letter.toLowerCase();
    const set = Object.hasOwn(CLASS_ESCAPES, lower) ? CLASS_ESCAPES[lower] : undefined;
    if (set !== undefined) return { set, negated: letter !== lower };
    const character =
      this.#numbered(letter) ?? (Object.hasOwn(CHARACTER_ESCAPES, letter) ? CHARACTER_ESCAPES[letter] : undefined);
    if (character !== undefined) return { character };
    if (/[A-Za-z0-9]/.test(letter)) throw this.#refuse(`the escape \\${letter}`);
    return { character: letter };
  }

  #escape(): string {
    const assertions: Readonly<Record<string, string>> = {
      A: '(?<![^])',
      z: '(?![^])',
      Z: '(?=\\n?(?![^]))',
      b: `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`,
      B: `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))`,
    };
    const letter = this.#characters[this.#at] ?? '';
    if (Object.hasOwn(assertions, letter)) {
      this.#at += 1;
      return assertions[letter]!;
    }
    const escaped = this.#escaped();
    if ('character' in escaped) return this.#characterAtom(escaped.character);
    return escaped.negated ? `[^${escaped.set}]` : `[${escaped.set}]`;
  }

  /** A class, its bracket taken. */
  #class(): string {
    if (++this.#depth > DEEPEST_GROUPS) throw this.#refuse('classes in classes without end');
    const negated = this.#take('^');
    const operands: string[] = [];
    let set = '';
    let isEmpty = true;
    while (!this.#take(']')) {
      if (this.#take('&&')) {
        operands.push(set);
        set = '';
      } else set += this.#classItem();
      isEmpty = false;
    }
    if (isEmpty) throw this.#refuse('an empty class');
    this.#depth--;
    const all = operands.length === 0 ? set : [...operands, set].map((operand) => `[${operand}]`).join('&&');
    return negated ? `[^${all}]` : `[${all}]`;
  }

  #classItem(): string {
    if (this.#take('[:')) {
      const negated = this.#take('^');
      const name = this.#until(':]');
      const set = Object.hasOwn(POSIX, name) ? POSIX[name] : undefined;
      if (set === undefined) throw this.#refuse(`the class ${quoted(name)}`);
      return negated ? `[^${set}]` : set;
    }
    if (this.#take('[')) return this.#class();
    const first = this.#classCharacter();
    if (typeof first !== 'string') return first.negated ? `[^${first.set}]` : first.set;
    const isRange = this.#starts('-') && this.#characters[this.#at + 1] !== ']';
    if (!isRange) return (this.#ignoreCase ? cases(first) : [first]).map(literal).join('');
    this.#at += 1;
    const last = this.#classCharacter();
    if (typeof last !== 'string' || last.codePointAt(0)! < first.codePointAt(0)!) throw this.#refuse('a range');
    return this.#range(first, last);
  }

  #range(first: string, last: string): string {
    const range = (from: string, to: string): string => `${literal(from)}-${literal(to)}`;
    if (!this.#ignoreCase || /^\d\d$/.test(first + last)) return range(first, last);
    if (!/^([a-z]{2}|[A-Z]{2})$/.test(first + last)) throw this.#refuse('a range without its case');
    return range(first.toLowerCase(), last.toLowerCase()) + range(first.toUpperCase(), last.toUpperCase());
  }

  #classCharacter(): string | { readonly set: string; readonly negated: boolean } {
    const character = this.#next();
    if (character !== '\\') return character;
    const escaped = this.#escaped();
    return 'character' in escaped ? escaped.character : escaped;
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
