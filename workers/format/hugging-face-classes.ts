/**
 * The classes of `transformers` whose checkpoints the engine runs, and what each takes for granted or calls its own way.
 * A new one is one entry here, and its tensors' names in `hugging-face-names.ts`.
 *
 * Refused: settings of these classes that the forward code does not have.
 * Sources: the configuration classes of `transformers`; llama.cpp's `convert_hf_to_gguf.py` for GGUF's side.
 */
import type { ArchitectureName } from './architecture-names.ts';
import { configField, type ConfigFields, unsupportedConfig } from './hugging-face-fields.ts';
import { readGptOssConfig } from './hugging-face-gpt-oss.ts';
import { jsonArray, jsonInteger } from './json-fields.ts';
import type { MetadataValue } from './model-file.ts';
import { quoted } from './quoted.ts';
import type { JsonObject, JsonValue } from './strict-json.ts';

/** Metadata below the architecture's name. */
type OwnMetadata = Readonly<Record<string, MetadataValue>>;

/** One class. */
export interface ModelClass {
  readonly architecture: ArchitectureName;
  /** What fields are where the file leaves them out. */
  readonly defaults?: Readonly<Record<string, JsonValue>>;
  /** The class's own names of fields, by the usual ones. */
  readonly fieldNames?: Readonly<Record<string, string>>;
  /** Default SiLU alone. */
  readonly activations?: readonly string[];
  /** Default RMS. */
  readonly norm?: 'rms' | 'layer';
  /**
   * Where a window is meant: `switched` on by a field (default), wherever it has a size (`sized`), in layers that the
   * family has for it (`layered`), or nowhere (`none`).
   */
  readonly window?: 'switched' | 'sized' | 'layered' | 'none';
  /** Whether heads may turn in part. */
  readonly partialRotary?: boolean;
  /** GGUF's names of a layer's matrices that always have a bias, whatever the file says. */
  readonly biases?: readonly string[];
  /** Whether the logits have a bias. */
  readonly outputBias?: true;
  /** Its tokens look both ways; it makes no logits, and tells kinds of text apart. */
  readonly encoder?: true;
  readonly metadata?: (fields: ConfigFields, config: JsonObject) => OwnMetadata;
}

const QKV_BIASES = ['attn_q', 'attn_k', 'attn_v'] as const;
const ALL_BIASES = [...QKV_BIASES, 'attn_output', 'ffn_up', 'ffn_down'] as const;
const TANH_GELU = ['gelu_pytorch_tanh', 'gelu_new'] as const;

const GEMMA: ModelClass = {
  architecture: 'gemma',
  defaults: { head_dim: 256, tie_word_embeddings: true, hidden_act: 'gelu_pytorch_tanh' },
  fieldNames: { hidden_act: 'hidden_activation' },
  // Its first release said "gelu" and meant the form by tanh.
  activations: [...TANH_GELU, 'gelu'],
  window: 'none',
};

const GEMMA3: ModelClass = {
  ...GEMMA,
  architecture: 'gemma3',
  // The larger models' files leave out what is as in the class.
  defaults: {
    ...GEMMA.defaults,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    max_position_embeddings: 131_072,
    vocab_size: 262_208,
    sliding_window: 4096,
    query_pre_attn_scalar: 256,
    rope_theta: 1_000_000,
    rope_local_base_freq: 10_000,
  },
  window: 'layered',
  metadata: (fields) => {
    if (fields.get('attn_logit_softcapping') !== undefined)
      throw unsupportedConfig('A soft cap on scores is not known in this class', 'none', 'attn_logit_softcapping');
    return { ...gemmaSettings(fields), 'rope.freq_base_swa': fields.positive('rope_local_base_freq') };
  },
};

