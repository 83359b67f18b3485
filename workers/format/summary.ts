/** What a model file says of itself, and whether this engine can run it, from its metadata and tensor table alone. */
import type { ModelSizes, ModelSummary, RecommendedSampling, UnknownPreTokenizer } from '../protocol/model.ts';
import { ARCHITECTURES, EXPERT_ARCHITECTURES } from './architecture-names.ts';
import { writesText } from './embedding-model.ts';
import { likelyPreTokenizer } from './likely-pre-tokenizer.ts';
import { metadataString } from './metadata.ts';
import type { ModelFile, TensorInfo } from './model-file.ts';
import { cannotRunOnnx } from './onnx.ts';
import { quoted, withoutControls } from './quoted.ts';
import { PRE_TOKENIZER_FAMILIES, TOKENIZER_MODELS } from './tokenizer-names.ts';
import { unknownTokenizerStep } from './tokenizer-steps.ts';

const RUNNABLE_TENSOR_TYPES: readonly string[] = [
  'F32',
  'F16',
  'BF16',
  'Q4_0',
  'Q4_1',
  'Q5_0',
  'Q5_1',
  'Q8_0',
  'Q2_K',
  'Q3_K',
  'Q4_K',
  'Q5_K',
  'Q6_K',
  'IQ1_S',
  'IQ1_M',
  'IQ2_XXS',
  'IQ2_XS',
  'IQ2_S',
  'IQ3_XXS',
  'IQ3_S',
  'IQ4_NL',
  'IQ4_XS',
  'MXFP4',
  'TQ1_0',
  'TQ2_0',
];
/** What other containers are read as, and no GGUF file can name. */
const OTHER_TYPES: readonly string[] = ['Q4_F32', 'Q3_G40'];
/** A type with a smaller share of the weights is not worth naming: norms and biases are F32 in every file. */
const NAMED_SHARE = 0.02;
const SHOWN_CHARACTERS = 200;

/** Text for display from a file that may be hostile: one line, no direction tricks, not endless; `null` if empty. */
function shownText(file: ModelFile, key: string): string | null {
  const value = file.metadata.get(key);
  if (typeof value !== 'string') return null;
  return withoutControls(value.trim()).slice(0, SHOWN_CHARACTERS) || null;
}

function wholeNumber(file: ModelFile, key: string): number {
  const value = file.metadata.get(key);
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

function elementCount({ shape }: TensorInfo): number {
  return shape.reduce((product, size) => product * size, 1);
}

function quantization(tensors: readonly TensorInfo[], parameters: number): string {
  const weights = new Map<string, number>();
  for (const tensor of tensors) weights.set(tensor.type, (weights.get(tensor.type) ?? 0) + elementCount(tensor));
  return [...weights]
    .filter(([, count]) => count >= parameters * NAMED_SHARE)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 2)
    .map(([type]) => type)
    .join(' + ');
}

function unsupportedTokenizer(file: ModelFile): string | null {
  if (file.tokenizerFiles) {
    const step = unknownTokenizerStep(file.tokenizerFiles.tokenizer);
    return step === null ? null : `${step} is not supported yet.`;
  }
  const model = file.metadata.get('tokenizer.ggml.model');
  if (model === undefined) return 'The file brings no tokenizer, so text cannot be turned into tokens.';
  if (!(TOKENIZER_MODELS as readonly unknown[]).includes(model))
    return `The tokenizer kind ${quoted(String(model))} is not supported yet.`;
  return null;
}

function unknownPreTokenizer(file: ModelFile): UnknownPreTokenizer | null {
  const name = String(file.metadata.get('tokenizer.ggml.pre') ?? 'default');
  if (file.metadata.get('tokenizer.ggml.model') !== 'gpt2' || Object.hasOwn(PRE_TOKENIZER_FAMILIES, name)) return null;
  return { name: withoutControls(name).slice(0, SHOWN_CHARACTERS), suggested: likelyPreTokenizer(file) };
}

function noContext(file: ModelFile, architecture: string): string | null {
  if (wholeNumber(file, `${architecture}.context_length`) > 0) return null;
  return 'The file does not say how long a text the model can read. Choose another conversion of the model.';
}

