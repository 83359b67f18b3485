/** Which values of a head turn together: it follows the container, because conversion to GGUF reorders rows. */
import type { ModelFile } from '../format/model-file.ts';

/** `adjacent`: values 2i and 2i + 1 of a head turn together. `halves`: values i and i + rotaryDim / 2. */
export type RopePairing = 'adjacent' | 'halves';

/**
 * The pairing of a file whose family has `inGguf` in GGUF. Every checkpoint on the hub has halves; the conversion to GGUF
 * permutes the rows of q and k of some families. Source: llama.cpp's `llama_model_rope_type` and its converter's `permute`.
 */
export function ropePairing(container: ModelFile['container'], inGguf: RopePairing): RopePairing {
  return container === 'gguf' ? inGguf : 'halves';
}
