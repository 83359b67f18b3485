/**
 * A random GGUF model written as the MLC folder that holds the same numbers: fused tensors, rows of q and k in the
 * checkpoint's order, codes in words. Matrices are Q4_0 (as q4f16_1, q4f16_0 or q4f32_1), F16 (as q0f16) or F32 (as q0f32, or as q3f16_1,
 * which holds them if `onThreeBits` has rounded them); norms stay in f32.
 */
import { createHash } from 'node:crypto';
import { halfBits, halfToNumber } from '../../shaders/quant/half.ts';
import { dequantizeGroups, groupScheme, groupsOf } from '../../workers/format/mlc-quantization.ts';
import type { NamedSource } from '../../workers/source/byte-source.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import { jsonFile, twinConfig, twinTensors } from './hugging-face-twin.ts';
import type { RandomModel } from './random-model.ts';
import type { SafetensorToWrite } from './write-safetensors.ts';

/** A tensor as the list of shards describes it. */
export interface MlcTensorToWrite {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The same model without code 0, which MLC's symmetric codes do not have. */
export function withoutLowestCode(model: RandomModel): RandomModel {
  const tensors = model.tensors.map((tensor) => {
    if (tensor.type !== 'Q4_0') return tensor;
    const bytes = tensor.bytes.map((byte, at) =>
      at % 18 < 2 ? byte : Math.max(1, byte & 15) | (Math.max(1, byte >> 4) << 4),
    );
    return { ...tensor, bytes };
  });
  return { ...model, tensors };
}

/** The same model with scales of eight significant bits, which bf16 holds too. */
export function withShortScales(model: RandomModel): RandomModel {
  const tensors = model.tensors.map((tensor) => {
    if (tensor.type !== 'Q4_0') return tensor;
    return { ...tensor, bytes: tensor.bytes.map((byte, at) => (at % 18 === 0 ? byte & 0xf8 : byte)) };
  });
  return { ...model, tensors };
}

/** (rows, columns) items of so many bytes → (columns, rows). */
function transpose(bytes: Uint8Array, rows: number, itemBytes: number): Uint8Array {
  const columns = bytes.length / rows / itemBytes;
  const turned = new Uint8Array(bytes.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * itemBytes;
      turned.set(bytes.subarray(from, from + itemBytes), (column * rows + row) * itemBytes);
    }
  return turned;
}

/** Scales in f16 → the upper halves of f32. */
function asBfloats(halves: Uint8Array): Uint8Array {
  const view = new DataView(halves.buffer, halves.byteOffset, halves.byteLength);
  const values = Float32Array.from({ length: halves.length / 2 }, (_, i) => halfToNumber(view.getUint16(2 * i, true)));
  return new Uint8Array(Uint16Array.from(new Uint32Array(values.buffer), (bits) => bits >>> 16).buffer);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}

/** Q4_0 blocks → codes in order, eight a word, and scales. */
function asGroups(blocks: Uint8Array): { words: Uint8Array; scales: Uint8Array } {
  const count = blocks.length / 18;
  const words = new Uint8Array(count * 16);
  const scales = new Uint8Array(count * 2);
  for (let block = 0; block < count; block++) {
    scales.set(blocks.subarray(block * 18, block * 18 + 2), block * 2);
    for (let k = 0; k < 32; k++) {
      const byte = blocks[block * 18 + 2 + (k % 16)]!;
      const code = (k < 16 ? byte & 15 : byte >> 4) - 1;
      words[block * 16 + (k >> 1)]! |= code << (4 * (k & 1));
    }
  }
  return { words, scales };
}

const THREE_BITS = groupScheme('q3f16_1')!;

/** Matrices in f32 → q3f16_1's codes and scales, by MLC's own rule. */
function asThreeBits(matrix: Uint8Array, columns: number): { words: Uint8Array; scales: Uint8Array } {
  const values = new Float32Array(matrix.slice().buffer);
  const rows = values.length / columns;
  const row = groupsOf(columns, THREE_BITS);
  const words = new Uint32Array(rows * row.words);
  const scales = new Uint16Array(rows * row.groups);
  const { groupSize, codesPerWord, middle, bits } = THREE_BITS;
  for (let n = 0; n < rows; n++) {
    for (let group = 0; group < row.groups; group++) {
      const start = group * groupSize;
      const inGroup = values.subarray(n * columns + start, n * columns + Math.min(columns, start + groupSize));
      const half = halfBits(Math.max(...inGroup.map(Math.abs)) / middle);
      scales[n * row.groups + group] = half;
      for (const [i, value] of inGroup.entries()) {
        const code = Math.min(2 * middle, Math.max(0, Math.round(value / (halfToNumber(half) || 1)) + middle));
        words[n * row.words + Math.floor((start + i) / codesPerWord)]! |= code << (bits * ((start + i) % codesPerWord));
      }
    }
  }
  return { words: new Uint8Array(words.buffer), scales: new Uint8Array(scales.buffer) };
}

/** A model in F32 with its matrices rounded to what q3f16_1 holds. */
export function onThreeBits(model: RandomModel): RandomModel {
  const tensors = model.tensors.map((tensor) => {
    if (tensor.shape.length === 1) return tensor;
    const columns = Number(tensor.shape.at(-1));
    const rows = tensor.bytes.length / 4 / columns;
    const { words, scales } = asThreeBits(tensor.bytes, columns);
    const numbers = Array.from(new Uint16Array(scales.buffer), halfToNumber);
    return {
      ...tensor,
      bytes: new Uint8Array(dequantizeGroups(words, numbers, rows, columns, THREE_BITS).buffer),
    };
  });
  return { ...model, tensors };
}

/** MLC's names for what checkpoints call otherwise; the parts of one tensor get one name. */
function mlcName(name: string, architecture: string): string {
  if (architecture === 'phi3')
    return name
      .replace('model.embed_tokens', 'transformer.embd')
      .replace('model.layers', 'transformer.h')
      .replace('model.norm', 'transformer.norm')
      .replace('input_layernorm', 'ln')
      .replace('self_attn.qkv_proj', 'mixer.qkv_proj')
      .replace('self_attn.o_proj', 'mixer.out_proj');
  if (architecture === 'phi2')
    return name
      .replace('model.embed_tokens', 'transformer.embd')
      .replace('model.layers', 'transformer.h')
      .replace('model.final_layernorm', 'lm_head.ln')
      .replace(/^lm_head\.(weight|bias)$/, 'lm_head.linear.$1')
      .replace('input_layernorm', 'ln')
      .replace(/self_attn\.[qkv]_proj/, 'mixer.Wqkv')
      .replace('self_attn.dense', 'mixer.out_proj');
  if (architecture === 'gpt2') return name.startsWith('lm_head') ? name : `transformer.${name}`;
  if (architecture === 'starcoder2') return name.replace(/self_attn\.[qkv]_proj/, 'self_attn.wqkv_pack');
  if (architecture === 'bert') return name.replace(/attention\.self\.(?:query|key|value)/, 'attention.self.qkv');
  if (architecture === 'gemma3') return `language_model.${name.replace(/mlp\.(gate|up)_proj/, 'mlp.gate_up_proj')}`;
  return name
    .replace(/self_attn\.[qkv]_proj/, architecture.startsWith('qwen') ? 'self_attn.c_attn' : 'self_attn.qkv_proj')
    .replace(/block_sparse_moe\.experts\.\d+\.w[13]/, 'moe.e1_e3')
    .replace(/block_sparse_moe\.experts\.\d+\.w2/, 'moe.e2')
    .replace('block_sparse_moe', 'moe')
    .replace(/mlp\.experts\.\d+\.(gate|up)_proj/, 'mlp.moe_gate_up_proj')
    .replace(/mlp\.experts\.\d+\.down_proj/, 'mlp.moe_down_proj')
    .replace(/(mlp|shared_expert)\.(gate|up)_proj/, '$1.gate_up_proj');
}

/** The tensors of the twin, in an order that puts parts of a fused one together. */
export function mlcTensors(model: RandomModel, quantization = 'q4f16_1'): MlcTensorToWrite[] {
  const fused = new Map<string, { expert: number; tensor: SafetensorToWrite }[]>();
  for (const tensor of twinTensors(model, { converted: true })) {
    const name = mlcName(tensor.name, String(model.metadata['general.architecture']));
    const expert = Number(/experts\.(\d+)/.exec(tensor.name)?.[1] ?? -1);
    fused.set(name, [...(fused.get(name) ?? []), { expert, tensor }]);
  }
  return [...fused].flatMap(([name, all]) => {
    // Expert behind expert; of each the gate before the up.
    const inOrder = all.toSorted((a, b) => a.expert - b.expert);
    const parts = inOrder.map(({ tensor }) => tensor);
    const experts = inOrder.at(-1)!.expert + 1;
    const bytes = joined(parts.map((part) => part.bytes));
    const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
    const columns = parts[0]!.shape[1];
    if (columns === undefined) return [{ name, dtype: 'float32', shape: [rows], bytes }];
    const stored = (columns: number) => (experts > 0 ? [experts, rows / experts, columns] : [rows, columns]);
    const isRouter = /gate\.weight$/.test(name);
    if (parts[0]!.dtype === 'F16' || quantization === 'q0f32' || isRouter) {
      const dtype = parts[0]!.dtype === 'F16' ? 'float16' : 'float32';
      return [{ name, dtype, shape: stored(columns), bytes }];
    }
    const { words, scales } = quantization === 'q3f16_1' ? asThreeBits(bytes, columns) : asGroups(bytes);
    const stem = name.replace(/\.weight$/, '');
    const transposed =
      quantization === 'q4f16_0' && !/(embed_tokens|\.wte|\.wpe|embeddings)$/.test(stem) && experts === 0;
    const shaped = (columns: number) => (transposed ? [columns, rows] : stored(columns));
    const laid = (bytes: Uint8Array, itemBytes: number) => (transposed ? transpose(bytes, rows, itemBytes) : bytes);
    const wide = quantization === 'q4f32_1';
    return [
      { name: `${stem}.q_weight`, dtype: 'uint32', shape: shaped(words.length / 4 / rows), bytes: laid(words, 4) },
      {
        name: `${stem}.q_scale`,
        dtype: wide ? 'float32' : 'float16',
        shape: shaped(scales.length / 2 / rows),
        bytes: laid(wide ? asBfloats(scales) : scales, 2),
      },
    ];
  });
}

/** `mlc-chat-config.json` of the twin. */
export function mlcConfig(model: RandomModel, quantization: string): Record<string, unknown> {
  const { max_position_embeddings, n_positions, rope_theta, rotary_emb_base, ...sizes } = twinConfig(model);
  const context_window_size = max_position_embeddings ?? n_positions;
  const className = String((sizes['architectures'] as unknown[])[0]);
  const type = className
    .replace(/ForCausalLM|LMHeadModel|Model$/, '')
    .replace('Moe', '_moe')
    .replace('NeoX', '_neox')
    .toLowerCase();
  const whole = {
    ...sizes,
    position_embedding_base: rope_theta ?? rotary_emb_base ?? 0,
    context_window_size,
  };
  return {
    model_type: type,
    quantization,
    // Phi-3 has its name; it tells how far its context was stretched.
    model_config:
      type === 'gemma3'
        ? { text_config: { ...whole, sliding_window_size: sizes['sliding_window'], sliding_window: undefined } }
        : type === 'phi3'
          ? { ...whole, max_position_embeddings }
          : whole,
    vocab_size: sizes['vocab_size'],
    context_window_size,
    sliding_window_size: -1,
  };
}

/** The list of shards and the shards, so many tensors in each. */
export function mlcShards(
  tensors: readonly MlcTensorToWrite[],
  perShard: number,
): { list: { records: Record<string, unknown>[] }; files: NamedSource[] } {
  const files: NamedSource[] = [];
  const records: Record<string, unknown>[] = [];
  for (let first = 0; first < tensors.length; first += perShard) {
    const part = tensors.slice(first, first + perShard);
    const bytes = joined(part.map((tensor) => tensor.bytes));
    const dataPath = `params_shard_${files.length}.bin`;
    let byteOffset = 0;
    const inside = part.map(({ name, dtype, shape, bytes: { length: nbytes } }) => {
      const isWhole = dtype === 'float32' && nbytes === 4 * shape.reduce((product, size) => product * size, 1);
      const record = { name, shape, dtype, format: isWhole ? 'raw' : 'f32-to-bf16', nbytes, byteOffset };
      byteOffset += nbytes;
      return record;
    });
    const md5sum = createHash('md5').update(bytes).digest('hex');
    records.push({ dataPath, format: 'raw-shard', nbytes: bytes.length, md5sum, records: inside });
    files.push({ ...bytesSource(bytes), fileName: dataPath });
  }
  return { list: { records }, files };
}

/** The folder. */
export function mlcTwin(model: RandomModel, quantization: string, perShard = 4): NamedSource[] {
  const { list, files } = mlcShards(mlcTensors(model, quantization), perShard);
  return [
    jsonFile('mlc-chat-config.json', mlcConfig(model, quantization)),
    jsonFile('tensor-cache.json', list),
    ...files,
  ];
}
