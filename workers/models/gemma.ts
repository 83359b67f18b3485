/**
 * Gemma 1, 2 and 3 (Gemma Team 2024, 2024, 2025): Llama with embeddings times √width, GELU in place of SiLU, tied
 * embeddings, and heads whose number times size is not the width. Its norm weights are meant as differences from 1, which
 * conversion to GGUF and MLC adds, so that only checkpoints lack it. Gemma 2 and 3 norm what a block adds, too.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';
import { localLayers } from './windows.ts';

const FEED_FORWARD = { activation: 'gelu' } as const;
const POST_NORMS = {
  attention: { postNorm: 'post_attention_norm' },
  feedForward: { ...FEED_FORWARD, postNorm: 'post_ffw_norm' },
} as const;

/** The 27B models scale scores by the width for each head, all others by the head; checkpoints say it, no GGUF key does. */
function scoreScale({ shape, settings }: Forward, layersOf27B: number): number {
  const { layers, embeddingLength, heads, headDim } = shape;
  const usual = (layers === layersOf27B ? embeddingLength / heads : headDim) ** -0.5;
  return settings.number('attention.scale', usual);
}

function gemmaDecoder(forward: Forward): Decoder {
  const decoder = new Decoder(forward, { normPlus: forward.settings.container === 'safetensors' ? 1 : 0 });
  decoder.embed(Math.sqrt(forward.shape.embeddingLength));
  return decoder;
}

/** Gemma 1. Declares the forward pass; returns logits (vocabulary) of the last token. */
export function gemma(forward: Forward): Activation {
  const decoder = gemmaDecoder(forward);
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing: 'halves' });
    decoder.feedForward(layer, FEED_FORWARD);
  }
  return decoder.logits();
}

/** Gemma 2: soft caps on scores and logits; every second layer, from the first, sees a window. */
export function gemma2(forward: Forward): Activation {
  const { settings } = forward;
  const window = settings.number('attention.sliding_window', 4096);
  const isLocal = localLayers(forward, 2);
  const softcap = settings.number('attn_logit_softcapping', 50);
  const scale = scoreScale(forward, 46);
  const decoder = gemmaDecoder(forward);
  for (const layer of decoder.layers) {
    const seen = isLocal(layer) ? { window } : {};
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
  const { settings, ropeTables } = forward;
  const window = settings.positive('attention.sliding_window');
  const isLocal = localLayers(forward, 6);
  const localRope = { base: settings.number('rope.freq_base_swa', 10_000), scaling: { type: 'none' } } as const;
  const scale = scoreScale(forward, 62);
  const decoder = gemmaDecoder(forward);
  for (const layer of decoder.layers) {
    const local = window !== undefined && isLocal(layer);
    const seen = local ? { window, rope: ropeTables.table(localRope) } : {};
    decoder.attention(layer, { pairing: 'halves', headNorm: 'head', scale, ...seen, ...POST_NORMS.attention });
    decoder.feedForward(layer, POST_NORMS.feedForward);
  }
  return decoder.logits({ softcap: settings.positive('final_logit_softcapping') });
}
