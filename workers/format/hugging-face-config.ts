/**
 * `config.json` of a Hugging Face model, as the metadata that a GGUF file of the same model would have.
 *
 * Refused: architectures, activations, quantizations and ways of stretching the context that the engine's forward code
 * does not have. Where attention sees only a window of positions, the context ends with the window: up to there both
 * are the same. A model of Mistral's is of GGUF's architecture `llama`, as in llama.cpp.
 * Sources: the configuration classes of `transformers`; llama.cpp's `convert_hf_to_gguf.py` for GGUF's side.
 */
import { EngineError } from '../protocol/errors.ts';
import { jsonArray, jsonBoolean, jsonInteger, jsonObject, jsonPositive, jsonString, shownJson } from './json-fields.ts';
import type { MetadataValue } from './model-file.ts';
import { quoted } from './quoted.ts';
import type { JsonObject, JsonValue } from './strict-json.ts';

const ARCHITECTURES: Readonly<Record<string, string | undefined>> = {
  LlamaForCausalLM: 'llama',
  MistralForCausalLM: 'llama',
  Qwen2ForCausalLM: 'qwen2',
  Qwen3ForCausalLM: 'qwen3',
};
const LAYERS_MAX = 1000;
const HEAD_DIM_MAX = 1024;

/** What `config.json` says. */
export interface HuggingFaceConfig {
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly layers: number;
  /** Whether the embeddings make the logits too; `null` where the file does not say. */
  readonly tied: boolean | null;
  /** Whether q, k and v have biases. */
  readonly attentionBias: boolean;
  /** (headDim / 2): what GGUF keeps as `rope_freqs.weight`, for models that stretch as Llama 3.1 does. */
  readonly ropeFactors: Float32Array<ArrayBuffer> | null;
}

/** Reads a configuration. Throws `FileMalformed` or `FileUnsupported`, naming the field. */
export function readConfig(config: JsonObject): HuggingFaceConfig {
  const field = (name: string): JsonValue | undefined => config.get(name) ?? undefined; // null counts as not given
  const what = (name: string): string => `"${name}" in config.json`;
  const count = (name: string, fallback?: number): number => jsonInteger(field(name) ?? fallback, what(name), 1);
  const truth = (name: string): boolean | null =>
    field(name) === undefined ? null : jsonBoolean(field(name), what(name));

  const className = readClassName(config);
  const architecture = Object.hasOwn(ARCHITECTURES, className) ? ARCHITECTURES[className] : undefined;
  if (architecture === undefined)
    throw unsupported(
      'Models of this class are not supported yet',
      Object.keys(ARCHITECTURES).join(', '),
      quoted(className),
    );
  if (field('quantization_config') !== undefined)
    throw unsupported(
      'This model is quantized in a way that is not known here',
      'weights in F32, F16 or BF16',
      'quantization_config',
    );
  const activation = jsonString(field('hidden_act') ?? 'silu', what('hidden_act'));
  if (activation !== 'silu')
    throw unsupported('The activation of this model is not known here', 'silu', quoted(activation));
  const partial = jsonPositive(field('partial_rotary_factor') ?? 1, what('partial_rotary_factor'));
  if (partial !== 1) throw unsupported('Heads that turn in part are not known here', 1, partial);

  const layers = count('num_hidden_layers');
  if (layers > LAYERS_MAX) throw malformed(what('num_hidden_layers'), `at most ${LAYERS_MAX}`, layers);
  const hidden = count('hidden_size');
  const heads = count('num_attention_heads');
  if (field('head_dim') === undefined && hidden % heads !== 0)
    throw malformed(what('num_attention_heads'), `a divisor of the hidden size ${hidden}`, heads);
  const headDim = count('head_dim', hidden / heads);
  if (headDim % 2 !== 0 || headDim > HEAD_DIM_MAX)
    throw malformed(what('head_dim'), `an even number up to ${HEAD_DIM_MAX}`, headDim);
  const rope = readRope(config, headDim);
  const trained = count('max_position_embeddings');
  // Qwen's classes have a window switched off by default, Mistral's one that is on where it has a size.
  const windowed = architecture === 'llama' || truth('use_sliding_window') === true;
  const contextLength = windowed ? Math.min(trained, count('sliding_window', trained)) : trained;

  const own: Record<string, MetadataValue> = {
    block_count: layers,
    context_length: contextLength,
    embedding_length: hidden,
    feed_forward_length: count('intermediate_size'),
    vocab_size: count('vocab_size'),
    'attention.head_count': heads,
    'attention.head_count_kv': count('num_key_value_heads', heads),
    'attention.key_length': headDim,
    'attention.value_length': headDim,
    'attention.layer_norm_rms_epsilon': jsonPositive(field('rms_norm_eps') ?? 1e-6, what('rms_norm_eps')),
    'rope.dimension_count': headDim,
    ...rope.metadata,
  };
  return {
    metadata: new Map<string, MetadataValue>([
      ['general.architecture', architecture],
      ...Object.entries(own).map(([key, value]) => [`${architecture}.${key}`, value] as const),
    ]),
    layers,
    tied: truth('tie_word_embeddings'),
    attentionBias: architecture === 'qwen2' || truth('attention_bias') === true,
    ropeFactors: rope.factors,
  };
}

