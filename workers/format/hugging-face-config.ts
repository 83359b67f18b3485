/**
 * `config.json` of a Hugging Face model, as the metadata that a GGUF file of the same model would have.
 *
 * Refused: classes, activations, quantizations and windows that the engine's forward code does not have. Layers that
 * `layer_types` lists keep to the window; where attention sees one and nothing lists the layers, the context ends with
 * it: up to there both are the same. What sets classes apart is in `hugging-face-classes.ts`.
 */
import type { ArchitectureName } from './architecture-names.ts';
import {
  LISTED_WINDOWS,
  MODEL_CLASSES,
  modelClass,
  type ModelClass,
  textClassName,
  usualConfig,
} from './hugging-face-classes.ts';
import { readExpertConfig } from './hugging-face-experts.ts';
import { configField, ConfigFields, malformedConfig, unsupportedConfig } from './hugging-face-fields.ts';
import { readRope } from './hugging-face-rope.ts';
import { jsonArray, jsonString } from './json-fields.ts';
import type { MetadataValue } from './model-file.ts';
import { quoted } from './quoted.ts';
import type { JsonObject, JsonValue } from './strict-json.ts';

const LAYERS_MAX = 1000;
const HEAD_DIM_MAX = 1024;

/** What `config.json` says. */
export interface HuggingFaceConfig {
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** GGUF's name. */
  readonly architecture: ArchitectureName;
  readonly layers: number;
  /** Of each layer; 0 in a dense model. */
  readonly experts: number;
  /** Whether no other matrix makes logits; `null` where the file does not say. */
  readonly tied: boolean | null;
  /** GGUF's names of the matrices of a layer that must have a bias. */
  readonly biases: readonly string[];
  /** Whether the logits must have one. */
  readonly outputBias: boolean;
  /** Whether q and k have a norm of each head, in a tensor of its own. */
  readonly headNorms: boolean;
  /** Whether it makes no logits, and tells kinds of text apart. */
  readonly encoder: boolean;
  /** (rotaryDim / 2) each, by GGUF's names of such tensors: see `hugging-face-rope.ts`. */
  readonly ropeFactors: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
}

/** Reads a configuration. Throws `FileMalformed` or `FileUnsupported`, naming the field. */
export function readConfig(config: JsonObject): HuggingFaceConfig {
  const className = textClassName(readClassName(config), config);
  const known = modelClass(className);
  if (known === undefined)
    throw unsupportedConfig('Models of this class are not supported yet', MODEL_CLASSES.join(', '), quoted(className));
  const { architecture, activations = ['silu'], norm = 'rms' } = known;
  const usual = usualConfig(config, known);
  const fields = new ConfigFields(usual);
  if (fields.get('quantization_config') !== undefined && architecture !== 'gpt-oss')
    throw unsupportedConfig(
      'This model is quantized in a way that is not known here',
      'weights in F32, F16 or BF16',
      'quantization_config',
    );
  const activation = fields.text('hidden_act', 'silu');
  if (!activations.includes(activation))
    throw unsupportedConfig(
      'The activation of this model is not known here',
      activations.join(' or '),
      quoted(activation),
    );

  const layers = fields.count('num_hidden_layers');
  if (layers > LAYERS_MAX) throw malformedConfig(configField('num_hidden_layers'), `at most ${LAYERS_MAX}`, layers);
  const hidden = fields.count('hidden_size');
  const heads = fields.count('num_attention_heads');
  if (fields.get('head_dim') === undefined && hidden % heads !== 0)
    throw malformedConfig(configField('num_attention_heads'), `a divisor of the hidden size ${hidden}`, heads);
  const headDim = fields.count('head_dim', hidden / heads);
  if (headDim % 2 !== 0 || headDim > HEAD_DIM_MAX)
    throw malformedConfig(configField('head_dim'), `an even number up to ${HEAD_DIM_MAX}`, headDim);
  const rotaryDim = readRotaryDim(fields, usual, headDim, known);
  const rope = readRope(usual, rotaryDim);
  if ('attention.temperature_scale' in rope.metadata && architecture !== 'mistral3')
    throw unsupportedConfig(
      'Queries that grow with their position are not known in this class',
      'none',
      'llama_4_scaling_beta',
    );
  const context = readWindow(fields, layers, known);

  const experts = readExpertConfig(className, usual);
  const own: Record<string, MetadataValue> = {
    block_count: layers,
    context_length: context.length,
    embedding_length: hidden,
    feed_forward_length: fields.count(
      'intermediate_size',
      ['gpt2', 'phi2'].includes(architecture) ? 4 * hidden : undefined,
    ),
    vocab_size: fields.count('vocab_size'),
    'attention.head_count': heads,
    'attention.head_count_kv': fields.count('num_key_value_heads', heads),
    'attention.key_length': headDim,
    'attention.value_length': headDim,
    ...(norm === 'rms'
      ? { 'attention.layer_norm_rms_epsilon': fields.positive('rms_norm_eps', 1e-6) }
      : { 'attention.layer_norm_epsilon': fields.positive('layer_norm_eps') }),
    'rope.dimension_count': rotaryDim,
    ...context.metadata,
    ...rope.metadata,
    ...experts.metadata,
    ...known.metadata?.(fields, usual),
    ...readLocalBase(rope, known),
    // Some embedding models are decoders that were trained on to look both ways.
    ...(fields.truth('is_causal') === false && { 'attention.causal': false }),
  };
  const { biases = [] } = known;
  return {
    metadata: new Map<string, MetadataValue>([
      ['general.architecture', architecture],
      ...Object.entries(own).map(([key, value]) => [`${architecture}.${key}`, value] as const),
    ]),
    architecture,
    layers,
    experts: experts.count,
    tied: known.encoder === true || fields.truth('tie_word_embeddings'),
    biases: biases.length === 0 && fields.truth('attention_bias') === true ? ['attn_q', 'attn_k', 'attn_v'] : biases,
    outputBias: known.outputBias === true,
    headNorms: architecture === 'stablelm' && fields.truth('qk_layernorm') === true,
    encoder: known.encoder === true,
    ropeFactors: rope.factors,
  };
}

