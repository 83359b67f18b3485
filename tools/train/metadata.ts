/** What Ember's file says about itself. */
import type { FriendlyValue } from '../testing/write-gguf.ts';
import { CHAT_TEMPLATE, CONTROL_TOKENS } from './chat-template.ts';
import type { CorpusFacts } from './corpus-facts.ts';
import type { Recipe } from './recipe.ts';
import { type LearntVocabulary, PRE_TOKENIZER } from './tokenizer/train-bpe.ts';

const NORMAL = 1;
const CONTROL = 3;
/** GGUF's number for a file that is mostly Q8_0. */
const FILE_TYPE_Q8_0 = 7;

/** The metadata of the tokenizer alone: enough for a vocabulary-only file. */
export function tokenizerMetadata({ tokens, merges }: LearntVocabulary): Record<string, FriendlyValue> {
  const id = (name: (typeof CONTROL_TOKENS)[number]): number => tokens.length + CONTROL_TOKENS.indexOf(name);
  return {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': PRE_TOKENIZER,
    'tokenizer.ggml.tokens': [...tokens, ...CONTROL_TOKENS],
    'tokenizer.ggml.token_type': {
      type: 'array',
      itemType: 'int32',
      value: [...tokens.map(() => NORMAL), ...CONTROL_TOKENS.map(() => CONTROL)],
    },
    'tokenizer.ggml.merges': [...merges],
    'tokenizer.ggml.eos_token_id': id('<|im_end|>'),
    'tokenizer.ggml.padding_token_id': id('<|endoftext|>'),
    'tokenizer.ggml.add_bos_token': false,
    'tokenizer.chat_template': CHAT_TEMPLATE,
  };
}

/** All of it. */
export function emberMetadata(
  recipe: Recipe,
  vocabulary: LearntVocabulary,
  corpus: CorpusFacts,
): Record<string, FriendlyValue> {
  const { shape } = recipe;
  return {
    'general.architecture': 'llama',
    'general.type': 'model',
    'general.name': 'Ember',
    'general.author': 'Freehold',
    'general.version': recipe.version,
    'general.license': 'mit',
    'general.languages': ['en'],
    'general.description': 'A small guide that comes with Freehold, trained from random weights on text of its own.',
    'general.file_type': FILE_TYPE_Q8_0,
    'general.quantization_version': 2,
    // A small model knows one good answer, not many: little freedom suits it. Keys: llama.cpp's pull request 17120.
    'general.sampling.temp': { type: 'float32', value: 0.2 },
    'general.sampling.min_p': { type: 'float32', value: 0.1 },
    'freehold.recipe_version': recipe.version,
    'freehold.corpus_sha256': corpus.sha256,
    ...(corpus.before.length > 0 && {
      'freehold.earlier_corpora_sha256': corpus.before.map(({ sha256 }) => sha256),
    }),
    'llama.context_length': shape.context,
    'llama.embedding_length': shape.width,
    'llama.block_count': shape.layers,
    'llama.feed_forward_length': shape.feed_forward,
    'llama.attention.head_count': shape.heads,
    'llama.attention.head_count_kv': shape.kv_heads,
    'llama.attention.layer_norm_rms_epsilon': { type: 'float32', value: shape.norm_epsilon },
    'llama.rope.dimension_count': shape.width / shape.heads,
    'llama.rope.freq_base': { type: 'float32', value: shape.rope_base },
    'llama.vocab_size': shape.vocabulary,
    ...tokenizerMetadata(vocabulary),
  };
}
