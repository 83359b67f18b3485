/**
 * gpt-oss (OpenAI 2025), 20B and 120B: experts in every layer, with biases everywhere and a clamped SwiGLU of its own;
 * every second layer, from the first, sees a window; each head has a sink, a score that takes its share of the softmax.
 * Heads turn by halves, stretched by YaRN in every layer. The norm before the experts is called `post_attention_norm`, and
 * the router's softmax goes over the chosen experts only (llama.cpp, `openai-moe.cpp`).
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';
import { localLayers } from './windows.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function gptOss(forward: Forward): Activation {
  const { settings, shape, ropeTables, weights } = forward;
  const window = settings.integer('attention.sliding_window', 128);
  const isLocal = localLayers(forward, 2);
  const localBase = settings.positive('rope.freq_base_swa');
  const feedForwardLength = settings.integer('expert_feed_forward_length', shape.feedForwardLength);
  const decoder = new Decoder(forward);
  decoder.embed();
  for (const layer of decoder.layers) {
    const rope = localBase === undefined ? ropeTables.table() : ropeTables.table({ base: localBase });
    const seen = isLocal(layer) ? { window, rope } : {};
    const sinks = weights.vector(`blk.${layer.index}.attn_sinks.weight`, shape.heads);
    decoder.attention(layer, { pairing: 'halves', sinks, ...seen });
    decoder.experts(layer, {
      feedForwardLength,
      weights: 'softmax-of-chosen',
      activation: 'clamped-silu',
      norm: 'post_attention_norm',
    });
  }
  return decoder.logits();
}
