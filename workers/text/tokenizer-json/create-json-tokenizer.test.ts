import { readFileSync } from 'node:fs';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openFileSource } from '../../../tools/testing/file-source.ts';
import { BYTE_LEVEL as BYTE_LEVEL_FILE, SPLIT } from '../../../tools/testing/folder-tokenizers.ts';
import { sharedFile } from '../../../tools/testing/shared-data.ts';
import {
  addedToken,
  byteLevelJson,
  type JsonRecord,
  sentencePieceJson,
  strictJson,
  tokenizerJson,
  wordPieceJson,
} from '../../../tools/testing/tokenizer-json.ts';
import { writeCharsmap } from '../../../tools/testing/write-charsmap.ts';
import { splitTexts } from '../../../tools/tokenize.ts';
import { readGguf } from '../../format/gguf.ts';
import type { ModelFile } from '../../format/model-file.ts';
import { TOKENIZER_STEPS } from '../../format/tokenizer-steps.ts';
import { createTokenizer } from '../create-tokenizer.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { createJsonTokenizer } from './create-json-tokenizer.ts';
import type { JsonTokenizer } from './create-json-tokenizer.ts';

function create(file: JsonRecord, config: JsonRecord | null = null, endIds: readonly number[] = []): JsonTokenizer {
  return createJsonTokenizer({ tokenizer: strictJson(file), config: config && strictJson(config), endIds });
}

function decode({ tokenBytes }: Tokenizer, ids: readonly number[]): string {
  return new TextDecoder().decode(Uint8Array.from(ids.flatMap((id) => [...tokenBytes(id)])));
}

const BYTE_LEVEL = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };

describe('real vocabularies', () => {
  const cases = sharedFile('vocab/cases.inp');
  const texts = cases === null ? [] : splitTexts(readFileSync(cases, 'utf8'), '__ggml_vocab_test__');
  const mixed = fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom("I'll", ' 3.14', '\n\n', '   ', '中文', 'É', '[CLS]', '<s>'),
      ),
    )
    .map((parts) => parts.join(''));

  it.skipIf(cases === null).each<[string, (file: ModelFile) => JsonRecord]>([
    ['gpt-2', (file) => byteLevelJson(file, BYTE_LEVEL)],
    [
      'starcoder',
      (file) =>
        byteLevelJson(file, {
          type: 'Sequence',
          pretokenizers: [{ type: 'Digits', individual_digits: true }, BYTE_LEVEL],
        }),
    ],
    ['llama-spm', sentencePieceJson],
    ['bert-bge', wordPieceJson],
  ])('%s has the ids of its GGUF file', { timeout: 240_000 }, async (name, json) => {
    const source = await openFileSource(sharedFile(`vocab/${name}.gguf`)!);
    const file = await readGguf(source);
    await source.close();
    const gguf = createTokenizer(file);
    const { tokenizer } = create(json(file));
    expect(texts.map((text) => tokenizer.encode(text))).toEqual(texts.map((text) => gguf.encode(text)));
    fc.assert(
      fc.property(mixed, fc.boolean(), (anyText, continues) => {
        // What Starcoder has no bytes for, llama.cpp drops after merging, and the library of these files before.
        const text = anyText.replace(/[\u{40000}-\u{10ffff}]/gu, 'x');
        expect(tokenizer.encode(text, continues)).toEqual(gguf.encode(text, continues));
      }),
      { numRuns: 100 },
    );
    expect(tokenizer.vocabularySize).toBe(gguf.vocabularySize);
    if (name === 'bert-bge') return;
    for (let id = 0; id < 1000; id++) expect(tokenizer.tokenBytes(id)).toEqual(gguf.tokenBytes(id));
  });
});

/** A BPE of characters: ids in the order of the tokens. */
function bpe(tokens: readonly string[], merges: readonly string[], more: JsonRecord = {}): JsonRecord {
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  return { type: 'BPE', vocab, merges: [...merges], ...more };
}

