/**
 * WordPiece (BERT's kind): a word is the longest token it begins with, then the longest that goes on, and so forth; a
 * word that cannot be spelled, or is too long, is the unknown token as a whole.
 *
 * GGUF files spell a token that begins a word with U+2581 before it and leave out the "##" of those that go on;
 * `tokenizer.json` has them as BERT does. Source: Hugging Face's tokenizers, `models/wordpiece`; llama.cpp's
 * `llm_tokenizer_wpm`, which knows no longest word.
 */
import { metadataBoolean } from '../format/metadata.ts';
import type { ModelFile } from '../format/model-file.ts';
import { EngineError } from '../protocol/errors.ts';
import { bertWords, cleanBertText } from './bert-text.ts';
import { roleId } from './vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';

const CACHED_WORDS_MAX = 32_768;
/** As in the library that BERT's successors were trained with; no file says otherwise but `tokenizer.json`. */
const LONGEST_WORD = 100;

/** What a WordPiece model is made of. */
export interface WordPiece {
  /** Ids of the tokens that text may become. */
  readonly textIds: ReadonlyMap<string, number>;
  /** What is before the text of a token that begins a word, and of one that goes on. */
  readonly startPrefix: string;
  readonly continuingPrefix: string;
  readonly unknownId: number;
  /** Code points; a longer word is unknown. */
  readonly longestWord: number;
}

/** Makes the encoder of single words; it remembers them. */
export function wordPiece(model: WordPiece): (word: string) => readonly number[] {
  const { textIds, startPrefix, continuingPrefix, unknownId, longestWord } = model;
  const cache = new Map<string, readonly number[]>();

  function encode(word: string): number[] {
    const characters = [...word];
    if (characters.length > longestWord) return [unknownId];
    const ids: number[] = [];
    for (let start = 0; start < characters.length;) {
      const prefix = start === 0 ? startPrefix : continuingPrefix;
      let end = characters.length;
      let id: number | undefined;
      for (; end > start; end--) {
        id = textIds.get(prefix + characters.slice(start, end).join(''));
        if (id !== undefined) break;
      }
      if (id === undefined) return [unknownId];
      ids.push(id);
      start = end;
    }
    return ids;
  }

  return (word) => {
    let ids = cache.get(word);
    if (!ids) {
      ids = encode(word);
      if (cache.size >= CACHED_WORDS_MAX) cache.clear();
      if (word.length <= longestWord) cache.set(word, ids);
    }
    return ids;
  };
}

/** Makes the encoder of plain text for a GGUF file. Throws `TokenizerUnsupported` if it names no unknown token. */
export function wordPieceEncoder(file: ModelFile, vocabulary: Vocabulary): (text: string) => number[] {
  const { tokens, textIds } = vocabulary;
  // Here the unknown token may be of any kind: conversions mark BERT's as a control token.
  const unknownId = roleId(file, 'unknown', tokens.length) ?? vocabulary.unknownId ?? tokens.indexOf('[UNK]');
  if (unknownId < 0)
    throw new EngineError('TokenizerUnsupported', {
      what: 'The file brings no unknown token for its WordPiece tokenizer',
      remedy: 'Choose another conversion of the model.',
    });
  const encodeWord = wordPiece({
    textIds,
    startPrefix: '\u2581',
    continuingPrefix: '',
    unknownId,
    longestWord: LONGEST_WORD,
  });
  const lowerCase = metadataBoolean(file, 'tokenizer.ggml.normalizer.lowercase', true);
  const stripAccents = metadataBoolean(file, 'tokenizer.ggml.normalizer.strip_accents', lowerCase);
  const cleaning = { cleanText: true, spaceHan: true, stripAccents, lowerCase };
  return (text) => bertWords(cleanBertText(text, cleaning)).flatMap((word) => encodeWord(word));
}
