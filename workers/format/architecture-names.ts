/**
 * Which architectures this engine runs, by `general.architecture`; `workers/models` implements exactly these.
 *
 * A name that is not listed is refused: weights of another family would load and talk nonsense.
 */
export const ARCHITECTURES = [
  'llama',
  'smollm3',
  'qwen2',
  'qwen3',
  'granite',
  'olmo2',
  'gemma',
  'gemma2',
  'gemma3',
  'phi3',
  'starcoder2',
  'gpt2',
  'bert',
  'nomic-bert',
] as const;

/** A name of the list. */
export type ArchitectureName = (typeof ARCHITECTURES)[number];