describe('against @huggingface/tokenizers', () => {
  const letters = ['a', 'b', 'c', 'é'];
  const marks = [' ', '  ', '\n', '.', ',', '-', '1', '23', '中', 'É', 'B', 'z', '🦙'];
  const text = fc
    .array(fc.constantFrom(...letters, ...letters, ...marks), { maxLength: 16 })
    .map((parts) => parts.join(''));
  const token = fc.string({ unit: fc.constantFrom(...letters), minLength: 2, maxLength: 4 });
  const words = fc.uniqueArray(token, { maxLength: 10 });

  function agrees(file: JsonRecord, sample: string): void {
    const oracle = new HuggingFaceTokenizer(file as never, {} as never);
    const { ids } = oracle.encode(sample, { add_special_tokens: false });
    expect(create(file).tokenizer.encode(sample)).toEqual(ids);
  }

  const preTokenizers: JsonRecord[] = [
    { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: true },
    { type: 'Metaspace', replacement: '▁', prepend_scheme: 'never', split: false },
    { type: 'WhitespaceSplit' },
    { type: 'BertPreTokenizer' },
    { type: 'Punctuation', behavior: 'Isolated' },
    { type: 'Digits', individual_digits: true },
    { type: 'Digits', individual_digits: false },
    { type: 'Split', pattern: { Regex: '[.,]' }, behavior: 'Isolated', invert: false },
    { type: 'Split', pattern: { String: ' ' }, behavior: 'Isolated', invert: false },
    { type: 'Split', pattern: { Regex: '\\p{L}+' }, behavior: 'Removed', invert: true },
    { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'Punctuation', behavior: 'Isolated' }] },
  ];

  it.each(preTokenizers.map((spec) => [JSON.stringify(spec), spec] as const))(
    'BPE behind %s',
    (_name, preTokenizer) => {
      fc.assert(
        fc.property(words, text, (pieces, sample) => {
          const characters = ['<unk>', '▁', ...letters, ' ', '.', ',', '-', '1', '2', '3', '\n', '中', 'É', 'B'];
          const found = new Set(characters);
          const merges: string[] = [];
          // Every prefix of a word is a token too, so that each merge has its parts.
          for (const piece of pieces)
            for (let end = 2; end <= piece.length; end++) {
              const whole = piece.slice(0, end);
              if (found.has(whole)) continue;
              found.add(whole);
              merges.push(`${whole.slice(0, -1)} ${whole.slice(-1)}`);
            }
          const model = bpe([...found], merges, {
            unk_token: '<unk>',
            fuse_unk: false,
            byte_fallback: false,
            ignore_merges: false,
          });
          agrees(tokenizerJson(model, { pre_tokenizer: preTokenizer }), sample);
        }),
        { numRuns: 60 },
      );
    },
  );

  const split = (pattern: string): JsonRecord => ({
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
      { ...BYTE_LEVEL, use_regex: false },
    ],
  });
  it.each<[string, JsonRecord, boolean]>([
    ['GPT-2', BYTE_LEVEL, false],
    ['SmolLM', { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, BYTE_LEVEL] }, false],
    ['Llama 3', split(SPLIT.llama3), true],
    ['Qwen 2', split(SPLIT.qwen2), false],
    ['Mistral Nemo', split(SPLIT.tekken), true],
  ])('byte-level BPE as %s cuts text', (_name, pre_tokenizer, ignore_merges) => {
    const file = { ...BYTE_LEVEL_FILE, pre_tokenizer, model: { ...BYTE_LEVEL_FILE.model, ignore_merges } };
    const { tokenizer } = create(file);
    const oracle = new HuggingFaceTokenizer(file as never, {} as never);
    const parts = fc.oneof(
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
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 10 }), (sample) => {
        const { ids } = oracle.encode(sample.join(''), { add_special_tokens: false });
        expect(tokenizer.encode(sample.join(''))).toEqual(ids);
      }),
      { numRuns: 200, seed: 20_261_121 },
    );
  });

  it('WordPiece behind BERT’s cleaning', () => {
    fc.assert(
      fc.property(words, words, text, fc.boolean(), (starts, goesOn, sample, lowercase) => {
        const tokens = new Set([
          '[UNK]',
          'a',
          'b',
          '##a',
          '##b',
          '.',
          '中',
          ...starts,
          ...goesOn.map((piece) => `##${piece}`),
        ]);
        const model = {
          type: 'WordPiece',
          unk_token: '[UNK]',
          continuing_subword_prefix: '##',
          max_input_chars_per_word: 6,
          vocab: Object.fromEntries([...tokens].map((piece, id) => [piece, id])),
        };
        const normalizer = {
          type: 'BertNormalizer',
          clean_text: true,
          handle_chinese_chars: true,
          strip_accents: null,
          lowercase,
        };
        agrees(tokenizerJson(model, { normalizer, pre_tokenizer: { type: 'BertPreTokenizer' } }), sample);
      }),
      { numRuns: 300 },
    );
  });

  it('Unigram behind Metaspace', () => {
    fc.assert(
      fc.property(
        words,
        fc.array(fc.double({ min: -9, max: -1, noNaN: true }), { minLength: 20, maxLength: 20 }),
        text,
        (pieces, scores, sample) => {
          const tokens = [
            'a',
            'b',
            '▁',
            'é',
            '.',
            ...pieces.flatMap((piece, index) => (index % 2 === 0 ? [piece] : [`▁${piece}`])),
          ];
          const vocab = [['<unk>', 0], ...[...new Set(tokens)].map((piece, index) => [piece, scores[index]!])];
          agrees(
            tokenizerJson(
              { type: 'Unigram', unk_id: 0, vocab },
              { pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true } },
            ),
            sample,
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('added tokens', () => {
  const characters = ['a', 'b', ' ', '<', 'x', '>', 's', 'A'];
  const file = (...added: JsonRecord[]): JsonRecord => tokenizerJson(bpe(characters, []), { added_tokens: added });
  const encode = (parts: JsonRecord, text: string): number[] => create(parts).tokenizer.encode(text);

  it('are found whole; special ones stay text', () => {
    const both = file(addedToken(8, '<x>'), addedToken(9, '<s>', { special: true }));
    expect(encode(both, 'a<x>b')).toEqual([0, 8, 1]);
    expect(encode(both, '<s>')).toEqual([3, 6, 5]);
    expect(encode(both, '<x><s><x>')).toEqual([8, 3, 6, 5, 8]);
  });

  it('the longest at a place counts', () => {
    expect(encode(file(addedToken(8, '<x'), addedToken(9, '<x>')), 'a<x><xa')).toEqual([0, 9, 8, 0]);
  });

  it('take the white space that they may', () => {
    expect(encode(file(addedToken(8, '<x>', { lstrip: true })), 'a  <x> b')).toEqual([0, 8, 2, 1]);
    expect(encode(file(addedToken(8, '<x>', { rstrip: true })), 'a <x>\n b')).toEqual([0, 2, 8, 1]);
    const both = addedToken(8, '<x>', { lstrip: true, rstrip: true });
    expect(encode(file(both), 'a <x> <x> b')).toEqual([0, 8, 8, 1]);
  });

  it('stand alone where they must', () => {
    const alone = file(addedToken(8, 'ab', { single_word: true }));
    expect(encode(alone, 'ab aab aba <ab>')).toEqual([8, 2, 0, 0, 1, 2, 0, 1, 0, 2, 3, 8, 5]);
  });

  it('are looked for as they are, or in normalized text', () => {
    const lower = { normalizer: { type: 'Lowercase' } };
    expect(encode({ ...file(addedToken(8, 'AB', { normalized: true })), ...lower }, 'aBA')).toEqual([8, 0]);
    expect(encode({ ...file(addedToken(8, 'AB')), ...lower }, 'aBAB')).toEqual([0, 1, 8]);
  });

  it('come from tokenizer_config.json too', () => {
    const config = { added_tokens_decoder: { 8: { content: '<x>', special: false } } };
    const { tokenizer } = create(file(), config);
    expect(tokenizer.encode('a<x>')).toEqual([0, 8]);
    expect(decode(tokenizer, [8])).toBe('<x>');
  });
});

describe('the files of known models are understood', () => {
  const split = (pattern: string, behavior = 'Isolated'): JsonRecord => ({
    type: 'Split',
    pattern: { Regex: pattern },
    behavior,
    invert: false,
  });
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  const alphabet = ['Ġ', '!', '"', '1', '2', 'a', 'b', 'Ċ', "'", 's', 'ä¸', 'Ńĸ'];
  const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  const rest = '| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
  const mark = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  const spaces = { type: 'Replace', pattern: { String: '▁' }, content: ' ' };

  it.each<[string, JsonRecord, JsonRecord]>([
    [
      'Llama 3',
      bpe(alphabet, [], { ignore_merges: true }),
      {
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [split(`${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}${rest}`), bytes],
        },
        post_processor: {
          type: 'Sequence',
          processors: [
            bytes,
            {
              type: 'TemplateProcessing',
              single: [{ Sequence: { id: 'A', type_id: 0 } }],
              pair: [],
              special_tokens: {},
            },
          ],
        },
        decoder: bytes,
      },
    ],
    [
      'Qwen 2',
      bpe(alphabet, [], { dropout: null, unk_token: null, continuing_subword_prefix: '', end_of_word_suffix: '' }),
      {
        normalizer: { type: 'NFC' },
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [split(`${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${rest}`), bytes],
        },
        decoder: bytes,
      },
    ],
    [
      'DeepSeek V3',
      bpe(alphabet, []),
      {
        normalizer: { type: 'Sequence', normalizers: [] },
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            split('\\p{N}{1,3}'),
            split('[一-龥\u3040-ゟ゠-ヿ]+'),
            split(
              '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+',
            ),
            bytes,
          ],
        },
        decoder: bytes,
      },
    ],
    [
      'Gemma',
      bpe(['<unk>', '▁', 'a', 'b', '\n', '1', '2', '!', '"', "'", 's', 'ab'], ['a b'], {
        unk_token: '<unk>',
        fuse_unk: true,
        byte_fallback: true,
        ignore_merges: false,
      }),
      {
        normalizer: mark,
        pre_tokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false },
        decoder: { type: 'Sequence', decoders: [spaces, { type: 'ByteFallback' }, { type: 'Fuse' }] },
      },
    ],
    [
      'T5',
      {
        type: 'Unigram',
        unk_id: 0,
        vocab: [...['<unk>', '▁', 'a', 'b', '1', '2', '!', '"', "'", 's'].entries()].map(([id, token]) => [token, -id]),
      },
      {
        normalizer: {
          type: 'Sequence',
          normalizers: [
            { type: 'Precompiled', precompiled_charsmap: '' },
            { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
          ],
        },
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { type: 'WhitespaceSplit' },
            { type: 'Metaspace', replacement: '▁', add_prefix_space: true, str_rep: '▁' },
          ],
        },
        decoder: { type: 'Metaspace', replacement: '▁', add_prefix_space: true },
      },
    ],
    [
      'an old BERT, whose model has no name',
      {
        unk_token: '[UNK]',
        max_input_chars_per_word: 100,
        vocab: { '[UNK]': 0, a: 1, '##b': 2, '##s': 3, '!': 4, '"': 5, "'": 6, '12': 7, s: 8 },
      },
      {
        normalizer: {
          type: 'BertNormalizer',
          clean_text: true,
          handle_chinese_chars: true,
          strip_accents: null,
          lowercase: true,
        },
        pre_tokenizer: { type: 'BertPreTokenizer' },
        decoder: { type: 'WordPiece', prefix: '##', cleanup: false },
      },
    ],
  ])('%s', (_name, model, parts) => {
    const { tokenizer } = create(tokenizerJson(model, parts));
    const text = ' ab\'s "12" ab!';
    expect(decode(tokenizer, tokenizer.encode(text)).replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
  });
});

