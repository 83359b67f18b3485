/**
 * OLMo 2 and 3 (Ai2 2025): norms stand behind the blocks, not before them, and q and k are normed over all heads at once.
 * OLMo 3 declares a window: three layers of four are local, and turn as if the context had not been stretched.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';
import { localLayers } from './windows.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function olmo2(forward: Forward): Activation {
  const { settings, ropeTables } = forward;
  const window = settings.positive('attention.sliding_window');
  const isLocal = localLayers(forward, 4);
  const decoder = new Decoder(forward);
  decoder.embed();
  for (const layer of decoder.layers) {
    const local = window !== undefined && isLocal(layer);
    decoder.attention(layer, {
      pairing: 'halves',
      norm: null,
      headNorm: 'row',
      postNorm: 'post_attention_norm',
      ...(local ? { window, rope: ropeTables.table({ scaling: { type: 'none' } }) } : {}),
    });
    decoder.feedForward(layer, { norm: null, postNorm: 'post_ffw_norm' });
  }
  return decoder.logits();
}
