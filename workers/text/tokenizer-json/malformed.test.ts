/** Files that are broken, contradict themselves, or hold what is not understood: each by its class, with its error. */
import { describe, expect, it } from 'vitest';
import {
  addedToken,
  type Json,
  type JsonRecord,
  strictJson,
  tokenizerJson,
} from '../../../tools/testing/tokenizer-json.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import { errorCode } from '../../protocol/errors.ts';
import { createJsonTokenizer } from './create-json-tokenizer.ts';

const BPE: JsonRecord = { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: ['a b'] };
const UNIGRAM: JsonRecord = {
  type: 'Unigram',
  unk_id: 0,
  vocab: [
    ['<unk>', 0],
    ['a', -1],
  ],
};
const WORD_PIECE: JsonRecord = { type: 'WordPiece', unk_token: '[UNK]', vocab: { '[UNK]': 0, a: 1 } };

const bpe = (change: JsonRecord): JsonRecord => tokenizerJson({ ...BPE, ...change });
const part = (key: string, value: Json): JsonRecord => tokenizerJson(BPE, { [key]: value });

/** What is broken, `tokenizer.json`, the error's code and what its message names. */
type Case = readonly [name: string, file: JsonRecord, code: ErrorCode, message: RegExp];

function check(file: JsonRecord, config: JsonRecord | null, code: ErrorCode, message: RegExp): void {
  let error: unknown;
  try {
    createJsonTokenizer({ tokenizer: strictJson(file), config: config && strictJson(config), endIds: [] });
  } catch (cause) {
    error = cause;
  }
  expect((error as Error | undefined)?.message).toMatch(message);
  expect(errorCode(error)).toBe(code);
}

const MALFORMED = 'FileMalformed';
const UNSUPPORTED = 'TokenizerUnsupported';

