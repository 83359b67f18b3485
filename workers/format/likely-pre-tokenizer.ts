/**
 * What an unknown way to split text most likely resembles. A vocabulary cannot hold what the split never left whole, and
 * the families differ most in how they cut numbers; whoever goes on with this does so at their own risk.
 */
import type { ModelFile } from './model-file.ts';
import type { PRE_TOKENIZER_FAMILIES } from './tokenizer-names.ts';

/** A token of digits, as byte-level BPE spells it, with or without a space before it. */
const NUMBER = /^\u0120?\d+$/;

/** GGUF's name of a known pre-tokenizer: GPT-2's where numbers keep their space or grow long, else by how they are cut. */
export function likelyPreTokenizer(file: ModelFile): keyof typeof PRE_TOKENIZER_FAMILIES {
  const tokens = file.metadata.get('tokenizer.ggml.tokens');
  let longest = 0;
  for (const token of Array.isArray(tokens) ? (tokens as readonly unknown[]) : []) {
    if (typeof token !== 'string' || !NUMBER.test(token)) continue;
    longest = Math.max(longest, token.startsWith('\u0120') ? Infinity : token.length);
  }
  if (longest > 3) return 'gpt-2';
  return longest > 1 ? 'llama-bpe' : 'qwen2';
}
