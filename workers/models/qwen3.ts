/**
 * Qwen3 (Yang and others 2025): Qwen2 without biases, with an RMS norm of each head of q and k before it turns. Heads are
 * wider than embedding ÷ heads; the file says how wide. Layers that a file lists see a window, as in Qwen2.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';
import { listedLocal } from './windows.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function qwen3(forward: Forward): Activation {
  const window = forward.settings.positive('attention.sliding_window');
  const local = listedLocal(forward);
  const decoder = new Decoder(forward);
  decoder.embed();
  for (const layer of decoder.layers) {
    decoder.attention(layer, {
      pairing: 'halves',
      headNorm: 'head',
      window: local?.[layer.index] ? window : undefined,
    });
    decoder.feedForward(layer);
  }
  return decoder.logits();
}
