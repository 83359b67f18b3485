/**
 * Mixtures of experts as Hugging Face's `config.json` describes them.
 *
 * Refused: models with experts in some layers only, routers that weigh their choice otherwise than the forward code.
 * Sources: the configuration classes of `transformers`; llama.cpp's `convert_hf_to_gguf.py` for GGUF's side.
 */
import { EngineError } from '../protocol/errors.ts';
import { jsonArray, jsonBoolean, jsonInteger } from './json-fields.ts';
import type { MetadataValue } from './model-file.ts';
import type { JsonObject } from './strict-json.ts';

/** What a configuration says of experts. */
export interface ExpertConfig {
  /** Of each layer; 0 in a dense model. */
  readonly count: number;
  /** GGUF's keys below the architecture's name. */
  readonly metadata: Readonly<Record<string, MetadataValue>>;
}

/** What the classes call their sizes, and whether the chosen experts' weights sum to 1. */
const CLASSES: Readonly<
  Record<string, { count: string; sized: boolean; shared: boolean; normed: boolean } | undefined>
> = {
  GptOssForCausalLM: { count: 'num_local_experts', sized: false, shared: false, normed: true },
  MixtralForCausalLM: { count: 'num_local_experts', sized: false, shared: false, normed: true },
  Qwen2MoeForCausalLM: { count: 'num_experts', sized: true, shared: true, normed: false },
  Qwen3MoeForCausalLM: { count: 'num_experts', sized: true, shared: false, normed: true },
};

/** Reads what a class's configuration says of experts. Throws `FileMalformed` or `FileUnsupported`, naming the field. */
export function readExpertConfig(className: string, config: JsonObject): ExpertConfig {
  const kind = Object.hasOwn(CLASSES, className) ? CLASSES[className] : undefined;
  if (!kind) return { count: 0, metadata: {} };
  const what = (name: string): string => `"${name}" in config.json`;
  const field = (name: string) => config.get(name) ?? undefined;
  const integer = (name: string): number => jsonInteger(field(name), what(name), 1);
  if (kind.sized) {
    const step = jsonInteger(field('decoder_sparse_step') ?? 1, what('decoder_sparse_step'));
    const dense = jsonArray(field('mlp_only_layers') ?? [], what('mlp_only_layers')).length;
    if (step !== 1 || dense > 0)
      throw unsupported('Layers with and without experts in one model are not known here', 'experts in all', 'both');
    const normed = jsonBoolean(field('norm_topk_prob') ?? false, what('norm_topk_prob'));
    if (normed !== kind.normed)
      throw unsupported(`Another ${what('norm_topk_prob')} than its class has is not known here`, kind.normed, normed);
  }
  return {
    count: integer(kind.count),
    metadata: {
      expert_count: integer(kind.count),
      expert_used_count: integer('num_experts_per_tok'),
      ...(kind.sized && { expert_feed_forward_length: integer('moe_intermediate_size') }),
      ...(kind.shared && { expert_shared_feed_forward_length: integer('shared_expert_intermediate_size') }),
    },
  };
}

function unsupported(what: string, expected: string | boolean, got: string | boolean): EngineError {
  return new EngineError('FileUnsupported', {
    what,
    expected: String(expected),
    got: String(got),
    remedy: 'Choose a GGUF file of the model, or another model.',
  });
}
