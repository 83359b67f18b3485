import { Tokenizer as Oracle } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BYTE_LEVEL, SENTENCE_PIECE, SENTENCE_PIECE_CONFIG, SPLIT } from '../../tools/testing/folder-tokenizers.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { type ErrorCode, errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { createTokenizer } from '../text/create-tokenizer.ts';
import { readGguf } from './gguf.ts';
import { tokenizerMetadata } from './hugging-face-tokenizer.ts';
import type { ModelFile } from './model-file.ts';
import { type JsonObject, parseStrictJson } from './strict-json.ts';

type Json = Record<string, unknown>;
const strict = (value: unknown): JsonObject => parseStrictJson(JSON.stringify(value), 'a test') as JsonObject;
const ROWS = 600;
const metadataOf = (tokenizer: Json, config: Json = {}, rows = ROWS) =>
  tokenizerMetadata(strict(tokenizer), strict(config), rows);
const fileOf = (tokenizer: Json, config: Json = {}): ModelFile => ({
  container: 'safetensors',
  metadata: metadataOf(tokenizer, config),
  tensors: new Map(),
  source: bytesSource(new Uint8Array(0)),
});
const text = fc
  .array(
    fc.oneof(
      fc.string(),
      fc.constantFrom(
        "I'll the",
        ' 1234567',
        '\r\n\n',
        '   ',
        '\t',
        'the other',
        'ÄÖ 中文',
        "WE'VE",
        '\n\nthen',
        '!?/',
      ),
    ),
    {
      maxLength: 10,
    },
  )
  .map((parts) => parts.join(''));

describe('byte-level BPE', () => {
  const BYTES = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };
  const split = (pattern: string) => ({
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
      { ...BYTES, use_regex: false },
    ],
  });
  it.each([
    ['gpt-2', { ...BYTES, use_regex: true }, false],
    [
      'smollm',
      {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Digits', individual_digits: true },
          { ...BYTES, use_regex: true },
        ],
      },
      false,
    ],
    ['llama-bpe', split(SPLIT.llama3), true],
    ['dbrx', split(SPLIT.llama3), false],
    ['qwen2', split(SPLIT.qwen2), false],
    ['tekken', split(SPLIT.tekken), true],
  ])('%s gives the ids of the tokenizers library', (name, preTokenizer, ignoreMerges) => {
    const json = {
      ...BYTE_LEVEL,
      pre_tokenizer: preTokenizer,
      model: { ...BYTE_LEVEL.model, ignore_merges: ignoreMerges },
    };
    expect(metadataOf(json).get('tokenizer.ggml.pre')).toBe(name);
    const ours = createTokenizer(fileOf(json));
    const oracle = new Oracle(json, {});
    fc.assert(
      fc.property(text, (sample) => {
        expect(ours.encode(sample)).toEqual(oracle.encode(sample, { add_special_tokens: false }).ids);
      }),
      { numRuns: 200, seed: 20_261_121 },
    );
  });

  it('takes merges as lists, fills the vocabulary up, and knows special tokens', () => {
    const merges = BYTE_LEVEL.model.merges.map((merge) => merge.split(' '));
    const json = { ...BYTE_LEVEL, model: { ...BYTE_LEVEL.model, merges } };
    const metadata = metadataOf(json, {
      bos_token: '<s>',
      eos_token: { content: '</s>' },
      add_bos_token: false,
      chat_template: 'hi',
    });
    expect([...metadata]).toEqual([
      ...metadataOf(BYTE_LEVEL, {
        bos_token: '<s>',
        eos_token: '</s>',
        add_bos_token: false,
        chat_template: [
          { name: 'tool', template: 'x' },
          { name: 'default', template: 'hi' },
        ],
      }),
    ]);
    const size = Object.keys(BYTE_LEVEL.model.vocab).length;
    const tokens = metadata.get('tokenizer.ggml.tokens') as string[];
    const kinds = metadata.get('tokenizer.ggml.token_type') as number[];
    expect(tokens).toHaveLength(ROWS);
    expect(tokens.slice(size, size + 4)).toEqual(['<s>', '</s>', 'added', `[PAD${size + 3}]`]);
    expect(kinds.slice(size - 1, size + 4)).toEqual([1, 3, 3, 4, 5]);
    expect(metadata.get('tokenizer.ggml.bos_token_id')).toBe(size);
    expect(metadata.get('tokenizer.ggml.eos_token_id')).toBe(size + 1);
    expect(metadata.get('tokenizer.ggml.add_bos_token')).toBe(false);
    expect(metadata.get('tokenizer.chat_template')).toBe('hi');
  });

  it('puts BOS before prompts where the post-processor does', () => {
    const post = {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    };
    const addBos = (json: Json, config: Json) => metadataOf(json, config).get('tokenizer.ggml.add_bos_token');
    expect(addBos({ ...BYTE_LEVEL, post_processor: post }, { bos_token: '<s>' })).toBe(true);
    const sequence = { type: 'Sequence', processors: [{ type: 'ByteLevel' }, post] };
    expect(addBos({ ...BYTE_LEVEL, post_processor: sequence }, { bos_token: '<s>' })).toBe(true);
    expect(addBos({ ...BYTE_LEVEL, post_processor: post }, { bos_token: '</s>' })).toBe(false);
    expect(addBos(BYTE_LEVEL, { bos_token: '<s>' })).toBe(false);
    expect(addBos(BYTE_LEVEL, { bos_token: '<s>', add_bos_token: true })).toBe(true);
  });
});

