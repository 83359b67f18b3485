/**
 * A random GGUF model written as the MLC folder that holds the same numbers: fused tensors, rows of q and k in the
 * checkpoint's order, codes in words. Matrices are Q4_0 (as q4f16_1, q4f16_0 or q4f32_1) or F16 (as q0f16); norms stay in f32.
 */
import { createHash } from 'node:crypto';
import { halfToNumber } from '../../shaders/quant/half.ts';
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

/** The tensors of the twin, in an order that puts parts of a fused one together. */
export function mlcTensors(model: RandomModel, quantization = 'q4f16_1'): MlcTensorToWrite[] {
  const fused = new Map<string, SafetensorToWrite[]>();
  for (const tensor of twinTensors(model)) {
    const name = tensor.name
      .replace(/self_attn\.[qkv]_proj/, 'self_attn.qkv_proj')
      .replace(/mlp\.(gate|up)_proj/, 'mlp.gate_up_proj');
    fused.set(name, [...(fused.get(name) ?? []), tensor]);
  }
  return [...fused].flatMap(([name, parts]) => {
    const bytes = joined(parts.map((part) => part.bytes));
    const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
    const columns = parts[0]!.shape[1];
    if (columns === undefined) return [{ name, dtype: 'float32', shape: [rows], bytes }];
    if (parts[0]!.dtype === 'F16') return [{ name, dtype: 'float16', shape: [rows, columns], bytes }];
    const { words, scales } = asGroups(bytes);
    const stem = name.replace(/\.weight$/, '');
    const transposed = quantization === 'q4f16_0' && !stem.endsWith('embed_tokens');
    const shaped = (columns: number) => (transposed ? [columns, rows] : [rows, columns]);
    const laid = (bytes: Uint8Array, itemBytes: number) => (transposed ? transpose(bytes, rows, itemBytes) : bytes);
    const wide = quantization === 'q4f32_1';
    return [
      { name: `${stem}.q_weight`, dtype: 'uint32', shape: shaped(columns / 8), bytes: laid(words, 4) },
      {
        name: `${stem}.q_scale`,
        dtype: wide ? 'float32' : 'float16',
        shape: shaped(columns / 32),
        bytes: laid(wide ? asBfloats(scales) : scales, 2),
      },
    ];
  });
}

/** `mlc-chat-config.json` of the twin. */
export function mlcConfig(model: RandomModel, quantization: string): Record<string, unknown> {
  const { max_position_embeddings, rope_theta, ...sizes } = twinConfig(model);
  return {
    model_type: 'llama',
    quantization,
    model_config: { ...sizes, position_embedding_base: rope_theta, context_window_size: max_position_embeddings },
    vocab_size: sizes['vocab_size'],
    context_window_size: max_position_embeddings,
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
