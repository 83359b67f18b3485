/**
 * SmolLM3 (Hugging Face 2025): Llama, but every fourth layer does not turn queries and keys (NoPE, Yang and others 2025).
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';

/** No GGUF key says it; all published models have it so. */
const LAYERS_TO_ONE_WITHOUT_ROPE = 4;

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function smollm3(forward: Forward): Activation {
  const decoder = new Decoder(forward);
  decoder.embed();
  for (const layer of decoder.layers) {
    const turns = (layer.index + 1) % LAYERS_TO_ONE_WITHOUT_ROPE !== 0;
    decoder.attention(layer, { pairing: turns ? 'adjacent' : null });
    decoder.feedForward(layer);
  }
  return decoder.logits();
}
