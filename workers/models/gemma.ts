/**
 * Gemma 1, 2 and 3 (Gemma Team 2024, 2024, 2025): Llama with embeddings times √width, GELU in place of SiLU, tied
 * embeddings, and heads whose number times size is not the width. GGUF conversion adds the 1 that Gemma's norm weights
 * lack. Gemma 2 and 3 norm what a block adds, too.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';
import { isLocal } from './windows.ts';

const FEED_FORWARD = { activation: 'gelu' } as const;
const POST_NORMS = {
  attention: { postNorm: 'post_attention_norm' },
  feedForward: { ...FEED_FORWARD, postNorm: 'post_ffw_norm' },
} as const;

/** The 27B models scale scores by the width for each head, all others by the head; no GGUF key says so. */
function scoreScale({ shape }: Forward, layersOf27B: number): number {
  const { layers, embeddingLength, heads, headDim } = shape;
  return (layers === layersOf27B ? embeddingLength / heads : headDim) ** -0.5;
}

/** Gemma 1. Declares the forward pass; returns logits (vocabulary) of the last token. */
export function gemma(forward: Forward): Activation {
  const decoder = new Decoder(forward);
  decoder.embed(Math.sqrt(forward.shape.embeddingLength));
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing: 'halves' });
    decoder.feedForward(layer, FEED_FORWARD);
  }
  return decoder.logits();
}

/** Gemma 2: soft caps on scores and logits; every second layer, from the first, sees a window. */
export function gemma2(forward: Forward): Activation {
  const { settings, shape } = forward;
  const window = settings.number('attention.sliding_window', 4096);
  const softcap = settings.number('attn_logit_softcapping', 50);
  const scale = scoreScale(forward, 46);
  const decoder = new Decoder(forward);
  decoder.embed(Math.sqrt(shape.embeddingLength));
  for (const layer of decoder.layers) {
    const seen = isLocal(layer, 2) ? { window } : {};
    decoder.attention(layer, { pairing: 'halves', scale, softcap, ...seen, ...POST_NORMS.attention });
    decoder.feedForward(layer, POST_NORMS.feedForward);
  }
  return decoder.logits({ softcap: settings.number('final_logit_softcapping', 30) });
}

/**
 * Gemma 3: heads of q and k are normed in place of the soft caps; five layers of six see a window and turn by a base of
 * their own, unstretched.
 */
export function gemma3(forward: Forward): Activation {
  const { settings, shape, ropeTables } = forward;
  const window = settings.positive('attention.sliding_window');
  const period = settings.integer('attention.sliding_window_pattern', 6);
  const localRope = { base: settings.number('rope.freq_base_swa', 10_000), scaling: { type: 'none' } } as const;
  const scale = scoreScale(forward, 62);
  const decoder = new Decoder(forward);
  decoder.embed(Math.sqrt(shape.embeddingLength));
  for (const layer of decoder.layers) {
    const local = window !== undefined && isLocal(layer, period);
    const seen = local ? { window, rope: ropeTables.table(localRope) } : {};
    decoder.attention(layer, { pairing: 'halves', headNorm: 'head', scale, ...seen, ...POST_NORMS.attention });
    decoder.feedForward(layer, POST_NORMS.feedForward);
  }
  return decoder.logits({ softcap: settings.positive('final_logit_softcapping') });
}
