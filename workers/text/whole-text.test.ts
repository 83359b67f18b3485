import { expect, test } from 'vitest';
import { randomModel, type RandomModelOptions } from '../../tools/testing/random-model.ts';
import { testVocabulary, wordPieceVocabulary } from '../../tools/testing/test-vocabulary.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { readGguf } from '../format/gguf.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { createTokenizer } from './create-tokenizer.ts';
import { wholeTextEncoder } from './whole-text.ts';

/** The encoder of a model's metadata, without some of its keys. */
async function encoder(options: RandomModelOptions, ...without: string[]): Promise<(text: string) => number[]> {
  const all = randomModel({ layers: 1, embedding: 32, feedForward: 32, heads: 1, kvHeads: 1, ...options }).metadata;
  const metadata = Object.fromEntries(Object.entries(all).filter(([key]) => !without.includes(key)));
  const file = await readGguf(bytesSource(writeGguf({ metadata })));
  return wholeTextEncoder(file, createTokenizer(file));
}

const ADD_BOS = 'tokenizer.ggml.add_bos_token';
const ADD_EOS = 'tokenizer.ggml.add_eos_token';
const { tokens } = wordPieceVocabulary();
const spelled = (ids: readonly number[]): string => ids.map((id) => tokens[id]).join(' ');

test('WordPiece stands between its class token and its separator, whatever the file says of BOS and EOS', async () => {
  const metadata = { [ADD_BOS]: false, [ADD_EOS]: false };
  for (const encode of [
    await encoder({ architecture: 'bert', metadata }),
    await encoder({ architecture: 'bert' }, 'tokenizer.ggml.seperator_token_id', 'tokenizer.ggml.bos_token_id'),
  ]) {
    expect(spelled(encode('Hello, tokenization'))).toBe('[CLS] \u2581hello \u2581, \u2581token ization [SEP]');
    expect(spelled(encode(''))).toBe('[CLS] [SEP]');
  }
});

test('WordPiece of a file that has no separator is refused', async () => {
  const nameless = tokens.map((token) => (token === '[SEP]' ? '[END]' : token));
  const metadata = { 'tokenizer.ggml.tokens': nameless };
  await expect(encoder({ architecture: 'bert', metadata }, 'tokenizer.ggml.seperator_token_id')).rejects.toThrow(
    'no [SEP] token',
  );
});

test('SentencePiece gets what the file says', async () => {
  const { bosId, eosId } = testVocabulary();
  const plain = await encoder({ metadata: { [ADD_BOS]: false } });
  const text = plain('the end');
  expect(text).not.toContain(bosId);
  expect((await encoder({}))('the end')).toEqual([bosId, ...text]);
  expect((await encoder({ metadata: { [ADD_EOS]: true } }))('the end')).toEqual([bosId, ...text, eosId]);
  await expect(encoder({ metadata: { [ADD_EOS]: true } }, 'tokenizer.ggml.eos_token_id')).rejects.toThrow(
    'no end token',
  );
});
