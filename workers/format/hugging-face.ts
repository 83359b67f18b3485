/**
 * A Hugging Face model folder (`config.json`, safetensors) as the same `ModelFile` that a GGUF file of it would give,
 * but for the rows of q and k, which keep the checkpoint's order, and Gemma's norms, which lack the 1 that conversion
 * adds. A folder of Sentence Transformers makes embeddings. Experts, each in tensors of its own, are read as one; GPT-2's matrices are turned round as they are read, and
 * the heads of GPT-NeoX put in GGUF's order.
 *
 * Refused: types other than F32, F16 and BF16 (but for gpt-oss's experts), tensors of unknown name or given twice, and
 * weights that the configuration asks for and the files lack.
 */
import { EngineError } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { partNamed } from '../source/joined-source.ts';
import { type Pooling, poolingMetadata } from './embedding-model.ts';
import { queriesFirst } from './fused-heads.ts';
import { withGathered } from './gathered-tensors.ts';
import { type HuggingFaceConfig, readConfig } from './hugging-face-config.ts';
import { isExpertPart, kindredName, withMxfp4Experts } from './hugging-face-gpt-oss.ts';
import { ggufTensorName } from './hugging-face-names.ts';
import { readJsonFile } from './json-fields.ts';
import type { ModelFile, TensorInfo } from './model-file.ts';
import { quoted } from './quoted.ts';
import { withRopeFactors } from './rope-factors.ts';
import { readShards } from './safetensors-shards.ts';
import { readPooling } from './sentence-transformers.ts';
import { stackedTensor, type StackedPart } from './stacked-tensors.ts';
import { withTransposed } from './transposed-rows.ts';

const TYPES: readonly string[] = ['F32', 'F16', 'BF16'];
const CONFIG_BYTES_MAX = 2 ** 20;

/**
 * Reads a model from its files, in any order; others among them are left alone.
 *
 * Rejects with `NotFound`, naming a file that is missing, `TensorMissing`, `TensorUnsupported`, `FileMalformed`,
 * `FileTruncated` or `FileUnsupported`.
 */
export async function readHuggingFace(files: readonly NamedSource[], signal?: AbortSignal): Promise<ModelFile> {
  const config = forPooling(readConfig(await readJson(files, 'config.json', signal)), await readPooling(files, signal));
  const shards = await readShards(files, signal);
  const tensors = new Map<string, TensorInfo>();
  const inParts = new Map<string, Map<number, TensorInfo>>();
  const isGptOss = config.architecture === 'gpt-oss';
  const inMxfp4 = new Map<string, TensorInfo>();
  for (const tensor of shards.tensors.values()) {
    if (isGptOss && isExpertPart(tensor.name)) {
      inMxfp4.set(tensor.name, tensor);
      continue;
    }
    const { name, part } = ggufTensorName(isGptOss ? kindredName(tensor.name) : tensor.name, config) ?? {};
    // Some exports write the embeddings twice; a model that ties them has one matrix.
    if (name === undefined || (name === 'output.weight' && config.tied === true)) continue;
    if (!TYPES.includes(tensor.type)) throw unsupportedType(tensor);
    if (tensors.has(name)) throw twice(tensor.name, name);
    if (part == null) tensors.set(name, { ...tensor, name });
    else inParts.set(name, (inParts.get(name) ?? new Map<number, TensorInfo>()).set(part, tensor));
  }
  requireWeights(new Set([...tensors.keys(), ...inParts.keys()]), config);
  const file = { container: 'safetensors', metadata: config.metadata, tensors, source: shards.source } as const;
  const whole = isGptOss
    ? withMxfp4Experts(file, inMxfp4, config.layers)
    : withGathered(
        file,
        [...inParts].map(([name, parts]) => stackedTensor(name, parts, ...partsOf(name, config))),
      );
  return withRopeFactors(asConverted(whole, config), config.ropeFactors);
}

/** How many parts a tensor has that lies in several, and what they are. */
function partsOf(name: string, { architecture, experts, metadata }: HuggingFaceConfig): [number, StackedPart] {
  const [, letter] = /\.attn_([qk])_norm\.weight$/.exec(name) ?? [];
  if (letter === undefined) return [experts, 'Expert'];
  return [Number(metadata.get(`${architecture}.attention.head_count${letter === 'q' ? '' : '_kv'}`)), 'Head'];
}

/** The configuration of a model that makes embeddings that way: no matrix that makes logits is looked for. */
function forPooling(config: HuggingFaceConfig, pooling: Pooling | null): HuggingFaceConfig {
  if (pooling === null) return config;
  const metadata = new Map([...config.metadata, ...poolingMetadata(config.architecture, pooling)]);
  return { ...config, metadata, tied: true, outputBias: false };
}

/** What conversion to GGUF does to matrices, besides what the forward code undoes. Throws `ShapeMismatch`. */
function asConverted(file: ModelFile, { architecture, metadata }: HuggingFaceConfig): ModelFile {
  if (architecture === 'gpt2') return withTransposed(file, isConvolution);
  if (architecture !== 'gptneox') return file;
  const fused = [...file.tensors.values()].filter(({ name }) => /\.attn_qkv\.(weight|bias)$/.test(name));
  const heads = Number(metadata.get('gptneox.attention.head_count'));
  return withGathered(
    file,
    fused.map((tensor) => queriesFirst(tensor, heads)),
  );
}

async function readJson(files: readonly NamedSource[], fileName: string, signal?: AbortSignal) {
  const file = partNamed(files, fileName);
  if (file) return readJsonFile(file, fileName, { maxBytes: CONFIG_BYTES_MAX, ...(signal && { signal }) });
  throw new EngineError('NotFound', {
    what: `The file ${fileName} is missing, which says how the model is built`,
    remedy: 'Choose all files of the model at once.',
  });
}

/** What would otherwise be left out in silence: an untied output, and what is optional in GGUF. */
function requireWeights(names: ReadonlySet<string>, config: HuggingFaceConfig): void {
  const required = [
    ...(config.tied === false ? ['output.weight'] : []),
    ...(config.outputBias ? ['output.bias'] : []),
    ...(config.encoder ? ['token_types.weight'] : []),
  ];
  const inLayer = [
    ...config.biases.map((part) => `${part}.bias`),
    ...(config.headNorms ? ['attn_q_norm.weight', 'attn_k_norm.weight'] : []),
  ];
  if (inLayer.length > 0)
    for (let layer = 0; layer < config.layers; layer++) required.push(...inLayer.map((name) => `blk.${layer}.${name}`));
  const missing = required.find((name) => !names.has(name));
  if (missing === undefined) return;
  throw new EngineError('TensorMissing', {
    what: `The weights that GGUF calls ${quoted(missing)} are missing, though config.json asks for them`,
    remedy: 'Fetch all files of the model again, from one place.',
  });
}

/** GPT-2's matrices of a layer; its embeddings lie as everywhere. */
function isConvolution({ name, shape }: TensorInfo): boolean {
  return name.startsWith('blk.') && shape.length === 2;
}

function twice(stored: string, name: string): EngineError {
  return new EngineError('FileMalformed', {
    what: `The tensor ${quoted(stored)} comes twice, under another name`,
    expected: `one that GGUF calls ${quoted(name)}`,
    got: 'two',
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
