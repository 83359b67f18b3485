/**
 * An MLC model folder: `mlc-chat-config.json`, a tensor cache, `params_shard_N.bin`. Gives each weight under GGUF's
 * name, with the rows that it has in the tensor that MLC stores: q, k and v lie in one, gate and up in another, and all
 * experts of a layer.
 *
 * Refused: shards that are missing or of another size than promised, tensors that are missing, unknown or of another
 * shape than the configuration gives them.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ByteSource, NamedSource } from '../source/byte-source.ts';
import { joinSources, partNamed } from '../source/joined-source.ts';
import { readJsonFile } from './json-fields.ts';
import { type MlcConfig, readMlcConfig } from './mlc-config.ts';
import { mlcModules, mlcNorms } from './mlc-modules.ts';
import { groupsOf } from './mlc-quantization.ts';
import { type MlcRecord, type MlcShard, readTensorCache } from './mlc-tensor-cache.ts';
import { quoted } from './quoted.ts';

const CONFIG_BYTES_MAX = 2 ** 20;
const CACHE_NAMES = ['tensor-cache.json', 'ndarray-cache.json'] as const;

/** A stored tensor, its offset counted through all shards. */
export type MlcPlace = MlcRecord;

/** A weight: rows of a stored tensor that has `storedRows`, from `firstRow` on; of one of experts, those of each expert. */
export interface MlcWeight {
  /** GGUF's name. */
  readonly name: string;
  /** (rows, columns), (experts, rows, columns), or (length) of a vector. */
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
  for (const module of mlcModules(config, tied)) {
    const { stem, columns, parts, experts } = module;
    const rows = parts.reduce((sum, [, count]) => sum + count, 0);
    const leading = experts === undefined ? [] : [experts];
    const quantized = scheme !== null && (!module.router || places.has(`${stem}.q_weight`)) ? scheme : null;
    const transposed = quantized !== null && quantized.transposed && !module.embedding && experts === undefined;
    const shaped = (inner: number): number[] => (transposed ? [inner, rows] : [...leading, rows, inner]);
    const scaleTypes = quantized?.scaleType === 'float32' ? ['float32', 'bfloat16'] : ['float16'];
    const groups = quantized && groupsOf(columns, quantized);
    const weight = groups
      ? take(`${stem}.q_weight`, ['uint32'], shaped(groups.words))
      : take(`${stem}.weight`, floats, shaped(columns));
    const scale = groups ? take(`${stem}.q_scale`, scaleTypes, shaped(groups.groups)) : null;
    const bias = places.has(`${stem}.bias`) ? take(`${stem}.bias`, floats, [rows]) : null;
    let firstRow = 0;
    for (const [name, count] of parts) {
      const own = { firstRow, storedRows: rows };
      weights.set(`${name}.weight`, {
        name: `${name}.weight`,
        shape: [...leading, count, columns],
        ...own,
        weight,
        scale,
        transposed,
      });
      if (bias) {
        const plain = { weight: bias, scale: null, transposed: false };
        weights.set(`${name}.bias`, { name: `${name}.bias`, shape: [count], ...own, ...plain });
      } else if (needsBias(config, name)) throw missing(`${stem}.bias`);
      firstRow += count;
    }
  }
  for (const [stored, [name, length]] of mlcNorms(config)) {
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

/** Whether a matrix, by GGUF's name, must have a bias; GGUF has q, k and v of some families in one. */
function needsBias({ biases, outputBias }: MlcConfig, name: string): boolean {
  if (name === 'output') return outputBias;
  const module = name.replace(/^blk\.\d+\./, '');
  return biases.includes(module) || (biases.includes('attn_qkv') && ['attn_q', 'attn_k', 'attn_v'].includes(module));
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
