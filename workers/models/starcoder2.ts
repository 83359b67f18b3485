/**
 * StarCoder2 (Lozhkov and others 2024): layer norms and biases throughout, GELU without a gate, heads that turn by halves.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function starcoder2(forward: Forward): Activation {
  const decoder = new Decoder(forward, { norm: 'layer' });
  decoder.embed();
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing: 'halves' });
    decoder.feedForward(layer, { activation: 'gelu', gated: false });
  }
  return decoder.logits();
}
