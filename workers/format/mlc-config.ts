/**
 * `mlc-chat-config.json` of an MLC model: its sizes, read as the Hugging Face configuration that they were taken from,
 * and its quantization. Refused: model types that the engine's forward code does not have.
 *
 * No file of MLC says how a model pools: WebLLM takes the first token's state of every one that makes embeddings
 * (`embedding.ts`), and so is it read here.
 */
import { EngineError } from '../protocol/errors.ts';
import { poolingMetadata } from './embedding-model.ts';
import { type HuggingFaceConfig, readConfig } from './hugging-face-config.ts';
import { unsupportedConfig } from './hugging-face-fields.ts';
import { jsonInteger, jsonObject, jsonString } from './json-fields.ts';
import { groupScheme, type GroupScheme } from './mlc-quantization.ts';
import { quoted } from './quoted.ts';
import type { JsonObject, JsonValue } from './strict-json.ts';

const CLASSES: Readonly<Record<string, string | undefined>> = {
  llama: 'LlamaForCausalLM',
  mistral: 'MistralForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
  mixtral: 'MixtralForCausalLM',
  qwen2_moe: 'Qwen2MoeForCausalLM',
  qwen3_moe: 'Qwen3MoeForCausalLM',
  phi3: 'Phi3ForCausalLM',
  phi: 'PhiForCausalLM',
  'phi-msft': 'PhiForCausalLM',
  stablelm: 'StableLmForCausalLM',
  gpt_neox: 'GPTNeoXForCausalLM',
  gpt2: 'GPT2LMHeadModel',
  starcoder2: 'Starcoder2ForCausalLM',
  gemma: 'GemmaForCausalLM',
  gemma2: 'Gemma2ForCausalLM',
  gemma3: 'Gemma3ForCausalLM',
  gemma3_text: 'Gemma3ForCausalLM',
  olmo2: 'Olmo2ForCausalLM',
  ministral3: 'Ministral3ForCausalLM',
  bert: 'BertModel',
};

/** Classes that tie their embeddings, which MLC writes a second time to make the logits. */
const WRITTEN_TWICE: readonly string[] = ['gpt2', 'starcoder2'];

/** What the file says. */
export interface MlcConfig extends HuggingFaceConfig {
  readonly quantization: string;
  /** `null` where weights are stored plainly. */
  readonly scheme: GroupScheme | null;
}

/** Reads the configuration. Throws `FileMalformed` or `FileUnsupported`, naming the field. */
export function readMlcConfig(root: JsonObject): MlcConfig {
  const modelType = jsonString(root.get('model_type'), '"model_type" in mlc-chat-config.json');
  const className = Object.hasOwn(CLASSES, modelType) ? CLASSES[modelType] : undefined;
  if (className === undefined) {
    throw new EngineError('FileUnsupported', {
      what: 'Models of this type are not supported yet',
      expected: Object.keys(CLASSES).join(', '),
      got: quoted(modelType),
      remedy: 'Choose another model.',
    });
  }
  const quantization = jsonString(root.get('quantization'), '"quantization" in mlc-chat-config.json');
  const scheme = groupScheme(quantization);
  const model = flattened(jsonObject(root.get('model_config'), '"model_config" in mlc-chat-config.json'));
  const translated = new Map<string, JsonValue>(model);
  translated.set('architectures', [className]);
  // These are MLC's own names for what it was given, and 0 stands for nothing.
  const base = model.get('position_embedding_base') ?? null;
  if (base !== null && base !== 0) translated.set('rope_theta', base);
  if (model.get('rope_scaling') === 0) translated.delete('rope_scaling');
  // Elsewhere a window of this name is how the model was compiled, not how it was trained.
  if (modelType.startsWith('gemma3')) translated.set('sliding_window', model.get('sliding_window_size') ?? null);
  if (WRITTEN_TWICE.includes(modelType)) translated.set('tie_word_embeddings', false);
  if (modelType === 'phi-msft') for (const [name, value] of ofFirstPhi(model)) translated.set(name, value);
  if (!translated.has('max_position_embeddings')) translated.set('max_position_embeddings', contextLength(root, model));
  if (!translated.has('vocab_size')) translated.set('vocab_size', root.get('vocab_size') ?? null);
  const config = readConfig(translated);
  if (config.headNorms)
    throw unsupportedConfig('A norm of each head of q and k is not known in this container', 'none', 'qk_layernorm');
  const pooling = config.encoder ? poolingMetadata(config.architecture, 'first') : [];
  return { ...config, metadata: new Map([...config.metadata, ...pooling]), quantization, scheme };
}

/** What Phi-2's first files call otherwise. */
function ofFirstPhi(model: JsonObject): [string, JsonValue][] {
  const what = (name: string): string => `"${name}" in mlc-chat-config.json`;
  const count = (name: string): number => jsonInteger(model.get(name), what(name), 1);
  // 0 stands for nothing.
  const optional = (name: string): JsonValue => (model.get(name) === 0 ? null : (model.get(name) ?? null));
  return [
    ['hidden_size', count('n_embd')],
    ['num_hidden_layers', count('n_layer')],
    ['num_attention_heads', count('n_head')],
    ['num_key_value_heads', optional('n_head_kv')],
    ['intermediate_size', optional('n_inner')],
    ['layer_norm_eps', model.get('layer_norm_epsilon') ?? null],
    ['partial_rotary_factor', (count('rotary_dim') * count('n_head')) / count('n_embd')],
  ];
}

/** A model that also sees keeps what is of text apart, and what MLC did not expect apart from that. */
function flattened(model: JsonObject): JsonObject {
  const inner = (of: JsonObject, name: string): JsonObject => {
    const value = of.get(name);
    return value instanceof Map ? (value as JsonObject) : new Map<string, JsonValue>();
  };
  const text = inner(model, 'text_config');
  const all = new Map([...model, ...inner(text, 'kwargs'), ...text]);
  all.delete('text_config');
  return all;
}

/** The window that the model was compiled for: −1 stands for none where another field has a size. */
function contextLength(root: JsonObject, model: JsonObject): number {
  const fields = ['context_window_size', 'sliding_window_size', 'sliding_window'];
  const given = fields.flatMap((name) => [model.get(name), root.get(name)]).filter((value) => (value ?? -1) !== -1);
  return jsonInteger(given[0], '"context_window_size" in mlc-chat-config.json', 1);
}
