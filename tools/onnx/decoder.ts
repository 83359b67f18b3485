/**
 * A random Llama as the ONNX file that an exporter makes of it: token ids and a KV cache in, logits and a longer cache
 * out. Refuses scaled rotation, experts and all architectures but `llama`.
 */
import { twinConfig, twinTensors } from '../testing/hugging-face-twin.ts';
import type { RandomModel } from '../testing/random-model.ts';
import { OnnxGraph, type Value } from './graph.ts';
import {
  attention,
  cached,
  type Checkpoint,
  linear,
  maskOf,
  notBehind,
  pastOf,
  sizeOf,
  splitHeads,
  weight,
} from './layers.ts';

/** Sizes of `config.json`. */
interface Sizes {
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabulary: number;
  readonly normEpsilon: number;
  readonly ropeTheta: number;
  readonly tied: boolean;
}

function sizesOf(model: RandomModel): Sizes {
  const config = twinConfig(model);
  const number = (key: string): number => Number(config[key]);
  const classes = String(config['architectures']);
  const factors = model.tensors.some(({ name }) => name.startsWith('rope_'));
  if (classes !== 'LlamaForCausalLM' || factors)
    throw new Error(`expected LlamaForCausalLM without factors of rotation, got ${classes}${factors ? ' with' : ''}`);
  return {
    layers: number('num_hidden_layers'),
    heads: number('num_attention_heads'),
    kvHeads: number('num_key_value_heads'),
    headDim: number('hidden_size') / number('num_attention_heads'),
    vocabulary: number('vocab_size'),
    normEpsilon: number('rms_norm_eps'),
    ropeTheta: number('rope_theta'),
    tied: config['tie_word_embeddings'] === true,
  };
}

/** What all layers share: the turns of positions, (batch, 1, tokens, headDim), and what is added to scores. */
interface Positions {
  readonly cos: Value;
  readonly sin: Value;
  readonly mask: Value;
}

/** The root mean square to 1, times a weight. */
function rmsNorm(graph: OnnxGraph, checkpoint: Checkpoint, stem: string, x: Value, epsilon: number): Value {
  const mean = graph.apply('ReduceMean', [graph.apply('Pow', [x, graph.float(2)])], { axes: [-1], keepdims: 1 });
  const root = graph.apply('Sqrt', [graph.apply('Add', [mean, graph.float(epsilon)])]);
  return graph.apply('Mul', [graph.apply('Div', [x, root]), weight(graph, checkpoint, `${stem}.weight`)]);
}

/** Pairs are half a head apart: `x · cos + (−second half, first half) · sin`. */
function rotated(graph: OnnxGraph, x: Value, { cos, sin }: Positions, headDim: number): Value {
  const slice = (from: number, to: number): Value =>
    graph.apply('Slice', [x, graph.integers(from), graph.integers(to), graph.integers(3)]);
  const halves = [graph.apply('Neg', [slice(headDim / 2, headDim)]), slice(0, headDim / 2)];
  const turned = graph.apply('Concat', halves, { axis: -1 });
  return graph.apply('Add', [graph.apply('Mul', [x, cos]), graph.apply('Mul', [turned, sin])]);
}

function positionsOf(graph: OnnxGraph, ids: Value, { headDim, ropeTheta }: Sizes): Positions {
  const attended = graph.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  const positionIds = graph.input('position_ids', 'int64', ['batch_size', 'sequence_length']);
  const frequencies = Float32Array.from({ length: headDim / 2 }, (_, i) => ropeTheta ** ((-2 * i) / headDim));
  const perPair = graph.weight('frequencies', [frequencies.length], new Uint8Array(frequencies.buffer));
  // (batch, 1, tokens, 1) × (headDim / 2)
  const position = graph.cast(graph.apply('Unsqueeze', [positionIds, graph.integers(1, 3)]), 'float');
  const angles = graph.apply('Mul', [position, perPair]);
  const all = graph.apply('Concat', [angles, angles], { axis: -1 });

  const total = sizeOf(graph, attended, 1);
  const past = graph.apply('Sub', [total, sizeOf(graph, ids, 1)]);
  const earlier = notBehind(graph, past, total);
  const notPadded = graph.cast(graph.apply('Unsqueeze', [attended, graph.integers(1, 2)]), 'bool');
  const mask = maskOf(graph, graph.apply('And', [earlier, notPadded]));
  return { cos: graph.apply('Cos', [all]), sin: graph.apply('Sin', [all]), mask };
}

