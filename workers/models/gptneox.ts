/**
 * GPT-NeoX (Black and others 2022), which Pythia and RedPajama's models are too: both parts of a layer read the residual
 * stream, each by a norm of its own, unless the file says that one follows the other; layer norms and biases throughout,
 * GELU without a gate, heads that turn in part and by halves. GELU is by its tanh form, as in llama.cpp.
 */
import type { Activation } from '../graph/graph.ts';
import { Decoder } from './decoder.ts';
import type { Forward } from './forward.ts';

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function gptneox(forward: Forward): Activation {
  const isParallel = forward.settings.boolean('use_parallel_residual', true);
  const attention = { pairing: 'halves' } as const;
  const feedForward = { activation: 'gelu', gated: false } as const;
  const decoder = new Decoder(forward, { norm: 'layer' });
  decoder.embed();
  for (const layer of decoder.layers) {
    if (isParallel) {
      decoder.parallel(layer, attention, feedForward);
    } else {
      decoder.attention(layer, attention);
      decoder.feedForward(layer, feedForward);
    }
  }
  return decoder.logits();
}
