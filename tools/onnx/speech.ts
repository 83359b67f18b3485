/**
 * A small Whisper as the two ONNX files that an exporter makes of it: an encoder of sound, and a decoder of text whose
 * two forms, with a cache and without, are merged in one file.
 */
import { OnnxGraph, type Value } from './graph.ts';
import {
  attention,
  cached,
  type Checkpoint,
  gelu,
  keep,
  layerNorm,
  linear,
  maskOf,
  notBehind,
  pastOf,
  range,
  sizeOf,
  splitHeads,
  weight,
} from './layers.ts';
import { SPEECH } from './speech-weights.ts';

const { heads, width, melBins, frames } = SPEECH;
const headDim = width / heads;
const NORM_EPSILON = 1e-5;

/** A graph and the weights that it is built of. */
class SpeechGraph {
  readonly graph: OnnxGraph;
  readonly #checkpoint: Checkpoint;

  constructor(graph: OnnxGraph, checkpoint: Checkpoint) {
    this.graph = graph;
    this.#checkpoint = checkpoint;
  }

  /** The same weights in a branch. */
  within(branch: OnnxGraph): SpeechGraph {
    return new SpeechGraph(branch, this.#checkpoint);
  }

  weight(name: string): Value {
    return weight(this.graph, this.#checkpoint, name);
  }

  norm(stem: string, x: Value): Value {
    return layerNorm(this.graph, this.#checkpoint, stem, x, NORM_EPSILON);
  }

  add(a: Value, b: Value): Value {
    return this.graph.apply('Add', [a, b]);
  }

  /** (batch, tokens, width) → (batch, heads, tokens, headDim). */
  project(stem: string, x: Value): Value {
    return splitHeads(this.graph, linear(this.graph, this.#checkpoint, stem, x), heads, headDim);
  }

  /** Attention of `x` over keys and values, through its last product: (batch, tokens, width). */
  attend(stem: string, x: Value, key: Value, value: Value, mask: Value | null): Value {
    const query = this.project(`${stem}.q_proj`, x);
    const read = attention(this.graph, { query, key, value, mask, headDim });
    return linear(this.graph, this.#checkpoint, `${stem}.out_proj`, read);
  }

  /** Adds the feed-forward part of a layer. */
  feedForward(stem: string, x: Value): Value {
    const inside = linear(this.graph, this.#checkpoint, `${stem}.fc1`, this.norm(`${stem}.final_layer_norm`, x));
    return this.add(x, linear(this.graph, this.#checkpoint, `${stem}.fc2`, gelu(this.graph, inside)));
  }
}

/**
 * `onnx/encoder_model.onnx`. Input: `input_features` (batch, melBins, frames). Output: `last_hidden_state` (batch,
 * frames / 2, width).
 */
export function speechEncoderOnnx(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph();
  const speech = new SpeechGraph(graph, checkpoint);
  const convolved = (stem: string, x: Value, stride: number): Value => {
    const inputs = [x, speech.weight(`${stem}.weight`), speech.weight(`${stem}.bias`)];
    return gelu(graph, graph.apply('Conv', inputs, { kernel_shape: [3], pads: [1, 1], strides: [stride] }));
  };
  const features = graph.input('input_features', 'float', ['batch_size', melBins, frames]);
  const sound = convolved('model.encoder.conv2', convolved('model.encoder.conv1', features, 1), 2);
  const turned = graph.apply('Transpose', [sound], { perm: [0, 2, 1] });
  let x = speech.add(turned, speech.weight('model.encoder.embed_positions.weight'));
  for (let layer = 0; layer < SPEECH.layers; layer++) {
    const stem = `model.encoder.layers.${layer}`;
    const before = speech.norm(`${stem}.self_attn_layer_norm`, x);
    const [key, value] = ['k_proj', 'v_proj'].map((part) => speech.project(`${stem}.self_attn.${part}`, before));
    x = speech.add(x, speech.attend(`${stem}.self_attn`, before, key!, value!, null));
    x = speech.feedForward(stem, x);
  }
  const states = speech.norm('model.encoder.layer_norm', x);
  graph.output('last_hidden_state', ['batch_size', frames / 2, width], states);
  return graph.bytes();
}

/**
 * `onnx/decoder_model_merged.onnx`.
 *
 * Inputs: `input_ids` (batch, tokens), `encoder_hidden_states` (batch, positions, width), `use_cache_branch` (1), and a
 * layer's `past_key_values.N.decoder.key`, `.decoder.value`, `.encoder.key`, `.encoder.value` (batch, heads, tokens before
 * or positions, headDim). Outputs: `logits` (batch, tokens, vocabulary), and `present.N.…` as the cache's inputs. With the
 * cache, keys and values of the sound are its; without, they are made of the encoder's states.
 */
export function speechDecoderOnnx(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph();
  const speech = new SpeechGraph(graph, checkpoint);
  const ids = graph.input('input_ids', 'int64', ['batch_size', 'decoder_sequence_length']);
  const states = graph.input('encoder_hidden_states', 'float', ['batch_size', 'encoder_sequence_length', width]);
  const hasCache = graph.input('use_cache_branch', 'bool', [1]);
  const part = (layer: number, kind: string) => ({ name: `${layer}.${kind}`, heads, headDim });
  const pastKeys = Array.from({ length: SPEECH.layers }, (_, layer) => pastOf(graph, part(layer, 'decoder.key')));
  const past = sizeOf(graph, pastKeys[0]!, 2);
  const total = graph.apply('Add', [past, sizeOf(graph, ids, 1)]);
  const mask = maskOf(graph, notBehind(graph, past, total));

  const embeddings = speech.weight('model.decoder.embed_tokens.weight');
  const positions = speech.weight('model.decoder.embed_positions.weight');
  const position = graph.apply('Gather', [positions, range(graph, past, total)]);
  let x = speech.add(graph.apply('Gather', [embeddings, ids]), position);
  for (let layer = 0; layer < SPEECH.layers; layer++) {
    const stem = `model.decoder.layers.${layer}`;
    const before = speech.norm(`${stem}.self_attn_layer_norm`, x);
    const [keyNow, valueNow] = ['k_proj', 'v_proj'].map((name) => speech.project(`${stem}.self_attn.${name}`, before));
    const values = part(layer, 'decoder.value');
    const key = cached(graph, part(layer, 'decoder.key'), pastKeys[layer]!, keyNow!);
    const value = cached(graph, values, pastOf(graph, values), valueNow!);
    x = speech.add(x, speech.attend(`${stem}.self_attn`, before, key, value, mask));

    const ofSound = (kind: 'key' | 'value'): Value => {
      const cache = part(layer, `encoder.${kind}`);
      const kept = pastOf(graph, cache);
      const all = graph.either(
        hasCache,
        ['batch_size', heads, 'positions', headDim],
        () => kept,
        (branch) => speech.within(branch).project(`${stem}.encoder_attn.${kind[0]!}_proj`, states),
      );
      keep(graph, cache, all);
      return all;
    };
    const between = speech.norm(`${stem}.encoder_attn_layer_norm`, x);
    x = speech.add(x, speech.attend(`${stem}.encoder_attn`, between, ofSound('key'), ofSound('value'), null));
    x = speech.feedForward(stem, x);
  }
  const last = speech.norm('model.decoder.layer_norm', x);
  const logits = graph.apply('MatMul', [last, graph.apply('Transpose', [embeddings], { perm: [1, 0] })]);
  graph.output(
    'logits',
    ['batch_size', 'decoder_sequence_length', checkpoint.get('model.decoder.embed_tokens.weight')!.shape[0]!],
    logits,
  );
  return graph.bytes();
}
