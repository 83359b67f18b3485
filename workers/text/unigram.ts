/**
 * SentencePiece unigram (T5's and XLM-R's kind): of all ways to spell a text in tokens, the one whose scores sum to most,
 * by Viterbi. A character that no token spells costs 10 more than the worst token; a run of them becomes byte tokens
 * where the vocabulary has them, else one unknown token.
 * Source: Google's SentencePiece, `unigram_model.cc`; llama.cpp's `llm_tokenizer_ugm`, whose rules for spaces these are.
 * Unlike there, text never becomes an unused token.
 */
import { metadataBoolean, metadataNumbers } from '../format/metadata.ts';
import type { ModelFile } from '../format/model-file.ts';
import { EngineError } from '../protocol/errors.ts';
import { byteTokenIds } from './character-bpe.ts';
import { Charsmap } from './charsmap.ts';
import { PrefixTree } from './prefix-tree.ts';
import { TOKEN_KIND } from './vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';

const UNKNOWN_PENALTY = 10;
const SPACE = '\u2581';

/** What a unigram model is made of. */
export interface Unigram {
  /** The tokens that text may become. */
  readonly tokens: Iterable<readonly [text: string, id: number, score: number]>;
  /** The lowest score of the vocabulary. */
  readonly worstScore: number;
  /** What stands for what nothing spells; `null` drops it. */
  readonly unknownId: number | null;
  /** Ids of byte tokens; empty for no fallback to bytes. Indexed by byte. */
  readonly byteIds: readonly (number | undefined)[];
}

/** Makes the encoder of text in which spaces are spelled as the vocabulary does. Time is linear in the text. */
export function unigram({ tokens, worstScore, unknownId, byteIds }: Unigram): (text: string) => number[] {
  const tree = new PrefixTree();
  const scores: number[] = [];
  for (const [token, id, score] of tokens) {
    tree.add(token, id);
    scores[id] ??= score;
  }
  const unknownScore = worstScore - UNKNOWN_PENALTY;
  const encoder = new TextEncoder();

  function pushUnknown(text: string, ids: number[]): void {
    const bytes = [...encoder.encode(text)].map((byte) => byteIds[byte]);
    if (bytes.every((id) => id !== undefined)) for (const id of bytes) ids.push(id);
    else if (unknownId !== null) ids.push(unknownId);
  }

  return (text) => {
    // Of the best way to spell the text up to each place: its score, where its last token begins, and which that is.
    const best = new Float64Array(text.length + 1).fill(-Infinity);
    const start = new Int32Array(text.length + 1);
    const last = new Int32Array(text.length + 1);
    best[0] = 0;
    const offer = (from: number, to: number, id: number, score: number): void => {
      if (best[from]! + score <= best[to]!) return;
      best[to] = best[from]! + score;
      start[to] = from;
      last[to] = id;
    };
    for (let from = 0; from < text.length;) {
      const next = from + (text.codePointAt(from)! > 0xffff ? 2 : 1);
      let spelled = false;
      for (let to = from, node = 0; to < text.length;) {
        node = tree.child(node, text.charCodeAt(to++));
        if (node < 0) break;
        const id = tree.idAt(node);
        if (id < 0) continue;
        offer(from, to, id, scores[id]!);
        spelled ||= to === next;
      }
      if (!spelled) offer(from, next, -1, unknownScore);
      from = next;
    }
    const cuts: number[] = [];
    for (let end = text.length; end > 0; end = start[end]!) cuts.push(end);
    const ids: number[] = [];
    let unknownFrom = 0;
    for (let index = cuts.length - 1; index >= 0; index--) {
      const end = cuts[index]!;
      const id = last[end]!;
      if (id >= 0) ids.push(id);
      else {
        const goesOn = index > 0 && last[cuts[index - 1]!]! < 0;
        if (!goesOn) pushUnknown(text.slice(unknownFrom, end), ids);
        if (goesOn) continue;
      }
      unknownFrom = end;
    }
    return ids;
  };
}

function readCharsmap(file: ModelFile): Charsmap | null {
  const values = metadataNumbers(file, 'tokenizer.ggml.precompiled_charsmap');
  if (values === null || values.length === 0) return null;
  // Some files have the bytes as signed numbers.
  return new Charsmap(Uint8Array.from(values));
}

/** Makes the encoder of plain text for a GGUF file. Throws `TokenizerUnsupported` if it has no scores, `FileMalformed` if its table of characters is damaged. */
export function unigramEncoder(
  file: ModelFile,
  vocabulary: Vocabulary,
): (text: string, continues: boolean) => readonly number[] {
  const { tokens, kinds, scores, textIds, unknownId } = vocabulary;
  if (!scores)
    throw new EngineError('TokenizerUnsupported', {
      what: 'The file brings no scores for its SentencePiece tokenizer',
      remedy: 'Choose another conversion of the model.',
    });
  const charsmap = readCharsmap(file);
  const addSpacePrefix = metadataBoolean(file, 'tokenizer.ggml.add_space_prefix', false);
  const mergeSpaces = metadataBoolean(file, 'tokenizer.ggml.remove_extra_whitespaces', false);
  const worstScore = scores.reduce(
    (worst, score, id) => (kinds[id] === TOKEN_KIND.normal ? Math.min(worst, score) : worst),
    0,
  );
  const encode = unigram({
    tokens: [...textIds].map(
      ([token, id]) => [token, id, kinds[id] === TOKEN_KIND.userDefined ? 0 : scores[id]!] as const,
    ),
    worstScore,
    unknownId,
    byteIds: byteTokenIds([...tokens.entries()].filter(([id]) => kinds[id] === TOKEN_KIND.byte)),
  });

  function spellSpaces(text: string, continues: boolean): string {
    if (!mergeSpaces) {
      const prefixed = addSpacePrefix && !continues ? text.replace(/[^ ]/u, ' $&') : text;
      return prefixed.replaceAll(' ', SPACE);
    }
    const words = text.split(/ +/).filter((word) => word !== '');
    const spelled = words.map((word) => SPACE + word).join('');
    return continues && !text.startsWith(' ') ? spelled.slice(SPACE.length) : spelled;
  }

  return (text, continues) => encode(spellSpaces(charsmap ? charsmap.normalize(text) : text, continues));
}
