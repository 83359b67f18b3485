import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomModel, type RandomModelOptions } from '../../tools/testing/random-model.ts';
import { testVocabulary, wordPieceVocabulary } from '../../tools/testing/test-vocabulary.ts';
import { type Json, strictJson, wordPieceJson } from '../../tools/testing/tokenizer-json.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { readGguf } from '../format/gguf.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { outcome } from '../../tools/testing/outcome.ts';
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

describe('a folder’s tokenizer.json', () => {
  const special = (id: string): Json => ({ SpecialToken: { id, type_id: 0 } });
  const text: Json = { Sequence: { id: 'A', type_id: 0 } };
  const ids = Object.fromEntries(['[CLS]', '[SEP]', '[MASK]'].map((token) => [token, tokens.indexOf(token)]));
  const specialTokens = Object.fromEntries(
    Object.entries(ids).map(([token, id]) => [token, { id: token, ids: [id], tokens: [token] }]),
  );
  const template = (...single: Json[]): Json => ({ type: 'TemplateProcessing', single, special_tokens: specialTokens });

  /** The encoder of a WordPiece folder, with another post-processor than BERT's. */
  async function folder(postProcessor?: Json): Promise<(text: string) => number[]> {
    const model = randomModel({
      architecture: 'bert',
      layers: 1,
      embedding: 32,
      feedForward: 32,
      heads: 1,
      kvHeads: 1,
    });
    const file = await readGguf(bytesSource(writeGguf({ metadata: model.metadata })));
    const json = wordPieceJson(file);
    const tokenizer = strictJson(postProcessor === undefined ? json : { ...json, post_processor: postProcessor });
    const opened = { ...file, tokenizerFiles: { tokenizer, config: null, endIds: [] } };
    return wholeTextEncoder(opened, createTokenizer(opened));
  }

  test('of BERT gives the ids of GGUF', async () => {
    const [ours, theirs] = [await folder(), await encoder({ architecture: 'bert' })];
    const parts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('the other', 'Tokenization', ' 12', '\r\n', '中文', '[SEP]', 'CAFÉ', '\u0301', 'a'.repeat(101)),
    );
    fc.assert(
      fc.property(fc.array(parts), (sample) => {
        expect(ours(sample.join(''))).toEqual(theirs(sample.join('')));
      }),
      { numRuns: 500, seed: 20_261_122 },
    );
  });

  test.each<readonly [string, Json, string, string]>([
    ['nothing', null, '', ''],
    ['bytes', { type: 'ByteLevel', trim_offsets: true }, '', ''],
    ['an end', template(text, special('[SEP]')), '', '[SEP]'],
    ['both, some twice', template(special('[CLS]'), text, special('[SEP]'), special('[SEP]')), '[CLS]', '[SEP] [SEP]'],
    ['RoBERTa', { type: 'RobertaProcessing', sep: ['[SEP]', ids['[SEP]']!], cls: ['[CLS]', 2] }, '[CLS]', '[SEP]'],
    [
      'several, the last outermost',
      {
        type: 'Sequence',
        processors: [template(special('[MASK]'), text, special('[MASK]')), template(special('[CLS]'), text)],
      },
      '[CLS] [MASK]',
      '[MASK]',
    ],
  ])('with %s frames a text', async (_what, postProcessor, before, behind) => {
    const expected = [before, '\u2581hello', behind].filter((part) => part !== '').join(' ');
    expect(spelled((await folder(postProcessor))('hello'))).toBe(expected);
  });

  test('that names an id beyond the vocabulary is refused', async () => {
    const beyond = { type: 'BertProcessing', sep: ['x', tokens.length], cls: ['[CLS]', 2] };
    expect(await outcome(() => folder(beyond))).toEqual([
      'FileMalformed',
      expect.stringMatching(/an id below \d+, got/),
    ]);
  });
});
