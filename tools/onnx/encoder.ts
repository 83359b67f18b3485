/**
 * A random BERT as the ONNX file that an exporter makes of it: token ids in, the last layer's states out; what pools them
 * is the caller's. GELU is the exact one, as `hidden_act: gelu` says. Refuses all other architectures.
 */
import { twinConfig, twinTensors } from '../testing/hugging-face-twin.ts';
import type { RandomModel } from '../testing/random-model.ts';
import { OnnxGraph, type Value } from './graph.ts';
import {
  attention,
  type Checkpoint,
  gelu,
  layerNorm,
  linear,
  maskOf,
  range,
  sizeOf,
  splitHeads,
  weight,
} from './layers.ts';

/** The sum of a token's, its kind's and its position's embedding: (batch, tokens, embedding). */
function embedded(graph: OnnxGraph, checkpoint: Checkpoint, dims: readonly string[]): Value {
  const row = (table: string, index: Value): Value =>
    graph.apply('Gather', [weight(graph, checkpoint, `embeddings.${table}_embeddings.weight`), index]);
  const ids = graph.input('input_ids', 'int64', dims);
  const kinds = graph.input('token_type_ids', 'int64', dims);
  const positions = range(graph, graph.integer(0), sizeOf(graph, ids, 1));
  const both = graph.apply('Add', [row('word', ids), row('token_type', kinds)]);
  return graph.apply('Add', [both, row('position', positions)]);
}

/**
 * `onnx/model.onnx` of a random BERT in F32.
 *
 * Inputs: `input_ids`, `attention_mask`, `token_type_ids` (batch, tokens). Output: `last_hidden_state` (batch, tokens,
 * embedding). Throws for any other model.
 */
export function encoderOnnx(model: RandomModel): Uint8Array<ArrayBuffer> {
  const config = twinConfig(model);
  const classes = String(config['architectures']);
  if (classes !== 'BertModel') throw new Error(`expected BertModel, got ${classes}`);
  const embedding = Number(config['hidden_size']);
  const heads = Number(config['num_attention_heads']);
  const headDim = embedding / heads;
  const checkpoint: Checkpoint = new Map(twinTensors(model).map((tensor) => [tensor.name, tensor]));
  const graph = new OnnxGraph();
  const norm = (stem: string, x: Value) => layerNorm(graph, checkpoint, stem, x, Number(config['layer_norm_eps']));
  const dims = ['batch_size', 'sequence_length'];
  let x = norm('embeddings.LayerNorm', embedded(graph, checkpoint, dims));
  const attended = graph.input('attention_mask', 'int64', dims);
  const mask = maskOf(graph, graph.cast(graph.apply('Unsqueeze', [attended, graph.integers(1, 2)]), 'bool'));
  for (let layer = 0; layer < Number(config['num_hidden_layers']); layer++) {
    const stem = `encoder.layer.${layer}`;
    const project = (part: string): Value =>
      splitHeads(graph, linear(graph, checkpoint, `${stem}.attention.self.${part}`, x), heads, headDim);
    const [query, key, value] = [project('query'), project('key'), project('value')];
    const read = attention(graph, { query, key, value, mask, headDim });
    const attentionOut = linear(graph, checkpoint, `${stem}.attention.output.dense`, read);
    x = norm(`${stem}.attention.output.LayerNorm`, graph.apply('Add', [x, attentionOut]));
    const between = gelu(graph, linear(graph, checkpoint, `${stem}.intermediate.dense`, x));
    const forward = linear(graph, checkpoint, `${stem}.output.dense`, between);
    x = norm(`${stem}.output.LayerNorm`, graph.apply('Add', [x, forward]));
  }
  graph.output('last_hidden_state', [...dims, embedding], x);
  return graph.bytes();
}