describe('SentencePiece-style BPE', () => {
  const METASPACE = { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'first', split: false };

  it('gives the ids of the GGUF file of the same vocabulary', async () => {
    const gguf = createTokenizer(
      await readGguf(bytesSource(writeGguf(randomModel({ layers: 1, embedding: 32, feedForward: 32 })))),
    );
    const ours = createTokenizer(fileOf(SENTENCE_PIECE, SENTENCE_PIECE_CONFIG));
    fc.assert(
      fc.property(text, (sample) => {
        expect(ours.encode(sample)).toEqual(gguf.encode(sample));
      }),
      { numRuns: 300, seed: 20_261_121 },
    );
    expect([ours.bosId, ours.addBos]).toEqual([gguf.bosId, gguf.addBos]);
    expect([...ours.endIds].sort()).toEqual([...gguf.endIds].sort());
    for (let id = 0; id < gguf.vocabularySize; id++)
      expect([id, ...ours.tokenBytes(id)]).toEqual([id, ...gguf.tokenBytes(id)]);
  });

  it.each([
    [{ normalizer: null, pre_tokenizer: METASPACE }, true],
    [{ normalizer: null, pre_tokenizer: { ...METASPACE, prepend_scheme: 'never' } }, false],
    [{ normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' } }, false],
  ])('%o puts a space before a text: %s', (change, prefix) => {
    expect(metadataOf({ ...SENTENCE_PIECE, ...change }).get('tokenizer.ggml.add_space_prefix')).toBe(prefix);
  });
});

const model = (change: Json): Json => ({ ...BYTE_LEVEL, model: { ...BYTE_LEVEL.model, ...change } });
const added = (change: Json): Json => ({
  ...BYTE_LEVEL,
  added_tokens: [{ id: 500, content: '<x>', special: true, ...change }],
});
const BAD: readonly (readonly [what: string, tokenizer: Json, config: Json, code: ErrorCode, message: RegExp])[] = [
  ['no model', { ...BYTE_LEVEL, model: undefined }, {}, 'FileMalformed', /model in tokenizer\.json.*got nothing/],
  ['WordPiece', model({ type: 'WordPiece' }), {}, 'TokenizerUnsupported', /BPE, got "WordPiece"/],
  ['Unigram', model({ type: 'Unigram' }), {}, 'TokenizerUnsupported', /"Unigram"/],
  ['no merges', model({ merges: undefined }), {}, 'FileMalformed', /merges.*an array, got nothing/],
  ['a merge of one token', model({ merges: ['ab'] }), {}, 'FileMalformed', /Merge 0/],
  ['a merge of three', model({ merges: [['a', 'b', 'c']] }), {}, 'FileMalformed', /Merge 0.*two tokens/],
  ['a merge of numbers', model({ merges: [[1, 2]] }), {}, 'FileMalformed', /two tokens/],
  ['a merge that is null', model({ merges: [null] }), {}, 'FileMalformed', /Merge 0/],
  ['no vocabulary', model({ vocab: undefined }), {}, 'FileMalformed', /vocabulary.*an object/],
  ['an id below zero', model({ vocab: { a: -1 } }), {}, 'FileMalformed', /id of a token.*got -1/],
  ['an id as text', model({ vocab: { a: '1' } }), {}, 'FileMalformed', /got "1"/],
  ['two tokens with one id', model({ vocab: { a: 1, b: 1 } }), {}, 'FileMalformed', /Two tokens have the id 1/],
  ['an id of a billion', model({ vocab: { a: 1e9 } }), {}, 'FileMalformed', /at most 1048576/],
  ['more tokens than embeddings', model({ vocab: { a: 600 } }), {}, 'FileMalformed', /ids below 600, got 600/],
  ['an added token without text', added({ content: undefined }), {}, 'FileMalformed', /An added token/],
  ['an added token without id', added({ id: null }), {}, 'FileMalformed', /got null/],
  ['an added token that is special by text', added({ special: 'yes' }), {}, 'FileMalformed', /"special"/],
  [
    'another normalizer',
    { ...BYTE_LEVEL, normalizer: { type: 'Lowercase' } },
    {},
    'TokenizerUnsupported',
    /way to split text.*"Lowercase"/,
  ],
  ['no way to split', { ...BYTE_LEVEL, pre_tokenizer: null }, {}, 'TokenizerUnsupported', /got none/],
  [
    'an unknown way to split',
    { ...BYTE_LEVEL, pre_tokenizer: { type: 'Whitespace' } },
    {},
    'TokenizerUnsupported',
    /"Whitespace"/,
  ],
  [
    'a space that is put first',
    { ...BYTE_LEVEL, pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true } },
    {},
    'TokenizerUnsupported',
    /"ByteLevel"/,
  ],
  [
    'another way to spell spaces',
    { ...SENTENCE_PIECE, normalizer: { type: 'NFKC' } },
    {},
    'TokenizerUnsupported',
    /spell spaces.*"NFKC"/,
  ],
  [
    'Metaspace that cuts',
    { ...SENTENCE_PIECE, normalizer: null, pre_tokenizer: { type: 'Metaspace', replacement: '\u2581' } },
    {},
    'TokenizerUnsupported',
    /"Metaspace"/,
  ],
  ['a BOS that is a number', BYTE_LEVEL, { bos_token: 1 }, 'FileMalformed', /"bos_token"/],
  ['BOS added by text', BYTE_LEVEL, { add_bos_token: 'true' }, 'FileMalformed', /"add_bos_token"/],
  ['a template that is a number', BYTE_LEVEL, { chat_template: 1 }, 'FileMalformed', /"chat_template"/],
];

it.each(BAD)('refuses %s', (_what, tokenizer, config, code, message) => {
  let error: unknown = null;
  try {
    metadataOf(tokenizer, config);
  } catch (cause) {
    error = cause;
  }
  expect([errorCode(error), (error as Error | null)?.message]).toEqual([code, expect.stringMatching(message)]);
});
