/**
 * What a weight format says of itself, made from the few numbers that differ: what a block looks like in a file, and where
 * it lies on the GPU.
 *
 * Weights are (rows, columns). In a file a row is a run of blocks. On the GPU a row is cut in blocks of 32 weights and
 * lies in two planes: `quants` (array<vec4u>) and `scales` (array<u32>), both row-major, each row on its own word, so
 * that no load straddles. Rows of a float type whose columns are no multiple of 32 end in zero weights. Refuses column
 * counts that the file's block does not divide.
 */
import type { QuantType } from './types.ts';

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
  /** What that snippet looks up at the binding `table`; four words that nobody reads where it looks up nothing. */
  readonly table: Uint32Array<ArrayBuffer>;
  /** Threads that repack one row; each writes its own words. */
  repackGroups(columns: number): number;
  /** The `const` sizes of both snippets for rows of so many columns. */
  constants(columns: number): Record<string, number>;
  /** Bytes of a row in the file. */
  fileRowBytes(columns: number): number;
  /** Bytes of a row in both planes. */
  rowBytes(columns: number): { quantBytes: number; scaleBytes: number };
  /** Bytes of both planes: each at least 16 and a multiple of 16. Types without scales have a plane of 16 unread bytes. */
  planes(rows: number, columns: number): { quantBytes: number; scaleBytes: number };
  /** The definition: file bytes → (elements) weights, rounded once to f32. */
  dequantize(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer>;
}

/** What differs between formats. */
export interface Layout {
  readonly type: QuantType;
  readonly blockElements: number;
  readonly blockBytes: number;
  /** vec4u in `quants` for 32 weights; a half where two blocks of 32 share one. */
  readonly vectors: number;
  /** Words in `scales` for a row of so many blocks of 32. */
  scaleWords(blocks: number): number;
  /** Threads that repack a row of so many blocks of 32. */
  groups(blocks: number): number;
  readonly wgsl: string;
  readonly repackWgsl: string;
  /** Default: none. */
  readonly table?: Uint32Array<ArrayBuffer>;
  dequantize(bytes: Uint8Array, elements: number): Float32Array<ArrayBuffer>;
}

function planeBytes(bytes: number): number {
  return Math.max(16, Math.ceil(bytes / 16) * 16);
}

/** A format from its layout. */
export function quantFormat(layout: Layout): QuantFormat {
  const { type, blockElements, blockBytes, vectors, wgsl, repackWgsl, table = new Uint32Array(4) } = layout;
  const blocksOf = (columns: number): number => {
    if (columns <= 0 || columns % blockElements !== 0)
      throw new RangeError(`A row of ${type} weights has a multiple of ${blockElements} columns, not ${columns}.`);
    return Math.ceil(columns / 32);
  };
  const fileRowBytes = (columns: number): number => {
    blocksOf(columns);
    return (columns / blockElements) * blockBytes;
  };
  const rowBytes = (columns: number): { quantBytes: number; scaleBytes: number } => {
    const blocks = blocksOf(columns);
    return { quantBytes: blocks * vectors * 16, scaleBytes: layout.scaleWords(blocks) * 4 };
  };
  return {
    type,
    blockElements,
    blockBytes,
    wgsl,
    repackWgsl,
    table,
    fileRowBytes,
    repackGroups: (columns) => layout.groups(blocksOf(columns)),
    constants: (columns) => ({
      BLOCKS: blocksOf(columns),
      ...(Number.isInteger(vectors) ? { VECTORS: vectors } : {}),
      SCALE_WORDS: layout.scaleWords(blocksOf(columns)),
    }),
    rowBytes,
    planes: (rows, columns) => {
      const { quantBytes, scaleBytes } = rowBytes(columns);
      return { quantBytes: planeBytes(rows * quantBytes), scaleBytes: planeBytes(rows * scaleBytes) };
    },
    dequantize: (bytes, elements) => layout.dequantize(bytes, elements),
  };
}
