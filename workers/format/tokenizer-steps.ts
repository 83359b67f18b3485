/**
 * Which kinds of steps in `tokenizer.json` the engine reproduces, so that a summary can name one that it does not before
 * gigabytes are fetched; `workers/text/tokenizer-json` implements exactly these, and looks at what is inside them.
 * Source of the names: Hugging Face's tokenizers.
 */
import { quoted } from './quoted.ts';
import type { JsonObject, JsonValue } from './strict-json.ts';

const BYTES_AND_SEQUENCE = ['ByteLevel', 'Sequence'] as const;

/** Parts of the file: the field in which a `Sequence` of them has its steps, and their kinds. */
export const TOKENIZER_STEPS = {
  model: { steps: null, kinds: ['BPE', 'Unigram', 'WordPiece'] },
  normalizer: {
    steps: 'normalizers',
    kinds: [
      ...BYTES_AND_SEQUENCE,
      ...['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents', 'Strip', 'Replace', 'Prepend', 'BertNormalizer'],
      ...['Precompiled', 'Nmt'],
    ],
  },
  pre_tokenizer: {
    steps: 'pretokenizers',
    kinds: [
      ...BYTES_AND_SEQUENCE,
      ...['Split', 'Metaspace', 'Digits', 'Punctuation', 'Whitespace', 'WhitespaceSplit', 'CharDelimiterSplit'],
      'BertPreTokenizer',
    ],
  },
  post_processor: {
    steps: 'processors',
    kinds: [...BYTES_AND_SEQUENCE, 'TemplateProcessing', 'BertProcessing', 'RobertaProcessing'],
  },
  decoder: {
    steps: 'decoders',
    kinds: [
      ...BYTES_AND_SEQUENCE,
      ...['Metaspace', 'Replace', 'ByteFallback', 'Fuse', 'Strip', 'WordPiece', 'BPEDecoder'],
    ],
  },
} as const;

/** A step whose kind is not among these, as the subject of a sentence, or `null`. What is malformed is found later. */
export function unknownTokenizerStep(tokenizer: JsonObject): string | null {
  for (const [part, { steps, kinds }] of Object.entries(TOKENIZER_STEPS)) {
    const unknown = unknownKind(tokenizer.get(part), steps, kinds);
    if (unknown !== null) return `The tokenizer's ${part.replace('_', '-')} ${quoted(unknown)}`;
  }
  return null;
}

/** Strict reading bounds how deep a step may lie. */
function unknownKind(step: JsonValue | undefined, steps: string | null, kinds: readonly string[]): string | null {
  if (!(step instanceof Map)) return null;
  const type = (step as JsonObject).get('type');
  const inner = (step as JsonObject).get(steps ?? '');
  if (typeof type === 'string' && !kinds.includes(type)) return type;
  if (!Array.isArray(inner)) return null;
  for (const each of inner as readonly JsonValue[]) {
    const unknown = unknownKind(each, steps, kinds);
    if (unknown !== null) return unknown;
  }
  return null;
}
