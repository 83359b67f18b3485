/**
 * `mlc-chat-config.json` of an MLC model: its sizes, read as the Hugging Face configuration that they were taken from,
 * and its quantization. Refused: model types that the engine's forward code does not have.
 */
import { EngineError } from '../protocol/errors.ts';
import { type HuggingFaceConfig, readConfig } from './hugging-face-config.ts';
import { jsonInteger, jsonObject, jsonString } from './json-fields.ts';
import { groupScheme, type GroupScheme } from './mlc-quantization.ts';
import { quoted } from './quoted.ts';
import type { JsonObject, JsonValue } from './strict-json.ts';

const CLASSES: Readonly<Record<string, string | undefined>> = {
  llama: 'LlamaForCausalLM',
  mistral: 'MistralForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
};

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
  const model = jsonObject(root.get('model_config'), '"model_config" in mlc-chat-config.json');
  const translated = new Map<string, JsonValue>(model);
  translated.set('architectures', [className]);
  // Both are MLC's own names for what it was given.
  const base = model.get('position_embedding_base') ?? null;
  if (base !== null && base !== 0) translated.set('rope_theta', base);
  if (!translated.has('max_position_embeddings')) translated.set('max_position_embeddings', contextLength(root, model));
  if (!translated.has('vocab_size')) translated.set('vocab_size', root.get('vocab_size') ?? null);
  return { ...readConfig(translated), quantization, scheme };
}

/** The window that the model was compiled for: −1 stands for none where another field has a size. */
function contextLength(root: JsonObject, model: JsonObject): number {
  const fields = ['context_window_size', 'sliding_window_size', 'sliding_window'];
  const given = fields.flatMap((name) => [model.get(name), root.get(name)]).filter((value) => (value ?? -1) !== -1);
  return jsonInteger(given[0], '"context_window_size" in mlc-chat-config.json', 1);
}
