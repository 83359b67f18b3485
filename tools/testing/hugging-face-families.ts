/**
 * What sets the classes of `transformers` apart in a folder, for twins of random models: names of tensors where they are
 * not the usual ones, and fields of `config.json`. Written from the classes' documentation, not from the reader's tables.
 */
import type { RandomModel } from './random-model.ts';

/** GGUF's module → the checkpoint's, with `#` for an expert's number. */
type ModuleNames = Readonly<Record<string, string>>;

/** One architecture of GGUF. */
export interface TwinFamily {
  readonly className: string;
  readonly names?: ModuleNames;
  /** Whether conversion to GGUF reorders the rows of q and k. */
  readonly permuted?: true;
  /** Whether conversion adds 1 to the weights of norms. */
  readonly normsLackOne?: true;
  /** Whether matrices of layers are stored (columns, rows). */
  readonly transposed?: true;
  /** Whether q, k and v of a head lie together in the fused tensor. */
  readonly headByHead?: true;
  /** What stands before a layer's number. */
  readonly layers?: string;
  /** Fields besides the usual ones; `undefined` takes one away. */
  readonly fields?: (value: (key: string) => unknown, model: RandomModel) => Record<string, unknown>;
}

const NORMS_BEHIND = { post_attention_norm: 'post_attention_layernorm', post_ffw_norm: 'post_feedforward_layernorm' };
const GEMMA = { normsLackOne: true, names: {} } as const;
const gemmaFields = (value: (key: string) => unknown) => ({
  hidden_activation: 'gelu_pytorch_tanh',
  hidden_act: undefined,
  head_dim: value('attention.key_length') ?? Number(value('embedding_length')) / Number(value('attention.head_count')),
  query_pre_attn_scalar:
    value('attention.key_length') ?? Number(value('embedding_length')) / Number(value('attention.head_count')),
  sliding_window: value('attention.sliding_window'),
});

function rotaryShare(value: (key: string) => unknown): number {
  const headDim = Number(value('embedding_length')) / Number(value('attention.head_count'));
  return Number(value('rope.dimension_count')) / headDim;
}

