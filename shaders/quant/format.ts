/**
 * The weight formats that the kernels read: what a block looks like in a file, and where it lies on the GPU.
 *
 * Weights are (rows, columns). In a file a row is a run of blocks. On the GPU a row is cut in blocks of 32 weights and
 * lies in two planes: `quants` (array<vec4u>) and `scales` (array<u32>), both row-major, each row on its own word, so
 * that no load straddles. Rows of a float type whose columns are no multiple of 32 end in zero weights. Refuses column
 * counts that the file's block does not divide.
 */
import { dequantizeBf16 } from './bf16.ref.ts';
import bf16 from './bf16.wgsl?raw';
import { dequantizeF16 } from './f16.ref.ts';
import f16 from './f16.wgsl?raw';
import { dequantizeF32 } from './f32.ref.ts';
import f32 from './f32.wgsl?raw';
import floatsRepack from './floats.repack.wgsl?raw';
import { dequantizeQ40 } from './q4-0.ref.ts';
import q40Repack from './q4-0.repack.wgsl?raw';
import q40 from './q4-0.wgsl?raw';
import { dequantizeQ4K } from './q4-k.ref.ts';
import q4KRepack from './q4-k.repack.wgsl?raw';
import q4K from './q4-k.wgsl?raw';
import { dequantizeQ6K } from './q6-k.ref.ts';
import q6KRepack from './q6-k.repack.wgsl?raw';
import q6K from './q6-k.wgsl?raw';
import { dequantizeQ80 } from './q8-0.ref.ts';
import q80Repack from './q8-0.repack.wgsl?raw';
import q80 from './q8-0.wgsl?raw';

/** A weight type that the engine runs, by its GGUF name. */
export type QuantType = 'F32' | 'F16' | 'BF16' | 'Q4_0' | 'Q8_0' | 'Q4_K' | 'Q6_K';

/** One weight type: its file layout, its planes on the GPU and its definition. */
export interface QuantFormat {
  readonly type: QuantType;
  /** Weights a block of the file holds; a row's columns are a multiple of it. */
  readonly blockElements: number;
  /** Bytes of a block in the file. */
  readonly blockBytes: number;
  /** Snippet that defines `load_block` and `dot_block` over `quants` and `scales`. */
  readonly wgsl: string;
  /** Snippet that defines `repack_group`, from `raw` to `quants` and `scales`. */
  readonly repackWgsl: string;
  /** Threads that repack one row; each writes its own words. */
  repackGroups(columns: number): number;
  /** The `const` sizes of both snippets for rows of so many columns. */
  constants(columns: number): Record<string, number>;
  /** Bytes of a row in the file. */
  fileRowBytes(columns: number): number;
  /** Bytes of both planes: each at least 16 and a multiple of 16. Types without scales have a plane of 16 unread bytes. */
  planes(rows: number, columns: number): { quantBytes: number; scaleBytes: number };
  /** The definition: file bytes → (elements) weights, rounded once to f32. */
  dequantize(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer>;
}

interface Layout {
  readonly type: QuantType;
  readonly blockElements: number;
  readonly blockBytes: number;
  /** vec4u in `quants` for 32 weights. */
  readonly vectors: number;
  /** Words in `scales` for a row of so many blocks of 32. */
  scaleWords(blocks: number): number;
  /** Threads that repack a row of so many blocks of 32. */
  groups(blocks: number): number;
  readonly wgsl: string;
  readonly repackWgsl: string;
  dequantize(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer>;
}

function quantFormat(layout: Layout): QuantFormat {
  const { type, blockElements, blockBytes, vectors, wgsl, repackWgsl } = layout;
  const blocksOf = (columns: number): number => {
    if (columns <= 0 || columns % blockElements !== 0)
      throw new RangeError(`A row of ${type} weights has a multiple of ${blockElements} columns, not ${columns}.`);
    return Math.ceil(columns / 32);
  };
  const fileRowBytes = (columns: number): number => {
    blocksOf(columns);
    return (columns / blockElements) * blockBytes;
  };
  return {
    type,
    blockElements,
    blockBytes,
    wgsl,
    repackWgsl,
    fileRowBytes,
    repackGroups: (columns) => layout.groups(blocksOf(columns)),
    constants: (columns) => ({
      BLOCKS: blocksOf(columns),
      VECTORS: vectors,
      SCALE_WORDS: layout.scaleWords(blocksOf(columns)),
    }),
    planes: (rows, columns) => {
      const blocks = blocksOf(columns);
      return {
        quantBytes: Math.max(1, rows * blocks * vectors) * 16,
        scaleBytes: Math.max(1, Math.ceil((rows * layout.scaleWords(blocks)) / 4)) * 16,
      };
    },
    dequantize: (bytes, elements) => layout.dequantize(bytes, elements),
  };
}

const floats = (blocks: number): number => blocks;
const pairs = (blocks: number): number => Math.ceil(blocks / 2);
const none = (): number => 0;

/** Every weight type that the engine runs. */
export const quantFormats: Readonly<Record<QuantType, QuantFormat>> = {
  F32: quantFormat({
    type: 'F32',
    blockElements: 1,
    blockBytes: 4,
    vectors: 8,
    scaleWords: none,
    groups: floats,
    wgsl: f32,
    repackWgsl: floatsRepack,
    dequantize: dequantizeF32,
  }),
  F16: quantFormat({
    type: 'F16',
    blockElements: 1,
    blockBytes: 2,
    vectors: 4,
    scaleWords: none,
    groups: floats,
    wgsl: f16,
    repackWgsl: floatsRepack,
    dequantize: dequantizeF16,
  }),
  BF16: quantFormat({
    type: 'BF16',
    blockElements: 1,
    blockBytes: 2,
    vectors: 4,
    scaleWords: none,
    groups: floats,
    wgsl: bf16,
    repackWgsl: floatsRepack,
    dequantize: dequantizeBf16,
  }),
  Q4_0: quantFormat({
    type: 'Q4_0',
    blockElements: 32,
    blockBytes: 18,
    vectors: 1,
    scaleWords: pairs,
    groups: pairs,
    wgsl: q40,
    repackWgsl: q40Repack,
    dequantize: dequantizeQ40,
  }),
  Q8_0: quantFormat({
    type: 'Q8_0',
    blockElements: 32,
    blockBytes: 34,
    vectors: 2,
    scaleWords: pairs,
    groups: pairs,
    wgsl: q80,
    repackWgsl: q80Repack,
    dequantize: dequantizeQ80,
  }),
  Q4_K: quantFormat({
    type: 'Q4_K',
    blockElements: 256,
    blockBytes: 144,
    vectors: 1,
    scaleWords: (blocks) => (blocks / 8) * 4,
    groups: (blocks) => blocks / 8,
    wgsl: q4K,
    repackWgsl: q4KRepack,
    dequantize: dequantizeQ4K,
  }),
  Q6_K: quantFormat({
    type: 'Q6_K',
    blockElements: 256,
    blockBytes: 210,
    vectors: 1,
    scaleWords: (blocks) => (blocks / 8) * 21,
    groups: (blocks) => blocks / 8,
    wgsl: q6K,
    repackWgsl: q6KRepack,
    dequantize: dequantizeQ6K,
  }),
};

/** Whether the engine can run weights of this GGUF type. */
export function isQuantType(type: string): type is QuantType {
  return Object.hasOwn(quantFormats, type);
}