describe('what goes before and after', () => {
  const model = bpe(['<unk>', '<s>', '</s>', '▁', 'a', '▁a', '<|im_end|>'], ['▁ a'], { unk_token: '<unk>' });
  const special = [1, 2].map((id) => addedToken(id, id === 1 ? '<s>' : '</s>', { special: true }));
  const first = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false };
  const template = {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
  };

  it('BOS is as the post-processor and the configuration say', () => {
    const file = tokenizerJson(model, { added_tokens: special, post_processor: template });
    const { tokenizer } = create(file, { eos_token: { content: '</s>' } });
    expect([tokenizer.bosId, tokenizer.addBos, [...tokenizer.endIds]]).toEqual([1, true, [2]]);
    expect(create(file, { add_bos_token: false }).tokenizer.addBos).toBe(false);
    const plain = tokenizerJson(model, { added_tokens: special });
    expect(create(plain, { bos_token: '<s>' }).tokenizer).toMatchObject({ bosId: 1, addBos: false });
    expect(create(plain).tokenizer).toMatchObject({ bosId: null, addBos: false });
  });

  it('marks of turns end a turn and stay text, special or not', () => {
    const file = tokenizerJson(model, { added_tokens: [...special, addedToken(6, '<|im_end|>')] });
    const { tokenizer } = create(file);
    expect([...tokenizer.endIds]).toEqual([2, 6]);
    expect(tokenizer.encode('<|im_end|>')).not.toContain(6);
  });

  it('a mark goes before the text’s beginning only, and not where it continues another', () => {
    const file = tokenizerJson(model, { added_tokens: [...special, addedToken(7, '<x>')], pre_tokenizer: first });
    const { encode } = create(file).tokenizer;
    expect(encode('a<x>a')).toEqual([5, 7, 4]);
    expect(encode('a', true)).toEqual([4]);
  });

  it('says of the vocabulary what a GGUF file would', () => {
    const { metadata } = create(tokenizerJson(model, { added_tokens: special }), { eos_token: '</s>' });
    expect(metadata.get('tokenizer.ggml.tokens')).toEqual(['<unk>', '<s>', '</s>', '▁', 'a', '▁a', '<|im_end|>']);
    expect(metadata.get('tokenizer.ggml.token_type')).toEqual([2, 3, 3, 1, 1, 1, 1]);
    expect(metadata.get('tokenizer.ggml.eos_token_id')).toBe(2);
  });

  it('every id that the configuration lists ends an answer, and is the end where no token is named', () => {
    const file = tokenizerJson(model, { added_tokens: special });
    const { tokenizer, metadata } = create(file, null, [5, 2]);
    expect([...tokenizer.endIds].sort()).toEqual([2, 5]);
    expect(metadata.get('tokenizer.ggml.eos_token_id')).toBe(5);
    expect(create(file, { eos_token: '</s>' }, [5]).metadata.get('tokenizer.ggml.eos_token_id')).toBe(2);
    expect(() => create(file, null, [7])).toThrow(/"eos_token_id" is wrong: expected an id below 7, got 7/);
  });

  it('fills the vocabulary up to the model’s embeddings with unused tokens', () => {
    const files = { tokenizer: strictJson(tokenizerJson(model)), config: null, endIds: [] };
    const { tokenizer, metadata } = createJsonTokenizer(files, 9);
    expect(tokenizer.vocabularySize).toBe(9);
    expect(tokenizer.tokenBytes(8)).toHaveLength(0);
    expect((metadata.get('tokenizer.ggml.token_type') as number[]).slice(6)).toEqual([1, 5, 5]);
    expect(() => createJsonTokenizer(files, 6)).toThrow(/expected ids below 6, as the model has embeddings, got 6/);
  });
});

