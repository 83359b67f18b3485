/** Which values of a head turn together: it follows the container, because conversion to GGUF reorders rows. */
import type { ModelFile } from '../format/model-file.ts';

/** Architectures whose q and k rows GGUF's conversion permutes, so that pairs become adjacent. */
const PERMUTED_IN_GGUF: ReadonlySet<string> = new Set(['llama']);

/**
 * `adjacent`: values 2i and 2i + 1 of a head turn together. `halves`: values i and i + headDim / 2, as every checkpoint
 * on the hub has it. Source: llama.cpp's `llama_model_rope_type` and its converter's `permute`.
 */
export function ropePairing({ container }: ModelFile, architecture: string): 'adjacent' | 'halves' {
  return container === 'gguf' && PERMUTED_IN_GGUF.has(architecture) ? 'adjacent' : 'halves';
}
