/**
 * An MLC model folder: `mlc-chat-config.json`, a tensor cache, `params_shard_N.bin`. Gives each weight under GGUF's
 * name, with the rows that it has in the tensor that MLC stores: q, k and v lie in one, gate and up in another.
 *
 * Refused: shards that are missing or of another size than promised, tensors that are missing, unknown or of another
 * shape than the configuration gives them.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ByteSource, NamedSource } from '../source/byte-source.ts';
import { joinSources, partNamed } from '../source/joined-source.ts';
import { readJsonFile } from './json-fields.ts';
import { type MlcConfig, readMlcConfig } from './mlc-config.ts';
import { groupsOf } from './mlc-quantization.ts';
import { type MlcRecord, type MlcShard, readTensorCache } from './mlc-tensor-cache.ts';
import { quoted } from './quoted.ts';

const CONFIG_BYTES_MAX = 2 ** 20;
const CACHE_NAMES = ['tensor-cache.json', 'ndarray-cache.json'] as const;

/** A stored tensor, its offset counted through all shards. */
export type MlcPlace = MlcRecord;

/** A weight: `shape[0]` rows of a stored tensor that has `storedRows`, from `firstRow` on. */
export interface MlcWeight {
  /** GGUF's name. */
  readonly name: string;
  /** (rows, columns), or (length) of a vector. */
  readonly shape: readonly number[];
  readonly firstRow: number;
  readonly storedRows: number;
  /** The numbers themselves, or the words with their codes. */
  readonly weight: MlcPlace;
  /** `null` where weights are stored plainly. */
  readonly scale: MlcPlace | null;
  readonly transposed: boolean;
}

/** A model whose parts are proved to fit one another. */
export interface MlcModel {
  readonly config: MlcConfig;
  readonly weights: ReadonlyMap<string, MlcWeight>;
  readonly shards: readonly MlcShard[];
  /** All shards, end to end. */
  readonly source: ByteSource;
}

/** Reads a model from its files, in any order. Rejects with `NotFound`, naming what is missing, or another EngineError. */
export async function readMlc(files: readonly NamedSource[], signal?: AbortSignal): Promise<MlcModel> {
  const options = signal ? { signal } : {};
  const configFile = required(files, ['mlc-chat-config.json']);
  const config = readMlcConfig(
    await readJsonFile(configFile, 'mlc-chat-config.json', { ...options, maxBytes: CONFIG_BYTES_MAX }),
  );
  const cacheFile = required(files, CACHE_NAMES);
  const shards = readTensorCache(await readJsonFile(cacheFile, 'The list of shards', { ...options, depth: 8 }));
  const source = joinSources(shards.map((shard) => sizedShard(files, shard)));
  const places = new Map<string, MlcPlace>();
  for (const [index, { records }] of shards.entries())
    for (const record of records)
      places.set(record.name, { ...record, byteOffset: source.partOffsets[index]! + record.byteOffset });
  return { config, weights: placeWeights(config, places), shards, source };
}

/**
 * The MD5 that an MLC folder's list promises for its shards, by file name, lower-case hex; empty for another container.
 * Rejects as `readMlc` does where the list is malformed.
 */
