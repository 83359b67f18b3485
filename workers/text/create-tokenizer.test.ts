import { readFileSync } from 'node:fs';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openFileSource } from '../../tools/testing/file-source.ts';
import { sharedFile } from '../../tools/testing/shared-data.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import type { FriendlyValue } from '../../tools/testing/write-gguf.ts';
import { splitTexts } from '../../tools/tokenize.ts';
import { readGguf } from '../format/gguf.ts';
import type { ModelFile } from '../format/model-file.ts';
import { PRE_TOKENIZER_FAMILIES } from '../format/tokenizer-names.ts';
import { errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { byteLevelBytes } from './byte-level.ts';
import { createTokenizer } from './create-tokenizer.ts';
import { PRE_TOKENIZERS } from './pre-tokenizers.ts';
import type { Tokenizer } from './tokenizer.ts';

async function openFile(path: string): Promise<ModelFile> {
  const source = await openFileSource(path);
  const file = await readGguf(source);
  await source.close();
  return file;
}

function smallFile(metadata: Record<string, FriendlyValue>): Promise<ModelFile> {
  return readGguf(bytesSource(writeGguf({ metadata })));
}

function decode(tokenizer: Tokenizer, ids: readonly number[]): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    Uint8Array.from(ids.flatMap((id) => [...tokenizer.tokenBytes(id)])),
  );
}

/** Text of letters, digits, punctuation, spaces, line breaks and scripts in runs: what pre-tokenizers cut differently. */
const mixedText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        "I'll",
        'WE’VE',
        ' 3.14159',
        '\r\n\n',
        '   ',
        '\t',
        '中文字',
        'кириллица',
        '🦙🏽',
        '\u0085',
        '\ufeff',
        "'S",
        '/',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const cases = sharedFile('vocab/cases.inp');
const texts = cases === null ? [] : splitTexts(readFileSync(cases, 'utf8'), '__ggml_vocab_test__');

/** The expected ids: a line per text. */
function expectedIds(name: string): number[][] {
  const lines = readFileSync(sharedFile(`vocab/${name}.out`)!, 'utf8')
    .replace(/\n$/, '')
    .split('\n');
  return lines.map((line) => line.trim().split(' ').filter(Boolean).map(Number));
}

