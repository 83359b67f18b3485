/**
 * StableLM (Stability AI 2024), of 1.6 and 3 billion weights: Llama with layer norms, biases on q, k and v, and heads that
 * turn in part and by halves. Refused: the model of 12 billion, whose blocks stand side by side and whose q and k are
 * normed by weights of each head.
 */
import type { Activation } from '../graph/graph.ts';
import { EngineError } from '../protocol/errors.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function stablelm(forward: Forward): Activation {
  const { settings, weights } = forward;
  if (settings.boolean('use_parallel_residual', false) || weights.has('blk.0.attn_q_norm.weight')) {
    throw new EngineError('FileUnsupported', {
      what: 'Freehold cannot run this kind of StableLM yet',
      expected: 'blocks one after the other, without norms of q and k, as in StableLM 2 1.6B',
      got: 'blocks side by side, or norms of q and k, as in StableLM 2 12B',
      remedy: 'Choose a smaller StableLM, or another model.',
    });
  }
  const decoder = new Decoder(forward, { norm: 'layer' });
  decoder.embed();
  for (const layer of decoder.layers) {
    decoder.attention(layer, { pairing: 'halves' });
    decoder.feedForward(layer);
  }
  return decoder.logits();
}