export async function shardDigests(
  files: readonly NamedSource[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const list = CACHE_NAMES.map((name) => partNamed(files, name)).find((file) => file !== undefined);
  if (!list) return new Map();
  const options = { depth: 8, ...(signal && { signal }) };
  const shards = readTensorCache(await readJsonFile(list, 'The list of shards', options));
  return new Map(shards.flatMap(({ fileName, md5 }) => (md5 === null ? [] : [[fileName, md5]])));
}

function required(files: readonly NamedSource[], names: readonly string[]): NamedSource {
  for (const name of names) {
    const file = partNamed(files, name);
    if (file) return file;
  }
  throw new EngineError('NotFound', {
    what: 'A part of this model is missing',
    expected: `the file ${names.map(quoted).join(' or ')}`,
    remedy: 'Choose all files of the model at once.',
  });
}

function sizedShard(files: readonly NamedSource[], { fileName, byteLength }: MlcShard): NamedSource {
  const file = required(files, [fileName]);
  if (file.byteLength === byteLength) return file;
  throw new EngineError(file.byteLength < byteLength ? 'FileTruncated' : 'FileMalformed', {
    what: `The file ${quoted(fileName)} is of the wrong size`,
    expected: `${byteLength} bytes`,
    got: file.byteLength,
    remedy: 'Fetch the file again.',
  });
}

/** A module as MLC stores it: what its rows are, and how many columns they have. */
interface Module {
  readonly stem: string;
  readonly columns: number;
  readonly parts: readonly (readonly [name: string, rows: number])[];
  readonly embedding?: boolean;
}

/** Every matrix of a decoder, in the order of its layers. */
function modules(config: MlcConfig, tied: boolean): Module[] {
  const { layers } = config;
  const size = (key: string): number => Number(config.metadata.get(`${architectureOf(config)}.${key}`));
  const hidden = size('embedding_length');
  const inner = size('feed_forward_length');
  const vocabulary = size('vocab_size');
  const queryRows = size('attention.head_count') * size('attention.key_length');
  const keyRows = size('attention.head_count_kv') * size('attention.key_length');
  const fused = architectureOf(config) === 'llama' ? 'qkv_proj' : 'c_attn';
  const all: Module[] = [
    { stem: 'model.embed_tokens', columns: hidden, parts: [['token_embd', vocabulary]], embedding: true },
  ];
  for (let layer = 0; layer < layers; layer++) {
    const stem = `model.layers.${layer}`;
    const name = (part: string): string => `blk.${layer}.${part}`;
    const qkv = [
      ['attn_q', queryRows],
      ['attn_k', keyRows],
      ['attn_v', keyRows],
    ] as const;
    const gateUp = [
      ['ffn_gate', inner],
      ['ffn_up', inner],
    ] as const;
    const named = (parts: readonly (readonly [string, number])[]) =>
      parts.map(([part, rows]) => [name(part), rows] as const);
    all.push(
      { stem: `${stem}.self_attn.${fused}`, columns: hidden, parts: named(qkv) },
      { stem: `${stem}.self_attn.o_proj`, columns: queryRows, parts: [[name('attn_output'), hidden]] },
      { stem: `${stem}.mlp.gate_up_proj`, columns: hidden, parts: named(gateUp) },
      { stem: `${stem}.mlp.down_proj`, columns: inner, parts: [[name('ffn_down'), hidden]] },
    );
  }
  if (!tied) all.push({ stem: 'lm_head', columns: hidden, parts: [['output', vocabulary]] });
  return all;
}

/** Vectors by MLC's name: GGUF's name and the length. */
function norms(config: MlcConfig): Map<string, readonly [name: string, length: number]> {
  const architecture = architectureOf(config);
  const hidden = Number(config.metadata.get(`${architecture}.embedding_length`));
  const headDim = Number(config.metadata.get(`${architecture}.attention.key_length`));
  const all = new Map<string, readonly [string, number]>([['model.norm.weight', ['output_norm.weight', hidden]]]);
  for (let layer = 0; layer < config.layers; layer++) {
    const stem = `model.layers.${layer}`;
    all.set(`${stem}.input_layernorm.weight`, [`blk.${layer}.attn_norm.weight`, hidden]);
    all.set(`${stem}.post_attention_layernorm.weight`, [`blk.${layer}.ffn_norm.weight`, hidden]);
    if (architecture !== 'qwen3') continue;
    all.set(`${stem}.self_attn.q_norm.weight`, [`blk.${layer}.attn_q_norm.weight`, headDim]);
    all.set(`${stem}.self_attn.k_norm.weight`, [`blk.${layer}.attn_k_norm.weight`, headDim]);
  }
  return all;
}

function architectureOf({ metadata }: MlcConfig): string {
  return String(metadata.get('general.architecture'));
}

function placeWeights(config: MlcConfig, places: ReadonlyMap<string, MlcPlace>): Map<string, MlcWeight> {
  const weights = new Map<string, MlcWeight>();
  const left = new Set(places.keys());
  const take = (name: string, types: readonly string[], shape: readonly number[]): MlcPlace => {
    const place = places.get(name);
    if (!place) throw missing(name);
    left.delete(name);
    if (!types.includes(place.storedType))
      throw mismatch('TensorUnsupported', name, types.join(' or '), place.storedType);
    if (place.shape.join('×') !== shape.join('×'))
      throw mismatch('ShapeMismatch', name, shape.join('×'), place.shape.join('×'));
    return place;
  };
  const { scheme } = config;
  const tied = config.tied === true || (config.tied === null && ![...left].some((name) => name.startsWith('lm_head.')));
  const floats = ['float16', 'bfloat16', 'float32'];
  for (const module of modules(config, tied)) {
    const { stem, columns, parts } = module;
    const rows = parts.reduce((sum, [, count]) => sum + count, 0);
    const transposed = scheme !== null && scheme.transposed && !module.embedding;
    const shaped = (inner: number): number[] => (transposed ? [inner, rows] : [rows, inner]);
    const scaleTypes = scheme?.scaleType === 'float32' ? ['float32', 'bfloat16'] : ['float16'];
    const groups = scheme && groupsOf(columns, scheme);
    const weight = groups
      ? take(`${stem}.q_weight`, ['uint32'], shaped(groups.words))
      : take(`${stem}.weight`, floats, [rows, columns]);
    const scale = groups ? take(`${stem}.q_scale`, scaleTypes, shaped(groups.groups)) : null;
    const bias = places.has(`${stem}.bias`) ? take(`${stem}.bias`, floats, [rows]) : null;
    let firstRow = 0;
    for (const [name, count] of parts) {
      const own = { firstRow, storedRows: rows };
      weights.set(`${name}.weight`, {
        name: `${name}.weight`,
        shape: [count, columns],
        ...own,
        weight,
        scale,
        transposed,
      });
      if (bias) {
        const plain = { weight: bias, scale: null, transposed: false };
        weights.set(`${name}.bias`, { name: `${name}.bias`, shape: [count], ...own, ...plain });
      } else if (config.attentionBias && name.endsWith('attn_q')) throw missing(`${stem}.bias`);
      firstRow += count;
    }
  }
  for (const [stored, [name, length]] of norms(config)) {
    const weight = take(stored, floats, [length]);
    weights.set(name, {
      name,
      shape: [length],
      firstRow: 0,
      storedRows: length,
      weight,
      scale: null,
      transposed: false,
    });
  }
  const [stray] = left;
  if (stray !== undefined)
    throw mismatch('FileUnsupported', stray, 'only tensors that the model is known to have', 'this one');
  return weights;
}

function missing(name: string): EngineError {
  return new EngineError('TensorMissing', {
    what: `The model has no tensor ${quoted(name)}`,
    remedy: 'Fetch all files of the model again, from one place.',
  });
}

function mismatch(
  code: 'TensorUnsupported' | 'ShapeMismatch' | 'FileUnsupported',
  name: string,
  expected: string,
  got: string,
): EngineError {
  return new EngineError(code, {
    what: `The tensor ${quoted(name)} does not fit the model`,
    expected,
    got,
    remedy: 'Choose another conversion of the model.',
  });
}
