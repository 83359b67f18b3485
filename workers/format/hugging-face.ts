/**
 * A Hugging Face model folder (`config.json`, safetensors) as the same `ModelFile` that a GGUF file of it would give,
 * but for the rows of q and k, which keep the checkpoint's order.
 *
 * Refused: types other than F32, F16 and BF16, tensors of unknown name, and weights that the configuration asks for and
 * the files lack.
 */
import { EngineError } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { partNamed } from '../source/joined-source.ts';
import { type HuggingFaceConfig, readConfig } from './hugging-face-config.ts';
import { ggufTensorName } from './hugging-face-names.ts';
import { readJsonFile } from './json-fields.ts';
import type { ModelFile, TensorInfo } from './model-file.ts';
import { quoted } from './quoted.ts';
import { withRopeFactors } from './rope-factors.ts';
import { readShards } from './safetensors-shards.ts';

const TYPES: readonly string[] = ['F32', 'F16', 'BF16'];
const CONFIG_BYTES_MAX = 2 ** 20;

/**
 * Reads a model from its files, in any order; others among them are left alone.
 *
 * Rejects with `NotFound`, naming a file that is missing, `TensorMissing`, `TensorUnsupported`, `FileMalformed`,
 * `FileTruncated` or `FileUnsupported`.
 */
export async function readHuggingFace(files: readonly NamedSource[], signal?: AbortSignal): Promise<ModelFile> {
  const config = readConfig(await readJson(files, 'config.json', signal));
  const shards = await readShards(files, signal);
  const tensors = new Map<string, TensorInfo>();
  for (const tensor of shards.tensors.values()) {
    const name = ggufTensorName(tensor.name, config.layers);
    // Some exports write the embeddings twice; a model that ties them has one matrix.
    if (name === null || (name === 'output.weight' && config.tied === true)) continue;
    if (!TYPES.includes(tensor.type)) throw unsupportedType(tensor);
    tensors.set(name, { ...tensor, name });
  }
  requireWeights(tensors, config);
  const file = { container: 'safetensors', metadata: config.metadata, tensors, source: shards.source } as const;
  return withRopeFactors(file, config.ropeFactors);
}

async function readJson(files: readonly NamedSource[], fileName: string, signal?: AbortSignal) {
  const file = partNamed(files, fileName);
  if (file) return readJsonFile(file, fileName, { maxBytes: CONFIG_BYTES_MAX, ...(signal && { signal }) });
  throw new EngineError('NotFound', {
    what: `The file ${fileName} is missing, which says how the model is built`,
    remedy: 'Choose all files of the model at once.',
  });
}

/** What would otherwise be left out in silence: an untied output, and biases that are optional in GGUF. */
function requireWeights(tensors: ReadonlyMap<string, TensorInfo>, config: HuggingFaceConfig): void {
  const required = config.tied === false ? ['output.weight'] : [];
  if (config.attentionBias)
    for (let layer = 0; layer < config.layers; layer++)
      required.push(...['q', 'k', 'v'].map((letter) => `blk.${layer}.attn_${letter}.bias`));
  const missing = required.find((name) => !tensors.has(name));
  if (missing === undefined) return;
  throw new EngineError('TensorMissing', {
    what: `The weights that GGUF calls ${quoted(missing)} are missing, though config.json asks for them`,
    remedy: 'Fetch all files of the model again, from one place.',
  });
}

function unsupportedType({ name, type }: TensorInfo): EngineError {
  return new EngineError('TensorUnsupported', {
    what: `The tensor ${quoted(name)} has a type that Freehold cannot run yet`,
    expected: TYPES.join(', '),
    got: type,
    remedy: 'Choose the original model, or a GGUF file of it.',
  });
}
