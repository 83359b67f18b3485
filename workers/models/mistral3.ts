/**
 * Ministral 3 and Devstral 2 (Mistral AI 2025): Llama, whose queries grow step by step beyond the context that it was first
 * trained on. Sources: `Ministral3Attention` of `transformers`, and llama.cpp, whose key of the step is that of YaRN too.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function mistral3(forward: Forward): Activation {
  const { settings, shape } = forward;
  const beta = settings.positive('attention.temperature_scale');
  const originalContextLength = settings.integer('rope.scaling.original_context_length', shape.contextLength);
  const queryScaling = beta === undefined ? undefined : { beta, originalContextLength };
  const decoder = new Decoder(forward);
  decoder.embed();
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing: 'adjacent', queryScaling });
    decoder.feedForward(layer);
  }
  return decoder.logits();
}
