/** Small `tokenizer.json` contents for tests, and those that say what a GGUF vocabulary says. */
import { jsonObject } from '../../workers/format/json-fields.ts';
import { metadataNumbers, metadataStrings } from '../../workers/format/metadata.ts';
import type { ModelFile } from '../../workers/format/model-file.ts';
import { type JsonObject, parseStrictJson } from '../../workers/format/strict-json.ts';

/** Parsed JSON that a test may change at will. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** A JSON object. */
export type JsonRecord = Record<string, Json>;

/** The value as the strict reader gives it. */
export function strictJson(value: JsonRecord): JsonObject {
  return jsonObject(parseStrictJson(JSON.stringify(value), 'a test'), 'a test');
}

/** A file of version 1.0 with this model and these parts; the others are null. */
export function tokenizerJson(model: JsonRecord, parts: JsonRecord = {}): JsonRecord {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model,
    ...parts,
  };
}

/** An added token with all its switches off but those given. */
export function addedToken(id: number, content: string, switches: JsonRecord = {}): JsonRecord {
  const off = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };
  return { id, content, ...off, ...switches };
}

function tokensOf(file: ModelFile): readonly string[] {
  return metadataStrings(file, 'tokenizer.ggml.tokens') ?? [];
}

function idsByToken(tokens: readonly string[]): Record<string, number> {
  return Object.fromEntries(tokens.map((token, id) => [token, id]));
}

function controls(file: ModelFile): JsonRecord[] {
  const kinds = metadataNumbers(file, 'tokenizer.ggml.token_type') ?? [];
  return [...tokensOf(file).entries()]
    .filter(([id]) => kinds[id] === 3)
    .map(([id, token]) => addedToken(id, token, { special: true }));
}

/** Byte-level BPE with the given pre-tokenizer. */
export function byteLevelJson(file: ModelFile, preTokenizer: JsonRecord): JsonRecord {
  const merges = (metadataStrings(file, 'tokenizer.ggml.merges') ?? []).map((merge) => merge.split(' '));
  return tokenizerJson(
    { type: 'BPE', vocab: idsByToken(tokensOf(file)), merges },
    {
      added_tokens: controls(file),
      pre_tokenizer: preTokenizer,
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    },
  );
}

/** SentencePiece BPE as its converter writes it: every way to make a token of two is a merge, the best score first. */
export function sentencePieceJson(file: ModelFile): JsonRecord {
  const tokens = tokensOf(file);
  const scores = metadataNumbers(file, 'tokenizer.ggml.scores') ?? [];
  const kinds = metadataNumbers(file, 'tokenizer.ggml.token_type') ?? [];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merges: { pair: [string, string]; score: number; left: number; right: number }[] = [];
  for (const [id, token] of tokens.entries()) {
    const characters = kinds[id] === 1 ? [...token] : [];
    for (let cut = 1; cut < characters.length; cut++) {
      const pair: [string, string] = [characters.slice(0, cut).join(''), characters.slice(cut).join('')];
      const [left, right] = pair.map((part) => ids.get(part));
      if (left !== undefined && right !== undefined) merges.push({ pair, score: scores[id]!, left, right });
    }
  }
  merges.sort((a, b) => b.score - a.score || a.left - b.left || a.right - b.right);
  return tokenizerJson(
    {
      type: 'BPE',
      unk_token: '<unk>',
      fuse_unk: true,
      byte_fallback: true,
      vocab: idsByToken(tokens),
      merges: merges.map(({ pair }) => pair),
    },
    {
      added_tokens: [addedToken(0, '<unk>', { special: true }), ...controls(file)],
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'Prepend', prepend: '▁' },
          { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
        ],
      },
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        pair: [],
        special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
      },
      decoder: {
        type: 'Sequence',
        decoders: [
          { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
          { type: 'ByteFallback' },
          { type: 'Fuse' },
          { type: 'Strip', content: ' ', start: 1, stop: 0 },
        ],
      },
    },
  );
}

/** WordPiece with BERT's own spelling of tokens that go on. */
export function wordPieceJson(file: ModelFile): JsonRecord {
  const control = (token: string): Json => [token, tokensOf(file).indexOf(token)];
  const vocab = tokensOf(file).map((token) => {
    if (token.startsWith('▁')) return token.slice(1);
    return token.startsWith('[') && token.endsWith(']') && token.length > 2 ? token : `##${token}`;
  });
  return tokenizerJson(
    {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: idsByToken(vocab),
    },
    {
      added_tokens: controls(file),
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: { type: 'BertProcessing', sep: control('[SEP]'), cls: control('[CLS]') },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    },
  );
}

/** Unigram with byte fallback as T5's and Llama's kin have it: tokens in the order of their ids, likeliest first. */
export function unigramJson(tokens: readonly string[]): JsonRecord {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const vocab = ['<unk>', ...bytes, ...tokens].map((token, id): Json => [token, id === 0 ? 0 : -Math.log(id + 1)]);
  return tokenizerJson(
    { type: 'Unigram', unk_id: 0, byte_fallback: true, vocab },
    {
      added_tokens: [addedToken(0, '<unk>', { special: true })],
      pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
      decoder: {
        type: 'Sequence',
        decoders: [
          { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
          { type: 'ByteFallback' },
          { type: 'Fuse' },
          { type: 'Strip', content: ' ', start: 1, stop: 0 },
        ],
      },
    },
  );
}
