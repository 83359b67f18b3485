/**
 * Qwen2 and Qwen2.5 (Yang and others 2024): Llama with biases on q, k and v, whose heads turn by halves. Where a file lists layers that
 * see a window (`layer_types` of a checkpoint), those keep to it.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';
import { listedLocal } from './windows.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function qwen2(forward: Forward): Activation {
  const window = forward.settings.positive('attention.sliding_window');
  const local = listedLocal(forward);
  const decoder = new Decoder(forward);
  decoder.embed();
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing: 'halves', window: local?.[layer.index] ? window : undefined });
    decoder.feedForward(layer);
  }
  return decoder.logits();
}
