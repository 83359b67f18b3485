/**
 * The blocks that transformers of one stack are made of, with what families do differently as options: how heads are
 * normed and turned, what a token sees, where norms stand, how the feed-forward part is gated. Encoders are made of them
 * too: their tokens look both ways, and pooling stands where logits would.
 *
 * Tensor names are GGUF's. What a file may bring and no option asks for (biases; q, k and v in one tensor; gate and up in
 * one) is used where it is there.
 */
import { attend, type AttentionLayout, type HeadNorms, type Rotation, type ScoreOptions } from '../graph/attention.ts';
import type { Activation, Norm } from '../graph/graph.ts';
import { linear } from '../graph/linear.ts';
import type { Matrix } from '../graph/matrix.ts';
import type { Slot } from '../graph/slot.ts';
import { EngineError } from '../protocol/errors.ts';
import type { Forward } from './forward.ts';
import { gatedProduct } from './gated-product.ts';
import { type Layer, projection, tensorName } from './layer-tensors.ts';
import { type ExpertOptions, Mixture } from './mixture.ts';
import { ropePairing } from './rope-pairing.ts';

/** How a family attends. */
export interface AttentionOptions extends Omit<ScoreOptions, 'causal'> {
  /** Which values of a head turn together in a GGUF file (see `rope-pairing.ts`); `null`: this layer does not turn. */
  readonly pairing: Rotation['pairing'] | null;
  /** Angles; default: the file's own. */
  readonly rope?: Slot;
  /** How queries that turn grow with their position; default: they do not. */
  readonly queryScaling?: Rotation['queryScaling'];
  /** Norm before the block; default `attn_norm`. `null`: none. */
  readonly norm?: string | null;
  /**
   * Norm of queries and keys before they turn: RMS of each `head`, or of the whole `row`; or a layer norm of each head
   * without bias, by weights that are its `own`.
   */
  readonly headNorm?: 'head' | 'row' | 'own' | undefined;
  /** Norm of what the block adds to the residual stream. */
  readonly postNorm?: string;
  /** Norm of the residual stream itself, once the block is added (Vaswani and others 2017). */
  readonly streamNorm?: string;
  /** Multiplies what the block adds; not with `postNorm`. */
  readonly residualScale?: number;
}

/** What a family's feed-forward part is like. */
export interface FeedForwardOptions {
  /** Default SiLU. */
  readonly activation?: 'silu' | 'gelu';
  /** act(gate) · up (default), or act(up) alone. */
  readonly gated?: boolean;
  /** Norm before the block; default `ffn_norm`. `null`: none. */
  readonly norm?: string | null;
  /** Norm of what the block adds to the residual stream. */
  readonly postNorm?: string;
  /** Norm of the residual stream itself, once the block is added. */
  readonly streamNorm?: string;
  /** Multiplies what the block adds; not with `postNorm`. */
  readonly residualScale?: number;
}

/** Declares a forward pass block by block: `embed`, for each layer `attention` and `feedForward`, `logits` or `pooled`. */
export class Decoder {
  readonly layers: readonly Layer[];
  readonly #forward: Forward;
  readonly #layout: AttentionLayout;
  readonly #normKind: 'rms' | 'layer';
  readonly #normPlus: number;
  readonly #embeddings: Matrix;
  #residual: Activation; // (tokens, embeddingLength)
  /** Where the residual stream goes when it is normed itself: (tokens, embeddingLength). */
  #spare: Activation | null = null;
  readonly #qkv: Activation; // (tokens, [q | k | v])
  readonly #attended: Activation; // (tokens, heads · headDim)
  /** (tokens, feedForwardLength) */
  #hidden: Activation | null = null;
  readonly #mixture: Mixture;

  /** `normPlus` is added to the weights of every norm. */
  constructor(forward: Forward, options: { norm?: 'rms' | 'layer'; normPlus?: number } = {}) {
    const { graph, weights, shape, contextLength, cache } = forward;
    const { heads, kvHeads, headDim, embeddingLength, vocabularySize } = shape;
    this.#forward = forward;
    this.#mixture = new Mixture(forward);
    this.#normKind = options.norm ?? 'rms';
    this.#normPlus = options.normPlus ?? 0;
    this.#layout = { heads, kvHeads, headDim, contextLength };
    this.layers = cache.map((layerCache, index) => ({ index, cache: layerCache }));
    this.#embeddings = weights.matrix('token_embd.weight', vocabularySize, embeddingLength);
    this.#residual = graph.activation('residual', embeddingLength);
    this.#qkv = graph.activation('qkv', (heads + 2 * kvHeads) * headDim);
    this.#attended = graph.activation('attended', heads * headDim);
  }

