/** Parts that transformers are built of, as ONNX operators. */
import type { SafetensorToWrite } from '../testing/write-safetensors.ts';
import type { OnnxGraph, Value } from './graph.ts';

/** A checkpoint's tensors, by name. */
export type Checkpoint = ReadonlyMap<string, SafetensorToWrite>;

/** Adds a tensor to the graph under its own name. Throws for one that is missing or is not F32. */
export function weight(graph: OnnxGraph, checkpoint: Checkpoint, name: string): Value {
  const tensor = checkpoint.get(name);
  if (tensor?.dtype !== 'F32') throw new Error(`expected ${name} in F32, got ${tensor?.dtype ?? 'no such tensor'}`);
  return graph.weight(name, tensor.shape, tensor.bytes);
}

/** `x · weightᵀ + bias`: (…, columns) → (…, rows); without a bias where the checkpoint has none. */
export function linear(graph: OnnxGraph, checkpoint: Checkpoint, stem: string, x: Value): Value {
  const matrix = weight(graph, checkpoint, `${stem}.weight`);
  const product = graph.apply('MatMul', [x, graph.apply('Transpose', [matrix], { perm: [1, 0] })]);
  if (!checkpoint.has(`${stem}.bias`)) return product;
  return graph.apply('Add', [product, weight(graph, checkpoint, `${stem}.bias`)]);
}

/** Mean 0 and variance 1, times a weight, plus a bias: (…, embedding). */
export function layerNorm(graph: OnnxGraph, checkpoint: Checkpoint, stem: string, x: Value, epsilon: number): Value {
  const parts = ['weight', 'bias'].map((part) => weight(graph, checkpoint, `${stem}.${part}`));
  return graph.apply('LayerNormalization', [x, ...parts], { axis: -1, epsilon: { float: epsilon } });
}

/** The exact one: `x · (1 + erf(x / √2)) / 2`. */
export function gelu(graph: OnnxGraph, x: Value): Value {
  const error = graph.apply('Erf', [graph.apply('Div', [x, graph.float(Math.SQRT2)])]);
  const share = graph.apply('Mul', [graph.apply('Add', [error, graph.float(1)]), graph.float(0.5)]);
  return graph.apply('Mul', [x, share]);
}

/** (batch, tokens, heads × headDim) → (batch, heads, tokens, headDim). */
export function splitHeads(graph: OnnxGraph, x: Value, heads: number, headDim: number): Value {
  // 0 keeps a size as it is.
  const split = graph.apply('Reshape', [x, graph.integers(0, 0, heads, headDim)]);
  return graph.apply('Transpose', [split], { perm: [0, 2, 1, 3] });
}

/** A value's size along an axis, as an integer without a shape. */
export function sizeOf(graph: OnnxGraph, x: Value, axis: number): Value {
  return graph.apply('Gather', [graph.apply('Shape', [x]), graph.integer(axis)]);
}

/** `from` … `to` − 1: (to − from). */
export function range(graph: OnnxGraph, from: Value, to: Value): Value {
  return graph.apply('Range', [from, to, graph.integer(1)]);
}

/** Whether a key of `0 … total − 1` is not behind the query of `past … total − 1`: (queries, keys) of bool. */
export function notBehind(graph: OnnxGraph, past: Value, total: Value): Value {
  const queries = graph.apply('Unsqueeze', [range(graph, past, total), graph.integers(1)]);
  return graph.apply('LessOrEqual', [range(graph, graph.integer(0), total), queries]);
}

/** Keys or values, by the name of their cache: (batch, heads, tokens, headDim). */
interface CachePart {
  readonly name: string;
  readonly heads: number;
  readonly headDim: number;
}

/** An input of the model, with any number of tokens. */
export function pastOf(graph: OnnxGraph, { name, heads, headDim }: CachePart): Value {
  const dims = ['batch_size', heads, `past_${name}_length`, headDim];
  return graph.input(`past_key_values.${name}`, 'float', dims);
}

/** An output of the model. */
export function keep(graph: OnnxGraph, { name, heads, headDim }: CachePart, x: Value): void {
  graph.output(`present.${name}`, ['batch_size', heads, `present_${name}_length`, headDim], x);
}

/** What was before and what is now, which are also given out: (batch, heads, all tokens, headDim). */
export function cached(graph: OnnxGraph, part: CachePart, past: Value, now: Value): Value {
  const all = graph.apply('Concat', [past, now], { axis: 2 });
  keep(graph, part, all);
  return all;
}

/** The largest f32 below 0 that is no infinity, as exporters mask. */
const HIDDEN = -3.4028234663852886e38;

/** What to add to scores: 0 where `visible`, a bool of any shape that goes with (batch, heads, tokens, keys), is true. */
export function maskOf(graph: OnnxGraph, visible: Value): Value {
  return graph.apply('Where', [visible, graph.float(0), graph.float(HIDDEN)]);
}

/** Queries, keys and values, each (batch, heads, tokens, headDim), and what is added to scores. */
interface AttentionInputs {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly mask: Value | null;
  readonly headDim: number;
}

/** Softmax of scaled scores times values: (batch, tokens, heads × headDim). */
export function attention(graph: OnnxGraph, { query, key, value, mask, headDim }: AttentionInputs): Value {
  const turned = graph.apply('Transpose', [key], { perm: [0, 1, 3, 2] });
  const scores = graph.apply('Div', [graph.apply('MatMul', [query, turned]), graph.float(Math.sqrt(headDim))]);
  const masked = mask === null ? scores : graph.apply('Add', [scores, mask]);
  const weights = graph.apply('Softmax', [masked], { axis: -1 });
  const heads = graph.apply('Transpose', [graph.apply('MatMul', [weights, value])], { perm: [0, 2, 1, 3] });
  return graph.apply('Reshape', [heads, graph.integers(0, 0, -1)]);
}