describe('what a summary takes for known', () => {
  const parts = Object.entries(TOKENIZER_STEPS).flatMap(([part, { kinds }]) =>
    kinds.map((kind) => [part, kind] as const),
  );
  it.each(parts)('%s %s is known here too', (part, type) => {
    const file = part === 'model' ? tokenizerJson({ type }) : tokenizerJson(bpe(['a'], []), { [part]: { type } });
    let message = '';
    try {
      create(file);
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message).not.toMatch(/type" is not understood/);
    const strange =
      part === 'model' ? tokenizerJson({ type: 'X' }) : tokenizerJson(bpe(['a'], []), { [part]: { type: 'X' } });
    expect(() => create(strange)).toThrow(/type" is not understood here: got "X"/);
  });
});

describe('normalizers', () => {
  const encoded = (normalizer: JsonRecord, text: string): string => {
    const characters = [...new Set([...'abcdefghijklmnopqrstuvwxyz ABCDEFGéÉ▁ﬁ_', '\u0301', '\t'])];
    const { tokenizer } = create(tokenizerJson(bpe(characters, []), { normalizer, decoder: { type: 'Fuse' } }));
    return decode(tokenizer, tokenizer.encode(text));
  };
  it.each<[JsonRecord, string, string]>([
    [{ type: 'NFC' }, 'e\u0301', 'é'],
    [{ type: 'NFD' }, 'é', 'e\u0301'],
    [{ type: 'NFKC' }, 'ﬁ', 'fi'],
    [{ type: 'NFKD' }, 'ﬁé', 'fie\u0301'],
    [{ type: 'Lowercase' }, 'ABÉ', 'abé'],
    [{ type: 'StripAccents' }, 'e\u0301', 'e'],
    [{ type: 'Strip', strip_left: true, strip_right: false }, ' a ', 'a '],
    [{ type: 'Strip', strip_left: false, strip_right: true }, ' a \t', ' a'],
    [{ type: 'Prepend', prepend: '▁' }, 'a', '▁a'],
    [{ type: 'Replace', pattern: { String: 'a' }, content: '$&' }, 'bab', 'bb'],
    [{ type: 'Replace', pattern: { Regex: ' {2,}' }, content: '▁' }, 'a   b c', 'a▁b c'],
    [{ type: 'Nmt' }, 'a\u200bb\u0007c\td', 'a bc d'],
    [{ type: 'Precompiled', precompiled_charsmap: null }, 'ﬁ', 'ﬁ'],
    [
      { type: 'Precompiled', precompiled_charsmap: Buffer.from(writeCharsmap({ ﬁ: 'fi' })).toString('base64') },
      'ﬁa',
      'fia',
    ],
    [{ type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'StripAccents' }, { type: 'Lowercase' }] }, 'ÉA', 'ea'],
  ])('%j of %j', (normalizer, text, normalized) => {
    expect(encoded(normalizer, text)).toBe(normalized);
  });
});

