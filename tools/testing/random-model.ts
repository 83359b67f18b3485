/**
 * Small Llama-architecture GGUF models with seeded random weights, for tests of the whole engine.
 *
 * Sizes differ from each other, so that a mixed-up dimension shows; weights are scaled so that logits spread with a
 * standard deviation near 3, so that a wrong layer changes the likeliest token. The text they write is noise.
 */
import type { QuantType } from '../../shaders/quant/format.ts';
import { randomBits, randomWeights, type RandomBits } from './random-weights.ts';
import { testVocabulary } from './test-vocabulary.ts';
import { writeGguf, type FriendlyValue, type TensorToWrite } from './write-gguf.ts';

/** What a model should be like; everything has a default. */
export interface RandomModelOptions {
  readonly seed?: number;
  /** Of all matrices; norms and biases are F32 as in every GGUF file. */
  readonly type?: QuantType;
  readonly name?: string;
  readonly layers?: number;
  readonly embedding?: number;
  readonly feedForward?: number;
  readonly heads?: number;
  readonly kvHeads?: number;
  /** Default: embedding ÷ heads. */
  readonly headDim?: number;
  readonly contextLength?: number;
  /** Whether the embedding matrix also makes the logits. */
  readonly tied?: boolean;
  /** Biases on all seven matrices of a layer. */
  readonly biases?: boolean;
  /** A `rope_freqs.weight` tensor with a factor for each pair, as Llama 3.1 has. */
  readonly ropeFactors?: boolean;
  /** Added to the metadata, or in place of it. */
  readonly metadata?: Readonly<Record<string, FriendlyValue>>;
}

/** The content of a model file, as `writeGguf` takes it. */
export interface RandomModel {
  readonly metadata: Readonly<Record<string, FriendlyValue>>;
  readonly tensors: readonly TensorToWrite[];
}

const CHAT_TEMPLATE =
  '{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}' +
  '{% if add_generation_prompt %}<|assistant|>{% endif %}';

function vector(size: number, low: number, high: number, random: RandomBits): Uint8Array {
  const values = Float32Array.from({ length: size }, () => low + ((high - low) * (random() >>> 8)) / 2 ** 24);
  return new Uint8Array(values.buffer);
}

/**
 * A model with random weights. Tokens that end a turn and bytes past ASCII have a logit of 0, so they are never among the
 * likeliest: greedy answers go on to their limit, in ASCII.
 */
export function randomModel(options: RandomModelOptions = {}): RandomModel {
  const { seed = 1, type = 'F32', layers = 3, embedding = 256, feedForward = 768, heads = 8, kvHeads = 2 } = options;
  const headDim = options.headDim ?? embedding / heads;
  const vocabulary = testVocabulary();
  const random = randomBits(seed);
  const tensors: TensorToWrite[] = [];
  const matrix = (name: string, rows: number, columns: number, deviation: number, zeroRows?: ReadonlySet<number>) => {
    const shape = [rows, columns];
    tensors.push({
      name: `${name}.weight`,
      type,
      shape,
      bytes: randomWeights(type, shape, deviation, random, zeroRows),
    });
    if (options.biases && name.startsWith('blk.'))
      tensors.push({ name: `${name}.bias`, type: 'F32', shape: [rows], bytes: vector(rows, -0.5, 0.5, random) });
  };
  const norm = (name: string) =>
    tensors.push({ name, type: 'F32', shape: [embedding], bytes: vector(embedding, 0.5, 1.5, random) });

  // Ends, so that answers go on; bytes past ASCII, so that answers are text that any JSON writer takes.
  const quiet = new Set([vocabulary.eosId, vocabulary.endOfTurnId, ...vocabulary.highByteIds]);
  const outputDeviation = 3 / Math.sqrt(embedding);
  matrix('token_embd', vocabulary.tokens.length, embedding, outputDeviation, quiet);
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string) => `blk.${layer}.${part}`;
    norm(name('attn_norm.weight'));
    // Queries and keys a little larger: attention then prefers some positions, and a wrong rotation shows.
    matrix(name('attn_q'), heads * headDim, embedding, 1.5 / Math.sqrt(embedding));
    matrix(name('attn_k'), kvHeads * headDim, embedding, 1.5 / Math.sqrt(embedding));
    matrix(name('attn_v'), kvHeads * headDim, embedding, 1 / Math.sqrt(embedding));
    matrix(name('attn_output'), embedding, heads * headDim, 1 / Math.sqrt(heads * headDim));
    norm(name('ffn_norm.weight'));
    matrix(name('ffn_gate'), feedForward, embedding, 1.5 / Math.sqrt(embedding));
    matrix(name('ffn_up'), feedForward, embedding, 1 / Math.sqrt(embedding));
    matrix(name('ffn_down'), embedding, feedForward, 1 / Math.sqrt(feedForward));
  }
  norm('output_norm.weight');
  if (!options.tied) matrix('output', vocabulary.tokens.length, embedding, outputDeviation, quiet);
  if (options.ropeFactors) {
    const bytes = vector(headDim / 2, 1, 8, random);
    tensors.push({ name: 'rope_freqs.weight', type: 'F32', shape: [headDim / 2], bytes });
  }

  const metadata: Record<string, FriendlyValue> = {
    'general.architecture': 'llama',
    'general.name': options.name ?? `Random ${type} ${seed}`,
    'general.license': 'mit',
    'llama.block_count': layers,
    'llama.context_length': options.contextLength ?? 1024,
    'llama.embedding_length': embedding,
    'llama.feed_forward_length': feedForward,
    'llama.attention.head_count': heads,
    'llama.attention.head_count_kv': kvHeads,
    'llama.attention.layer_norm_rms_epsilon': 1e-5,
    'llama.rope.dimension_count': headDim,
    'llama.rope.freq_base': { type: 'float32', value: 10_000 },
    'llama.vocab_size': vocabulary.tokens.length,
    ...(options.headDim === undefined
      ? {}
      : { 'llama.attention.key_length': headDim, 'llama.attention.value_length': headDim }),
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.tokens': vocabulary.tokens,
    'tokenizer.ggml.scores': { type: 'array', itemType: 'float32', value: vocabulary.scores },
    'tokenizer.ggml.token_type': { type: 'array', itemType: 'int32', value: vocabulary.types },
    'tokenizer.ggml.bos_token_id': vocabulary.bosId,
    'tokenizer.ggml.eos_token_id': vocabulary.eosId,
    'tokenizer.ggml.eot_token_id': vocabulary.endOfTurnId,
    'tokenizer.ggml.add_bos_token': true,
    'tokenizer.chat_template': CHAT_TEMPLATE,
    ...options.metadata,
  };
  return { metadata, tensors };
}

/** A model file of about this many bytes, for tests of downloads: its feed-forward layers are as wide as it takes. */
export function randomModelOfBytes(bytes: number, seed = 1): Uint8Array<ArrayBuffer> {
  const layers = 3;
  const embedding = 256;
  const rest = writeGguf(randomModel({ seed, layers, embedding, feedForward: 32 })).length;
  const bytesPerUnit = layers * 3 * embedding * 4;
  const feedForward = 32 + Math.max(0, Math.round((bytes - rest) / bytesPerUnit / 32) * 32);
  return writeGguf(randomModel({ seed, layers, embedding, feedForward }));
}
