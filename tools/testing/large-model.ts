/**
 * A model file of any size that nobody holds: a GGUF head, then weights that are made when they are read, the same each
 * time, from a seed. Every weight is F32 between 1/64 and 1/32 or its negative, so the model loads; it writes noise.
 */
import type { ServedBytes } from '../servers/served-bytes.ts';
import { randomModel } from './random-model.ts';
import { randomBits } from './random-weights.ts';
import { writeGguf } from './write-gguf.ts';

const POOL_BYTES = 8 * 1024 * 1024;
const BLOCK_BYTES = 64 * 1024;

/** How large, and how it differs from others. */
interface LargeModelOptions {
  /** The file is at most as large, and less than one MiB smaller. */
  readonly bytes: number;
  readonly seed?: number;
  readonly name?: string;
}

/** A llama of that size. */
export function largeModel({ bytes, seed = 1, name = `Large ${seed}` }: LargeModelOptions): ServedBytes {
  const [layers, embedding] = [12, 128];
  const small = 32;
  const { metadata, tensors } = randomModel({
    name,
    seed,
    layers,
    embedding,
    feedForward: small,
    heads: 4,
    kvHeads: 2,
  });
  const bytesOf = (shape: readonly (number | bigint)[]) => shape.reduce<number>((sum, size) => sum * Number(size), 4);
  const rest = writeGguf({ metadata, tensors }).length;
  const feedForward = small + Math.floor((bytes - rest) / (layers * 3 * embedding * 4) / 8) * 8;
  let offset = 0;
  const head = writeGguf({
    metadata: { ...metadata, 'llama.feed_forward_length': feedForward },
    tensors: tensors.map(({ name, type, shape }) => {
      const wide = /ffn_(gate|up|down)\.weight/.test(name)
        ? shape.map((size) => (size === small ? feedForward : size))
        : shape;
      const at = offset;
      offset += bytesOf(wide);
      return { name, type, shape: wide, bytes: new Uint8Array(), offset: at };
    }),
  });
  return new LargeFile(head, head.length + offset, seed);
}

/** Blocks of 64 KiB: each a run out of a pool of weights, from a place and with a first weight that its number gives. */
class LargeFile implements ServedBytes {
  readonly byteLength: number;
  readonly #head: Uint8Array;
  readonly #pool: Uint8Array;
  readonly #seed: number;

  constructor(head: Uint8Array, byteLength: number, seed: number) {
    this.#head = head;
    this.byteLength = byteLength;
    this.#seed = seed;
    const random = randomBits(seed);
    const weights = Uint32Array.from({ length: POOL_BYTES / 4 }, () => asWeight(random()));
    this.#pool = new Uint8Array(weights.buffer);
  }

  subarray(start: number, end: number): Uint8Array {
    const bytes = new Uint8Array(end - start);
    for (let block = Math.floor(start / BLOCK_BYTES); block * BLOCK_BYTES < end; block++) {
      const first = block * BLOCK_BYTES;
      const made = this.#block(block);
      const from = Math.max(start, first);
      bytes.set(made.subarray(from - first, Math.min(end, first + BLOCK_BYTES) - first), from - start);
    }
    if (start < this.#head.length) bytes.set(this.#head.subarray(start, Math.min(end, this.#head.length)));
    return bytes;
  }

  #block(index: number): Uint8Array {
    const random = randomBits(this.#seed * 1_000_003 + index);
    const offset = (random() % ((POOL_BYTES - BLOCK_BYTES) / 4)) * 4;
    const block = this.#pool.slice(offset, offset + BLOCK_BYTES);
    new DataView(block.buffer).setUint32(0, asWeight(random()), true);
    return block;
  }
}

/** 32 random bits as an F32: the sign and the fraction stay. */
function asWeight(bits: number): number {
  return ((bits & 0x807fffff) | 0x3c800000) >>> 0;
}
