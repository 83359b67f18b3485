/**
 * Which tokenizers this engine reproduces, by the names that GGUF files use; `workers/text` implements exactly these.
 *
 * A pre-tokenizer that is not listed is refused: the text would be cut in other places than in training, and the model
 * would answer a little worse with nothing to show why.
 * Source of the names: llama.cpp, `llama_vocab::impl::load`.
 */

/** Values of `tokenizer.ggml.model` that we run: SentencePiece-style BPE with scores, and byte-level BPE with merges. */
export const TOKENIZER_MODELS = ['llama', 'gpt2'] as const;

/** Values of `tokenizer.ggml.pre` for byte-level BPE, each with the family whose rule it follows. */
export const PRE_TOKENIZER_FAMILIES = {
  default: 'default',
  'gpt-2': 'gpt-2',
  'phi-2': 'gpt-2',
  mpt: 'gpt-2',
  olmo: 'gpt-2',
  jais: 'gpt-2',
  exaone4: 'gpt-2',
  trillion: 'gpt-2',
  mellum: 'gpt-2',
  gigachat: 'gpt-2',
  'a.x-4.0': 'gpt-2',
  'granite-docling': 'gpt-2',
  starcoder: 'starcoder',
  refact: 'starcoder',
  'command-r': 'starcoder',
  smollm: 'starcoder',
  codeshell: 'starcoder',
  exaone: 'starcoder',
  'minerva-7b': 'starcoder',
  falcon: 'falcon',
  'deepseek-llm': 'deepseek-llm',
  'deepseek-coder': 'deepseek-coder',
  'deepseek-v3': 'deepseek-v3',
  'hunyuan-dense': 'deepseek-v3',
  'llama-bpe': 'llama3',
  llama3: 'llama3',
  'llama-v3': 'llama3',
  falcon3: 'llama3',
  'falcon-h1': 'llama3',
  pixtral: 'llama3',
  'midm-2.0': 'llama3',
  lfm2: 'llama3',
  dbrx: 'dbrx',
  'smaug-bpe': 'dbrx',
  glm4: 'dbrx',
  'chatglm-bpe': 'dbrx',
  qwen2: 'qwen2',
  'deepseek-r1-qwen': 'qwen2',
  kormo: 'qwen2',
  stablelm2: 'qwen2',
  hunyuan: 'qwen2',
  megrez: 'qwen2',
  tekken: 'tekken',
  'gpt-4o': 'gpt-4o',
  llama4: 'gpt-4o',
} as const;

/** A rule for cutting text before byte-level BPE. */
export type PreTokenizerFamily = (typeof PRE_TOKENIZER_FAMILIES)[keyof typeof PRE_TOKENIZER_FAMILIES];
