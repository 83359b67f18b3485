/**
 * What `tokenizer.json` does to text before anything else: its `normalizer`.
 *
 * `Precompiled` takes the longest sequence of its table at each place, as SentencePiece and llama.cpp do. Hugging Face's
 * own code looks at whole grapheme clusters first, then at single characters; the two differ on rare sequences only.
 * Source: Hugging Face's tokenizers, `normalizers/`.
 */
import { cleanBertText, lowerCase } from '../bert-text.ts';
import { byteLevelText } from '../byte-level.ts';
import { Charsmap } from '../charsmap.ts';
import { type JsonObject, notUnderstood, wrongValue } from './json-object.ts';
import { readPattern } from './pattern.ts';

/** Rewrites a part of a text. What `continues` other text gets nothing put before it. */
export type Normalizer = (text: string, continues: boolean) => string;

const FORMS = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const;
const NMT_DROPPED = /[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]/gu;
const NMT_SPACES = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/gu;

function bytesOfBase64(owner: JsonObject, key: string): Uint8Array {
  const text = owner.string(key);
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw wrongValue(owner.at(key), 'Base64', text);
  }
}

function sequence(parts: readonly Normalizer[]): Normalizer {
  return (text, continues) => parts.reduce((changed, normalize) => normalize(changed, continues), text);
}

/** Reads a normalizer. Throws `FileMalformed`, or `TokenizerUnsupported` naming what is not understood. */
function readNormalizer(spec: JsonObject): Normalizer {
  const type = spec.string('type');
  const form = FORMS.find((each) => each === type);
  if (form !== undefined) {
    spec.only();
    return (text) => text.normalize(form);
  }
  switch (type) {
    case 'Sequence':
      spec.only('normalizers');
      return sequence(spec.objects('normalizers').map(readNormalizer));
    case 'Lowercase':
      spec.only();
      return lowerCase;
    case 'StripAccents':
      spec.only();
      return (text) => text.replace(/\p{M}/gu, '');
    case 'Strip': {
      spec.only('strip_left', 'strip_right');
      const left = spec.boolean('strip_left');
      const right = spec.boolean('strip_right');
      return (text) => {
        const start = left ? text.replace(/^\p{White_Space}+/u, '') : text;
        return right ? start.replace(/(?<!\p{White_Space})\p{White_Space}+$/u, '') : start;
      };
    }
    case 'Replace': {
      spec.only('pattern', 'content');
      const pattern = readPattern(spec);
      const content = spec.string('content');
      return (text) => text.replace(pattern, () => content);
    }
    case 'Prepend': {
      spec.only('prepend');
      const prefix = spec.string('prepend');
      return (text, continues) => (text === '' || continues ? text : prefix + text);
    }
    case 'BertNormalizer': {
      spec.only('clean_text', 'handle_chinese_chars', 'strip_accents', 'lowercase');
      const lower = spec.boolean('lowercase');
      const cleaning = {
        cleanText: spec.boolean('clean_text'),
        spaceHan: spec.boolean('handle_chinese_chars'),
        stripAccents: spec.boolean('strip_accents', lower),
        lowerCase: lower,
      };
      return (text) => cleanBertText(text, cleaning);
    }
    case 'Precompiled': {
      spec.only('precompiled_charsmap');
      // An empty table changes nothing.
      if (spec.get('precompiled_charsmap') === undefined || spec.string('precompiled_charsmap') === '')
        return (text) => text;
      const charsmap = new Charsmap(bytesOfBase64(spec, 'precompiled_charsmap'));
      return (text) => charsmap.normalize(text);
    }
    case 'Nmt':
      spec.only();
      return (text) => text.replace(NMT_DROPPED, '').replace(NMT_SPACES, ' ');
    case 'ByteLevel':
      spec.only('add_prefix_space', 'trim_offsets', 'use_regex');
      return byteLevelText;
    default:
      throw notUnderstood(spec.at('type'), type);
  }
}

/** The file's normalizer; it changes nothing where there is none. */
export function fileNormalizer(file: JsonObject): Normalizer {
  const spec = file.optional('normalizer');
  return spec ? readNormalizer(spec) : (text) => text;
}
