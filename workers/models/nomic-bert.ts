/**
 * Nomic BERT (Nussbaum and others 2024), which nomic-embed-text 1 and 1.5 are: BERT with rotary positions, SwiGLU, q, k and
 * v in one tensor, and no biases but the norms'. Positions turn unscaled, as trained; its card stretches them further.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';

/** Declares the forward pass; returns the text's embedding (embeddingLength). */
export function nomicBert(forward: Forward): Activation {
  const decoder = new Decoder(forward, { norm: 'layer' });
  decoder.embed();
  decoder.addFirstTokenType();
  decoder.normStream('token_embd_norm');
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing: 'halves', norm: null, streamNorm: 'attn_output_norm' });
    decoder.feedForward(layer, { norm: null, streamNorm: 'layer_output_norm' });
  }
  return decoder.pooled();
}
