/**
 * Qwen3's mixtures of experts (Yang and others 2025), 30B-A3B and 235B-A22B: Qwen3 with experts in every layer. The chosen
 * ones' weights are made to sum to 1 (llama.cpp, `qwen3moe.cpp`).
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';
import { expertFeedForwardLength } from './qwen2moe.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function qwen3moe(forward: Forward): Activation {
  const feedForwardLength = expertFeedForwardLength(forward);
  const decoder = new Decoder(forward);
  decoder.embed();
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing: 'halves', headNorm: 'head' });
    decoder.experts(layer, { feedForwardLength, weights: 'softmax-of-chosen' });
  }
  return decoder.logits();
}