function readClassName(config: JsonObject): string {
  const classes = jsonArray(config.get('architectures'), '"architectures" in config.json');
  if (classes.length !== 1) throw malformedConfig('"architectures" in config.json', 'one name', classes.length);
  return jsonString(classes[0], '"architectures" in config.json');
}

/** How many values of a head turn: all, but for classes where a file may say otherwise, by itself or where it says how. */
function readRotaryDim(fields: ConfigFields, config: JsonObject, headDim: number, known: ModelClass): number {
  const group = config.get('rope_parameters');
  const inGroup = group instanceof Map ? ((group as JsonObject).get('partial_rotary_factor') ?? null) : null;
  const share = inGroup === null ? fields.positive('partial_rotary_factor', 1) : Number(inGroup);
  if (share === 1) return headDim;
  if (!known.partialRotary) throw unsupportedConfig('Heads that turn in part are not known here', 1, share);
  const rotaryDim = Math.floor(headDim * share);
  if (rotaryDim >= 2 && rotaryDim % 2 === 0 && rotaryDim <= headDim) return rotaryDim;
  throw malformedConfig(configField('partial_rotary_factor'), `an even part of ${headDim} values`, share);
}

/** The context, and which layers see a window of it. */
function readWindow(
  fields: ConfigFields,
  layers: number,
  { architecture, window: kind = 'switched' }: ModelClass,
): { length: number; metadata: Readonly<Record<string, MetadataValue>> } {
  const trained = fields.count('max_position_embeddings');
  if (kind === 'none') return { length: trained, metadata: {} };
  const what = configField('sliding_window');
  const seen = kind !== 'switched' || fields.truth('use_sliding_window') === true;
  const window = seen && fields.get('sliding_window') !== undefined ? fields.count('sliding_window') : null;
  const local = readLocalLayers(fields.get('layer_types'), layers);
  if (window === null && local?.includes(true))
    throw malformedConfig(what, 'a number of positions, for "layer_types" says that layers see a window', 'none');
  if (local?.includes(true) && !LISTED_WINDOWS.includes(architecture))
    throw unsupportedConfig('Windows in some layers of a model of this class are not known here', 'none', 'some');
  if (window === null) return { length: trained, metadata: {} };
  const pattern = local ?? (kind === 'layered' ? readPeriod(fields) : null);
  if (pattern === null && kind !== 'layered') return { length: Math.min(trained, window), metadata: {} };
  return {
    length: trained,
    metadata: {
      'attention.sliding_window': window,
      ...(pattern !== null && { 'attention.sliding_window_pattern': pattern }),
    },
  };
}

/** One layer of so many sees everything; `null` where the file leaves it to the family. */
function readPeriod(fields: ConfigFields): number | null {
  const name = ['sliding_window_pattern', '_sliding_window_pattern'].find((name) => fields.get(name) !== undefined);
  return name === undefined ? null : fields.count(name);
}

/** The base of layers with a window, where the file gives it among their settings and the forward code knows such a thing. */
function readLocalBase(
  { localBase, metadata }: ReturnType<typeof readRope>,
  { architecture }: ModelClass,
): Readonly<Record<string, MetadataValue>> {
  if (localBase === null) return {};
  if (architecture === 'gemma3') return { 'rope.freq_base_swa': localBase };
  // OLMo's layers with a window turn by the same base, unstretched.
  if (architecture === 'olmo2' && localBase === metadata['rope.freq_base']) return {};
  throw unsupportedConfig('Layers that turn by a base of their own are not known here', 'one base', localBase);
}

/** Whether each layer sees a window; `null` where the file does not list them. */
function readLocalLayers(value: JsonValue | undefined, layers: number): readonly boolean[] | null {
  if (value === undefined) return null;
  const what = '"layer_types" in config.json';
  const types = jsonArray(value, what).map((type) => jsonString(type, what));
  if (types.length !== layers) throw malformedConfig(what, `${layers} names, one a layer`, types.length);
  const stray = types.find((type) => type !== 'full_attention' && type !== 'sliding_attention');
  if (stray !== undefined)
    throw unsupportedConfig(
      'A layer of this model attends in a way that is not known here',
      'full_attention or sliding_attention',
      quoted(stray),
    );
  return types.map((type) => type === 'sliding_attention');
}
