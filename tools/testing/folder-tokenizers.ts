/** Small tokenizers as `tokenizer.json` writes them: byte-level BPE, and the test vocabulary of our random models. */
import { byteLevelText } from '../../workers/text/byte-level.ts';
import { testVocabulary } from './test-vocabulary.ts';

/** Patterns by which models' tokenizers split text, as their files have them. */
export const SPLIT = {
  llama3:
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  qwen2:
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  tekken:
    '[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
} as const;

const MERGES =
  "t h|th e|Ġ the|Ġ t|i n|e r|1 2|12 3|3 4|Ġ Ġ|ĠĠ ĠĠ|Ċ Ċ|č Ċ|! ?|o th|oth er|Ġ oth|l l|' ll|' v|Ġ 1|4 5|45 6|W E|! /|ĉ Ġ".split(
    '|',
  );
const BYTES = Array.from({ length: 256 }, (_, byte) => byteLevelText(Uint8Array.of(byte)));
const BYTE_TOKENS = [...BYTES, ...MERGES.map((merge) => merge.replace(' ', ''))];
const special = (id: number, content: string, isSpecial = true) => ({
  id,
  content,
  special: isSpecial,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
});

/** GPT-2's kind, with two special tokens and an added one behind the vocabulary. */
export const BYTE_LEVEL = {
  version: '1.0',
  added_tokens: [
    special(BYTE_TOKENS.length, '<s>'),
    special(BYTE_TOKENS.length + 1, '</s>'),
    special(BYTE_TOKENS.length + 2, 'added', false),
  ],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: '',
    end_of_word_suffix: '',
    fuse_unk: false,
    byte_fallback: false,
    vocab: Object.fromEntries(BYTE_TOKENS.map((token, id) => [token, id])),
    merges: MERGES,
  },
};

const { tokens, types, scores } = testVocabulary();

/** Every pair that makes a token, by the score of what it makes: as the tokens of a SentencePiece model are converted. */
function sentencePieceMerges(): string[] {
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const found: { merge: string; score: number }[] = [];
  for (const [id, token] of tokens.entries()) {
    if (types[id] !== 1) continue;
    for (let cut = 1; cut < token.length; cut++) {
      const [left, right] = [token.slice(0, cut), token.slice(cut)];
      if (types[idOf.get(left) ?? 0] === 1 && types[idOf.get(right) ?? 0] === 1)
        found.push({ merge: `${left} ${right}`, score: scores[id]! });
    }
  }
  return found.sort((a, b) => b.score - a.score).map(({ merge }) => merge);
}

/** Llama 2's kind, with the vocabulary of random models. */
export const SENTENCE_PIECE = {
  version: '1.0',
  added_tokens: tokens.flatMap((token, id) => (types[id] === 2 || types[id] === 3 ? [special(id, token)] : [])),
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Prepend', prepend: '\u2581' },
      { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
    ],
  },
  pre_tokenizer: null,
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
  },
  decoder: {
    type: 'Sequence',
    decoders: [
      { type: 'Replace', pattern: { String: '\u2581' }, content: ' ' },
      { type: 'ByteFallback' },
      { type: 'Fuse' },
      { type: 'Strip', content: ' ', start: 1, stop: 0 },
    ],
  },
  model: {
    type: 'BPE',
    unk_token: '<unk>',
    fuse_unk: true,
    byte_fallback: true,
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges: sentencePieceMerges(),
  },
};

/** `tokenizer_config.json` beside it. */
export const SENTENCE_PIECE_CONFIG = { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' };