/** Why nothing here can run the file at all, as a sentence a person can act on, or `null`. */
export function cannotRun(file: ModelFile): string | null {
  const architecture = architectureName(file);
  const parts = wholeNumber(file, 'split.count');
  if (parts > 1) return `This is one of ${parts} parts of a model. Choose all of its parts together.`;
  if (file.container === 'onnx')
    return cannotRunOnnx(file) ?? noContext(file, architecture) ?? unsupportedTokenizer(file);
  if (!(ARCHITECTURES as readonly string[]).includes(architecture))
    return `Models of the architecture ${quoted(architecture)} are not supported yet. Choose a model of one of these: ${ARCHITECTURES.join(', ')}.`;
  const kind = file.metadata.get('general.type');
  if (kind !== undefined && kind !== 'model')
    return `This file is no whole model but ${quoted(String(kind))}. Choose the model file itself.`;
  if (file.tensors.size === 0) return 'This file holds only a vocabulary, no weights. Choose the model file itself.';
  if (wholeNumber(file, `${architecture}.expert_count`) > 0 && !EXPERT_ARCHITECTURES.includes(architecture))
    return `Models of the architecture ${quoted(architecture)} that are made of several experts are not supported yet.`;
  const unlimited = noContext(file, architecture);
  if (unlimited !== null) return unlimited;
  const types = new Set([...file.tensors.values()].map(({ type }) => type));
  const strange = [...types].filter((type) => !RUNNABLE_TENSOR_TYPES.includes(type) && !OTHER_TYPES.includes(type));
  if (strange.length > 0)
    return `Weights of the type ${strange.sort().join(', ')} are not supported yet. Choose a file in one of these: ${RUNNABLE_TENSOR_TYPES.join(', ')}.`;
  return unsupportedTokenizer(file);
}

/** Why the file cannot chat although it runs, as a sentence, or `null`. */
function cannotChat(file: ModelFile): string | null {
  if (writesText(file, architectureName(file))) return null;
  return 'This model makes embeddings, numbers to search and compare texts by, and cannot chat. Choose a chat model.';
}

/** `general.architecture`, fit to be shown. */
function architectureName(file: ModelFile): string {
  return withoutControls(metadataString(file, 'general.architecture')).slice(0, SHOWN_CHARACTERS);
}

/**
 * What the file recommends, so far as the sampler would take it. f32 values are rounded to what their maker wrote. A
 * negative top-k is llama.cpp's way to say "off". Source: llama.cpp's pull request 17120.
 */
function recommendedSampling(file: ModelFile): RecommendedSampling {
  const number = (key: string, min: number, max: number): number | undefined => {
    const value = file.metadata.get(`general.sampling.${key}`);
    if (typeof value !== 'number' || !(value >= min && value <= max)) return undefined;
    return Number(value.toPrecision(6));
  };
  const topK = number('top_k', -1, 1000);
  const found = {
    temperature: number('temp', 0, 2),
    topK: topK === undefined ? undefined : Math.max(0, Math.round(topK)),
    topP: number('top_p', 0.01, 1),
    minP: number('min_p', 0, 1),
    repetitionPenalty: number('penalty_repeat', 0.5, 2),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** What the model's memory follows from, or `null` where the file leaves a part of it out or says it layer by layer. */
function modelSizes(file: ModelFile, architecture: string): ModelSizes | null {
  const number = (key: string): number => wholeNumber(file, `${architecture}.${key}`);
  const [embeddingLength, heads] = [number('embedding_length'), number('attention.head_count')];
  const has = (key: string): boolean => file.metadata.has(`${architecture}.${key}`);
  const experts = number('expert_count');
  const ofExpert = experts > 0 && has('expert_feed_forward_length');
  const sizes = {
    layers: number('block_count'),
    embeddingLength,
    feedForwardLength: number(ofExpert ? 'expert_feed_forward_length' : 'feed_forward_length'),
    heads,
    kvHeads: has('attention.head_count_kv') ? number('attention.head_count_kv') : heads,
    headDim: has('attention.key_length') ? number('attention.key_length') : Math.floor(embeddingLength / heads),
    vocabularySize: file.tensors.get('token_embd.weight')?.shape[0] ?? 0,
  };
  const used = number('expert_used_count');
  if (!Object.values(sizes).every((size) => size > 0) || (experts > 0 && used === 0)) return null;
  return { ...sizes, experts: experts === 0 ? null : { count: experts, used } };
}

/**
 * The summary that the page shows before loading, of a file `called` so: a name that may be as hostile as the rest. `contextLength` is 0 where the file does not say.
 *
 * Throws `FileMalformed` if the file does not name its architecture: it is then no model at all.
 */
export function summarize(file: ModelFile, called: string): ModelSummary {
  const fileName = withoutControls(called);
  const architecture = architectureName(file);
  const tensors = [...file.tensors.values()];
  const parameters = tensors.reduce((sum, tensor) => sum + elementCount(tensor), 0);
  const preTokenizer = unknownPreTokenizer(file);
  const sizes = modelSizes(file, architecture);
  return {
    name: shownText(file, 'general.name') ?? fileName,
    fileName,
    fileBytes: file.source.byteLength,
    architecture,
    quantization: shownText(file, 'onnx.weights') ?? quantization(tensors, parameters),
    parameters,
    contextLength: wholeNumber(file, `${architecture}.context_length`),
    license: shownText(file, 'general.license.name') ?? shownText(file, 'general.license'),
    author: shownText(file, 'general.author') ?? shownText(file, 'general.organization'),
    ...(sizes && { sizes }),
    sampling: recommendedSampling(file),
    hasChatTemplate: shownText(file, 'tokenizer.chat_template') !== null,
    ...(preTokenizer && { unknownPreTokenizer: preTokenizer }),
    ...(file.container === 'onnx' && { runtime: 'onnx' }),
    unsupported: cannotRun(file) ?? cannotChat(file),
  };
}
