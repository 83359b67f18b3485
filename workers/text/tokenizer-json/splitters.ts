/**
 * How `tokenizer.json` cuts text into pieces that no token crosses: its `pre_tokenizer`.
 * Source: Hugging Face's tokenizers, `pre_tokenizers/` and `NormalizedString::split`.
 */
import { PUNCTUATION } from '../bert-text.ts';
import { byteLevelText } from '../byte-level.ts';
import { PRE_TOKENIZERS } from '../pre-tokenizers.ts';
import { type JsonObject, notUnderstood, wrongValue } from './json-object.ts';
import { literalPattern, readPattern } from './pattern.ts';

/** A part of a text, and whether it is where the text begins, or where text begins that continues other text. */
interface Piece {
  readonly text: string;
  readonly begins: 'text' | 'continuation' | null;
}

/** Cuts pieces into smaller ones; it may rewrite them too. */
export type Splitter = (pieces: readonly Piece[]) => readonly Piece[];

const BEHAVIORS = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'] as const;
type Behavior = (typeof BEHAVIORS)[number];

const WHITE_SPACE = /\p{White_Space}/gu;
const NUMBERS = /\p{N}/gu;
const PUNCTUATION_MARK = new RegExp(PUNCTUATION, 'gu');
const WORDS =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_C}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_C}\p{White_Space}]+/gu;

/** A stretch of text: from where to where, and whether it is a match. */
type Stretch = readonly [from: number, to: number, isMatch: boolean];

/** The matches and what is between them, one after the other. */
function stretches(text: string, pattern: RegExp): Stretch[] {
  const found: Stretch[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) found.push([end, match.index, false]);
    end = match.index + match[0].length;
    found.push([match.index, end, true]);
  }
  if (end < text.length) found.push([end, text.length, false]);
  return found;
}

/** Joins stretches to those before or after them as the behavior says. */
function joined(found: readonly Stretch[], behavior: Behavior): (readonly [from: number, to: number])[] {
  if (behavior === 'Removed') return found.filter(([, , isMatch]) => !isMatch).map(([from, to]) => [from, to]);
  const cuts: [number, number][] = [];
  const backwards = behavior === 'MergedWithNext';
  let previous = false;
  for (const [from, to, isMatch] of backwards ? found.toReversed() : found) {
    const last = cuts.at(-1);
    const joins = behavior === 'Contiguous' ? isMatch === previous : behavior !== 'Isolated' && isMatch && !previous;
    previous = isMatch;
    if (!joins || !last) cuts.push([from, to]);
    else if (backwards) last[0] = from;
    else last[1] = to;
  }
  return backwards ? cuts.reverse() : cuts;
}

function split(pattern: RegExp, behavior: Behavior, invert = false): Splitter {
  return (pieces) => {
    const cut: Piece[] = [];
    for (const piece of pieces) {
      const found = stretches(piece.text, pattern);
      const marked = invert ? found.map(([from, to, isMatch]) => [from, to, !isMatch] as const) : found;
      for (const [from, to] of joined(marked, behavior))
        if (to > from) cut.push({ text: piece.text.slice(from, to), begins: from === 0 ? piece.begins : null });
    }
    return cut;
  };
}

function sequence(parts: readonly Splitter[]): Splitter {
  return (pieces) => parts.reduce((cut, splitter) => splitter(cut), pieces);
}

function rewrite(change: (piece: Piece) => string): Splitter {
  return (pieces) => pieces.map((piece) => ({ text: change(piece), begins: piece.begins }));
}

/** How a `Metaspace` spells spaces: with which character, and before which parts it puts one. */
export function readMetaspace(spec: JsonObject): {
  readonly mark: string;
  readonly before: 'always' | 'first' | 'never';
} {
  spec.only('replacement', 'str_rep', 'add_prefix_space', 'prepend_scheme', 'split');
  const addPrefix = spec.boolean('add_prefix_space', true);
  const before = spec.oneOf('prepend_scheme', ['always', 'first', 'never'], addPrefix ? 'always' : 'never');
  if (!addPrefix && before !== 'never')
    throw wrongValue(spec.at('prepend_scheme'), 'never, as add_prefix_space is false', before);
  return { mark: spec.character('replacement'), before };
}

function metaspace(spec: JsonObject): Splitter {
  const { mark, before } = readMetaspace(spec);
  const spell = rewrite(({ text, begins }) => {
    const spelled = text.replaceAll(' ', () => mark);
    const wants = before === 'always' ? begins !== 'continuation' : before === 'first' && begins === 'text';
    return wants && !spelled.startsWith(mark) ? mark + spelled : spelled;
  });
  return spec.boolean('split', true) ? sequence([spell, split(literalPattern(mark), 'MergedWithNext')]) : spell;
}

function byteLevel(spec: JsonObject): Splitter {
  spec.only('add_prefix_space', 'trim_offsets', 'use_regex');
  const addPrefix = spec.boolean('add_prefix_space', true);
  const [pattern] = PRE_TOKENIZERS['gpt-2'].patterns;
  const prefix = rewrite(({ text, begins }) =>
    addPrefix && begins !== 'continuation' && !text.startsWith(' ') ? ` ${text}` : text,
  );
  const cut = spec.boolean('use_regex', true) ? [split(pattern as RegExp, 'Isolated')] : [];
  return sequence([prefix, ...cut, rewrite(({ text }) => byteLevelText(text))]);
}

/** Reads a pre-tokenizer. Throws `FileMalformed`, or `TokenizerUnsupported` naming what is not understood. */
function readSplitter(spec: JsonObject): Splitter {
  const type = spec.string('type');
  switch (type) {
    case 'Sequence':
      spec.only('pretokenizers');
      return sequence(spec.objects('pretokenizers').map(readSplitter));
    case 'Split':
      spec.only('pattern', 'behavior', 'invert');
      return split(readPattern(spec), spec.oneOf('behavior', BEHAVIORS), spec.boolean('invert', false));
    case 'ByteLevel':
      return byteLevel(spec);
    case 'Metaspace':
      return metaspace(spec);
    case 'Digits':
      spec.only('individual_digits');
      return split(NUMBERS, spec.boolean('individual_digits') ? 'Isolated' : 'Contiguous');
    case 'Punctuation':
      spec.only('behavior');
      return split(PUNCTUATION_MARK, spec.oneOf('behavior', BEHAVIORS, 'Isolated'));
    case 'Whitespace':
      spec.only();
      return split(WORDS, 'Removed', true);
    case 'WhitespaceSplit':
      spec.only();
      return split(WHITE_SPACE, 'Removed');
    case 'CharDelimiterSplit':
      spec.only('delimiter');
      return split(literalPattern(spec.character('delimiter')), 'Removed');
    case 'BertPreTokenizer':
      spec.only();
      return sequence([split(WHITE_SPACE, 'Removed'), split(PUNCTUATION_MARK, 'Isolated')]);
    default:
      throw notUnderstood(spec.at('type'), type);
  }
}

/** The file's pre-tokenizer; all of a text is one piece where there is none. */
export function fileSplitter(file: JsonObject): Splitter {
  const spec = file.optional('pre_tokenizer');
  return spec ? readSplitter(spec) : (pieces) => pieces;
}
