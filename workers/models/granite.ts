/**
 * Granite 3 (IBM 2024), dense: Llama with four multipliers, on embeddings, scores, what blocks add, and logits (by which
 * those are divided). `rope.scaling.finetuned` = false switches rotation off, as Granite 4 does.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function granite(forward: Forward): Activation {
  const { settings } = forward;
  const residualScale = settings.positive('residual_scale') ?? 1;
  const pairing = settings.boolean('rope.scaling.finetuned', true) ? 'adjacent' : null;
  const decoder = new Decoder(forward);
  decoder.embed(settings.positive('embedding_scale'));
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing, scale: settings.positive('attention.scale'), residualScale });
    decoder.feedForward(layer, { residualScale });
  }
  return decoder.logits({ scale: 1 / (settings.positive('logit_scale') ?? 1) });
}
