/** Names of tensors as Hugging Face's models have them, to GGUF's. Source: llama.cpp's `gguf-py`, `tensor_mapping.py`. */
import { EngineError } from '../protocol/errors.ts';
import type { HuggingFaceConfig } from './hugging-face-config.ts';
import { quoted } from './quoted.ts';

/** Tensors that stand in no layer. */
const WHOLE: Readonly<Record<string, string>> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
};

/** Modules of a layer; each may have `.weight` and `.bias`. */
const IN_LAYER: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

/** The same, of layers that are mixtures of experts. */
const IN_MIXTURE: typeof IN_LAYER = {
  'block_sparse_moe.gate': 'ffn_gate_inp',
  'mlp.gate': 'ffn_gate_inp',
  'mlp.shared_expert.gate_proj': 'ffn_gate_shexp',
  'mlp.shared_expert.up_proj': 'ffn_up_shexp',
  'mlp.shared_expert.down_proj': 'ffn_down_shexp',
  'mlp.shared_expert_gate': 'ffn_gate_inp_shexp',
};

/** Norms behind the blocks, where the usual name of the norm before the second is that of the one behind the first. */
const NORMS_BEHIND: typeof IN_LAYER = {
  post_attention_layernorm: 'post_attention_norm',
  post_feedforward_layernorm: 'post_ffw_norm',
};
const NORMS_ON_BOTH_SIDES: typeof IN_LAYER = { ...NORMS_BEHIND, pre_feedforward_layernorm: 'ffn_norm' };

const ENCODER_EMBEDDINGS: typeof WHOLE = {
  'embeddings.word_embeddings.weight': 'token_embd.weight',
  'embeddings.token_type_embeddings.weight': 'token_types.weight',
};

/** What architectures have besides, or under other names; the second, tensors that stand in no layer. */
const OWN: Readonly<Record<string, readonly [inLayer: typeof IN_LAYER, whole?: typeof WHOLE]>> = {
  // Its experts' other parts have no names of this kind.
  'gpt-oss': [
    {
      'self_attn.sinks': 'attn_sinks',
      post_attention_layernorm: 'post_attention_norm',
      'mlp.router': 'ffn_gate_inp',
      'mlp.experts.down_proj': 'ffn_down_exps',
    },
  ],
  olmo2: [NORMS_BEHIND],
  gemma2: [NORMS_ON_BOTH_SIDES],
  gemma3: [NORMS_ON_BOTH_SIDES],
  phi3: [{ 'self_attn.qkv_proj': 'attn_qkv', 'mlp.gate_up_proj': 'ffn_up' }],
  phi2: [
    { 'self_attn.dense': 'attn_output', 'mlp.fc1': 'ffn_up', 'mlp.fc2': 'ffn_down' },
    {
      'model.final_layernorm.weight': 'output_norm.weight',
      'model.final_layernorm.bias': 'output_norm.bias',
      'lm_head.bias': 'output.bias',
    },
  ],
  stablelm: [{}, { 'model.norm.bias': 'output_norm.bias' }],
  gptneox: [
    {
      'attention.query_key_value': 'attn_qkv',
      'attention.dense': 'attn_output',
      'mlp.dense_h_to_4h': 'ffn_up',
      'mlp.dense_4h_to_h': 'ffn_down',
    },
    {
      'embed_in.weight': 'token_embd.weight',
      'final_layer_norm.weight': 'output_norm.weight',
      'final_layer_norm.bias': 'output_norm.bias',
      'embed_out.weight': 'output.weight',
    },
  ],
  // Embedding models are published as their inner part alone.
  qwen3: [{}, { 'embed_tokens.weight': 'token_embd.weight', 'norm.weight': 'output_norm.weight' }],
  bert: [
    {
      'attention.self.query': 'attn_q',
      'attention.self.key': 'attn_k',
      'attention.self.value': 'attn_v',
      'attention.output.dense': 'attn_output',
      'attention.output.LayerNorm': 'attn_output_norm',
      'intermediate.dense': 'ffn_up',
      'output.dense': 'ffn_down',
      'output.LayerNorm': 'layer_output_norm',
    },
    {
      ...ENCODER_EMBEDDINGS,
      'embeddings.position_embeddings.weight': 'position_embd.weight',
      'embeddings.LayerNorm.weight': 'token_embd_norm.weight',
      'embeddings.LayerNorm.bias': 'token_embd_norm.bias',
    },
  ],
  'nomic-bert': [
    {
      'attn.Wqkv': 'attn_qkv',
      'attn.out_proj': 'attn_output',
      norm1: 'attn_output_norm',
      'mlp.fc11': 'ffn_up',
      'mlp.fc12': 'ffn_gate',
      'mlp.fc2': 'ffn_down',
      norm2: 'layer_output_norm',
    },
    {
      ...ENCODER_EMBEDDINGS,
      'emb_ln.weight': 'token_embd_norm.weight',
      'emb_ln.bias': 'token_embd_norm.bias',
    },
  ],
  starcoder2: [{ 'mlp.c_fc': 'ffn_up', 'mlp.c_proj': 'ffn_down' }, { 'model.norm.bias': 'output_norm.bias' }],
  gpt2: [
    {
      ln_1: 'attn_norm',
      'attn.c_attn': 'attn_qkv',
      'attn.c_proj': 'attn_output',
      ln_2: 'ffn_norm',
      'mlp.c_fc': 'ffn_up',
      'mlp.c_proj': 'ffn_down',
    },
    {
      'wte.weight': 'token_embd.weight',
      'wpe.weight': 'position_embd.weight',
      'ln_f.weight': 'output_norm.weight',
      'ln_f.bias': 'output_norm.bias',
    },
  ],
};

