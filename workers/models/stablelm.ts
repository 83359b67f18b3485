/**
 * StableLM (Stability AI 2024): Llama with layer norms, biases on q, k and v, and heads that turn in part and by halves. The
 * model of 12 billion weights has norms of q and k whose weights differ from head to head, and both parts of a layer
 * read the same norm of the residual stream.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';
import { tensorName } from './layer-tensors.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function stablelm(forward: Forward): Activation {
  const { settings, weights } = forward;
  const mayBeParallel = settings.boolean('use_parallel_residual', true);
  const decoder = new Decoder(forward, { norm: 'layer' });
  decoder.embed();
  for (const layer of decoder.layers) {
    const hasHeadNorms = weights.has(tensorName(layer, 'attn_q_norm.weight'));
    const attention = { pairing: 'halves', headNorm: hasHeadNorms ? 'own' : undefined } as const;
    // Conversion writes the key for models of one part after the other, too: a norm between the parts tells them.
    if (mayBeParallel && !weights.has(tensorName(layer, 'ffn_norm.weight'))) {
      decoder.parallel(layer, attention, { norm: 'attn_norm' });
    } else {
      decoder.attention(layer, attention);
      decoder.feedForward(layer);
    }
  }
  return decoder.logits();
}