describe('pre-tokenizers', () => {
  /** A text's pieces, as words of which each is a token. */
  function cut(preTokenizer: JsonRecord, text: string, pieces: readonly string[]): string[] {
    const tokens = [...new Set(['?', ...pieces])];
    const model = bpe(tokens, [], { unk_token: '?', ignore_merges: true });
    const { encode } = create(tokenizerJson(model, { pre_tokenizer: preTokenizer })).tokenizer;
    return encode(text).map((id) => tokens[id]!);
  }
  const split = (behavior: string): JsonRecord => ({
    type: 'Split',
    pattern: { String: '-' },
    behavior,
    invert: false,
  });

  it.each<[JsonRecord, string, string[]]>([
    [split('Removed'), 'The-final--countdown', ['The', 'final', 'countdown']],
    [split('Isolated'), 'The-final--countdown', ['The', '-', 'final', '-', '-', 'countdown']],
    [split('MergedWithPrevious'), 'The-final--countdown', ['The-', 'final-', '-', 'countdown']],
    [split('MergedWithNext'), 'The-final--countdown', ['The', '-final', '-', '-countdown']],
    [split('Contiguous'), 'The-final--countdown', ['The', '-', 'final', '--', 'countdown']],
    [{ ...split('Removed'), invert: true }, 'a-b--', ['-', '-', '-']],
    [{ type: 'Whitespace' }, 'né_1  ok!? x', ['né_1', 'ok', '!?', 'x']],
    [{ type: 'CharDelimiterSplit', delimiter: '|' }, '|a|b', ['a', 'b']],
    [{ type: 'Digits', individual_digits: false }, 'a12½b', ['a', '12½', 'b']],
    [{ type: 'Punctuation' }, 'a!«b', ['a', '!', '«', 'b']],
    [{ type: 'ByteLevel', add_prefix_space: true }, 'é b', ['ĠÃ©', 'Ġb']],
    [{ type: 'Metaspace', replacement: '▁', add_prefix_space: false, prepend_scheme: 'never' }, 'a b', ['a', '▁b']],
    [
      { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'Metaspace', replacement: '▁' }] },
      ' a b',
      ['▁a', '▁b'],
    ],
  ])('%j of %j', (preTokenizer, text, pieces) => {
    expect(cut(preTokenizer, text, pieces)).toEqual(pieces);
  });
});

