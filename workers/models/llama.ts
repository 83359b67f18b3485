/**
 * Llama: Llama 2 and 3, Mistral, SmolLM2, TinyLlama and their kin; with experts, Mixtral (Jiang and others 2024), whose
 * chosen experts' weights sum to 1.
 *
 * Each layer: RMS norm, grouped-query attention with rotary positions, residual; RMS norm, SwiGLU, residual. GGUF
 * conversion permutes the rows of q and k, so rotary pairs are adjacent here (llama.cpp, `LLAMA_ROPE_TYPE_NORM`). Where a
 * file declares a window, as Mistral 7B 0.1 has, every layer keeps to it, or those that the file lists; llama.cpp does not
 * read that key.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';
import { listedLocal } from './windows.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function llama(forward: Forward): Activation {
  const { settings, shape } = forward;
  const window = settings.positive('attention.sliding_window');
  const local = listedLocal(forward);
  const decoder = new Decoder(forward);
  decoder.embed();
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing: 'adjacent', window: local?.[layer.index] === false ? undefined : window });
    if (shape.experts)
      decoder.experts(layer, { feedForwardLength: shape.feedForwardLength, weights: 'softmax-of-chosen' });
    else decoder.feedForward(layer);
  }
  return decoder.logits();
}
