/** A gated product, of a feed-forward part or of an expert that every token runs through. */
import { linear, type LinearOp } from '../graph/linear.ts';
import type { Forward } from './forward.ts';
import type { Projection } from './layer-tensors.ts';

/** output ← act(gate) · up: one product where both tensors have one type, else two. */
export function gatedProduct(
  { graph, weights }: Forward,
  gate: Projection,
  up: Projection,
  op: Pick<LinearOp, 'input' | 'norm' | 'output' | 'activation'>,
): void {
  const pairs = weights.interleaved(gate, up, op.input.dim);
  if (pairs) {
    linear(graph, { ...op, parts: pairs, epilogue: 'glu' });
  } else {
    linear(graph, { ...op, parts: weights.stacked([gate], op.input.dim) });
    linear(graph, { ...op, parts: weights.stacked([up], op.input.dim), epilogue: 'gate' });
  }
}
