/**
 * Small GGUF models with seeded random weights, of any architecture that the engine runs, for tests of the whole engine.
 *
 * Sizes differ from each other, so that a mixed-up dimension shows; weights are scaled so that logits spread with a
 * standard deviation near 3, so that a wrong layer changes the likeliest token. The text they write is noise.
 */
import type { QuantType } from '../../shaders/quant/format.ts';
import type { ArchitectureName } from '../../workers/format/architecture-names.ts';
import { type RandomArchitecture, randomArchitectures, type RandomExperts } from './random-architectures.ts';
import { randomBits, randomWeights, type RandomBits } from './random-weights.ts';
import { type TestVocabulary, testVocabulary, wordPieceVocabulary } from './test-vocabulary.ts';
import { writeGguf, type FriendlyValue, type TensorToWrite } from './write-gguf.ts';

/** What a model should be like; everything has a default. */
export interface RandomModelOptions {
  readonly seed?: number;
  /** Default: llama. */
  readonly architecture?: ArchitectureName;
  /** What sets the model apart from others of its architecture. */
  readonly family?: Partial<RandomArchitecture>;
  /** Of all matrices; norms and biases are F32 as in every GGUF file. */
  readonly type?: QuantType;
  /** In place of one type: the matrices take these in turn, as files like Q4_K_M mix theirs. */
  readonly types?: readonly QuantType[];
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
  /** Biases on all matrices of a layer, whatever the architecture has. */
  readonly biases?: boolean;
  /** Default: what the architecture has. */
  readonly experts?: RandomExperts;
  /** Default: WordPiece for an encoder, SentencePiece for all others. */
  readonly tokenizer?: 'SentencePiece' | 'WordPiece';
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
  const { architecture = 'llama', contextLength = 1024 } = options;
  const family: RandomArchitecture = { ...randomArchitectures[architecture], ...options.family };
  const experts = options.experts ?? family.experts;
  const { norms: normPlaces = 'before', rotaryDim = options.headDim ?? embedding / heads } = family;
  const headDim = options.headDim ?? embedding / heads;
  const { encoder = false } = family;
  const wordPiece = (options.tokenizer ?? (encoder ? 'WordPiece' : 'SentencePiece')) === 'WordPiece';
  const vocabulary = wordPiece ? wordPieceVocabulary() : testVocabulary();
  const normsBefore = normPlaces === 'before' || normPlaces === 'both';
  const normsBehind = normPlaces === 'behind' || normPlaces === 'both';
  const random = randomBits(seed);
  const { types = [type] } = options;
  let matrices = 0;
  const tensors: TensorToWrite[] = [];
  const floats = (name: string, size: number, low: number, high: number, shape = [size]) =>
    tensors.push({ name, type: 'F32', shape, bytes: vector(size, low, high, random) });
  const hasBias = (name: string): boolean => {
    if (!name.startsWith('blk.')) return false;
    return options.biases === true || family.biases === 'all' || (family.biases === 'qkv' && /attn_[qkv]/.test(name));
  };
  const matrix = (
    name: string,
    rows: number,
    columns: number,
    deviation: number,
    { zeroRows, expertCount }: { zeroRows?: ReadonlySet<number>; expertCount?: number } = {},
  ) => {
    const shape = expertCount === undefined ? [rows, columns] : [expertCount, rows, columns];
    const type = types[matrices++ % types.length]!;
    tensors.push({
      name: `${name}.weight`,
      type,
      shape,
      bytes: randomWeights(type, shape, deviation, random, zeroRows),
    });
    if (!hasBias(name)) return;
    const bytes = vector(rows * (expertCount ?? 1), -0.5, 0.5, random);
    tensors.push({ name: `${name}.bias`, type: 'F32', shape: shape.slice(0, -1), bytes });
  };
  const norm = (name: string, low = 0.5, high = 1.5) => {
    floats(`${name}.weight`, embedding, low, high);
    if (family.layerNorm) floats(`${name}.bias`, embedding, -0.5, 0.5);
  };

