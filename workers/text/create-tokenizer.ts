/**
 * Makes a model's tokenizer: from `tokenizer.json` where the model's files bring one, else from what GGUF metadata say of
 * it, which is SentencePiece-style BPE or unigram, BPE with merges, or WordPiece.
 *
 * All are our own. `@huggingface/tokenizers` gives the same ids for plain text and is the oracle of our tests, but it
 * always finds special tokens in text, where a person's text must never become one; it has no bytes for a single token,
 * which streaming needs; and on 1 MB of text with GPT-2's vocabulary it took 930 ms where this takes 140.
 * Other kinds, and pre-tokenizers that we do not know, are refused by name.
 */
import { metadataString } from '../format/metadata.ts';
import type { ModelFile } from '../format/model-file.ts';
import { TOKENIZER_MODELS } from '../format/tokenizer-names.ts';
import { EngineError } from '../protocol/errors.ts';
import { byteLevelBytes, byteLevelEncoder } from './byte-level.ts';
import { byteTokenValue } from './byte-token.ts';
import { characterBpeEncoder } from './character-bpe.ts';
import { filePreTokenizer, readMerges } from './merge-file.ts';
import { sentencePieceBytes, sentencePieceEncoder } from './sentence-piece.ts';
import { TokenMatcher } from './token-matcher.ts';
import { createJsonTokenizer } from './tokenizer-json/create-json-tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';
import { unigramEncoder } from './unigram.ts';
import { readVocabulary, TOKEN_KIND } from './vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';
import { wordPieceEncoder } from './word-piece.ts';

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

/** What a kind of tokenizer knows to do. */
interface TextCodec {
  /** Ids of plain text that holds no added words. */
  readonly encode: (text: string, continues: boolean) => readonly number[];
  /** The bytes that a text token stands for. */
  readonly bytes: (token: string) => Uint8Array;
  /** Whether BOS goes before a prompt: where the file does not say, or whatever it says. */
  readonly addBos: 'never' | 'by default' | 'always';
}

/** What may be asked of a tokenizer besides what its file says. */
export interface TokenizerOptions {
  /**
   * The name, as in GGUF files, of the pre-tokenizer to take where the file's own is not known. At one's own risk: a
   * model whose text is cut in other places than in training answers a little worse, with nothing to show why.
   */
  readonly assumePreTokenizer?: string;
}

function bpeCodec(file: ModelFile, vocabulary: Vocabulary, options: TokenizerOptions): TextCodec {
  const preTokenizer = filePreTokenizer(file, options.assumePreTokenizer);
  const merges = readMerges(file, vocabulary);
  return preTokenizer.spelling === 'bytes'
    ? { encode: byteLevelEncoder(preTokenizer, vocabulary, merges), bytes: byteLevelBytes, addBos: preTokenizer.addBos }
    : {
        encode: characterBpeEncoder(preTokenizer, vocabulary, merges),
        bytes: sentencePieceBytes,
        addBos: preTokenizer.addBos,
      };
}

function textCodec(
  file: ModelFile,
  model: TokenizerModel,
  vocabulary: Vocabulary,
  options: TokenizerOptions,
): TextCodec {
  switch (model) {
    case 'llama':
      return { encode: sentencePieceEncoder(file, vocabulary), bytes: sentencePieceBytes, addBos: 'by default' };
    case 't5':
      return { encode: unigramEncoder(file, vocabulary), bytes: sentencePieceBytes, addBos: 'never' };
    case 'bert':
      return { encode: wordPieceEncoder(file, vocabulary), bytes: sentencePieceBytes, addBos: 'by default' };
    case 'gpt2':
    case 'gemma4':
      return bpeCodec(file, vocabulary, options);
  }
}

function tokenBytes(codec: TextCodec, { tokens, kinds }: Vocabulary, id: number): Uint8Array {
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
  return kind === TOKEN_KIND.normal ? codec.bytes(token) : new Uint8Array(0);
}

/** Words that were added to the vocabulary by hand. */
function addedWords({ tokens, kinds }: Vocabulary): TokenMatcher {
  const added = [...tokens.entries()].filter(([id]) => kinds[id] === TOKEN_KIND.userDefined);
  return new TokenMatcher(added.map(([id, token]) => [token, id] as const));
}

/**
 * The file's tokenizer, and the file with its vocabulary in the metadata, which a chat template needs: that of
 * `tokenizer.json` is added under GGUF's keys, and the parsed files are let go.
 *
 * Throws as `createTokenizer` does.
 */
export function readTokenizer(
  file: ModelFile,
  options: TokenizerOptions = {},
): { readonly tokenizer: Tokenizer; readonly file: ModelFile } {
  const { tokenizerFiles, ...rest } = file;
  if (!tokenizerFiles) return { tokenizer: ggufTokenizer(file, options), file };
  const embeddingRows = file.tensors.get('token_embd.weight')?.shape[0] ?? null;
  const { tokenizer, metadata } = createJsonTokenizer(tokenizerFiles, embeddingRows);
  return { tokenizer, file: { ...rest, metadata: new Map([...file.metadata, ...metadata]) } };
}

/**
 * The file's tokenizer.
 *
 * Throws `TokenizerUnsupported`, naming the kind or the pre-tokenizer, or `FileMalformed` if the vocabulary contradicts
 * itself; `SettingInvalid` for an option that names nothing. `tokenBytes` throws `ShapeMismatch` for an id outside the
 * vocabulary.
 */
export function createTokenizer(file: ModelFile, options: TokenizerOptions = {}): Tokenizer {
  return readTokenizer(file, options).tokenizer;
}

function ggufTokenizer(file: ModelFile, options: TokenizerOptions): Tokenizer {
  const model = tokenizerModel(file);
  const vocabulary = readVocabulary(file);
  const codec = textCodec(file, model, vocabulary, options);
  // Added words are part of plain text: training cut them out of it before anything else.
  const words = addedWords(vocabulary);
  const encode = (text: string, continues = false): number[] => {
    const ids: number[] = [];
    for (const [index, part] of words.split(text.toWellFormed()).entries()) {
      if (typeof part === 'number') ids.push(part);
      else for (const id of codec.encode(part, continues && index === 0)) ids.push(id);
    }
    return ids;
  };
  const addBos = codec.addBos === 'always' || (vocabulary.addBos ?? codec.addBos === 'by default');
  return {
    vocabularySize: vocabulary.tokens.length,
    addBos: vocabulary.bosId !== null && addBos,
    bosId: vocabulary.bosId,
    endIds: vocabulary.endIds,
    encode,
    tokenBytes: (id) => tokenBytes(codec, vocabulary, id),
    spelling: (id) => vocabulary.tokens[id] ?? '',
  };
}
