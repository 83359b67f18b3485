/**
 * Mixtures of experts as Hugging Face keeps them: what `config.json` says of them, and each expert's matrices, which lie in
 * tensors of their own, as the one tensor (experts, rows, columns) that GGUF has.
 *
 * Refused: models with experts in some layers only, routers that weigh their choice otherwise than the forward code, experts
 * that are missing or unlike the others.
 * Sources: the configuration classes of `transformers`; llama.cpp's `convert_hf_to_gguf.py` for GGUF's side.
 */
import { EngineError } from '../protocol/errors.ts';
import type { GatheredTensor } from './gathered-tensors.ts';
import { jsonArray, jsonBoolean, jsonInteger } from './json-fields.ts';
import type { MetadataValue, TensorInfo } from './model-file.ts';
import { quoted } from './quoted.ts';
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

/** The matrices of experts by GGUF's name and the expert's number, one behind the other. Throws `TensorMissing` and others. */
export function stackedExperts(
  parts: ReadonlyMap<string, ReadonlyMap<number, TensorInfo>>,
  count: number,
): GatheredTensor[] {
  return [...parts].map(([name, byExpert]) => {
    const pieces: TensorInfo[] = [];
    while (pieces.length < count) {
      const piece = byExpert.get(pieces.length);
      if (!piece) {
        throw new EngineError('TensorMissing', {
          what: `Expert ${pieces.length} of the weights that GGUF calls ${quoted(name)} is missing`,
          remedy: 'Fetch all files of the model again, from one place.',
        });
      }
      pieces.push(piece);
    }
    const { type, shape } = pieces[0]!;
    const other = pieces.find((piece) => piece.type !== type || piece.shape.join('×') !== shape.join('×'));
    if (other) {
      throw new EngineError('ShapeMismatch', {
        what: `The tensor ${quoted(other.name)} is unlike that of the first expert`,
        expected: `${type} ${shape.join('×')}`,
        got: `${other.type} ${other.shape.join('×')}`,
        remedy: 'Fetch all files of the model again, from one place.',
      });
    }
    return { name, type, shape: [count, ...shape], pieces };
  });
}

function unsupported(what: string, expected: string | boolean, got: string | boolean): EngineError {
  return new EngineError('FileUnsupported', {
    what,
    expected: String(expected),
    got: String(got),
    remedy: 'Choose a GGUF file of the model, or another model.',
  });
}
