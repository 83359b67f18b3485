/** What a GGUF file says of BPE with merges: how text is cut, and which pairs of tokens merge in which order. */
import { metadataStrings } from '../format/metadata.ts';
import type { ModelFile } from '../format/model-file.ts';
import { quoted } from '../format/quoted.ts';
import { PRE_TOKENIZER_FAMILIES } from '../format/tokenizer-names.ts';
import { EngineError } from '../protocol/errors.ts';
import { PairTable } from './pair-table.ts';
import { PRE_TOKENIZERS } from './pre-tokenizers.ts';
import type { PreTokenizer } from './pre-tokenizers.ts';
import type { Vocabulary } from './vocabulary.ts';

function knownPreTokenizer(name: unknown): PreTokenizer | null {
  if (typeof name !== 'string' || !Object.hasOwn(PRE_TOKENIZER_FAMILIES, name)) return null;
  return PRE_TOKENIZERS[PRE_TOKENIZER_FAMILIES[name as keyof typeof PRE_TOKENIZER_FAMILIES]];
}

/**
 * The rule by which the file's text is cut. `assumed` names another to take where the file's own is not known.
 *
 * Throws `TokenizerUnsupported`, naming the file's rule, if we do not know it; `SettingInvalid` if `assumed` is not known.
 */
export function filePreTokenizer(file: ModelFile, assumed?: string): PreTokenizer {
  const isGemma = file.metadata.get('tokenizer.ggml.model') === 'gemma4';
  const name = isGemma ? 'gemma4' : (file.metadata.get('tokenizer.ggml.pre') ?? 'default');
  const own = knownPreTokenizer(name);
  if (own) return own;
  if (assumed !== undefined) {
    const other = knownPreTokenizer(assumed);
    if (other) return other;
    throw new EngineError('SettingInvalid', {
      what: 'The way to split text that was to be assumed is not known',
      expected: 'a name that GGUF files use, such as "llama-bpe", "qwen2" or "gpt-2"',
      got: quoted(assumed),
    });
  }
  throw new EngineError('TokenizerUnsupported', {
    what: "The tokenizer's way to split text is not known here",
    got: quoted(String(name)),
    remedy: 'Update Freehold, or go on as if it were another: the model may then answer a little worse.',
  });
}

/** The file's merges by the ids of their tokens. Throws `TokenizerUnsupported` if there are none. */
export function readMerges(file: ModelFile, { textIds }: Vocabulary): PairTable {
  const merges = metadataStrings(file, 'tokenizer.ggml.merges');
  if (!merges)
    throw new EngineError('TokenizerUnsupported', {
      what: 'The file brings no merges for its byte-level tokenizer',
      remedy: 'Choose another conversion of the model.',
    });
  const table = new PairTable(merges.length);
  for (const [rank, merge] of merges.entries()) {
    // A token may begin with the separator's character only as its first: both parts have at least one character.
    const space = merge.indexOf(' ', 1);
    const left = textIds.get(merge.slice(0, space));
    const right = textIds.get(merge.slice(space + 1));
    const merged = textIds.get(merge.slice(0, space) + merge.slice(space + 1));
    if (space > 0 && left !== undefined && right !== undefined && merged !== undefined)
      table.set(left, right, rank, merged);
  }
  return table;
}