/** One key head for a group of query heads: (batch, kvHeads, tokens, headDim) → (batch, heads, tokens, headDim). */
function repeated(graph: OnnxGraph, x: Value, { heads, kvHeads, headDim }: Sizes): Value {
  const each = graph.apply('Unsqueeze', [x, graph.integers(2)]);
  const groups = graph.apply('Expand', [each, graph.integers(1, 1, heads / kvHeads, 1, 1)]);
  return graph.apply('Reshape', [groups, graph.integers(0, heads, -1, headDim)]);
}

function selfAttention(
  graph: OnnxGraph,
  checkpoint: Checkpoint,
  layer: number,
  x: Value,
  positions: Positions,
  sizes: Sizes,
): Value {
  const { heads, kvHeads, headDim } = sizes;
  const project = (part: string, count: number): Value =>
    splitHeads(graph, linear(graph, checkpoint, `model.layers.${layer}.self_attn.${part}`, x), count, headDim);
  const query = rotated(graph, project('q_proj', heads), positions, headDim);
  const keysNow = rotated(graph, project('k_proj', kvHeads), positions, headDim);
  const all = (kind: string, now: Value): Value => {
    const part = { name: `${layer}.${kind}`, heads: kvHeads, headDim };
    return repeated(graph, cached(graph, part, pastOf(graph, part), now), sizes);
  };
  const key = all('key', keysNow);
  const value = all('value', project('v_proj', kvHeads));
  const read = attention(graph, { query, key, value, mask: positions.mask, headDim });
  return linear(graph, checkpoint, `model.layers.${layer}.self_attn.o_proj`, read);
}

function feedForward(graph: OnnxGraph, checkpoint: Checkpoint, stem: string, x: Value): Value {
  const gate = linear(graph, checkpoint, `${stem}.gate_proj`, x);
  const activated = graph.apply('Mul', [gate, graph.apply('Sigmoid', [gate])]);
  const gated = graph.apply('Mul', [activated, linear(graph, checkpoint, `${stem}.up_proj`, x)]);
  return linear(graph, checkpoint, `${stem}.down_proj`, gated);
}

/**
 * `onnx/model.onnx` of a random Llama in F32.
 *
 * Inputs: `input_ids`, `position_ids` (batch, tokens), `attention_mask` (batch, all tokens), and a layer's
 * `past_key_values.N.key` and `.value` (batch, kvHeads, tokens before, headDim). Outputs: `logits` (batch, tokens,
 * vocabulary), `present.N.key` and `.value` (batch, kvHeads, all tokens, headDim). Throws for any other model.
 */
export function decoderOnnx(model: RandomModel): Uint8Array<ArrayBuffer> {
  const sizes = sizesOf(model);
  const checkpoint: Checkpoint = new Map(twinTensors(model).map((tensor) => [tensor.name, tensor]));
  const graph = new OnnxGraph();
  const ids = graph.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const positions = positionsOf(graph, ids, sizes);
  const embeddings = weight(graph, checkpoint, 'model.embed_tokens.weight');
  let x = graph.apply('Gather', [embeddings, ids]);
  for (let layer = 0; layer < sizes.layers; layer++) {
    const stem = `model.layers.${layer}`;
    const before = rmsNorm(graph, checkpoint, `${stem}.input_layernorm`, x, sizes.normEpsilon);
    x = graph.apply('Add', [x, selfAttention(graph, checkpoint, layer, before, positions, sizes)]);
    const between = rmsNorm(graph, checkpoint, `${stem}.post_attention_layernorm`, x, sizes.normEpsilon);
    x = graph.apply('Add', [x, feedForward(graph, checkpoint, `${stem}.mlp`, between)]);
  }
  const last = rmsNorm(graph, checkpoint, 'model.norm', x, sizes.normEpsilon);
  const logits = sizes.tied
    ? graph.apply('MatMul', [last, graph.apply('Transpose', [embeddings], { perm: [1, 0] })])
    : linear(graph, checkpoint, 'lm_head', last);
  graph.output('logits', ['batch_size', 'sequence_length', sizes.vocabulary], logits);
  return graph.bytes();
}
