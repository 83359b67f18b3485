/**
 * A random GGUF model written as the MLC folder that holds the same numbers: fused tensors, rows of q and k in the
 * checkpoint's order, codes in words. Matrices are Q4_0 (as q4f16_1) or F16 (as q0f16); norms stay in f32.
 */
import { createHash } from 'node:crypto';
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
export function mlcTensors(model: RandomModel): MlcTensorToWrite[] {
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
    return [
      { name: `${stem}.q_weight`, dtype: 'uint32', shape: [rows, columns / 8], bytes: words },
      { name: `${stem}.q_scale`, dtype: 'float16', shape: [rows, columns / 32], bytes: scales },
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
      const record = { name, shape, dtype, format: dtype === 'float32' ? 'raw' : 'f32-to-bf16', nbytes, byteOffset };
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
  const { list, files } = mlcShards(mlcTensors(model), perShard);
  return [
    jsonFile('mlc-chat-config.json', mlcConfig(model, quantization)),
    jsonFile('tensor-cache.json', list),
    ...files,
  ];
}
