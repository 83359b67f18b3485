/** Names of tensors as Hugging Face's decoders have them, to GGUF's. Source: llama.cpp's `gguf-py`, `tensor_mapping.py`. */
import { EngineError } from '../protocol/errors.ts';
import { quoted } from './quoted.ts';

const WHOLE: Readonly<Record<string, string | undefined>> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
};

/** Modules of a layer; each may have `.weight` and `.bias`. */
const IN_LAYER: Readonly<Record<string, string | undefined>> = {
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

/** Tables that old exports carry and that follow from the configuration. */
const DERIVED = /\.rotary_emb\.inv_freq$/;

/**
 * GGUF's name, or `null` for a tensor that no model needs. Throws `FileUnsupported` for a name that is not known, since
 * to leave out a weight would give a model that answers wrongly, and `FileMalformed` for a layer beyond `layers`.
 */
export function ggufTensorName(name: string, layers: number): string | null {
  if (DERIVED.test(name)) return null;
  if (Object.hasOwn(WHOLE, name)) return WHOLE[name]!;
  const [, index, module = '', kind] = /^model\.layers\.(0|[1-9]\d{0,8})\.([a-z_.]+)\.(weight|bias)$/.exec(name) ?? [];
  if (index === undefined || !Object.hasOwn(IN_LAYER, module)) {
    throw new EngineError('FileUnsupported', {
      what: `The tensor ${quoted(name)} is not known here: the model is of another kind, or quantized in a way of its own`,
      remedy: 'Choose the original model, or a GGUF file of it.',
    });
  }
  if (Number(index) >= layers) {
    throw new EngineError('FileMalformed', {
      what: `The tensor ${quoted(name)} belongs to no layer`,
      expected: `a layer below ${layers}`,
      got: index,
      remedy: 'Fetch all files of the model again, from one place.',
    });
  }
  return `blk.${index}.${IN_LAYER[module]!}.${kind!}`;
}
