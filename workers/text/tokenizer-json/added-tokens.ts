/**
 * Words that `tokenizer.json` added to its model's vocabulary: found in text before anything else, as they are or after
 * normalization, alone or with the white space around them.
 *
 * Special ones are read, but never looked for: what a person wrote stays text. Source: Hugging Face's tokenizers,
 * `added_vocabulary.rs`, with `encode_special_tokens`.
 */
import { TokenMatcher } from '../token-matcher.ts';
import { type JsonObject, wrongValue } from './json-object.ts';
import type { Normalizer } from './normalizers.ts';

/** An added word. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  /** Only where no letter, mark or digit stands beside it. */
  readonly singleWord: boolean;
  /** Takes the white space before it; after it. */
  readonly leftStrip: boolean;
  readonly rightStrip: boolean;
  /** Whether it is looked for in normalized text. */
  readonly normalized: boolean;
}

const IDS_MAX = 4_194_304;
const ENDS_WITH_WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_C}]$/u;
const STARTS_WITH_WORD = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_C}]/u;
const WHITE_SPACE = /^\p{White_Space}$/u;

/** Reads the list. Throws `FileMalformed`, also for an id or a text that stands there twice with different meanings. */
export function readAddedTokens(file: JsonObject, modelIds: ReadonlyMap<string, number>): AddedToken[] {
  if (file.get('added_tokens') === undefined) return [];
  const byId = new Map<number, string>();
  const taken = new Map([...modelIds].map(([token, id]) => [id, token]));
  return file.objects('added_tokens').map((spec) => {
    spec.only('id', 'content', 'single_word', 'lstrip', 'rstrip', 'normalized', 'special');
    const content = spec.string('content');
    const id = spec.count('id');
    const special = spec.boolean('special', false);
    if (id >= IDS_MAX) throw wrongValue(spec.at('id'), `an id below ${IDS_MAX}`, id);
    if (content === '') throw wrongValue(spec.at('content'), 'a text', content);
    const other = byId.get(id) ?? taken.get(id);
    if (other !== undefined && other !== content) throw wrongValue(spec.at('id'), 'an id of its own', id);
    const own = modelIds.get(content);
    if (own !== undefined && own !== id) throw wrongValue(spec.at('id'), `${own}, as in the vocabulary`, id);
    byId.set(id, content);
    return {
      id,
      content,
      special,
      singleWord: spec.boolean('single_word', false),
      leftStrip: spec.boolean('lstrip', false),
      rightStrip: spec.boolean('rstrip', false),
      normalized: spec.boolean('normalized', !special),
    };
  });
}

function isWhiteSpace(text: string, at: number): boolean {
  return WHITE_SPACE.test(text[at] ?? '');
}

class Finder {
  readonly #tokens: ReadonlyMap<number, AddedToken>;
  readonly #matcher: TokenMatcher;
  /** The text of each as it is looked for. */
  readonly #texts: ReadonlyMap<number, string>;

  constructor(tokens: readonly AddedToken[], spelled: (content: string) => string) {
    this.#tokens = new Map(tokens.map((token) => [token.id, token]));
    this.#texts = new Map(tokens.map((token) => [token.id, spelled(token.content)]));
    this.#matcher = new TokenMatcher([...this.#texts].map(([id, text]) => [text, id] as const));
  }

  /** The text cut at the words in it: ids, and texts between them. */
  split(text: string): (number | string)[] {
    const parts: (number | string)[] = [];
    let at = 0;
    let textStart = 0;
    for (const part of this.#matcher.split(text)) {
      const start = at;
      at += typeof part === 'string' ? part.length : this.#texts.get(part)!.length;
      if (typeof part === 'string') continue;
      const token = this.#tokens.get(part)!;
      if (
        token.singleWord &&
        (ENDS_WITH_WORD.test(text.slice(Math.max(0, start - 2), start)) ||
          STARTS_WITH_WORD.test(text.slice(at, at + 2)))
      )
        continue;
      // An earlier word may have taken the white space, and text of this one with it.
      let from = Math.max(start, textStart);
      let to = at;
      if (token.leftStrip) while (from > textStart && isWhiteSpace(text, from - 1)) from -= 1;
      if (token.rightStrip) while (to < text.length && isWhiteSpace(text, to)) to += 1;
      if (from > textStart) parts.push(text.slice(textStart, from));
      parts.push(part);
      textStart = to;
    }
    if (textStart < text.length) parts.push(text.slice(textStart));
    return parts;
  }
}

/** Cuts text at the added words that are not special; what is between them comes out normalized. */
export function addedTokenSplitter(
  tokens: readonly AddedToken[],
  normalize: Normalizer,
): (text: string, continues: boolean) => (number | string)[] {
  const searched = tokens.filter(({ special }) => !special);
  const raw = new Finder(
    searched.filter(({ normalized }) => !normalized),
    (content) => content,
  );
  const normal = new Finder(
    searched.filter(({ normalized }) => normalized),
    (content) => normalize(content, false),
  );
  return (text, continues) =>
    raw
      .split(text)
      .flatMap((part, index) =>
        typeof part === 'number' ? [part] : normal.split(normalize(part, continues && index === 0)),
      );
}
