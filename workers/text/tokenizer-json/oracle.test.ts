/**
 * Whole files of each kind against a second implementation, `@huggingface/tokenizers`, on random texts of all of Unicode.
 *
 * Where it is wrong and this is not, by Hugging Face's own library in Rust, of which it is a translation:
 * - Unigram: it passes over `byte_fallback`; `models/unigram/model.rs` has it, with a test.
 * - BertNormalizer: it looks at halves of characters, so Han beyond U+FFFF gets no spaces around it;
 *   `normalizers/bert.rs` counts characters, and names ranges from U+20000 on.
 * - Decoding nothing is an error to it.
 */
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BYTE_LEVEL, SENTENCE_PIECE, SPLIT } from '../../../tools/testing/folder-tokenizers.ts';
import { testVocabulary } from '../../../tools/testing/test-vocabulary.ts';
import {
  addedToken,
  type JsonRecord,
  strictJson,
  tokenizerJson,
  unigramJson,
  wordPieceJson,
} from '../../../tools/testing/tokenizer-json.ts';
import type { ModelFile } from '../../format/model-file.ts';
import { bytesSource } from '../../source/bytes-source.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { createJsonTokenizer } from './create-json-tokenizer.ts';

const RUNS = { numRuns: 1000, seed: 20_261_121 };
/** The pieces of the test vocabulary that are neither bytes nor control tokens. */
const PIECES = testVocabulary().tokens.filter((_, id) => testVocabulary().types[id] === 1);
/** Han beyond U+FFFF as BERT counts it. */
const HAN_BEYOND = /[\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.string({ maxLength: 5 }),
      fc.constantFrom(
        'the',
        ' other',
        '  ',
        'ing',
        '\n',
        '\r\n',
        '\t',
        'é',
        'e\u0301',
        '中',
        '🦙',
        '\u00a0',
        '1234',
        "I'll",
      ),
    ),
  )
  .map((parts) => parts.join(''));

function open(file: JsonRecord) {
  const { tokenizer } = createJsonTokenizer({ tokenizer: strictJson(file), config: null, endIds: [] });
  const oracle = new HuggingFaceTokenizer(file as never, {} as never);
  return {
    tokenizer,
    oracleIds: (sample: string) => oracle.encode(sample, { add_special_tokens: false }).ids,
    oracleText: (ids: number[]) =>
      oracle.decode(ids, { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
  };
}

function decoded({ tokenBytes }: Tokenizer, ids: readonly number[]): string {
  // A byte-order mark is text like any other.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    Uint8Array.from(ids.flatMap((id) => [...tokenBytes(id)])),
  );
}

const bytesCutBy = (pattern: string): JsonRecord => ({
  ...BYTE_LEVEL,
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
      { ...BYTE_LEVEL.pre_tokenizer, use_regex: false },
    ],
  },
});

describe.each<[string, JsonRecord, first: string]>([
  ['byte-level BPE', BYTE_LEVEL, ''],
  ['byte-level BPE with Llama 3’s split', bytesCutBy(SPLIT.llama3), ''],
  ['byte-level BPE with Mistral Nemo’s split', bytesCutBy(SPLIT.tekken), ''],
  ['SentencePiece BPE with byte fallback', SENTENCE_PIECE, ' '],
])('%s', (_kind, file, first) => {
  it('has the other’s ids, and every text comes back', () => {
    const { tokenizer, oracleIds, oracleText } = open(file);
    fc.assert(
      fc.property(text, (sample) => {
        const ids = tokenizer.encode(sample);
        expect(ids).toEqual(oracleIds(sample));
        if (sample === '') return;
        expect(decoded(tokenizer, ids)).toBe(first + (first === '' ? sample : sample.replaceAll('▁', ' ')));
        expect(first + oracleText(ids)).toBe(decoded(tokenizer, ids));
      }),
      RUNS,
    );
  });
});

describe('unigram', () => {
  it('has the other’s ids where nothing falls back to bytes', () => {
    const file = unigramJson(PIECES);
    const plain = { ...file, model: { ...(file['model'] as JsonRecord), byte_fallback: false } };
    const { tokenizer, oracleIds } = open(plain);
    fc.assert(
      fc.property(text, (sample) => {
        expect(tokenizer.encode(sample)).toEqual(oracleIds(sample));
      }),
      RUNS,
    );
  });

  it('has bytes where the other has one unknown token, and every text comes back', () => {
    const { tokenizer, oracleIds } = open(unigramJson(PIECES));
    fc.assert(
      fc.property(text, (sample) => {
        const ids = tokenizer.encode(sample);
        // Bytes are tokens 1 to 256, and come of falling back only.
        const isByte = (id: number | undefined): boolean => id !== undefined && id > 0 && id <= 256;
        const fused = ids.flatMap((id, at) => (isByte(id) ? (isByte(ids[at - 1]) ? [] : [0]) : [id]));
        expect(fused).toEqual(oracleIds(sample));
        const marked = sample.replaceAll('▁', ' ');
        expect(decoded(tokenizer, ids)).toBe(marked === '' || marked.startsWith(' ') ? marked : ` ${marked}`);
      }),
      RUNS,
    );
  });

  it('falls back as the Rust library’s own test has it', () => {
    const vocab = ['<unk>', '<0xE2>', '<0x85>', '<0x90>', '<0x91>', 'Hello', 'how', 'are', ' '].map((token, id) => [
      token,
      id === 0 ? 0 : -id / 100,
    ]);
    const { tokenizer } = open(
      tokenizerJson(
        { type: 'Unigram', unk_id: 0, byte_fallback: true, vocab },
        { added_tokens: [addedToken(0, '<unk>', { special: true })] },
      ),
    );
    expect(tokenizer.encode('Hello⅐how are⅑⅑')).toEqual([5, 1, 2, 3, 6, 8, 7, 1, 2, 4, 1, 2, 4]);
    // No token for one of a character's bytes: the character is unknown.
    expect(tokenizer.encode(' how‰')).toEqual([8, 6, 0]);
  });
});

describe('WordPiece', () => {
  const characters = [
    ...Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)),
    'é',
    'ß',
    'σ',
    '中',
    'ı',
    '\u0301',
  ];
  const tokens = [
    '[PAD]',
    '[UNK]',
    '[CLS]',
    '[SEP]',
    ...characters.flatMap((each) => [`▁${each}`, each]),
    '▁the',
    'ing',
    '▁other',
    'er',
  ];
  const file: ModelFile = {
    container: 'gguf',
    metadata: new Map<string, string[] | number[]>([
      ['tokenizer.ggml.tokens', tokens],
      ['tokenizer.ggml.token_type', tokens.map((_, id) => (id < 4 ? 3 : 1))],
    ]),
    tensors: new Map(),
    source: bytesSource(new Uint8Array(0)),
  };

  it.each([true, false])('has the other’s ids, lower case: %s', (lowercase) => {
    const json = wordPieceJson(file);
    const { tokenizer, oracleIds } = open({
      ...json,
      normalizer: { ...(json['normalizer'] as JsonRecord), lowercase },
    });
    fc.assert(
      fc.property(text, (sample) => {
        const ids = tokenizer.encode(sample);
        expect(ids).toEqual(oracleIds(sample.replace(HAN_BEYOND, ' $& ')));
        expect(tokenizer.encode(decoded(tokenizer, ids))).toEqual(ids.filter((id) => id !== 1));
      }),
      RUNS,
    );
  });
});
