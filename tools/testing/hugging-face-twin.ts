/**
 * A random GGUF model written as the Hugging Face folder that it could have been converted from: other names, rows of q
 * and k in their order before conversion, sizes in `config.json`.
 */
import type { NamedSource } from '../../workers/source/byte-source.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import type { RandomModel } from './random-model.ts';
import { type SafetensorToWrite, writeSafetensors } from './write-safetensors.ts';

const NAMES: readonly (readonly [gguf: string, huggingFace: string])[] = [
  ['token_embd', 'model.embed_tokens'],
  ['output_norm', 'model.norm'],
  ['output', 'lm_head'],
  ['attn_norm', 'input_layernorm'],
  ['attn_q', 'self_attn.q_proj'],
  ['attn_k', 'self_attn.k_proj'],
  ['attn_v', 'self_attn.v_proj'],
  ['attn_output', 'self_attn.o_proj'],
  ['ffn_norm', 'post_attention_layernorm'],
  ['ffn_gate', 'mlp.gate_proj'],
  ['ffn_up', 'mlp.up_proj'],
  ['ffn_down', 'mlp.down_proj'],
];

function huggingFaceName(name: string): string {
  const [, layer, module, kind] = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(name) ?? [];
  const renamed = NAMES.find(([gguf]) => gguf === module)?.[1];
  if (renamed === undefined || kind === undefined) throw new Error(`the twin has no name for ${name}`);
  return `${layer === undefined ? '' : `model.layers.${layer}.`}${renamed}.${kind}`;
}

/** Rows of `heads` heads, pairs adjacent → pairs half a head apart: what GGUF's conversion does, undone. */
export function unpermuted(bytes: Uint8Array, rows: number, heads: number): Uint8Array {
  const rowBytes = bytes.length / rows;
  const headDim = rows / heads;
  const result = new Uint8Array(bytes.length);
  for (let row = 0; row < rows; row++) {
    const within = row % headDim;
    const target = row - within + Math.floor(within / 2) + (within % 2) * (headDim / 2);
    result.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), target * rowBytes);
  }
  return result;
}

/** The tensors of the twin. */
export function twinTensors({ metadata, tensors }: RandomModel): SafetensorToWrite[] {
  const heads = {
    attn_q: Number(metadata['llama.attention.head_count']),
    attn_k: Number(metadata['llama.attention.head_count_kv']),
  };
  return tensors.map(({ name, type, shape, bytes }) => {
    const module = /attn_[qk](?=\.)/.exec(name)?.[0] as keyof typeof heads | undefined;
    return {
      name: huggingFaceName(name),
      dtype: String(type),
      shape: shape.map(Number),
      bytes: module ? unpermuted(bytes, Number(shape[0]), heads[module]) : bytes,
    };
  });
}

/** `config.json` of the twin. */
export function twinConfig({ metadata, tensors }: RandomModel): Record<string, unknown> {
  const number = (key: string): number => Number(metadata[`llama.${key}`]);
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_act: 'silu',
    num_hidden_layers: number('block_count'),
    hidden_size: number('embedding_length'),
    intermediate_size: number('feed_forward_length'),
    num_attention_heads: number('attention.head_count'),
    num_key_value_heads: number('attention.head_count_kv'),
    max_position_embeddings: number('context_length'),
    vocab_size: number('vocab_size'),
    rms_norm_eps: number('attention.layer_norm_rms_epsilon'),
    rope_theta: 10_000,
    tie_word_embeddings: !tensors.some(({ name }) => name === 'output.weight'),
  };
}

/** A JSON file of a model folder. */
export function jsonFile(fileName: string, value: unknown): NamedSource {
  return { ...bytesSource(new TextEncoder().encode(JSON.stringify(value))), fileName };
}

/** The folder, its weights in `shards` files. */
export function huggingFaceTwin(model: RandomModel, shards = 1): NamedSource[] {
  const tensors = twinTensors(model);
  const config = jsonFile('config.json', twinConfig(model));
  if (shards === 1)
    return [config, { ...bytesSource(writeSafetensors(tensors, { format: 'pt' })), fileName: 'model.safetensors' }];
  const digits = (value: number): string => String(value).padStart(5, '0');
  const name = (index: number): string => `model-${digits(index + 1)}-of-${digits(shards)}.safetensors`;
  const parts = Array.from({ length: shards }, (_, index) => tensors.filter((_tensor, at) => at % shards === index));
  const weightMap = parts.flatMap((part, index) => part.map((tensor) => [tensor.name, name(index)] as const));
  return [
    config,
    jsonFile('model.safetensors.index.json', {
      metadata: { total_size: 1 },
      weight_map: Object.fromEntries(weightMap),
    }),
    ...parts.map((part, index) => ({ ...bytesSource(writeSafetensors(part)), fileName: name(index) })),
  ];
}