/** Modules of an expert. */
const IN_EXPERT: typeof IN_LAYER = {
  w1: 'ffn_gate_exps',
  w3: 'ffn_up_exps',
  w2: 'ffn_down_exps',
  gate_proj: 'ffn_gate_exps',
  up_proj: 'ffn_up_exps',
  down_proj: 'ffn_down_exps',
};
const EXPERT = /^(?:mlp|block_sparse_moe)\.experts\.(0|[1-9]\d{0,8})\.(\w+)$/;

/** StableLM's norms of q and k, each of a head. */
const HEAD_NORM = /^self_attn\.([qk])_layernorm\.norms\.(0|[1-9]\d{0,8})$/;

/** A tensor under GGUF's name; where it is of one expert or head, under that of all, with its number. */
export interface GgufName {
  readonly name: string;
  readonly part: number | null;
}

/** Tables that old exports carry and that follow from the configuration: angles, and the masks of GPT-2 and GPT-NeoX. */
const DERIVED = /\.rotary_emb\.inv_freq$|^(?:h\.\d+\.attn|layers\.\d+\.attention)\.(?:masked_)?bias$/;
/** What stands before the names of a model that is part of another one, or of an export of its inner part alone. */
const PREFIX =
  /^(?:transformer\.(?=h\.|w[tp]e\.|ln_f\.)|gpt_neox\.|language_model\.(?=model\.|lm_head\.)|model\.language_model\.(?=layers\.|norm\.|embed_tokens\.))/;
/** Parts of a model that sees, which text does not pass. */
const SEEING: readonly string[] = ['gemma3', 'mistral3', 'llama'];
const EYES = /^(?:model\.)?(?:vision_tower|multi_modal_projector)\./;
/** What an encoder has for other tasks, and a count of positions. */
const BESIDE_ENCODER = /^(?:pooler\.dense\.(?:weight|bias)|embeddings\.position_ids)$/;
const LAYER = /^(?:(?:model\.)?layers|encoder\.layers?|h)\.(0|[1-9]\d{0,8})\.([\w.]+)\.(weight|bias)$/;

/**
 * GGUF's name, or `null` for a tensor that no text needs. Throws `FileUnsupported` for a name that is not known, since
 * to leave out a weight would give a model that answers wrongly, and `FileMalformed` for a layer beyond `layers` or an
 * expert beyond `experts`, which is 0 for a dense model.
 */
export function ggufTensorName(
  stored: string,
  {
    architecture,
    layers,
    experts,
    headNorms,
    encoder,
  }: Pick<HuggingFaceConfig, 'architecture' | 'layers' | 'experts' | 'headNorms' | 'encoder'>,
): GgufName | null {
  if (SEEING.includes(architecture) && EYES.test(stored)) return null;
  if (encoder && BESIDE_ENCODER.test(stored)) return null;
  const name = stored.replace(PREFIX, (prefix) => (prefix.startsWith('model.') ? 'model.' : ''));
  if (DERIVED.test(name)) return null;
  const [ownInLayer = {}, ownWhole] = OWN[architecture] ?? [];
  const whole = { ...WHOLE, ...ownWhole };
  if (Object.hasOwn(whole, name)) return { name: whole[name]!, part: null };
  const [, layer, module = '', kind] = LAYER.exec(name) ?? [];
  const [, expert, inExpert = ''] = EXPERT.exec(experts === 0 ? '' : module) ?? [];
  const [, letter, head] = HEAD_NORM.exec(headNorms && kind === 'weight' ? module : '') ?? [];
  if (head !== undefined && Number(layer) < layers)
    return { name: `blk.${layer}.attn_${letter}_norm.weight`, part: Number(head) };
  const known = expert === undefined ? { ...IN_LAYER, ...(experts > 0 && IN_MIXTURE), ...ownInLayer } : IN_EXPERT;
  const within = expert === undefined ? module : inExpert;
  if (layer === undefined || !Object.hasOwn(known, within)) {
    throw new EngineError('FileUnsupported', {
      what: `The tensor ${quoted(stored)} is not known here: the model is of another kind, or quantized in a way of its own`,
      remedy: 'Choose the original model, or a GGUF file of it.',
    });
  }
  if (Number(layer) >= layers) throw beyond(stored, 'layer', layers, layer);
  if (Number(expert ?? -1) >= experts) throw beyond(stored, 'expert', experts, expert!);
  return { name: `blk.${layer}.${known[within]!}.${kind!}`, part: expert === undefined ? null : Number(expert) };
}

function beyond(name: string, what: string, count: number, got: string): EngineError {
  return new EngineError('FileMalformed', {
    what: `The tensor ${quoted(name)} belongs to no ${what}`,
    expected: `${what === 'layer' ? 'a' : 'an'} ${what} below ${count}`,
    got,
    remedy: 'Fetch all files of the model again, from one place.',
  });
}
