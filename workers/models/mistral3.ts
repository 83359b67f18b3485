/**
 * Ministral 3 and Devstral 2 (Mistral AI 2025): Llama, whose queries grow beyond the context that it was trained on first.
 * Up to there they do not; a longer context is not offered (`workers/format/readable-context.ts`).
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function mistral3(forward: Forward): Activation {
  const decoder = new Decoder(forward);
  decoder.embed();
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing: 'adjacent' });
    decoder.feedForward(layer);
  }
  return decoder.logits();
}
