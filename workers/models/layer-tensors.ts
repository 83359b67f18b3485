/** How a layer's tensors are called, in GGUF's words, and what they shall be like. */
import type { LayerCache } from '../graph/attention.ts';

/** One layer: its tensors' prefix and its cache. */
export interface Layer {
  readonly index: number;
  readonly cache: LayerCache;
}

/** A tensor of a product by its name, with the rows that it shall have. */
export interface Projection {
  readonly weight: string;
  readonly bias: string;
  readonly rows: number;
}

/** The name of a part of a layer. */
export function tensorName(layer: Layer, part: string): string {
  return `blk.${layer.index}.${part}`;
}

/** A product of a layer. */
export function projection(layer: Layer, part: string, rows: number): Projection {
  return { weight: tensorName(layer, `${part}.weight`), bias: tensorName(layer, `${part}.bias`), rows };
}