describe('decoders', () => {
  const bytes = (decoder: JsonRecord | null, token: string, added = false): string => {
    const words = added ? { added_tokens: [addedToken(1, token)] } : {};
    const { tokenizer } = create(tokenizerJson(bpe(added ? ['a'] : ['a', token], []), { decoder, ...words }));
    return decode(tokenizer, [1]);
  };
  it.each<[JsonRecord | null, string, string]>([
    [null, 'ab', ' ab'],
    [{ type: 'ByteLevel' }, 'Ġé', ' \ufffd'],
    [{ type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' }, '▁a', ' a'],
    [{ type: 'ByteFallback' }, '<0x41>', 'A'],
    [{ type: 'WordPiece', prefix: '##', cleanup: true }, '##ing', 'ing'],
    [{ type: 'WordPiece', prefix: '##', cleanup: true }, '.', '.'],
    [{ type: 'WordPiece', prefix: '##', cleanup: false }, '.', ' .'],
    [{ type: 'BPEDecoder', suffix: '</w>' }, 'b</w>', 'b '],
    [{ type: 'Strip', content: '_', start: 1, stop: 1 }, '__b_', '_b'],
    [
      { type: 'Sequence', decoders: [{ type: 'Fuse' }, { type: 'Strip', content: '_', start: 1, stop: 0 }] },
      '_b',
      '_b',
    ],
    [{ type: 'Replace', pattern: { Regex: '[xy]' }, content: 'z' }, 'xby', 'zbz'],
  ])('%j of %j', (decoder, token, text) => {
    expect(bytes(decoder, token)).toBe(text);
  });

  it('leave added words as they are, marks for spaces apart', () => {
    expect(bytes({ type: 'ByteLevel' }, 'é Ġ', true)).toBe('é Ġ');
    expect(bytes({ type: 'Metaspace', replacement: '▁' }, '▁▁', true)).toBe('  ');
    expect(bytes({ type: 'WordPiece', prefix: '##', cleanup: true }, '<x>', true)).toBe('<x>');
  });
});

describe('BPE', () => {
  it('falls back to bytes, all of a character or none', () => {
    const tokens = ['<unk>', 'a', '<0xC3>', '<0xA9>', '<0xC3>x'];
    const model = bpe(tokens, [], { unk_token: '<unk>', byte_fallback: true });
    const { tokenizer } = create(tokenizerJson(model, { decoder: { type: 'ByteFallback' } }));
    expect(tokenizer.encode('aé')).toEqual([1, 2, 3]);
    expect(tokenizer.encode('ü')).toEqual([0]);
    expect(decode(tokenizer, tokenizer.encode('aé'))).toBe('aé');
  });

  it('has one unknown token for a run, or for each character', () => {
    const tokens = ['<unk>', 'a'];
    const encode = (fuse_unk: boolean): number[] =>
      create(tokenizerJson(bpe(tokens, [], { unk_token: '<unk>', fuse_unk }))).tokenizer.encode('xyazz');
    expect(encode(true)).toEqual([0, 1, 0]);
    expect(encode(false)).toEqual([0, 0, 1, 0, 0]);
  });

  it('takes a whole token before merges where the file says so', () => {
    const encode = (ignore_merges: boolean): number[] =>
      create(tokenizerJson(bpe(['a', 'b', 'ab'], [], { ignore_merges }))).tokenizer.encode('ab');
    expect(encode(true)).toEqual([2]);
    expect(encode(false)).toEqual([0, 1]);
  });

  it('marks what goes on and what ends', () => {
    const model = bpe(['a', '@b', '@b</w>', 'a@', 'ab</w>'], ['a @b</w>'], {
      continuing_subword_prefix: '@',
      end_of_word_suffix: '</w>',
    });
    expect(create(tokenizerJson(model)).tokenizer.encode('ab')).toEqual([4]);
    expect(create(tokenizerJson(model)).tokenizer.encode('abb')).toEqual([0, 1, 2]);
  });
});