describe.skipIf(cases === null).each(['llama-spm', 'gpt-2', 'starcoder', 'deepseek-llm'])('%s', (name) => {
  let tokenizer: Tokenizer;
  // Not while the tests are collected: that happens where they are skipped, too.
  beforeAll(async () => {
    tokenizer = createTokenizer(await openFile(sharedFile(`vocab/${name}.gguf`)!));
  });

  it('gives the reference’s ids for all its texts', () => {
    const { encode } = tokenizer;
    expect(texts).toHaveLength(46);
    expect(texts.map((text) => encode(text))).toEqual(expectedIds(name));
  });

  it('gives any text back', () => {
    const { encode, ...rest } = tokenizer;
    fc.assert(
      fc.property(mixedText, (anyText) => {
        // Starcoder's vocabulary has no tokens for the bytes that only unassigned planes begin with.
        const text = anyText.replace(/[\u{40000}-\u{10ffff}]/gu, 'x');
        const back = decode({ encode, ...rest }, encode(text));
        expect(name === 'llama-spm' && text !== '' ? back.slice(1) : back).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['letters', 'abcdefghijkl'.repeat(8_500)],
    ['one letter', 'a'.repeat(100_000)],
    ['spaces before a digit', `${' '.repeat(100_000)}1`],
    ['spaces and line breaks', ' \n'.repeat(50_000)],
    ['Chinese', '中文'.repeat(17_000)],
    ['punctuation', '!?'.repeat(50_000)],
  ])('is not quadratic on 100 kB of %s', (_what, text) => {
    const { encode } = tokenizer;
    const startMs = performance.now();
    encode(text);
    // Quadratic would be 10¹⁰ steps. The usual time is a tenth of a second; the machine may be busy.
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});

/** A GGUF-like file from a tiktoken rank file: its tokens by rank, and the merge that made each. */
async function fileFromRanks(path: string, preTokenizer: string): Promise<ModelFile> {
  const characterOf = new Map<number, string>();
  for (let code = 0; code < 0x144; code++) {
    const [byte, ...rest] = byteLevelBytes(String.fromCharCode(code));
    if (rest.length === 0) characterOf.set(byte!, String.fromCharCode(code));
  }
  const tokens = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => [...Buffer.from(line.split(' ')[0]!, 'base64')].map((byte) => characterOf.get(byte)!).join(''));
  const ranks = new Map(tokens.map((token, rank) => [token, rank]));
  const merges: string[] = [];
  for (const [rank, token] of tokens.entries()) {
    const parts = [...token];
    while (parts.length > 2) {
      let best = rank;
      let at = -1;
      for (let index = 0; index + 1 < parts.length; index++) {
        const pairRank = ranks.get(parts[index]! + parts[index + 1]!) ?? rank;
        if (pairRank < best) [best, at] = [pairRank, index];
      }
      if (at < 0) break;
      parts.splice(at, 2, parts[at]! + parts[at + 1]!);
    }
    if (parts.length === 2) merges.push(parts.join(' '));
  }
  return smallFile({
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': preTokenizer,
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.merges': merges,
  });
}

describe('qwen2', () => {
  const ranks = sharedFile('vocab/qwen2.tiktoken');
  it.skipIf(ranks === null)('gives the reference’s ids for all its texts', { timeout: 60_000 }, async () => {
    const { encode } = createTokenizer(await fileFromRanks(ranks!, 'qwen2'));
    expect(texts.map((text) => encode(text))).toEqual(expectedIds('qwen2'));
  });
});

describe('bert-bge', () => {
  const path = sharedFile('vocab/bert-bge.gguf');
  it.skipIf(path === null)('gives the reference’s ids for all its texts', async () => {
    const { encode, bosId, addBos, tokenBytes } = createTokenizer(await openFile(path!));
    expect(texts.map((text) => encode(text))).toEqual(expectedIds('bert-bge'));
    expect([bosId, addBos]).toEqual([101, true]);
    const ids = encode('Héllo, tokenizers!');
    expect(decode({ encode, tokenBytes } as Tokenizer, ids)).toBe(' hello , tokenizers !');
  });
});

describe('stories260K', () => {
  const path = sharedFile('models/stories260K.gguf');
  it.skipIf(path === null)('gives llama.cpp’s ids for its prompts', async () => {
    const { encode, bosId, addBos, endIds } = createTokenizer(await openFile(path!));
    const expected = JSON.parse(readFileSync(sharedFile('models/expected.json')!, 'utf8')) as Record<
      string,
      { prompt: string; prompt_tokens: number[] }[]
    >;
    const prompts = Object.values(expected).flat();
    expect(prompts.length).toBeGreaterThanOrEqual(3);
    for (const { prompt, prompt_tokens } of prompts) expect([bosId, ...encode(prompt)]).toEqual(prompt_tokens);
    expect([addBos, [...endIds]]).toEqual([true, [2]]);
  });
});

describe('against @huggingface/tokenizers', () => {
  const path = sharedFile('vocab/gpt-2.gguf');
  it.skipIf(path === null)('byte-level BPE agrees on any text', async () => {
    const file = await openFile(path!);
    const tokens = file.metadata.get('tokenizer.ggml.tokens') as string[];
    const merges = file.metadata.get('tokenizer.ggml.merges') as string[];
    const oracle = new HuggingFaceTokenizer(
      {
        added_tokens: [],
        normalizer: null,
        pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
        post_processor: null,
        decoder: { type: 'ByteLevel' },
        model: {
          type: 'BPE',
          vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
          merges: merges.map((merge) => merge.split(' ')),
        },
      },
      {},
    );
    const { encode } = createTokenizer(file);
    fc.assert(
      fc.property(mixedText, (text) => {
        // The oracle's \s is JavaScript's, which differs from Unicode's White_Space in these two.
        const shared = text.replace(/[\u0085\ufeff]/g, ' ');
        expect(encode(shared)).toEqual(oracle.encode(shared, { add_special_tokens: false }).ids);
      }),
      { numRuns: 500 },
    );
  });
});

/** A byte-level vocabulary of all bytes, a few words, and tokens of other kinds. */
function byteLevelFile(metadata: Record<string, FriendlyValue> = {}): Promise<ModelFile> {
  const bytes = Array.from({ length: 0x144 }, (_, code) => String.fromCharCode(code)).filter(
    (character, code) => (code >= 0x100 || /[!-~¡-¬®-ÿ]/.test(character)) && byteLevelBytes(character).length === 1,
  );
  const words = ['he', 'll', 'hell', 'hello', 'Ġhello'];
  const others = ['<|im_end|>', '<|endoftext|>', '<think>', 'ab', '<|unused|>'];
  return smallFile({
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'gpt-2',
    'tokenizer.ggml.tokens': [...bytes, ...words, ...others],
    'tokenizer.ggml.token_type': [...bytes.map(() => 1), ...words.map(() => 1), 4, 3, 4, 3, 5],
    'tokenizer.ggml.merges': ['h e', 'l l', 'he ll', 'hell o', 'Ġ hello', 'a b'],
    'tokenizer.ggml.bos_token_id': 262,
    'tokenizer.ggml.eos_token_id': 262,
    ...metadata,
  });
}

describe('kinds of tokens', () => {
  it('plain text never becomes a control token, and added words are found in it', async () => {
    const { encode, tokenBytes } = createTokenizer(await byteLevelFile());
    const text = ' hello<|im_end|><think>ab';
    const ids = encode(text);
    expect(ids).not.toContain(261);
    expect(ids).not.toContain(264);
    expect(ids).toContain(263);
    expect(String.fromCharCode(...ids.flatMap((id) => [...tokenBytes(id)]))).toBe(text);
  });

  it('control and unused tokens have no bytes, added words their own', async () => {
    const { tokenBytes } = createTokenizer(await byteLevelFile());
    expect([261, 262, 264, 265].map((id) => tokenBytes(id).length)).toEqual([0, 0, 0, 0]);
    expect(new TextDecoder().decode(tokenBytes(263))).toBe('<think>');
    expect(new TextDecoder().decode(tokenBytes(260))).toBe(' hello');
  });

  it('a turn ends at the ids that the file names and at the marks that models are known to use', async () => {
    const { endIds } = createTokenizer(await byteLevelFile());
    expect([...endIds].sort()).toEqual([261, 262]);
    const named = createTokenizer(await byteLevelFile({ 'tokenizer.ggml.eot_token_id': 264 }));
    expect([...named.endIds].sort()).toEqual([261, 262, 264]);
  });

  it('marks of turns are control tokens even where a file calls them text', async () => {
    const { encode } = createTokenizer(
      await smallFile({
        'tokenizer.ggml.model': 'gpt2',
        'tokenizer.ggml.tokens': ['<', '|', '>', '<|im_start|>', '<|im_end|>'],
        'tokenizer.ggml.token_type': [1, 1, 1, 4, 4],
        'tokenizer.ggml.merges': ['< |'],
      }),
    );
    expect(encode('<|im_start|><|im_end|>')).toEqual([0, 1, 1, 2, 0, 1, 1, 2]);
  });

  it('BOS is added as the file says, else as its family does', async () => {
    expect(createTokenizer(await byteLevelFile()).addBos).toBe(false);
    expect(createTokenizer(await byteLevelFile({ 'tokenizer.ggml.pre': 'llama-bpe' })).addBos).toBe(true);
    const off = { 'tokenizer.ggml.pre': 'llama-bpe', 'tokenizer.ggml.add_bos_token': false };
    expect(createTokenizer(await byteLevelFile(off)).addBos).toBe(false);
  });

  it('a piece that is a token as a whole is taken where the family ignores merges', async () => {
    const metadata = { 'tokenizer.ggml.merges': ['h e', 'l l'] };
    const ids = async (pre: string): Promise<number[]> =>
      createTokenizer(await byteLevelFile({ ...metadata, 'tokenizer.ggml.pre': pre })).encode(' hello');
    expect(await ids('llama-bpe')).toEqual([260]);
    expect((await ids('gpt-2')).length).toBe(4);
  });

  it('lone surrogates are text like any other', async () => {
    const { encode, tokenBytes } = createTokenizer(await byteLevelFile());
    const bytes = encode('a\ud800b').flatMap((id) => [...tokenBytes(id)]);
    expect(new TextDecoder().decode(Uint8Array.from(bytes))).toBe('a\ufffdb');
  });
});

describe('SentencePiece', () => {
  const file = (metadata: Record<string, FriendlyValue> = {}): Promise<ModelFile> =>
    smallFile({
      'tokenizer.ggml.model': 'llama',
      'tokenizer.ggml.tokens': ['<unk>', '<s>', '</s>', '<0x41>', '▁', 'a', 'b', 'ab', '▁ab', 'ba', '<0xC3>', '<0xA4>'],
      'tokenizer.ggml.scores': {
        type: 'array',
        itemType: 'float32',
        value: [0, 0, 0, 0, -1, -2, -3, -5, -6, -4, 0, 0],
      },
      'tokenizer.ggml.token_type': [2, 3, 3, 6, 1, 1, 1, 1, 1, 1, 6, 6],
      'tokenizer.ggml.bos_token_id': 1,
      'tokenizer.ggml.eos_token_id': 2,
      ...metadata,
    });

  it('merges the best score first, from the left', async () => {
    const { encode } = createTokenizer(await file());
    expect(encode('ab')).toEqual([8]);
    expect(encode('aba')).toEqual([4, 5, 9]);
  });

  it('puts a space before the text unless the file says not to, and none before nothing', async () => {
    expect(createTokenizer(await file()).encode('a')).toEqual([4, 5]);
    expect(createTokenizer(await file()).encode('')).toEqual([]);
    const off = createTokenizer(await file({ 'tokenizer.ggml.add_space_prefix': false }));
    expect(off.encode('a')).toEqual([5]);
  });

  it('falls back to bytes, and to the unknown token where the vocabulary lacks them', async () => {
    const { encode, tokenBytes } = createTokenizer(await file({ 'tokenizer.ggml.add_space_prefix': false }));
    expect(encode('Aä')).toEqual([3, 10, 11]);
    expect(encode('z')).toEqual([0]);
    expect([...tokenBytes(3)]).toEqual([0x41]);
    expect(encode('<0x41>')).not.toContain(3);
  });

  it('text never becomes a control token', async () => {
    const { encode } = createTokenizer(await file());
    expect(encode('<s>a</s>')).not.toContain(1);
  });

  it('text that continues other text gets no space before it', async () => {
    const { encode, tokenBytes } = createTokenizer(await file());
    const text = (ids: readonly number[]) =>
      new TextDecoder().decode(Uint8Array.from(ids.flatMap((id) => [...tokenBytes(id)])));
    expect(text(encode('ab'))).toBe(' ab');
    expect(text(encode('ab', true))).toBe('ab');
  });
});

describe('a pre-tokenizer that is not known', () => {
  const unknown = { 'tokenizer.ggml.pre': 'brand-new' };

  it('can be taken for another, at one’s own risk', async () => {
    const { encode } = createTokenizer(await byteLevelFile(unknown), { assumePreTokenizer: 'gpt-2' });
    expect(encode(' hello')).toEqual([260]);
  });

  it('is refused where the other is not known either', async () => {
    const file = await byteLevelFile(unknown);
    expect(() => createTokenizer(file, { assumePreTokenizer: 'newer' })).toThrow(/got "newer"/);
  });

  it('is the only one that can be replaced', async () => {
    const options = { assumePreTokenizer: 'llama-bpe' };
    expect(createTokenizer(await byteLevelFile(), options).addBos).toBe(false);
  });
});

describe('BPE over characters', () => {
  const file = (metadata: Record<string, FriendlyValue> = {}): Promise<ModelFile> =>
    smallFile({
      'tokenizer.ggml.model': 'gemma4',
      'tokenizer.ggml.tokens': ['<bos>', '▁', 'a', 'b', 'ab', '▁ab', '\n', '\n\n', '<0xC3>', '<0xA4>'],
      'tokenizer.ggml.token_type': [3, 1, 1, 1, 1, 1, 1, 1, 6, 6],
      'tokenizer.ggml.merges': ['a b', '▁ ab'],
      'tokenizer.ggml.bos_token_id': 0,
      'tokenizer.ggml.add_bos_token': false,
      ...metadata,
    });

  it('merges over spaces, takes line breaks whole, and falls back to bytes', async () => {
    const { encode, tokenBytes } = createTokenizer(await file());
    expect(encode('ab ab\n\nä')).toEqual([4, 5, 7, 8, 9]);
    expect(new TextDecoder().decode(Uint8Array.from(encode(' abä').flatMap((id) => [...tokenBytes(id)])))).toBe(' abä');
  });

  it('puts BOS before Gemma 4’s prompts whatever the file says', async () => {
    expect(createTokenizer(await file()).addBos).toBe(true);
  });
});

describe('createTokenizer refuses', () => {
  const spm = { 'tokenizer.ggml.model': 'llama', 'tokenizer.ggml.tokens': ['a', 'b'] };
  it.each<[string, Record<string, FriendlyValue>, string, RegExp]>([
    ['no tokenizer', {}, 'TokenizerUnsupported', /got "none"/],
    ['another kind', { 'tokenizer.ggml.model': 'rwkv' }, 'TokenizerUnsupported', /got "rwkv"/],
    ['unigram without scores', { ...spm, 'tokenizer.ggml.model': 't5' }, 'TokenizerUnsupported', /no scores/],
    ['WordPiece without [UNK]', { ...spm, 'tokenizer.ggml.model': 'bert' }, 'TokenizerUnsupported', /no unknown token/],
    ['no tokens', { 'tokenizer.ggml.model': 'llama' }, 'TokenizerUnsupported', /no vocabulary/],
    ['SentencePiece without scores', spm, 'TokenizerUnsupported', /no scores/],
    ['byte-level without merges', { ...spm, 'tokenizer.ggml.model': 'gpt2' }, 'TokenizerUnsupported', /no merges/],
    [
      'an unknown pre-tokenizer',
      { ...spm, 'tokenizer.ggml.model': 'gpt2', 'tokenizer.ggml.pre': 'brand-new' },
      'TokenizerUnsupported',
      /got "brand-new"/,
    ],
    [
      'scores of another length',
      { ...spm, 'tokenizer.ggml.scores': [1] },
      'FileMalformed',
      /scores.*expected 2, got 1/,
    ],
    ['kinds of another length', { ...spm, 'tokenizer.ggml.token_type': [1] }, 'FileMalformed', /token types/],
    [
      'a score that is not a number',
      { ...spm, 'tokenizer.ggml.scores': { type: 'array', itemType: 'float32', value: [0, NaN] } },
      'FileMalformed',
      /finite/,
    ],
    ['an end token outside the vocabulary', { ...spm, 'tokenizer.ggml.eos_token_id': 2 }, 'FileMalformed', /eos/],
    ['tokens that are numbers', { ...spm, 'tokenizer.ggml.tokens': [1, 2] }, 'FileMalformed', /array of text/],
  ])('%s', async (_what, metadata, code, message) => {
    const error: unknown = await smallFile(metadata)
      .then((file) => createTokenizer(file))
      .catch((cause: unknown) => cause);
    expect((error as Error).message).toMatch(message);
    expect(errorCode(error)).toBe(code);
  });

  it('an id that is not in the vocabulary', async () => {
    const { tokenBytes, vocabularySize } = createTokenizer(await byteLevelFile());
    expect(() => tokenBytes(vocabularySize)).toThrow(/expected an id below 266, got 266/);
  });
});

it('every pre-tokenizer that is named is there', () => {
  expect(Object.keys(PRE_TOKENIZERS).sort()).toEqual([...new Set(Object.values(PRE_TOKENIZER_FAMILIES))].sort());
});
