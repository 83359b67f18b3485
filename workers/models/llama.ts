/**
 * Llama: Llama 2 and 3, Mistral, SmolLM2, TinyLlama and their kin.
 *
 * Each layer: RMS norm, grouped-query attention with rotary positions, residual; RMS norm, SwiGLU, residual. Biases are
 * used where the file has them; without an output matrix the embeddings are tied. GGUF conversion permutes the rows of q
 * and k, so rotary pairs are adjacent here (llama.cpp, `LLAMA_ROPE_TYPE_NORM`).
 */
import type { Slot } from '../graph/slot.ts';
import type { Activation, AttentionLayout, Graph, LayerCache } from '../graph/graph.ts';
import type { ModelShape } from './shape.ts';
import type { Weights } from './weights.ts';

/** What a forward pass is written with. */
export interface Forward {
  readonly graph: Graph;
  readonly weights: Weights;
  readonly shape: ModelShape;
  readonly layout: AttentionLayout;
  /** (contextLength, rotaryDim / 2) pairs of cosine and sine. */
  readonly ropeTable: Slot;
  readonly cache: readonly LayerCache[];
}

/** Declares the forward pass; returns logits (vocabulary) of the last token. */
export function llama({ graph, weights, shape, layout, ropeTable, cache }: Forward): Activation {
  const { embeddingLength, feedForwardLength, heads, kvHeads, headDim, vocabularySize, normEpsilon } = shape;
  const norm = (name: string) => ({ weight: weights.vector(name, embeddingLength), epsilon: normEpsilon });

  const embeddings = weights.matrix('token_embd.weight', vocabularySize, embeddingLength);
  const residual = graph.activation('residual', embeddingLength); // (tokens, embeddingLength)
  const qkv = graph.activation('qkv', (heads + 2 * kvHeads) * headDim); // (tokens, [q | k | v])
  const attended = graph.activation('attended', heads * headDim); // (tokens, heads · headDim)
  const hidden = graph.activation('hidden', feedForwardLength); // (tokens, feedForwardLength)

  graph.embed(embeddings, residual);
  for (const [layer, layerCache] of cache.entries()) {
    const name = (part: string): string => `blk.${layer}.${part}`;
    const projection = (part: string, rows: number) => ({
      weight: name(`${part}.weight`),
      bias: name(`${part}.bias`),
      rows,
    });

    const query = projection('attn_q', heads * headDim);
    const key = projection('attn_k', kvHeads * headDim);
    const value = projection('attn_v', kvHeads * headDim);
    const qkvParts = weights.stacked([query, key, value], embeddingLength);
    graph.linear({ input: residual, norm: norm(name('attn_norm.weight')), parts: qkvParts, output: qkv });
    graph.rotateAndStore(qkv, ropeTable, layout, layerCache);
    graph.attention(qkv, layout, layerCache, attended);
    const outputParts = weights.part(name('attn_output.weight'), embeddingLength, heads * headDim);
    graph.linear({ input: attended, parts: outputParts, output: residual, epilogue: 'add' });

    const gate = projection('ffn_gate', feedForwardLength);
    const up = projection('ffn_up', feedForwardLength);
    const ffnNorm = norm(name('ffn_norm.weight'));
    const gateUp = weights.interleaved(gate, up, embeddingLength);
    if (gateUp) {
      graph.linear({ input: residual, norm: ffnNorm, parts: gateUp, output: hidden, epilogue: 'glu' });
    } else {
      graph.linear({ input: residual, norm: ffnNorm, parts: weights.stacked([gate], embeddingLength), output: hidden });
      const upParts = weights.stacked([up], embeddingLength);
      graph.linear({ input: residual, norm: ffnNorm, parts: upParts, output: hidden, epilogue: 'gate' });
    }
    const downParts = weights.part(name('ffn_down.weight'), embeddingLength, feedForwardLength);
    graph.linear({ input: hidden, parts: downParts, output: residual, epilogue: 'add' });
  }

  graph.beginHead();
  const logits = graph.activation('logits', vocabularySize, 1); // (1, vocabularySize)
  const outputNorm = norm('output_norm.weight');
  const tied = !weights.has('output.weight');
  const outputParts = tied
    ? [{ matrix: embeddings, bias: null, firstRow: 0 }]
    : weights.part('output.weight', vocabularySize, embeddingLength);
  graph.linear({ input: residual, norm: outputNorm, parts: outputParts, output: logits, lastToken: true });
  return logits;
}
