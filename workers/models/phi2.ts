/**
 * Phi-1, Phi-1.5 and Phi-2 (Microsoft 2023): both parts of a layer read the same norm of the residual stream; layer norms
 * and biases throughout, on the logits too, GELU without a gate, heads that turn in part and by halves.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function phi2(forward: Forward): Activation {
  const decoder = new Decoder(forward, { norm: 'layer' });
  decoder.embed();
  for (const layer of decoder.layers)
    decoder.parallel(layer, { pairing: 'halves' }, { norm: 'attn_norm', activation: 'gelu', gated: false });
  return decoder.logits();
}
