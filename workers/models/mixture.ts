/**
 * A mixture of experts in place of a feed-forward part: each token runs through the experts that its router prefers, and
 * through a shared one where the family has it. Which experts they are is chosen on the GPU (`graph/experts.ts`).
 */
import { addExperts, type Choice, expertActivation, routeTokens, runExperts } from '../graph/experts.ts';
import type { Activation } from '../graph/graph.ts';
import { linear } from '../graph/linear.ts';
import { EngineError } from '../protocol/errors.ts';
import type { Forward } from './forward.ts';
import { gatedProduct } from './gated-product.ts';
import { type Layer, projection } from './layer-tensors.ts';

/** How a family mixes experts in place of a feed-forward part. */
export interface ExpertOptions {
  /** Of one expert. */
  readonly feedForwardLength: number;
  /** What a chosen expert counts. */
  readonly weights: Choice['weights'];
  /** Default SwiGLU; or gpt-oss's own. */
  readonly activation?: 'silu' | 'clamped-silu';
  /** Norm before the block; default `ffn_norm`. */
  readonly norm?: string;
  /** Length of an expert that every token runs through, weighed by the sigmoid of a gate of its own. */
  readonly sharedFeedForwardLength?: number;
}

/** The experts of a model's layers, which share their scratch. */
export class Mixture {
  readonly #forward: Forward;
  /** (tokens, experts) */
  #routerLogits: Activation | null = null;
  /** The shared expert's: (tokens, 1) and (tokens, its length). */
  #shared: { gate: Activation; hidden: Activation } | null = null;

  constructor(forward: Forward) {
    this.#forward = forward;
  }

  /** residual (tokens, embeddingLength) += what the layer's experts make of the normed input (tokens, embeddingLength). */
  add(layer: Layer, input: Activation, options: ExpertOptions, residual: Activation): void {
    const { graph, weights, shape, settings } = this.#forward;
    const { embeddingLength } = shape;
    if (!shape.experts) {
      throw new EngineError('FileMalformed', {
        what: 'The file does not say how many experts its layers have',
        expected: `"${shape.architecture}.expert_count"`,
        got: 'none',
        remedy: 'Choose another conversion of the model.',
      });
    }
    const { count, used } = shape.experts;
    const { feedForwardLength, activation = 'silu', sharedFeedForwardLength } = options;
    const logits = (this.#routerLogits ??= graph.activation('router logits', count));
    const router = projection(layer, 'ffn_gate_inp', count);
    linear(graph, { input, parts: weights.stacked([router], embeddingLength), output: logits });
    const scale = settings.positive('expert_weights_scale') ?? 1;
    const routes = routeTokens(graph, logits, { experts: count, used, weights: options.weights, scale });

    const tensor = (part: string, rows: number) => ({ ...projection(layer, part, rows), experts: count });
    const gate = tensor('ffn_gate_exps', feedForwardLength);
    const up = tensor('ffn_up_exps', feedForwardLength);
    const output = expertActivation(graph, 'hidden of experts', feedForwardLength, used);
    const pairs = weights.interleavedExperts(gate, up, embeddingLength);
    const op = { input, output, activation };
    if (pairs) {
      runExperts(graph, routes, { ...op, part: pairs, epilogue: 'glu' });
    } else {
      runExperts(graph, routes, { ...op, part: weights.experts(gate, embeddingLength), epilogue: 'store' });
      runExperts(graph, routes, { ...op, part: weights.experts(up, embeddingLength), epilogue: 'gate' });
    }
    const down = weights.experts(tensor('ffn_down_exps', embeddingLength), feedForwardLength);
    addExperts(graph, routes, output, down, residual);
    if (sharedFeedForwardLength !== undefined) this.#addShared(layer, input, sharedFeedForwardLength, residual);
  }

  /** An expert for every token: a mixture of one, whose only route weighs σ(gate). */
  #addShared(layer: Layer, input: Activation, length: number, residual: Activation): void {
    const { graph, weights, shape } = this.#forward;
    const { embeddingLength } = shape;
    this.#shared ??= {
      gate: graph.activation('gate of the shared expert', 1),
      hidden: graph.activation('hidden of the shared expert', length),
    };
    const { gate, hidden } = this.#shared;
    const one = (part: string, rows: number) => projection(layer, part, rows);
    linear(graph, { input, parts: weights.stacked([one('ffn_gate_inp_shexp', 1)], embeddingLength), output: gate });
    const routes = routeTokens(graph, gate, { experts: 1, used: 1, weights: 'sigmoid', scale: 1 });
    gatedProduct(this.#forward, one('ffn_gate_shexp', length), one('ffn_up_shexp', length), { input, output: hidden });
    const down = weights.experts({ ...one('ffn_down_shexp', embeddingLength), experts: 1 }, length);
    addExperts(graph, routes, hidden, down, residual);
  }
}
