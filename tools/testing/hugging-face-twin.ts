/**
 * A random GGUF model written as the Hugging Face folder that it could have been converted from: other names, rows of q
 * and k in their order before conversion, norms without the 1 that conversion adds, matrices turned round, each expert's
 * in tensors of their own, sizes in `config.json`.
 */
import type { NamedSource } from '../../workers/source/byte-source.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import { type TwinFamily, twinFamilies } from './hugging-face-families.ts';
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
  ['attn_q_norm', 'self_attn.q_norm'],
  ['attn_k_norm', 'self_attn.k_norm'],
  ['ffn_gate_inp', 'mlp.gate'],
  ['ffn_gate_inp_shexp', 'mlp.shared_expert_gate'],
  ['ffn_gate_shexp', 'mlp.shared_expert.gate_proj'],
  ['ffn_up_shexp', 'mlp.shared_expert.up_proj'],
  ['ffn_down_shexp', 'mlp.shared_expert.down_proj'],
  ['ffn_gate_exps', 'mlp.experts.#.gate_proj'],
  ['ffn_up_exps', 'mlp.experts.#.up_proj'],
  ['ffn_down_exps', 'mlp.experts.#.down_proj'],
];

/** Mixtral's own, in GGUF's architecture `llama`. */
const MIXTRAL_NAMES: typeof NAMES = [
  ['ffn_gate_inp', 'block_sparse_moe.gate'],
  ['ffn_gate_exps', 'block_sparse_moe.experts.#.w1'],
  ['ffn_up_exps', 'block_sparse_moe.experts.#.w3'],
  ['ffn_down_exps', 'block_sparse_moe.experts.#.w2'],
];

/** The checkpoint’s name, with `#` for an expert’s number. */
export function huggingFaceName(name: string, architecture: string): string {
  const [, layer, module = '', kind] = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(name) ?? [];
  const { names = {}, layers = 'model.layers.' } = family(architecture);
  const usual = architecture === 'llama' ? [...MIXTRAL_NAMES, ...NAMES] : NAMES;
  const renamed = names[module] ?? usual.find(([gguf]) => gguf === module)?.[1];
  if (renamed === undefined || kind === undefined) throw new Error(`the twin has no name for ${name}`);
  return `${layer === undefined ? '' : `${layers}${layer}.`}${renamed}.${kind}`;
}

function family(architecture: string): TwinFamily {
  const known = twinFamilies[architecture];
  if (!known) throw new Error(`there is no twin of ${architecture}`);
  return known;
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

function architectureOf({ metadata }: RandomModel): string {
  return String(metadata['general.architecture']);
}

/** (rows, columns) → (columns, rows), items of so many bytes. */
function turnedRound(bytes: Uint8Array, rows: number, columns: number): Uint8Array {
  const itemBytes = bytes.length / rows / columns;
  const result = new Uint8Array(bytes.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * itemBytes;
      result.set(bytes.subarray(from, from + itemBytes), (column * rows + row) * itemBytes);
    }
  return result;
}

/** All queries, all keys, all values → those of each head together. */
function mixedHeads(bytes: Uint8Array, heads: number): Uint8Array {
  const each = bytes.length / heads / 3;
  const result = new Uint8Array(bytes.length);
  for (let part = 0; part < 3; part++)
    for (let head = 0; head < heads; head++) {
      const from = (part * heads + head) * each;
      result.set(bytes.subarray(from, from + each), (head * 3 + part) * each);
    }
  return result;
}

function lessOne(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(new Float32Array(bytes.slice().buffer).map((value) => value - 1).buffer);
}

/**
 * The tensors of the twin. Factors of rotation are none: they stand in the configuration. `converted` keeps the 1 in
 * norms, queries before keys, and matrices as they are, as MLC does.
 */
export function twinTensors(model: RandomModel, { converted = false } = {}): SafetensorToWrite[] {
  const architecture = architectureOf(model);
  const { permuted = false, transposed = false, headByHead = false, ...norms } = family(architecture);
  const normsLackOne = norms.normsLackOne === true && !converted;
  const heads = {
    attn_q: Number(model.metadata[`${architecture}.attention.head_count`]),
    attn_k: Number(model.metadata[`${architecture}.attention.head_count_kv`]),
  };
  const stored = model.tensors.filter(({ name }) => !name.startsWith('rope_'));
  return stored.flatMap(({ name, type, shape: sizes, bytes }) => {
    const shape = sizes.map(Number);
    const stem = huggingFaceName(name, architecture);
    const dtype = String(type);
    const module = /attn_[qk](?=\.)/.exec(name)?.[0] as keyof typeof heads | undefined;
    if (stem.includes('#')) {
      const each = bytes.length / shape[0]!;
      return Array.from({ length: shape[0]! }, (_, expert) => ({
        name: stem.replace('#', String(expert)),
        dtype,
        shape: shape.slice(1),
        bytes: bytes.subarray(expert * each, (expert + 1) * each),
      }));
    }
    // One row, which llama.cpp's writers make a vector.
    if (name.includes('ffn_gate_inp_shexp')) shape.unshift(1);
    if (module !== undefined && permuted)
      return [{ name: stem, dtype, shape, bytes: unpermuted(bytes, shape[0]!, heads[module]) }];
    if (normsLackOne && /norm\.weight$/.test(name)) return [{ name: stem, dtype, shape, bytes: lessOne(bytes) }];
    if (headByHead && !converted && name.includes('attn_qkv'))
      return [{ name: stem, dtype, shape, bytes: mixedHeads(bytes, heads.attn_q) }];
    if (transposed && !converted && name.startsWith('blk.') && shape.length === 2)
      return [{ name: stem, dtype, shape: shape.toReversed(), bytes: turnedRound(bytes, shape[0]!, shape[1]!) }];
    return [{ name: stem, dtype, shape, bytes }];
  });
}

/** `config.json` of the twin. Fields are undefined where the class has none. */
export function twinConfig(model: RandomModel): Record<string, unknown> {
  const { metadata, tensors } = model;
  const architecture = architectureOf(model);
  const { className, fields } = family(architecture);
  const value = (key: string): unknown => {
    const given = metadata[`${architecture}.${key}`];
    // GGUF keeps f32, a configuration decimals; these are the same number.
    return typeof given === 'object' && 'value' in given ? Math.fround(Number(given.value)) : given;
  };
  const number = (key: string): number => Number(value(key));
  const experts = value('expert_count') !== undefined;
  return {
    architectures: [experts && architecture === 'llama' ? 'MixtralForCausalLM' : className],
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
    rope_theta: number('rope.freq_base'),
    tie_word_embeddings: !tensors.some(({ name }) => name === 'output.weight'),
    ...(experts && {
      [architecture === 'llama' ? 'num_local_experts' : 'num_experts']: number('expert_count'),
      num_experts_per_tok: number('expert_used_count'),
    }),
    ...(experts &&
      architecture !== 'llama' && {
        moe_intermediate_size: number('expert_feed_forward_length'),
        decoder_sparse_step: 1,
        norm_topk_prob: architecture === 'qwen3moe',
      }),
    ...(architecture === 'qwen2moe' && {
      shared_expert_intermediate_size: number('expert_shared_feed_forward_length'),
    }),
    ...fields?.(value, model),
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
