/**
 * BERT (Devlin and others 2018) and its kin: MiniLM, bge, gte, e5. It looks both ways, adds learned embeddings of positions
 * and of the kind of text, and norms behind each residual sum; biases throughout, GELU without a gate.
 *
 * Every text is of the first kind ("sentence A"), as in llama.cpp. GELU is by its tanh form, as in the first release of
 * BERT and in llama.cpp; the exact one differs by less than 0.0005.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';

/** Declares the forward pass; returns the text's embedding (embeddingLength). */
export function bert(forward: Forward): Activation {
  const decoder = new Decoder(forward, { norm: 'layer' });
  decoder.embed();
  decoder.addFirstTokenType();
  decoder.addPositions();
  decoder.normStream('token_embd_norm');
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing: null, norm: null, streamNorm: 'attn_output_norm' });
    const feedForward = { activation: 'gelu', gated: false } as const;
    decoder.feedForward(layer, { ...feedForward, norm: null, streamNorm: 'layer_output_norm' });
  }
  return decoder.pooled();
}
