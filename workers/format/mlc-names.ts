/**
 * What MLC calls the modules of an architecture, where it fuses them and which norms there are. Norms of Gemma have the 1
 * already that their checkpoints lack. Source: the `_model.py` and `_loader.py` files of MLC-LLM's `model` folder.
 */
import type { ArchitectureName } from './architecture-names.ts';

/** One architecture's names. */
export interface MlcNames {
  readonly embeddings: string;
  /** Learned embeddings of positions. */
  readonly positions?: string;
  /** Embeddings of kinds of text, of which there are two. */
  readonly textTypes?: string;
  /** What stands before a layer's number. */
  readonly layers: string;
  /** The norm as wide as the model that stands in no layer: MLC's name and GGUF's. */
  readonly norm: readonly [mlc: string, gguf: string];
  /** q, k and v in one tensor, or each in its own. */
  readonly qkv: string | readonly [q: string, k: string, v: string];
  readonly output: string;
  /** A layer's norms as wide as the model: MLC's name and GGUF's. */
  readonly norms: readonly (readonly [mlc: string, gguf: string])[];
  /** Norms of q and k: of each head, or of the whole row. */
  readonly headNorm?: 'head' | 'row';
  /** Whether norms have biases. */
  readonly layerNorm?: true;
  /** The two matrices of a feed-forward part that has no gate. */
  readonly feedForward?: readonly [up: string, down: string];
  /** What makes the logits; default `lm_head`. */
  readonly head?: string;
}

const LLAMA: MlcNames = {
  embeddings: 'model.embed_tokens',
  layers: 'model.layers',
  norm: ['model.norm', 'output_norm'],
  qkv: 'self_attn.qkv_proj',
  output: 'self_attn.o_proj',
  norms: [
    ['input_layernorm', 'attn_norm'],
    ['post_attention_layernorm', 'ffn_norm'],
  ],
};
const QWEN: MlcNames = { ...LLAMA, qkv: 'self_attn.c_attn' };
const BEHIND = [
  ['post_attention_layernorm', 'post_attention_norm'],
  ['post_feedforward_layernorm', 'post_ffw_norm'],
] as const;
const BOTH_SIDES = [['input_layernorm', 'attn_norm'], ['pre_feedforward_layernorm', 'ffn_norm'], ...BEHIND] as const;

const NAMES: Readonly<Partial<Record<ArchitectureName, MlcNames>>> = {
  llama: LLAMA,
  mistral3: LLAMA,
  qwen2: QWEN,
  qwen2moe: QWEN,
  qwen3: { ...QWEN, headNorm: 'head' },
  qwen3moe: { ...QWEN, headNorm: 'head' },
  phi3: {
    embeddings: 'transformer.embd',
    layers: 'transformer.h',
    norm: ['transformer.norm', 'output_norm'],
    qkv: 'mixer.qkv_proj',
    output: 'mixer.out_proj',
    norms: [
      ['ln', 'attn_norm'],
      ['post_attention_layernorm', 'ffn_norm'],
    ],
  },
  phi2: {
    embeddings: 'transformer.embd',
    layers: 'transformer.h',
    norm: ['lm_head.ln', 'output_norm'],
    qkv: 'mixer.Wqkv',
    output: 'mixer.out_proj',
    norms: [['ln', 'attn_norm']],
    layerNorm: true,
    feedForward: ['mlp.fc1', 'mlp.fc2'],
    head: 'lm_head.linear',
  },
  stablelm: { ...LLAMA, layerNorm: true },
  gptneox: {
    embeddings: 'gpt_neox.embed_in',
    layers: 'gpt_neox.layers',
    norm: ['gpt_neox.final_layer_norm', 'output_norm'],
    qkv: 'attention.query_key_value',
    output: 'attention.dense',
    norms: LLAMA.norms,
    layerNorm: true,
    feedForward: ['mlp.dense_h_to_4h', 'mlp.dense_4h_to_h'],
    head: 'embed_out',
  },
  gpt2: {
    embeddings: 'transformer.wte',
    positions: 'transformer.wpe',
    layers: 'transformer.h',
    norm: ['transformer.ln_f', 'output_norm'],
    qkv: 'attn.c_attn',
    output: 'attn.c_proj',
    norms: [
      ['ln_1', 'attn_norm'],
      ['ln_2', 'ffn_norm'],
    ],
    layerNorm: true,
    feedForward: ['mlp.c_fc', 'mlp.c_proj'],
  },
  starcoder2: { ...LLAMA, qkv: 'self_attn.wqkv_pack', layerNorm: true, feedForward: ['mlp.c_fc', 'mlp.c_proj'] },
  gemma: LLAMA,
  gemma2: { ...LLAMA, norms: BOTH_SIDES },
  gemma3: {
    embeddings: 'language_model.model.embed_tokens',
    layers: 'language_model.model.layers',
    norm: ['language_model.model.norm', 'output_norm'],
    qkv: ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
    output: 'self_attn.o_proj',
    norms: BOTH_SIDES,
    headNorm: 'head',
  },
  bert: {
    embeddings: 'embeddings.word_embeddings',
    positions: 'embeddings.position_embeddings',
    textTypes: 'embeddings.token_type_embeddings',
    layers: 'encoder.layer',
    norm: ['embeddings.LayerNorm', 'token_embd_norm'],
    qkv: 'attention.self.qkv',
    output: 'attention.output.dense',
    norms: [
      ['attention.output.LayerNorm', 'attn_output_norm'],
      ['output.LayerNorm', 'layer_output_norm'],
    ],
    layerNorm: true,
    feedForward: ['intermediate.dense', 'output.dense'],
  },
  olmo2: { ...LLAMA, norms: BEHIND, headNorm: 'row' },
};

/** The names of an architecture that `mlc-config.ts` lets through. */
export function mlcNames(architecture: ArchitectureName): MlcNames {
  const names = NAMES[architecture];
  if (!names) throw new Error(`MLC's names of ${architecture} are not known`);
  return names;
}