  const mixture = (
    name: (part: string) => string,
    { count, feedForward: length = feedForward, ...of }: RandomExperts,
  ) => {
    // Spread so that the chosen experts' weights differ, and few choices are close.
    tensors.push({
      name: name('ffn_gate_inp.weight'),
      type: 'F32',
      shape: [count, embedding],
      bytes: randomWeights('F32', [count, embedding], 1.5 / Math.sqrt(embedding), random),
    });
    if (hasBias(name('ffn_gate_inp'))) floats(name('ffn_gate_inp.bias'), count, -0.5, 0.5);
    const each = { expertCount: count };
    const size = of.large ? 2.5 : 1;
    matrix(name('ffn_gate_exps'), length, embedding, (1.5 * size) / Math.sqrt(embedding), each);
    matrix(name('ffn_up_exps'), length, embedding, size / Math.sqrt(embedding), each);
    matrix(name('ffn_down_exps'), embedding, length, 2 / size ** 2 / Math.sqrt(length), each);
    if (of.sharedFeedForward === undefined) return;
    floats(name('ffn_gate_inp_shexp.weight'), embedding, -2 / Math.sqrt(embedding), 2 / Math.sqrt(embedding));
    matrix(name('ffn_gate_shexp'), of.sharedFeedForward, embedding, 1.5 / Math.sqrt(embedding));
    matrix(name('ffn_up_shexp'), of.sharedFeedForward, embedding, 1 / Math.sqrt(embedding));
    matrix(name('ffn_down_shexp'), embedding, of.sharedFeedForward, 1 / Math.sqrt(of.sharedFeedForward));
  };

