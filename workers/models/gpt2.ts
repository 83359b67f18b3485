/**
 * GPT-2 (Radford and others 2019): layer norms and biases throughout, GELU without a gate, a learned embedding for each
 * position in place of rotation, q, k and v in one tensor.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function gpt2(forward: Forward): Activation {
  const decoder = new Decoder(forward, { norm: 'layer' });
  decoder.embed();
  decoder.addPositions();
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing: null });
    decoder.feedForward(layer, { activation: 'gelu', gated: false });
  }
  return decoder.logits();
}
