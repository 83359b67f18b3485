/** A model file, whatever its container: metadata, tensor table, and the source that its bytes are read from. */
import type { ByteSource } from '../source/byte-source.ts';

/** A metadata value. 64-bit integers beyond 2⁵³ are refused by the readers, so `number` holds them all. */
export type MetadataValue = string | number | boolean | readonly MetadataValue[];

/** Where a tensor lies and how. */
export interface TensorInfo {
  readonly name: string;
  /** GGUF's name of the type, such as `Q4_K`. */
  readonly type: string;
  /** Outer to inner: the last varies fastest. (GGUF stores them the other way round.) */
  readonly shape: readonly number[];
  /** From the start of the file. */
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** A validated model file. Every tensor lies inside `source`, and none overlaps another. */
export interface ModelFile {
  /** Also says how rows of q and k are ordered: see `workers/models/rope-pairing.ts`. */
  readonly container: 'gguf' | 'safetensors' | 'mlc';
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly source: ByteSource;
}
