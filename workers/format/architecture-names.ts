/**
 * Which architectures this engine runs, by `general.architecture`; `workers/models` implements exactly these.
 *
 * A name that is not listed is refused: weights of another family would load and talk nonsense.
 */
export const ARCHITECTURES = [
  'llama',
  'mistral3',
  'smollm3',
  'qwen2',
  'qwen3',
  'qwen2moe',
  'qwen3moe',
  'granite',
  'olmo2',
  'gemma',
  'gemma2',
  'gemma3',
  'phi2',
  'phi3',
  'stablelm',
  'starcoder2',
  'gpt2',
  'gptneox',
  'gpt-oss',
  'bert',
  'nomic-bert',
] as const;

/** Those whose models may be, or are, mixtures of experts; a dense family's files of experts are refused. */
export const EXPERT_ARCHITECTURES: readonly string[] = ['llama', 'qwen2moe', 'qwen3moe', 'gpt-oss'];

/** A name of the list. */
export type ArchitectureName = (typeof ARCHITECTURES)[number];
