/**
 * What bytes a token of `tokenizer.json` stands for: its `decoder`, for one token at a time, which streaming needs.
 *
 * So what a decoder does at the very beginning of a text only, such as taking away the first space, is not done here, as
 * it is not for GGUF files. Source: Hugging Face's tokenizers, `decoders/`.
 */
import { byteLevelBytes } from '../byte-level.ts';
import { byteTokenValue } from '../byte-token.ts';
import { type JsonObject, notUnderstood } from './json-object.ts';
import { readPattern } from './pattern.ts';
import { readMetaspace } from './splitters.ts';

/** One step: from a token's text to its text, or to bytes, which are final. */
type Step = (token: string) => string | Uint8Array;

/** What a token of the model, and a word that was added to it, stand for. */
export interface TokenDecoder {
  readonly bytes: (token: string) => Uint8Array;
  /** Added words pass only the steps that change what is in them, such as a mark back to a space. */
  readonly addedBytes: (token: string) => Uint8Array;
  /** Whether tokens such as `<0x0A>` are bytes. */
  readonly hasByteTokens: boolean;
}

interface Steps {
  readonly all: readonly Step[];
  readonly added: readonly Step[];
  readonly hasByteTokens: boolean;
  /** From here on the tokens are one text, and what concerns beginnings and ends concerns the text's. */
  readonly fused: boolean;
}

const NOTHING: Steps = { all: [], added: [], hasByteTokens: false, fused: false };

/** English as it is written, from words and marks between spaces; in this order. */
const CLEANED: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

function wordPieceStep(spec: JsonObject): Step {
  spec.only('prefix', 'cleanup');
  const prefix = spec.string('prefix', '##');
  const cleanup = spec.boolean('cleanup', true);
  return (token) => {
    const spaced = prefix !== '' && token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
    return cleanup ? CLEANED.reduce((text, [from, to]) => text.replaceAll(from, () => to), spaced) : spaced;
  };
}

function stripStep(spec: JsonObject): Step {
  const mark = spec.character('content');
  const start = spec.count('start');
  const stop = spec.count('stop');
  return (token) => {
    const characters = [...token];
    let from = 0;
    let to = characters.length;
    while (from < start && characters[from] === mark) from += 1;
    while (characters.length - to < stop && to > from && characters[to - 1] === mark) to -= 1;
    return characters.slice(from, to).join('');
  };
}

function add(steps: Steps, spec: JsonObject): Steps {
  const type = spec.string('type');
  const both = (step: Step): Steps => ({ ...steps, all: [...steps.all, step], added: [...steps.added, step] });
  const own = (step: Step): Steps => ({ ...steps, all: [...steps.all, step] });
  switch (type) {
    case 'Sequence':
      spec.only('decoders');
      return spec.objects('decoders').reduce(add, steps);
    case 'ByteLevel':
      spec.only('add_prefix_space', 'trim_offsets', 'use_regex');
      return own(byteLevelBytes);
    case 'Metaspace': {
      const { mark } = readMetaspace(spec);
      return both((token) => token.replaceAll(mark, ' '));
    }
    case 'Replace': {
      spec.only('pattern', 'content');
      const pattern = readPattern(spec);
      const content = spec.string('content');
      return both((token) => token.replace(pattern, () => content));
    }
    case 'ByteFallback':
      spec.only();
      return {
        ...own((token) => {
          const byte = byteTokenValue(token);
          return byte === null ? token : Uint8Array.of(byte);
        }),
        hasByteTokens: true,
      };
    case 'Fuse':
      spec.only();
      return { ...steps, fused: true };
    case 'Strip':
      spec.only('content', 'start', 'stop');
      return steps.fused ? (stripStep(spec), steps) : own(stripStep(spec));
    case 'WordPiece':
      return own(wordPieceStep(spec));
    case 'BPEDecoder': {
      spec.only('suffix');
      const suffix = spec.string('suffix', '</w>');
      return own((token) => (suffix === '' ? token : token.replaceAll(suffix, ' ')));
    }
    default:
      throw notUnderstood(spec.at('type'), type);
  }
}

function run(steps: readonly Step[], token: string): Uint8Array {
  let text = token;
  for (const step of steps) {
    const result = step(text);
    if (typeof result !== 'string') return result;
    text = result;
  }
  return new TextEncoder().encode(text);
}

/** The file's decoder; without one tokens are words between spaces. Throws as its parts do. */
export function fileDecoder(file: JsonObject): TokenDecoder {
  const spec = file.optional('decoder');
  const { all, added, hasByteTokens } = spec
    ? add(NOTHING, spec)
    : { ...NOTHING, all: [(token: string) => ` ${token}`] };
  return { bytes: (token) => run(all, token), addedBytes: (token) => run(added, token), hasByteTokens };
}
