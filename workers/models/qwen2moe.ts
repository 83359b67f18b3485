/**
 * Qwen1.5's and Qwen2's mixtures of experts (Yang and others 2024), A2.7B and 57B-A14B: Qwen2 with experts in every layer,
 * and one more that every token runs through, weighed by a gate of its own. The chosen ones' weights are their shares of
 * all experts' softmax, so they sum to less than 1 (llama.cpp, `qwen2moe.cpp`).
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';

/** The length of one expert: without a key the chosen ones together are as long as the metadata's feed-forward part. */
export function expertFeedForwardLength({ settings, shape }: Forward): number {
  return settings.integer('expert_feed_forward_length', shape.feedForwardLength / (shape.experts?.used ?? 1));
}

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function qwen2moe(forward: Forward): Activation {
  const feedForwardLength = expertFeedForwardLength(forward);
  const sharedFeedForwardLength = forward.settings.integer(
    'expert_shared_feed_forward_length',
    forward.shape.feedForwardLength,
  );
  const decoder = new Decoder(forward);
  decoder.embed();
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing: 'halves' });
    decoder.experts(layer, { feedForwardLength, weights: 'softmax', sharedFeedForwardLength });
  }
  return decoder.logits();
}