/** By the name in `architectures`. */
const CLASSES: Readonly<Record<string, ModelClass>> = {
  LlamaForCausalLM: { architecture: 'llama', window: 'sized' },
  MistralForCausalLM: { architecture: 'llama', window: 'sized' },
  Ministral3ForCausalLM: { architecture: 'mistral3', window: 'none' },
  MixtralForCausalLM: { architecture: 'llama', window: 'sized' },
  SmolLM3ForCausalLM: {
    architecture: 'smollm3',
    defaults: { tie_word_embeddings: true, rope_theta: 2_000_000 },
    metadata: requireEveryFourthUnturned,
  },
  Qwen2ForCausalLM: { architecture: 'qwen2', biases: QKV_BIASES },
  Qwen3ForCausalLM: { architecture: 'qwen3' },
  Qwen2MoeForCausalLM: { architecture: 'qwen2moe', biases: QKV_BIASES },
  Qwen3MoeForCausalLM: { architecture: 'qwen3moe' },
  GraniteForCausalLM: { architecture: 'granite', metadata: graniteSettings },
  Olmo2ForCausalLM: { architecture: 'olmo2', defaults: { rms_norm_eps: 1e-5 } },
  Olmo3ForCausalLM: {
    architecture: 'olmo2',
    defaults: { rms_norm_eps: 1e-5, sliding_window: 4096 },
    window: 'layered',
  },
  GemmaForCausalLM: GEMMA,
  Gemma2ForCausalLM: {
    ...GEMMA,
    architecture: 'gemma2',
    defaults: {
      ...GEMMA.defaults,
      sliding_window: 4096,
      query_pre_attn_scalar: 256,
      attn_logit_softcapping: 50,
      final_logit_softcapping: 30,
    },
    window: 'layered',
    metadata: gemmaSettings,
  },
  Gemma3ForCausalLM: GEMMA3,
  // With eyes; only what it says of text is read.
  Gemma3ForConditionalGeneration: GEMMA3,
  // Its files declare windows that were not meant for all of its models (see `workers/models/phi3.ts`).
  Phi3ForCausalLM: { architecture: 'phi3', defaults: { rms_norm_eps: 1e-5 }, window: 'none', partialRotary: true },
  PhiForCausalLM: {
    architecture: 'phi2',
    defaults: { partial_rotary_factor: 0.5, hidden_act: 'gelu_new', layer_norm_eps: 1e-5, tie_word_embeddings: false },
    activations: TANH_GELU,
    norm: 'layer',
    window: 'none',
    partialRotary: true,
    biases: ALL_BIASES,
    outputBias: true,
    metadata: (fields) => requireTruth(fields, 'qk_layernorm', false),
  },
  StableLmForCausalLM: {
    architecture: 'stablelm',
    defaults: { partial_rotary_factor: 0.25, layer_norm_eps: 1e-5 },
    fieldNames: { attention_bias: 'use_qkv_bias' },
    norm: 'layer',
    window: 'none',
    partialRotary: true,
    metadata: (fields) => ({ use_parallel_residual: fields.truth('use_parallel_residual') ?? false }),
  },
  GPTNeoXForCausalLM: {
    architecture: 'gptneox',
    defaults: { rotary_pct: 0.25, hidden_act: 'gelu', layer_norm_eps: 1e-5, tie_word_embeddings: false },
    fieldNames: { partial_rotary_factor: 'rotary_pct', rope_theta: 'rotary_emb_base' },
    // The exact form is run by its tanh form, as in llama.cpp; they differ by less than 0.0005.
    activations: [...TANH_GELU, 'gelu', 'gelu_fast'],
    norm: 'layer',
    window: 'none',
    partialRotary: true,
    biases: ['attn_qkv', 'attn_output', 'ffn_up', 'ffn_down'],
    metadata: (fields) => ({
      ...requireTruth(fields, 'attention_bias', true),
      use_parallel_residual: fields.truth('use_parallel_residual') ?? true,
    }),
  },
  Starcoder2ForCausalLM: {
    architecture: 'starcoder2',
    defaults: { tie_word_embeddings: true, hidden_act: 'gelu_pytorch_tanh', norm_epsilon: 1e-5 },
    fieldNames: { layer_norm_eps: 'norm_epsilon' },
    activations: TANH_GELU,
    norm: 'layer',
    window: 'sized',
    biases: ALL_BIASES,
    metadata: (fields) => requireTruth(fields, 'use_bias', true),
  },
  GPT2LMHeadModel: {
    architecture: 'gpt2',
    defaults: { tie_word_embeddings: true, activation_function: 'gelu_new', layer_norm_epsilon: 1e-5 },
    fieldNames: {
      hidden_act: 'activation_function',
      layer_norm_eps: 'layer_norm_epsilon',
      hidden_size: 'n_embd',
      intermediate_size: 'n_inner',
      num_hidden_layers: 'n_layer',
      num_attention_heads: 'n_head',
      max_position_embeddings: 'n_positions',
    },
    activations: TANH_GELU,
    norm: 'layer',
    window: 'none',
    biases: ['attn_qkv', 'attn_output', 'ffn_up', 'ffn_down'],
    metadata: (fields) => ({
      ...requireTruth(fields, 'scale_attn_weights', true),
      ...requireTruth(fields, 'scale_attn_by_inverse_layer_idx', false),
      ...requireTruth(fields, 'add_cross_attention', false),
    }),
  },
  BertModel: {
    architecture: 'bert',
    defaults: { hidden_act: 'gelu', layer_norm_eps: 1e-12 },
    // See GPT-NeoX.
    activations: [...TANH_GELU, 'gelu'],
    norm: 'layer',
    window: 'none',
    biases: ALL_BIASES,
    encoder: true,
    metadata: (fields) => ({
      ...requireTruth(fields, 'is_decoder', false),
      ...requireTruth(fields, 'add_cross_attention', false),
      ...requireText(fields, 'position_embedding_type', 'absolute'),
    }),
  },
  NomicBertModel: {
    architecture: 'nomic-bert',
    defaults: { layer_norm_epsilon: 1e-12 },
    fieldNames: {
      hidden_act: 'activation_function',
      layer_norm_eps: 'layer_norm_epsilon',
      hidden_size: 'n_embd',
      intermediate_size: 'n_inner',
      num_hidden_layers: 'n_layer',
      num_attention_heads: 'n_head',
      max_position_embeddings: 'n_positions',
      rope_theta: 'rotary_emb_base',
      partial_rotary_factor: 'rotary_emb_fraction',
    },
    activations: ['swiglu'],
    norm: 'layer',
    window: 'none',
    encoder: true,
    metadata: nomicSettings,
  },
  GptOssForCausalLM: {
    architecture: 'gpt-oss',
    window: 'none',
    metadata: (_fields, config) => readGptOssConfig(config),
  },
};