describe.each<[string, readonly Case[]]>([
  [
    'the file',
    [
      ['another version', part('version', '2.0'), UNSUPPORTED, /"version" is not understood here: got "2.0"/],
      ['a version that is no text', part('version', 1), MALFORMED, /"version" is wrong: expected text, got 1/],
      ['a part that is new', part('post_tokenizer', {}), UNSUPPORTED, /"post_tokenizer" is not understood/],
      ['no model', tokenizerJson({}, { model: null }), MALFORMED, /"model" is wrong: expected an object, got nothing/],
      ['a model that is text', tokenizerJson({}, { model: 'BPE' }), MALFORMED, /"model" is wrong.*got "BPE"/],
      ['a model without a kind', tokenizerJson({ vocab: {} }), MALFORMED, /"model.type" is wrong/],
      [
        'a model of another kind',
        tokenizerJson({ ...BPE, type: 'WordLevel' }),
        UNSUPPORTED,
        /"model.type".*"WordLevel"/,
      ],
    ],
  ],
  [
    'BPE',
    [
      ['no vocabulary', tokenizerJson({ type: 'BPE', merges: [] }), MALFORMED, /"model.vocab" is wrong/],
      ['a vocabulary that is a list', bpe({ vocab: ['a'] }), MALFORMED, /"model.vocab".*a list of 1/],
      ['an empty vocabulary', bpe({ vocab: {} }), MALFORMED, /"model.vocab" is wrong: expected tokens/],
      ['an id that is text', bpe({ vocab: { a: '0' } }), MALFORMED, /"model.vocab.a".*an id below/],
      ['an id below zero', bpe({ vocab: { a: -1 } }), MALFORMED, /got -1/],
      ['an id with a fraction', bpe({ vocab: { a: 0.5 } }), MALFORMED, /got 0.5/],
      ['an id beyond all bounds', bpe({ vocab: { a: 1e12 } }), MALFORMED, /got 1000000000000/],
      ['an id twice', bpe({ vocab: { a: 0, b: 0, ab: 2 } }), MALFORMED, /"model.vocab.b".*an id of its own, got 0/],
      ['no merges', bpe({ merges: null }), MALFORMED, /"model.merges" is wrong: expected a list, got nothing/],
      ['merges that are text', bpe({ merges: 'a b' }), MALFORMED, /"model.merges".*a list/],
      ['a merge of one token', bpe({ merges: ['ab'] }), MALFORMED, /"model.merges\[0\]".*two tokens/],
      ['a merge of three tokens', bpe({ merges: [['a', 'b', 'a']] }), MALFORMED, /"model.merges\[0\]".*two tokens/],
      ['a merge of numbers', bpe({ merges: [[0, 1]] }), MALFORMED, /"model.merges\[0\]".*two tokens/],
      ['a merge of an unknown token', bpe({ merges: ['a b', 'a c'] }), MALFORMED, /"model.merges\[1\]".*got "c"/],
      ['a merge into an unknown token', bpe({ merges: ['b a'] }), MALFORMED, /"model.merges\[0\]".*got "ba"/],
      ['dropout', bpe({ dropout: 0.1 }), UNSUPPORTED, /"model.dropout".*got 0.1/],
      ['an unknown token that is not there', bpe({ unk_token: '<unk>' }), MALFORMED, /"model.unk_token".*got "<unk>"/],
      ['an unknown token that is a number', bpe({ unk_token: 0 }), MALFORMED, /"model.unk_token".*expected text/],
      ['a switch that is text', bpe({ byte_fallback: 'yes' }), MALFORMED, /"model.byte_fallback".*true or false/],
      ['a switch that is new', bpe({ reverse_merges: true }), UNSUPPORTED, /"model.reverse_merges" is not understood/],
    ],
  ],
  [
    'Unigram',
    [
      [
        'a vocabulary that is an object',
        tokenizerJson({ ...UNIGRAM, vocab: { a: 0 } }),
        MALFORMED,
        /"model.vocab".*a list/,
      ],
      ['an empty vocabulary', tokenizerJson({ ...UNIGRAM, vocab: [] }), MALFORMED, /"model.vocab".*expected tokens/],
      [
        'a token without a score',
        tokenizerJson({ ...UNIGRAM, vocab: [['a']] }),
        MALFORMED,
        /"model.vocab\[0\]".*its score/,
      ],
      ['a score that is text', tokenizerJson({ ...UNIGRAM, vocab: [['a', '0']] }), MALFORMED, /"model.vocab\[0\]"/],
      [
        'a token that is not in a list',
        tokenizerJson({ ...UNIGRAM, vocab: ['a'] }),
        MALFORMED,
        /"model.vocab\[0\]".*got "a"/,
      ],
      ['an unknown id outside', tokenizerJson({ ...UNIGRAM, unk_id: 2 }), MALFORMED, /"model.unk_id".*below 2, got 2/],
      ['an unknown id that is text', tokenizerJson({ ...UNIGRAM, unk_id: '0' }), MALFORMED, /"model.unk_id"/],
      ['sampling', tokenizerJson({ ...UNIGRAM, alpha: 0.1 }), UNSUPPORTED, /"model.alpha" is not understood/],
    ],
  ],
  [
    'WordPiece',
    [
      ['no unknown token', tokenizerJson({ ...WORD_PIECE, unk_token: null }), MALFORMED, /"model.unk_token"/],
      [
        'an unknown token that is not there',
        tokenizerJson({ ...WORD_PIECE, unk_token: '?' }),
        MALFORMED,
        /"model.unk_token".*"\?"/,
      ],
      [
        'a longest word below zero',
        tokenizerJson({ ...WORD_PIECE, max_input_chars_per_word: -1 }),
        MALFORMED,
        /max_input_chars_per_word/,
      ],
    ],
  ],
  [
    'added tokens',
    [
      ['no list', part('added_tokens', {}), MALFORMED, /"added_tokens" is wrong: expected a list/],
      ['one that is text', part('added_tokens', ['<x>']), MALFORMED, /"added_tokens\[0\]".*an object/],
      ['one without text', part('added_tokens', [{ id: 3 }]), MALFORMED, /"added_tokens\[0\].content"/],
      ['an empty one', part('added_tokens', [addedToken(3, '')]), MALFORMED, /"added_tokens\[0\].content"/],
      ['one without an id', part('added_tokens', [{ content: 'x' }]), MALFORMED, /"added_tokens\[0\].id"/],
      [
        'an id that another has',
        part('added_tokens', [addedToken(3, 'x'), addedToken(3, 'y')]),
        MALFORMED,
        /"added_tokens\[1\].id"/,
      ],
      ['an id of the vocabulary', part('added_tokens', [addedToken(1, 'x')]), MALFORMED, /an id of its own, got 1/],
      [
        'another id than the vocabulary has',
        part('added_tokens', [addedToken(7, 'a')]),
        MALFORMED,
        /0, as in the vocabulary/,
      ],
      ['an id beyond all bounds', part('added_tokens', [addedToken(1e9, 'x')]), MALFORMED, /an id below/],
      [
        'a switch that is new',
        part('added_tokens', [addedToken(3, 'x', { fuzzy: true })]),
        UNSUPPORTED,
        /added_tokens\[0\].fuzzy/,
      ],
    ],
  ],
  [
    'normalizers',
    [
      ['no kind', part('normalizer', {}), MALFORMED, /"normalizer.type"/],
      ['a kind that is new', part('normalizer', { type: 'Romanize' }), UNSUPPORTED, /"normalizer.type".*"Romanize"/],
      [
        'a part that is new',
        part('normalizer', { type: 'Sequence', normalizers: [{ type: 'X' }] }),
        UNSUPPORTED,
        /normalizer.normalizers\[0\].type/,
      ],
      ['a sequence of nothing', part('normalizer', { type: 'Sequence' }), MALFORMED, /"normalizer.normalizers"/],
      ['a switch that is new', part('normalizer', { type: 'NFC', twice: true }), UNSUPPORTED, /"normalizer.twice"/],
      [
        'a table that is not Base64',
        part('normalizer', { type: 'Precompiled', precompiled_charsmap: '*' }),
        MALFORMED,
        /Base64/,
      ],
      [
        'a table that is damaged',
        part('normalizer', { type: 'Precompiled', precompiled_charsmap: 'AAAA' }),
        MALFORMED,
        /table of characters is damaged/,
      ],
      ['no pattern', part('normalizer', { type: 'Replace', content: '' }), MALFORMED, /"normalizer.pattern"/],
      [
        'an empty pattern',
        part('normalizer', { type: 'Replace', pattern: { String: '' }, content: '' }),
        MALFORMED,
        /text to look for/,
      ],
    ],
  ],
  [
    'pre-tokenizers',
    [
      [
        'a kind that is new',
        part('pre_tokenizer', { type: 'UnicodeScripts' }),
        UNSUPPORTED,
        /"pre_tokenizer.type".*"UnicodeScripts"/,
      ],
      [
        'a behavior that is new',
        part('pre_tokenizer', { type: 'Punctuation', behavior: 'Doubled' }),
        MALFORMED,
        /"pre_tokenizer.behavior".*Isolated.*"Doubled"/,
      ],
      [
        'a pattern of no kind',
        part('pre_tokenizer', { type: 'Split', pattern: {}, behavior: 'Removed' }),
        MALFORMED,
        /a String or a Regex/,
      ],
      [
        'a pattern of a new kind',
        part('pre_tokenizer', { type: 'Split', pattern: { Glob: '*' }, behavior: 'Removed' }),
        UNSUPPORTED,
        /pre_tokenizer.pattern.Glob/,
      ],
      [
        'a pattern that is damaged',
        part('pre_tokenizer', { type: 'Split', pattern: { Regex: '(' }, behavior: 'Removed' }),
        UNSUPPORTED,
        /a group without an end/,
      ],
      [
        'a mark of two characters',
        part('pre_tokenizer', { type: 'Metaspace', replacement: '__' }),
        MALFORMED,
        /one character, got "__"/,
      ],
      [
        'a scheme that is new',
        part('pre_tokenizer', { type: 'Metaspace', replacement: '_', prepend_scheme: 'last' }),
        MALFORMED,
        /prepend_scheme/,
      ],
      [
        'switches that disagree',
        part('pre_tokenizer', {
          type: 'Metaspace',
          replacement: '_',
          add_prefix_space: false,
          prepend_scheme: 'first',
        }),
        MALFORMED,
        /never, as add_prefix_space is false/,
      ],
    ],
  ],
  [
    'post-processors and decoders',
    [
      [
        'a post-processor that is new',
        part('post_processor', { type: 'Sign' }),
        UNSUPPORTED,
        /"post_processor.type".*"Sign"/,
      ],
      [
        'a template without its token',
        part('post_processor', {
          type: 'TemplateProcessing',
          single: [{ SpecialToken: { id: '<s>' } }],
          special_tokens: {},
        }),
        MALFORMED,
        /"post_processor.special_tokens.<s>"/,
      ],
      [
        'a last token outside the vocabulary',
        part('post_processor', { type: 'BertProcessing', sep: ['x', 3], cls: ['b', 1] }),
        MALFORMED,
        /"post_processor" is wrong: expected an id below 3, got 3/,
      ],
      [
        'an end that is no id',
        part('post_processor', { type: 'RobertaProcessing', sep: ['b'], cls: ['b', 1] }),
        MALFORMED,
        /"post_processor.sep" is wrong: expected a token and its id, got nothing/,
      ],
      [
        'a template without a text',
        part('post_processor', {
          type: 'TemplateProcessing',
          single: [{ SpecialToken: { id: 'b', type_id: 0 } }],
          special_tokens: { b: { id: 'b', ids: [1], tokens: ['b'] } },
        }),
        MALFORMED,
        /"post_processor.single" is wrong: expected a place for the text, got nothing/,
      ],
      [
        'a template of two texts',
        part('post_processor', {
          type: 'TemplateProcessing',
          single: ['A', 'B'].map((id) => ({ Sequence: { id, type_id: 0 } })),
        }),
        UNSUPPORTED,
        /"post_processor.single" is not understood here: got "B"/,
      ],
      [
        'a template of something else',
        part('post_processor', { type: 'TemplateProcessing', single: [{ Text: 'A' }] }),
        MALFORMED,
        /"post_processor.single\[0\].Sequence" is wrong: expected an object/,
      ],
      [
        'a first token outside the vocabulary',
        part('post_processor', { type: 'BertProcessing', sep: ['b', 1], cls: ['x', 3] }),
        MALFORMED,
        /"post_processor" is wrong: expected an id below 3, got 3/,
      ],
      ['a decoder that is new', part('decoder', { type: 'CTC' }), UNSUPPORTED, /"decoder.type".*"CTC"/],
      [
        'a decoder in a sequence that is new',
        part('decoder', { type: 'Sequence', decoders: [{ type: 'Fuse' }, { type: 'Morse' }] }),
        UNSUPPORTED,
        /decoder.decoders\[1\].type/,
      ],
      [
        'a strip without a count',
        part('decoder', { type: 'Strip', content: ' ', start: 1 }),
        MALFORMED,
        /"decoder.stop"/,
      ],
    ],
  ],
])('%s', (_class, cases) => {
  it.each(cases)('%s', (_name, file, code, message) => {
    check(file, null, code, message);
  });
});

describe('tokenizer_config.json', () => {
  it.each<[string, JsonRecord, RegExp]>([
    ['a BOS that is a number', { bos_token: 1 }, /"bos_token" is wrong: expected an object, got 1/],
    ['a switch that is text', { bos_token: 'a', add_bos_token: 'yes' }, /"add_bos_token".*true or false/],
    ['an added token whose id is no number', { added_tokens_decoder: { x: { content: 'x' } } }, /an id, got "x"/],
    ['an added token without text', { added_tokens_decoder: { 9: {} } }, /content/],
  ])('%s', (_name, config, message) => {
    check(tokenizerJson(BPE), config, MALFORMED, message);
  });
});
