/**
 * Phi-3, Phi-3.5 and Phi-4 (Microsoft 2024): Llama with q, k and v in one tensor, gate and up in one (gate first), heads
 * that turn by halves and some only in part, and LongRoPE's factors. The window that files declare was not meant for all
 * of them; llama.cpp ignores it, and so does this.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function phi3(forward: Forward): Activation {
  const decoder = new Decoder(forward);
  decoder.embed();
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing: 'halves' });
    decoder.feedForward(layer);
  }
  return decoder.logits();
}
