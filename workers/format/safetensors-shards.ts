/**
 * The weights of a model in safetensors: one file, or several that `model.safetensors.index.json` lists.
 *
 * Refused: a shard that is missing, an index that names a tensor its shard does not have, a tensor in two shards, file
 * names with a path in them.
 * Source: the index format of Hugging Face's `transformers`.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ByteSource, NamedSource } from '../source/byte-source.ts';
import { baseName, joinSources, partNamed } from '../source/joined-source.ts';
import { jsonObject, jsonString, readJsonFile } from './json-fields.ts';
import type { TensorInfo } from './model-file.ts';
import { quoted } from './quoted.ts';
import { readSafetensors } from './safetensors.ts';

const INDEX_SUFFIX = '.safetensors.index.json';
const SHARDS_MAX = 1000;

/** Tensors with offsets in the whole of all shards, and the whole. */
export interface Weights {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly source: ByteSource;
}

/**
 * Reads the heads of all shards among `files`. Rejects with `NotFound`, naming what is missing, and as
 * `readSafetensors` does, naming the file.
 */
export async function readShards(files: readonly NamedSource[], signal?: AbortSignal): Promise<Weights> {
  const index = files.find(({ fileName }) => fileName.endsWith(INDEX_SUFFIX));
  const listed = index ? await readIndex(index, signal) : null;
  const shards = listed ? [...new Set(listed.values())].sort().map((name) => shard(files, name)) : [onlyFile(files)];
  const joined = joinSources(shards);
  const tensors = new Map<string, TensorInfo>();
  for (const [at, file] of shards.entries()) {
    const head = await naming(file, () => readSafetensors(file, signal));
    for (const tensor of head.tensors.values()) {
      if (tensors.has(tensor.name))
        throw malformed(file, `The tensor ${quoted(tensor.name)} comes twice`, 'one', 'two');
      tensors.set(tensor.name, { ...tensor, byteOffset: joined.partOffsets[at]! + tensor.byteOffset });
    }
    for (const [name, fileName] of listed ?? []) {
      if (fileName === baseName(file.fileName) && !head.tensors.has(name))
        throw malformed(file, `The tensor ${quoted(name)} is not where the index says`, 'it here', 'no such tensor');
    }
  }
  return { tensors, source: joined };
}

/** Tensor → file name. */
async function readIndex(index: NamedSource, signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const what = 'The index of the shards';
  const root = await readJsonFile(index, what, { depth: 4, ...(signal && { signal }) });
  const weightMap = jsonObject(root.get('weight_map'), `${what}, "weight_map",`);
  if (weightMap.size === 0) throw malformed(index, `${what} lists nothing`, 'tensors', 'none');
  const listed = new Map<string, string>();
  for (const [tensor, value] of weightMap) {
    const fileName = jsonString(value, `The file of the tensor ${quoted(tensor)}`);
    if (!/^[^/\\]+\.safetensors$/.test(fileName))
      throw malformed(
        index,
        `The file of the tensor ${quoted(tensor)} is wrong`,
        'a name ending in .safetensors',
        quoted(fileName),
      );
    listed.set(tensor, fileName);
  }
  const count = new Set(listed.values()).size;
  if (count > SHARDS_MAX) throw malformed(index, 'There are too many shards', `at most ${SHARDS_MAX}`, count);
  return listed;
}

function shard(files: readonly NamedSource[], fileName: string): NamedSource {
  const file = partNamed(files, fileName);
  if (file) return file;
  throw new EngineError('NotFound', {
    what: 'A part of this model is missing',
    expected: `the file ${quoted(fileName)}, which the index lists`,
    remedy: 'Choose all files of the model at once.',
  });
}

function onlyFile(files: readonly NamedSource[]): NamedSource {
  const weights = files.filter(({ fileName }) => fileName.endsWith('.safetensors'));
  const [only] = weights;
  if (only && weights.length === 1 && !/-of-\d+\.safetensors$/.test(only.fileName)) return only;
  throw new EngineError('NotFound', {
    what: only ? 'The index that says which files belong together is missing' : 'The weights are missing',
    expected: only ? 'model.safetensors.index.json' : 'model.safetensors, or several with their index',
    got: weights.length === 1 ? quoted(only!.fileName) : `${weights.length} files of weights`,
    remedy: 'Choose all files of the model at once.',
  });
}

/** Runs, and says in an error which file it is about. */
async function naming<T>(file: NamedSource, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof EngineError) error.message = `In ${quoted(baseName(file.fileName))}: ${error.message}`;
    throw error;
  }
}

function malformed(file: NamedSource, what: string, expected: string | number, got: string | number): EngineError {
  return new EngineError('FileMalformed', {
    what: `${what} in ${quoted(baseName(file.fileName))}`,
    expected,
    got,
    remedy: 'Fetch all files of the model again, from one place.',
  });
}