  // Ends, so that answers go on; bytes past ASCII, so that answers are text that any JSON writer takes.
  const quiet = new Set([vocabulary.eosId, vocabulary.endOfTurnId, ...vocabulary.highByteIds]);
  const outputDeviation = 3 / Math.sqrt(embedding);
  // Six times smaller here, and six times larger behind the last norm.
  const scaledTied = family.scaledTiedEmbeddings === true;
  matrix('token_embd', vocabulary.tokens.length, embedding, outputDeviation / (scaledTied ? 6 : 1), {
    zeroRows: quiet,
  });
  if (family.learnedPositions) matrix('position_embd', contextLength, embedding, outputDeviation);
  if (encoder) {
    matrix('token_types', 2, embedding, outputDeviation);
    norm('token_embd_norm');
  }
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string) => `blk.${layer}.${part}`;
    if (normsBefore) norm(name('attn_norm'));
    // Queries and keys a little larger: attention then prefers some positions, and a wrong rotation shows.
    if (family.fusedQkv) {
      matrix(name('attn_qkv'), (heads + 2 * kvHeads) * headDim, embedding, 1.3 / Math.sqrt(embedding));
    } else {
      matrix(name('attn_q'), heads * headDim, embedding, 1.5 / Math.sqrt(embedding));
      matrix(name('attn_k'), kvHeads * headDim, embedding, 1.5 / Math.sqrt(embedding));
      matrix(name('attn_v'), kvHeads * headDim, embedding, 1 / Math.sqrt(embedding));
    }
    if (family.headNorm) {
      for (const [part, count] of [
        ['attn_q_norm', heads],
        ['attn_k_norm', kvHeads],
      ] as const) {
        const size = family.headNorm === 'head' ? headDim : count * headDim;
        floats(name(`${part}.weight`), size, 1, 2, family.headNorm === 'own' ? [count, headDim] : [size]);
      }
    }
    matrix(name('attn_output'), embedding, heads * headDim, 1 / Math.sqrt(heads * headDim));
    if (normPlaces === 'sums') norm(name('attn_output_norm'));
    if (normsBehind) norm(name('post_attention_norm'));
    if (family.sinks) floats(name('attn_sinks.weight'), heads, 1, 5);
    const { feedForwardNorm = 'ffn_norm' } = family;
    if (normsBefore && feedForwardNorm !== null) norm(name(feedForwardNorm));
    if (experts) {
      mixture(name, experts);
    } else if (family.gate === 'fused') {
      matrix(name('ffn_up'), 2 * feedForward, embedding, 1.2 / Math.sqrt(embedding));
    } else {
      if (family.gate !== 'none') matrix(name('ffn_gate'), feedForward, embedding, 1.5 / Math.sqrt(embedding));
      matrix(name('ffn_up'), feedForward, embedding, 1 / Math.sqrt(embedding));
    }
    if (!experts) matrix(name('ffn_down'), embedding, feedForward, 1 / Math.sqrt(feedForward));
    if (normsBehind) norm(name('post_ffw_norm'));
    if (normPlaces === 'sums') norm(name('layer_output_norm'));
  }
  if (scaledTied) norm('output_norm', 3, 9);
  else if (!encoder) norm('output_norm');
  if (!options.tied && !scaledTied && !encoder)
    matrix('output', vocabulary.tokens.length, embedding, outputDeviation, { zeroRows: quiet });
  if (family.outputBias) floats('output.bias', vocabulary.tokens.length, -0.5, 0.5);
  const factors = options.ropeFactors
    ? ['rope_freqs']
    : family.longRope
      ? ['rope_factors_long', 'rope_factors_short']
      : [];
  for (const name of factors) floats(`${name}.weight`, rotaryDim / 2, 1, 8);

  const sized = (values: Readonly<Record<string, FriendlyValue>>): Record<string, FriendlyValue> =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [`${architecture}.${key}`, value]));
  const metadata: Record<string, FriendlyValue> = {
    'general.architecture': architecture,
    'general.name': options.name ?? `Random ${type} ${seed}`,
    'general.license': 'mit',
    ...sized({
      block_count: layers,
      context_length: contextLength,
      embedding_length: embedding,
      feed_forward_length: feedForward,
      'attention.head_count': heads,
      'attention.head_count_kv': kvHeads,
      [`attention.layer_norm_${family.layerNorm ? '' : 'rms_'}epsilon`]: 1e-5,
      'rope.dimension_count': rotaryDim,
      'rope.freq_base': { type: 'float32', value: 10_000 },
      vocab_size: vocabulary.tokens.length,
      ...(options.headDim === undefined ? {} : { 'attention.key_length': headDim, 'attention.value_length': headDim }),
      ...(experts && {
        expert_count: experts.count,
        expert_used_count: experts.used,
        ...(experts.feedForward === undefined ? {} : { expert_feed_forward_length: experts.feedForward }),
        ...(experts.sharedFeedForward === undefined
          ? {}
          : { expert_shared_feed_forward_length: experts.sharedFeedForward }),
      }),
      ...family.metadata,
    }),
    'tokenizer.ggml.model': wordPiece ? 'bert' : 'llama',
    'tokenizer.ggml.tokens': vocabulary.tokens,
    'tokenizer.ggml.scores': { type: 'array', itemType: 'float32', value: vocabulary.scores },
    'tokenizer.ggml.token_type': { type: 'array', itemType: 'int32', value: vocabulary.types },
    'tokenizer.ggml.bos_token_id': vocabulary.bosId,
    'tokenizer.ggml.eos_token_id': vocabulary.eosId,
    'tokenizer.ggml.eot_token_id': vocabulary.endOfTurnId,
    'tokenizer.ggml.add_bos_token': true,
    ...(wordPiece ? wordPieceMetadata(vocabulary) : { 'tokenizer.chat_template': CHAT_TEMPLATE }),
    ...(encoder ? { 'tokenizer.ggml.token_type_count': 2 } : {}),
    ...options.metadata,
  };
  return { metadata, tensors };
}

/** What WordPiece needs besides; the format's own name of the key is misspelt. */
function wordPieceMetadata({ tokens, bosId, eosId }: TestVocabulary): Record<string, FriendlyValue> {
  return {
    'tokenizer.ggml.unknown_token_id': tokens.indexOf('[UNK]'),
    'tokenizer.ggml.cls_token_id': bosId,
    'tokenizer.ggml.seperator_token_id': eosId,
  };
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
