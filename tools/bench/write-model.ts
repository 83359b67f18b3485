/**
 * Writes a GGUF file of seeded random weights of any size to disk, a few megabytes at a time, so that benches need no
 * download. The text it writes is noise; its tokenizer has bytes, so it takes any text, and so does llama.cpp's.
 *
 * Refuses a vocabulary smaller than the test vocabulary that it begins with.
 */
import { open } from 'node:fs/promises';
import { randomModel } from '../testing/random-model.ts';
import { randomBits, randomRowBytes, randomWeights, type RandomBits } from '../testing/random-weights.ts';
import { testVocabulary } from '../testing/test-vocabulary.ts';
import { type FriendlyValue, writeGguf } from '../testing/write-gguf.ts';
import { modelTensors, type RandomTensor } from './model-tensors.ts';
import type { BenchShape, FileType } from './shapes.ts';

/** GGUF's default, which `writeGguf` pads to as well. */
const ALIGNMENT = 32;
/** Weights are made and written in pieces of about so many bytes. */
const PIECE_BYTES = 4 * 2 ** 20;

/** Writes the file anew; resolves with its size in bytes. The same arguments give the same bytes. */
export async function writeModel(path: string, shape: BenchShape, fileType: FileType, name: string): Promise<number> {
  const tensors = modelTensors(shape, fileType);
  let dataBytes = 0;
  const head = writeGguf({
    metadata: metadata(shape, name),
    tensors: tensors.map(({ name, type, shape }) => {
      const offset = dataBytes;
      dataBytes += padded(tensorBytes(type, shape));
      return { name, type, shape, bytes: new Uint8Array(), offset };
    }),
  });
  const file = await open(path, 'w');
  try {
    await file.write(head);
    const random = randomBits(1);
    let written = head.length;
    for (const tensor of tensors) {
      for (const piece of pieces(tensor, random)) written += (await file.write(piece)).bytesWritten;
      const end = padded(written);
      written += (await file.write(new Uint8Array(end - written))).bytesWritten;
    }
    return written;
  } finally {
    await file.close();
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function tensorBytes(type: RandomTensor['type'], shape: readonly number[]): number {
  return randomRowBytes(type, shape.at(-1)!) * shape.slice(0, -1).reduce((product, size) => product * size, 1);
}

function* pieces({ name, type, shape, weights }: RandomTensor, random: RandomBits): Generator<Uint8Array> {
  if ('low' in weights) {
    const { low, high } = weights;
    const values = Float32Array.from({ length: shape[0]! }, () => low + ((high - low) * (random() >>> 8)) / 2 ** 24);
    return yield new Uint8Array(values.buffer);
  }
  const [rows, columns] = [shape[0]!, shape[1]!];
  const quiet = name === 'token_embd.weight' ? quietIds() : [];
  const rowsAtOnce = Math.max(1, Math.floor(PIECE_BYTES / randomRowBytes(type, columns)));
  for (let first = 0; first < rows; first += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - first);
    const zeroRows = new Set(quiet.map((id) => id - first));
    yield randomWeights(type, [count, columns], weights.deviation, random, zeroRows);
  }
}

/** Tokens that must never be the likeliest: ends, so that answers go on; bytes past ASCII, so that they are text. */
function quietIds(): number[] {
  const { eosId, endOfTurnId, highByteIds } = testVocabulary();
  return [eosId, endOfTurnId, ...highByteIds];
}

function metadata(shape: BenchShape, name: string): Record<string, FriendlyValue> {
  const { architecture } = shape;
  const { tokens, scores, types } = testVocabulary();
  const fillers = shape.vocabularySize - tokens.length;
  if (fillers < 0)
    throw new Error(`a vocabulary of ${shape.vocabularySize} is too small: ${tokens.length} tokens are needed`);
  // Words that no merge leads to, so text is never cut into them, but they can be said.
  const allTokens = [...tokens, ...Array.from({ length: fillers }, (_, index) => `\u2581q${index}`)];
  const zeros = Array.from({ length: fillers }, () => -1e4);
  const ordinary = Array.from({ length: fillers }, () => 1);
  const float = (value: number) => ({ type: 'float32', value }) as const;
  const { metadata } = randomModel({ architecture, name, layers: 1, embedding: 32, feedForward: 32, heads: 1 });
  return {
    ...metadata,
    [`${architecture}.block_count`]: shape.layers,
    [`${architecture}.context_length`]: shape.contextLength,
    [`${architecture}.embedding_length`]: shape.embedding,
    [`${architecture}.feed_forward_length`]: shape.feedForward,
    [`${architecture}.attention.head_count`]: shape.heads,
    [`${architecture}.attention.head_count_kv`]: shape.kvHeads,
    [`${architecture}.rope.dimension_count`]: shape.headDim,
    [`${architecture}.rope.freq_base`]: float(shape.ropeBase),
    [`${architecture}.vocab_size`]: shape.vocabularySize,
    'tokenizer.ggml.tokens': allTokens,
    'tokenizer.ggml.scores': { type: 'array', itemType: 'float32', value: [...scores, ...zeros] },
    'tokenizer.ggml.token_type': { type: 'array', itemType: 'int32', value: [...types, ...ordinary] },
  };
}
