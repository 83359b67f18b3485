/**
 * Makes a tokenizer from what a GGUF file says of it: SentencePiece-style BPE or byte-level BPE.
 *
 * Both are our own. `@huggingface/tokenizers` gives the same ids for plain text and is the oracle of our tests, but it
 * always finds special tokens in text, where a person's text must never become one; it has no bytes for a single token,
 * which streaming needs; and on 1 MB of text with GPT-2's vocabulary it took 930 ms where this takes 140.
 * WordPiece, Unigram and pre-tokenizers that we do not know are refused by name.
 */
import { metadataString } from '../format/metadata.ts';
import type { ModelFile } from '../format/model-file.ts';
import { TOKENIZER_MODELS } from '../format/tokenizer-names.ts';
import { EngineError } from '../protocol/errors.ts';
import { byteLevelBytes, byteLevelEncoder, filePreTokenizer } from './byte-level.ts';
import { byteTokenValue, sentencePieceBytes, sentencePieceEncoder } from './sentence-piece.ts';
import { TokenMatcher } from './token-matcher.ts';
import type { Tokenizer } from './tokenizer.ts';
import { readVocabulary, TOKEN_KIND } from './vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';

type TokenizerModel = (typeof TOKENIZER_MODELS)[number];

function tokenizerModel(file: ModelFile): TokenizerModel {
  const name = metadataString(file, 'tokenizer.ggml.model', 'none');
  const model = TOKENIZER_MODELS.find((known) => known === name);
  if (model) return model;
  throw new EngineError('TokenizerUnsupported', {
    what: 'The kind of tokenizer is not supported',
    expected: TOKENIZER_MODELS.join(' or '),
    got: `"${name}"`,
    remedy: 'Choose another model.',
  });
}

function tokenBytes(model: TokenizerModel, { tokens, kinds }: Vocabulary, id: number): Uint8Array {
  const token = tokens[id];
  if (token === undefined)
    throw new EngineError('ShapeMismatch', {
      what: 'The model chose a token that does not exist',
      expected: `an id below ${tokens.length}`,
      got: id,
    });
  const kind = kinds[id];
  if (kind === TOKEN_KIND.byte) {
    const byte = byteTokenValue(token);
    return byte === null ? new TextEncoder().encode(token) : Uint8Array.of(byte);
  }
  if (kind === TOKEN_KIND.userDefined) return new TextEncoder().encode(token);
  if (kind !== TOKEN_KIND.normal) return new Uint8Array(0);
  return model === 'llama' ? sentencePieceBytes(token) : byteLevelBytes(token);
}

/** Words that were added to the vocabulary by hand. */
function addedWords({ tokens, kinds }: Vocabulary): TokenMatcher {
  const added = [...tokens.entries()].filter(([id]) => kinds[id] === TOKEN_KIND.userDefined);
  return new TokenMatcher(added.map(([id, token]) => [token, id] as const));
}

/**
 * The file's tokenizer.
 *
 * Throws `TokenizerUnsupported`, naming the kind or the pre-tokenizer, or `FileMalformed` if the vocabulary contradicts
 * itself. `tokenBytes` throws `ShapeMismatch` for an id outside the vocabulary.
 */
export function createTokenizer(file: ModelFile): Tokenizer {
  const model = tokenizerModel(file);
  const vocabulary = readVocabulary(file);
  const encodeText = model === 'llama' ? sentencePieceEncoder(file, vocabulary) : byteLevelEncoder(file, vocabulary);
  // Added words are part of plain text: training cut them out of it before anything else.
  const words = addedWords(vocabulary);
  const encode = (text: string, continues = false): number[] => {
    const ids: number[] = [];
    for (const [index, part] of words.split(text.toWellFormed()).entries()) {
      if (typeof part === 'number') ids.push(part);
      else for (const id of encodeText(part, continues && index === 0)) ids.push(id);
    }
    return ids;
  };
  const addBosByDefault = model === 'llama' || filePreTokenizer(file).addBos;
  return {
    vocabularySize: vocabulary.tokens.length,
    addBos: vocabulary.bosId !== null && (vocabulary.addBos ?? addBosByDefault),
    bosId: vocabulary.bosId,
    endIds: vocabulary.endIds,
    encode,
    tokenBytes: (id) => tokenBytes(model, vocabulary, id),
  };
}