function readClassName(config: JsonObject): string {
  const classes = jsonArray(config.get('architectures'), '"architectures" in config.json');
  if (classes.length !== 1) throw malformed('"architectures" in config.json', 'one name', classes.length);
  return jsonString(classes[0], '"architectures" in config.json');
}

interface Rope {
  readonly metadata: Readonly<Record<string, MetadataValue>>;
  readonly factors: Float32Array<ArrayBuffer> | null;
}

/** `rope_theta` with `rope_scaling`, or, from transformers 5 on, `rope_parameters` for both. */
function readRope(config: JsonObject, headDim: number): Rope {
  const group = ['rope_parameters', 'rope_scaling'].find((name) => (config.get(name) ?? null) !== null);
  const settings: JsonObject =
    group === undefined ? new Map() : jsonObject(config.get(group), `"${group}" in config.json`);
  const what = (name: string): string => `"${group ?? 'config.json'}.${name}"`;
  const positive = (name: string, fallback?: JsonValue): number =>
    jsonPositive(settings.get(name) ?? fallback, what(name));
  const base = jsonPositive(settings.get('rope_theta') ?? config.get('rope_theta') ?? 10_000, '"rope_theta"');
  const type = jsonString(settings.get('rope_type') ?? settings.get('type') ?? 'default', what('rope_type'));
  const own = { 'rope.freq_base': base };
  if (type === 'default') return { metadata: own, factors: null };
  if (!['linear', 'yarn', 'llama3'].includes(type))
    throw unsupported(
      'This model stretches its context in a way that is not known here',
      'default, linear, yarn or llama3',
      quoted(type),
    );
  const factor = positive('factor');
  if (factor < 1) throw malformed(what('factor'), 'at least 1', factor);
  const scaling = { ...own, 'rope.scaling.type': type, 'rope.scaling.factor': factor };
  if (type === 'linear') return { metadata: scaling, factors: null };
  const original = positive('original_max_position_embeddings', config.get('max_position_embeddings') ?? undefined);
  if (type === 'llama3') {
    const [low, high] = [positive('low_freq_factor'), positive('high_freq_factor')];
    if (high <= low) throw malformed(what('high_freq_factor'), `more than ${low}`, high);
    return { metadata: own, factors: llama3Factors({ base, headDim, factor, low, high, original }) };
  }
  for (const [name, usual] of [
    ['beta_fast', 32],
    ['beta_slow', 1],
  ] as const) {
    if (positive(name, usual) !== usual)
      throw unsupported(`YaRN with its own ${what(name)} is not known here`, usual, positive(name));
  }
  const strange = ['mscale', 'mscale_all_dim', 'mrope_section', 'truncate'].find((name) => settings.has(name));
  if (strange !== undefined)
    throw unsupported(
      `YaRN with ${what(strange)} is not known here`,
      'nothing of that name',
      shownJson(settings.get(strange)),
    );
  // GGUF's factor multiplies YaRN's own, which follows from the scaling.
  const magnitude = 1 + 0.1 * Math.log(factor);
  const attention = positive('attention_factor', magnitude) / magnitude;
  const yarn = { ...scaling, 'rope.scaling.original_context_length': original };
  return { metadata: attention === 1 ? yarn : { ...yarn, 'rope.scaling.attn_factor': attention }, factors: null };
}

/** What divides each pair's frequency in Llama 3.1: nothing where waves are short, `factor` where they are long. */
function llama3Factors(rope: {
  base: number;
  headDim: number;
  factor: number;
  low: number;
  high: number;
  original: number;
}): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: rope.headDim / 2 }, (_, pair) => {
    const turns = (rope.original * rope.base ** ((-2 * pair) / rope.headDim)) / (2 * Math.PI);
    const keep = Math.min(1, Math.max(0, (turns - rope.low) / (rope.high - rope.low)));
    return 1 / (keep + (1 - keep) / rope.factor);
  });
}

function unsupported(what: string, expected: string | number, got: string | number): EngineError {
  return new EngineError('FileUnsupported', { what, expected, got, remedy: 'Choose another model.' });
}

function malformed(what: string, expected: string, got: number): EngineError {
  return new EngineError('FileMalformed', { what: `${what} is wrong`, expected, got, remedy: 'Fetch the file again.' });
}