/** Names of all classes. */
export const MODEL_CLASSES: readonly string[] = Object.keys(CLASSES);

/** The class of this name, which a file may have made up. */
export function modelClass(name: string): ModelClass | undefined {
  return Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
}

/** Classes that also see, by what they say of their text, to those that only read. */
const TEXT_CLASSES: Readonly<Record<string, string>> = {
  'Mistral3ForConditionalGeneration ministral3': 'Ministral3ForCausalLM',
  'Mistral3ForConditionalGeneration mistral': 'MistralForCausalLM',
};

/** The name of the class that a configuration's text is of, where its own is one that also sees. */
export function textClassName(className: string, config: JsonObject): string {
  const text = config.get('text_config');
  const type = text instanceof Map ? (text as JsonObject).get('model_type') : null;
  const key = `${className} ${typeof type === 'string' ? type : ''}`;
  return Object.hasOwn(TEXT_CLASSES, key) ? TEXT_CLASSES[key]! : className;
}

/** Architectures whose forward code goes by a list of the layers that see a window. */
export const LISTED_WINDOWS: readonly ArchitectureName[] = ['llama', 'qwen2', 'qwen3', 'olmo2', 'gemma2', 'gemma3'];

/** A configuration under the usual names, with its text's part on top, and with what its class takes for granted. */
export function usualConfig(config: JsonObject, { defaults = {}, fieldNames = {} }: ModelClass): JsonObject {
  const text = config.get('text_config');
  const usual = new Map<string, JsonValue>([...config, ...(text instanceof Map ? (text as JsonObject) : [])]);
  usual.set('architectures', config.get('architectures') ?? null);
  for (const [name, value] of Object.entries(defaults)) if ((usual.get(name) ?? null) === null) usual.set(name, value);
  for (const [name, own] of Object.entries(fieldNames)) {
    const value = usual.get(own) ?? null;
    if (value !== null) usual.set(name, value);
  }
  return usual;
}

function gemmaSettings(fields: ConfigFields): OwnMetadata {
  const caps = ['attn_logit_softcapping', 'final_logit_softcapping'] as const;
  return {
    'attention.scale': fields.positive('query_pre_attn_scalar') ** -0.5,
    ...Object.fromEntries(
      caps.flatMap((name) => (fields.get(name) === undefined ? [] : [[name, fields.positive(name)]])),
    ),
  };
}

function graniteSettings(fields: ConfigFields): OwnMetadata {
  return {
    embedding_scale: fields.positive('embedding_multiplier', 1),
    residual_scale: fields.positive('residual_multiplier', 1),
    logit_scale: fields.positive('logits_scaling', 1),
    'attention.scale': fields.positive('attention_multiplier', 1),
  };
}

function nomicSettings(fields: ConfigFields): OwnMetadata {
  for (const name of ['prenorm', 'causal', 'qkv_proj_bias', 'mlp_fc1_bias', 'mlp_fc2_bias', 'parallel_block'])
    requireTruth(fields, name, false);
  for (const name of ['use_rms_norm', 'rotary_emb_interleaved']) requireTruth(fields, name, false);
  if (fields.get('rotary_emb_scale_base') !== undefined)
    throw unsupportedConfig('Scores that fade with distance are not known here', 'none', 'rotary_emb_scale_base');
  // Up to there positions turn as they are; what the file claims beyond is stretched.
  const trained = fields.count('max_trained_positions', 2048);
  return { context_length: Math.min(fields.count('max_position_embeddings'), trained) };
}

/** Which layers do not turn is written into the forward code, as llama.cpp has it; 1 in the list is a layer that turns. */
function requireEveryFourthUnturned(fields: ConfigFields): OwnMetadata {
  const every = 4;
  const what = configField('no_rope_layers');
  const turns = jsonArray(fields.get('no_rope_layers') ?? [], what).map((value) => jsonInteger(value, what));
  const odd = turns.findIndex((value, layer) => value !== Number((layer + 1) % every !== 0));
  const interval = fields.count('no_rope_layer_interval', every);
  if (odd < 0 && interval === every) return {};
  const got = odd < 0 ? `every ${interval} layers` : `layer ${odd} of "no_rope_layers"`;
  throw unsupportedConfig('Other layers without rotation than every fourth are not known here', 'every fourth', got);
}

function requireTruth(fields: ConfigFields, name: string, expected: boolean): OwnMetadata {
  const got = fields.truth(name) ?? expected;
  if (got === expected) return {};
  throw unsupportedConfig(`${configField(name)} is not known here`, String(expected), String(got));
}

function requireText(fields: ConfigFields, name: string, expected: string): OwnMetadata {
  const got = fields.text(name, expected);
  if (got === expected) return {};
  throw unsupportedConfig(`${configField(name)} is not known here`, quoted(expected), quoted(got));
}