/** Takes fields away. */
function without(...names: readonly string[]): Record<string, undefined> {
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/** Factors of a tensor as numbers. */
function numbers(model: RandomModel, name: string): number[] {
  const bytes = model.tensors.find((tensor) => tensor.name === name)!.bytes.slice();
  return [...new Float32Array(bytes.buffer)];
}

/** By GGUF's architecture; Mixtral and its kin are in `hugging-face-twin.ts`. */
export const twinFamilies: Readonly<Record<string, TwinFamily>> = {
  llama: { className: 'LlamaForCausalLM', permuted: true },
  mistral3: {
    className: 'Ministral3ForCausalLM',
    permuted: true,
    fields: (value) => ({
      rope_theta: undefined,
      rope_parameters: {
        rope_type: 'yarn',
        rope_theta: value('rope.freq_base'),
        factor: value('rope.scaling.factor'),
        original_max_position_embeddings: value('rope.scaling.original_context_length'),
        beta_fast: 32,
        beta_slow: 1,
        mscale: 1,
        mscale_all_dim: value('rope.scaling.yarn_log_multiplier'),
        llama_4_scaling_beta: value('attention.temperature_scale'),
      },
    }),
  },
  qwen2: { className: 'Qwen2ForCausalLM' },
  qwen3: { className: 'Qwen3ForCausalLM' },
  qwen2moe: { className: 'Qwen2MoeForCausalLM' },
  qwen3moe: { className: 'Qwen3MoeForCausalLM' },
  // Its experts are written by `gpt-oss-twin.ts`.
  'gpt-oss': { className: 'GptOssForCausalLM' },
  smollm3: {
    className: 'SmolLM3ForCausalLM',
    permuted: true,
    fields: (value) => ({
      no_rope_layers: Array.from({ length: Number(value('block_count')) }, (_, layer) => (layer % 4 === 3 ? 0 : 1)),
      use_sliding_window: false,
      sliding_window: null,
    }),
  },
  granite: {
    className: 'GraniteForCausalLM',
    permuted: true,
    fields: (value) => ({
      embedding_multiplier: value('embedding_scale'),
      residual_multiplier: value('residual_scale'),
      logits_scaling: value('logit_scale'),
      attention_multiplier: value('attention.scale'),
    }),
  },
  olmo2: { className: 'Olmo2ForCausalLM', names: NORMS_BEHIND },
  gemma: { className: 'GemmaForCausalLM', ...GEMMA, fields: gemmaFields },
  gemma2: {
    className: 'Gemma2ForCausalLM',
    ...GEMMA,
    names: { ...NORMS_BEHIND, ffn_norm: 'pre_feedforward_layernorm' },
    fields: (value) => ({
      ...gemmaFields(value),
      attn_logit_softcapping: value('attn_logit_softcapping'),
      final_logit_softcapping: value('final_logit_softcapping'),
    }),
  },
  gemma3: {
    className: 'Gemma3ForCausalLM',
    ...GEMMA,
    names: { ...NORMS_BEHIND, ffn_norm: 'pre_feedforward_layernorm' },
    fields: (value) => ({
      ...gemmaFields(value),
      rope_scaling: { rope_type: 'linear', factor: value('rope.scaling.factor') },
      rope_local_base_freq: 10_000,
    }),
  },
  phi3: {
    className: 'Phi3ForCausalLM',
    names: { attn_qkv: 'self_attn.qkv_proj', ffn_up: 'mlp.gate_up_proj' },
    fields: (value, model) => ({
      partial_rotary_factor: rotaryShare(value),
      sliding_window: value('attention.sliding_window'),
      original_max_position_embeddings: value('rope.scaling.original_context_length'),
      rope_scaling: {
        type: 'longrope',
        attention_factor: value('rope.scaling.attn_factor'),
        long_factor: numbers(model, 'rope_factors_long.weight'),
        short_factor: numbers(model, 'rope_factors_short.weight'),
      },
    }),
  },
  phi2: {
    className: 'PhiForCausalLM',
    names: {
      attn_output: 'self_attn.dense',
      ffn_up: 'mlp.fc1',
      ffn_down: 'mlp.fc2',
      output_norm: 'model.final_layernorm',
    },
    fields: (value) => ({
      hidden_act: 'gelu_new',
      layer_norm_eps: value('attention.layer_norm_epsilon'),
      rms_norm_eps: undefined,
      qk_layernorm: false,
      partial_rotary_factor: rotaryShare(value),
    }),
  },
  stablelm: {
    className: 'StableLmForCausalLM',
    names: { attn_q_norm: 'self_attn.q_layernorm.norms.#', attn_k_norm: 'self_attn.k_layernorm.norms.#' },
    fields: (value, model) => ({
      layer_norm_eps: value('attention.layer_norm_epsilon'),
      rms_norm_eps: undefined,
      use_qkv_bias: model.tensors.some(({ name }) => name.endsWith('attn_q.bias')),
      use_parallel_residual: value('use_parallel_residual'),
      qk_layernorm: model.tensors.some(({ name }) => name.endsWith('attn_q_norm.weight')),
      partial_rotary_factor: rotaryShare(value),
    }),
  },
  gptneox: {
    className: 'GPTNeoXForCausalLM',
    headByHead: true,
    layers: 'gpt_neox.layers.',
    names: {
      token_embd: 'gpt_neox.embed_in',
      output_norm: 'gpt_neox.final_layer_norm',
      output: 'embed_out',
      attn_qkv: 'attention.query_key_value',
      attn_output: 'attention.dense',
      ffn_up: 'mlp.dense_h_to_4h',
      ffn_down: 'mlp.dense_4h_to_h',
    },
    fields: (value) => ({
      hidden_act: 'gelu',
      layer_norm_eps: value('attention.layer_norm_epsilon'),
      rms_norm_eps: undefined,
      use_parallel_residual: value('use_parallel_residual'),
      rotary_pct: rotaryShare(value),
      rotary_emb_base: value('rope.freq_base'),
      rope_theta: undefined,
      num_key_value_heads: undefined,
    }),
  },
  starcoder2: {
    className: 'Starcoder2ForCausalLM',
    names: { ffn_up: 'mlp.c_fc', ffn_down: 'mlp.c_proj' },
    fields: (value) => ({
      hidden_act: 'gelu_pytorch_tanh',
      norm_epsilon: value('attention.layer_norm_epsilon'),
      rms_norm_eps: undefined,
      use_bias: true,
    }),
  },
  bert: {
    className: 'BertModel',
    layers: 'encoder.layer.',
    names: {
      token_embd: 'embeddings.word_embeddings',
      position_embd: 'embeddings.position_embeddings',
      token_types: 'embeddings.token_type_embeddings',
      token_embd_norm: 'embeddings.LayerNorm',
      attn_q: 'attention.self.query',
      attn_k: 'attention.self.key',
      attn_v: 'attention.self.value',
      attn_output: 'attention.output.dense',
      attn_output_norm: 'attention.output.LayerNorm',
      ffn_up: 'intermediate.dense',
      ffn_down: 'output.dense',
      layer_output_norm: 'output.LayerNorm',
    },
    fields: (value) => ({
      hidden_act: 'gelu',
      layer_norm_eps: value('attention.layer_norm_epsilon'),
      position_embedding_type: 'absolute',
      type_vocab_size: 2,
      ...without('rms_norm_eps', 'num_key_value_heads', 'rope_theta', 'tie_word_embeddings'),
    }),
  },
  'nomic-bert': {
    className: 'NomicBertModel',
    layers: 'encoder.layers.',
    names: {
      token_embd: 'embeddings.word_embeddings',
      token_types: 'embeddings.token_type_embeddings',
      token_embd_norm: 'emb_ln',
      attn_qkv: 'attn.Wqkv',
      attn_output: 'attn.out_proj',
      attn_output_norm: 'norm1',
      ffn_up: 'mlp.fc11',
      ffn_gate: 'mlp.fc12',
      ffn_down: 'mlp.fc2',
      layer_output_norm: 'norm2',
    },
    fields: (value) => ({
      activation_function: 'swiglu',
      layer_norm_epsilon: value('attention.layer_norm_epsilon'),
      n_embd: value('embedding_length'),
      n_head: value('attention.head_count'),
      n_inner: value('feed_forward_length'),
      n_layer: value('block_count'),
      // More than it was trained for, as the published files say.
      n_positions: 4 * Number(value('context_length')),
      max_trained_positions: value('context_length'),
      rotary_emb_base: value('rope.freq_base'),
      rotary_emb_fraction: 1,
      rotary_emb_interleaved: false,
      rotary_emb_scale_base: null,
      rotary_scaling_factor: null,
      causal: false,
      prenorm: false,
      qkv_proj_bias: false,
      mlp_fc1_bias: false,
      mlp_fc2_bias: false,
      type_vocab_size: 2,
      ...without('hidden_act', 'hidden_size', 'intermediate_size', 'max_position_embeddings', 'num_attention_heads'),
      ...without('num_hidden_layers', 'num_key_value_heads', 'rms_norm_eps', 'rope_theta'),
    }),
  },
  gpt2: {
    className: 'GPT2LMHeadModel',
    transposed: true,
    layers: 'h.',
    names: {
      token_embd: 'wte',
      position_embd: 'wpe',
      output_norm: 'ln_f',
      attn_norm: 'ln_1',
      attn_qkv: 'attn.c_attn',
      attn_output: 'attn.c_proj',
      ffn_norm: 'ln_2',
      ffn_up: 'mlp.c_fc',
      ffn_down: 'mlp.c_proj',
    },
    fields: (value) => ({
      activation_function: 'gelu_new',
      layer_norm_epsilon: value('attention.layer_norm_epsilon'),
      n_embd: value('embedding_length'),
      n_head: value('attention.head_count'),
      n_layer: value('block_count'),
      n_positions: value('context_length'),
      n_inner: value('feed_forward_length'),
      ...without('hidden_act', 'hidden_size', 'intermediate_size', 'max_position_embeddings', 'num_attention_heads'),
      ...without('num_hidden_layers', 'num_key_value_heads', 'rms_norm_eps', 'rope_theta'),
    }),
  },
};
