/**
 * The ids of a text as embedding models were trained to read it: with a token before and behind it, such as BERT's [CLS]
 * and [SEP]. A file that wants a token and names none is refused. A folder's `tokenizer.json` lists both.
 *
 * Source: llama.cpp's `llama_vocab::impl::tokenize` with `add_special`: WordPiece gets both, whatever the file says of
 * BOS; other kinds get what `add_bos_token` and `add_eos_token` say, and unigram an end where the file says nothing.
 */
import { metadataBoolean, metadataString } from '../format/metadata.ts';
import type { ModelFile } from '../format/model-file.ts';
import { EngineError } from '../protocol/errors.ts';
import { JsonObject } from './tokenizer-json/json-object.ts';
import { textFrame } from './tokenizer-json/post-processor.ts';
import type { Tokenizer } from './tokenizer.ts';
import { readTokenKinds, roleId } from './vocabulary.ts';

/**
 * Makes the encoder; `file` is as it was read. Throws `TokenizerUnsupported` if it names no token for a place that wants
 * one, and `FileMalformed` for one outside the vocabulary.
 */
export function wholeTextEncoder(file: ModelFile, tokenizer: Tokenizer): (text: string) => number[] {
  if (file.tokenizerFiles) {
    const { before, behind } = textFrame(new JsonObject(file.tokenizerFiles.tokenizer, ''), tokenizer.vocabularySize);
    return framed(tokenizer, before, behind);
  }
  const { tokens } = readTokenKinds(file);
  const role = (...names: string[]): number | null =>
    names.map((name) => roleId(file, name, tokens.length)).find((id) => id !== null) ?? null;
  const model = metadataString(file, 'tokenizer.ggml.model', 'none');
  if (model === 'bert') {
    // The format's own name of the key is misspelt.
    const separator = role('seperator', 'separator') ?? idOf(tokens, '[SEP]');
    return framed(tokenizer, [tokenizer.bosId ?? idOf(tokens, '[CLS]')], [separator]);
  }
  const addEnd = metadataBoolean(file, 'tokenizer.ggml.add_eos_token', model === 't5');
  const before = tokenizer.addBos && tokenizer.bosId !== null ? [tokenizer.bosId] : [];
  return framed(tokenizer, before, addEnd ? [required(role('eos'), 'end')] : []);
}

function framed(
  tokenizer: Tokenizer,
  before: readonly number[],
  behind: readonly number[],
): (text: string) => number[] {
  return (text) => [...before, ...tokenizer.encode(text), ...behind];
}

function idOf(tokens: readonly string[], token: string): number {
  const id = tokens.indexOf(token);
  return required(id < 0 ? null : id, token);
}

function required(id: number | null, place: string): number {
  if (id !== null) return id;
  throw new EngineError('TokenizerUnsupported', {
    what: `The file names no ${place} token for its texts`,
    remedy: 'Choose another conversion of the model.',
  });
}