  /** Fills the residual stream with the tokens' embeddings, times a scale. */
  embed(scale = 1): void {
    this.#forward.graph.embed(this.#embeddings, this.#residual, scale);
  }

  /** Adds the learned embeddings of the tokens' positions. */
  addPositions(): void {
    const { graph, weights, shape } = this.#forward;
    const positions = weights.matrix('position_embd.weight', shape.contextLength, shape.embeddingLength);
    graph.addPositions(positions, this.#residual);
  }

  /** Adds the learned embedding of the first kind of text, where the file tells kinds apart. */
  addFirstTokenType(): void {
    const { graph, weights, shape } = this.#forward;
    const name = 'token_types.weight';
    if (!weights.has(name)) return;
    graph.addFirstRow(weights.matrix(name, weights.rowCount(name), shape.embeddingLength), this.#residual);
  }

  /** Norms the residual stream itself. */
  normStream(name: string): void {
    const { graph, shape } = this.#forward;
    // A kernel cannot write what it reads, so two buffers take turns.
    const target = this.#spare ?? graph.activation('normed residual', shape.embeddingLength);
    graph.norm(this.#residual, this.#norm(name), target);
    this.#spare = this.#residual;
    this.#residual = target;
  }

  /** Grouped-query attention over the cache, added to the residual stream. */
  attention(layer: Layer, options: AttentionOptions): void {
    const { graph, weights, shape, settings, ropeTables, causal } = this.#forward;
    const { heads, kvHeads, headDim, rotaryDim, embeddingLength } = shape;
    const { rope, norm = 'attn_norm', headNorm, queryScaling } = options;
    if (!causal && options.window !== undefined) {
      throw new EngineError('FileUnsupported', {
        what: 'Freehold cannot run a model that looks both ways through a window yet',
        expected: 'attention over the whole text',
        got: `a window of ${options.window} tokens`,
        remedy: 'Choose another model.',
      });
    }
    const qkv = this.#qkv;
    const query = projection(layer, 'attn_q', heads * headDim);
    const key = projection(layer, 'attn_k', kvHeads * headDim);
    const value = projection(layer, 'attn_v', kvHeads * headDim);
    const fused = projection(layer, 'attn_qkv', qkv.dim);
    const parts = weights.stacked(weights.has(fused.weight) ? [fused] : [query, key, value], embeddingLength);
    linear(graph, { input: this.#residual, norm: this.#layerNorm(layer, norm), parts, output: qkv });
    const pairing = options.pairing && ropePairing(settings.container, options.pairing);
    attend(graph, {
      qkv,
      headNorms: headNorm && this.#headNorms(layer, headNorm),
      rotation: pairing && { table: rope ?? ropeTables.table(), dim: rotaryDim, pairing, queryScaling },
      layout: this.#layout,
      cache: layer.cache,
      scores: { ...options, causal },
      output: this.#attended,
    });
    this.#addToResidual(layer, 'attn_output', this.#attended, options);
  }

  #headNorms(layer: Layer, kind: NonNullable<AttentionOptions['headNorm']>): HeadNorms {
    const { weights, shape } = this.#forward;
    const { heads, kvHeads, headDim } = shape;
    const ownWeights = kind === 'own';
    const of = (count: number) => (kind === 'row' ? { count: 1, length: count * headDim } : { count, length: headDim });
    const [queries, keys] = [of(heads), of(kvHeads)];
    const stored = ({ count, length }: typeof queries) => (ownWeights ? [count, length] : [length]);
    const vectors = [
      { name: tensorName(layer, 'attn_q_norm.weight'), shape: stored(queries) },
      { name: tensorName(layer, 'attn_k_norm.weight'), shape: stored(keys) },
    ];
    const weight = weights.concatenated(vectors, this.#normPlus);
    return { weight, epsilon: shape.normEpsilon, queries, keys, kind: ownWeights ? 'layer' : 'rms', ownWeights };
  }

  /** The feed-forward part, added to the residual stream. */
  feedForward(layer: Layer, options: FeedForwardOptions = {}): void {
    this.#addToResidual(layer, 'ffn_down', this.#gateAndUp(layer, options), options);
  }

  /** Attention and the feed-forward part of what the residual stream was before both (Wang and Komatsuzaki 2021). */
  parallel(layer: Layer, attention: AttentionOptions, feedForward: FeedForwardOptions): void {
    // The second part reads the stream before the first one writes to it.
    const hidden = this.#gateAndUp(layer, feedForward);
    this.attention(layer, attention);
    this.#addToResidual(layer, 'ffn_down', hidden, feedForward);
  }

  /** The first half of a feed-forward part, (tokens, feedForwardLength). */
  #gateAndUp(layer: Layer, options: FeedForwardOptions): Activation {
    const { graph, weights, shape } = this.#forward;
    const { embeddingLength, feedForwardLength } = shape;
    const { activation = 'silu', gated = true } = options;
    const norm = this.#layerNorm(layer, options.norm ?? (options.norm === null ? null : 'ffn_norm'));
    const gate = projection(layer, 'ffn_gate', feedForwardLength);
    const up = projection(layer, 'ffn_up', feedForwardLength);
    this.#hidden ??= graph.activation('hidden', feedForwardLength);
    const op = { input: this.#residual, norm, output: this.#hidden, activation };
    if (!gated) linear(graph, { ...op, parts: weights.stacked([up], embeddingLength), epilogue: 'activate' });
    else if (weights.has(gate.weight)) gatedProduct(this.#forward, gate, up, op);
    else linear(graph, { ...op, parts: weights.interleavedHalves(up, embeddingLength), epilogue: 'glu' });
    return this.#hidden;
  }

  /** A mixture of experts in place of the feed-forward part: each token runs through those that its router prefers. */
  experts(layer: Layer, options: ExpertOptions): void {
    const norm = this.#norm(tensorName(layer, options.norm ?? 'ffn_norm'));
    this.#mixture.add(layer, this.#forward.graph.normed(this.#residual, norm), options, this.#residual);
  }

  /**
   * Logits (1, vocabularySize) of the last token, or of each token of a few step; without an output matrix the embeddings are tied. Of a model that is to
   * make embeddings, its normed states pooled (1, embeddingLength) in their place.
   */
  logits(options: { scale?: number; softcap?: number | undefined } = {}): Activation {
    const { graph, weights, shape } = this.#forward;
    const { vocabularySize, embeddingLength } = shape;
    if (this.#forward.pooling !== null) return this.pooled('output_norm');
    graph.beginHead();
    const output = graph.activation('logits', vocabularySize, Math.max(1, graph.fewTokens));
    const parts = weights.has('output.weight')
      ? weights.part('output.weight', vocabularySize, embeddingLength)
      : [{ matrix: this.#embeddings, bias: null, firstRow: 0 }];
    const { scale = 1, softcap = 0 } = options;
    linear(graph, {
      input: this.#residual,
      norm: this.#norm('output_norm'),
      parts,
      output,
      lastToken: true,
      scale,
      softcap,
    });
    return output;
  }

  /** A text's states, normed or not, as one row (1, embeddingLength). Only for a model that is to make embeddings. */
  pooled(norm?: string): Activation {
    const { graph, shape, pooling } = this.#forward;
    if (pooling === null) throw new Error('A model without pooling was declared as one that makes embeddings');
    graph.beginHead();
    if (norm !== undefined) this.normStream(norm);
    const output = graph.activation('embedding', shape.embeddingLength, 1);
    graph.pool(this.#residual, pooling, output);
    return output;
  }

  #addToResidual(
    layer: Layer,
    part: string,
    input: Activation,
    { postNorm, streamNorm, residualScale = 1 }: Pick<AttentionOptions, 'postNorm' | 'streamNorm' | 'residualScale'>,
  ): void {
    const { graph, weights, shape } = this.#forward;
    const parts = weights.part(tensorName(layer, `${part}.weight`), shape.embeddingLength, input.dim);
    const op = { input, parts, output: this.#residual, epilogue: 'add' } as const;
    if (postNorm === undefined) linear(graph, { ...op, scale: residualScale });
    else linear(graph, { ...op, postNorm: this.#norm(tensorName(layer, postNorm)) });
    if (streamNorm !== undefined) this.normStream(tensorName(layer, streamNorm));
  }

  #layerNorm(layer: Layer, name: string | null): Norm | undefined {
    return name === null ? undefined : this.#norm(tensorName(layer, name));
  }

  #norm(name: string): Norm {
    const { weights, shape } = this.#forward;
    const weight = weights.vector(`${name}.weight`, shape.embeddingLength, this.#normPlus);
    const bias = this.#normKind === 'layer' && { bias: weights.vector(`${name}.bias`, shape.embeddingLength) };
    return { weight, ...bias, epsilon: shape.normEpsilon };
  }
}
