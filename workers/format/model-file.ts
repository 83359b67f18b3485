/** A model file, whatever its container: metadata, tensor table, and the source that its bytes are read from. */
import type { ByteSource } from '../source/byte-source.ts';
import type { JsonObject } from './strict-json.ts';

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

/** How text becomes tokens by a folder's files, parsed; `workers/text/tokenizer-json` understands them. */
export interface TokenizerFiles {
  /** `tokenizer.json`. */
  readonly tokenizer: JsonObject;
  /** `tokenizer_config.json`, where there is one. */
  readonly config: JsonObject | null;
  /** Ids that end an answer besides the tokenizer's own, as `generation_config.json` lists them. */
  readonly endIds: readonly number[];
}

/** A validated model file. Every tensor lies inside `source`, and none overlaps another. */
export interface ModelFile {
  /** Also says how rows of q and k are ordered: see `workers/models/rope-pairing.ts`. */
  readonly container: 'gguf' | 'safetensors' | 'mlc' | 'onnx';
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly source: ByteSource;
  /** Where there are such files; else `metadata` says how text becomes tokens. */
  readonly tokenizerFiles?: TokenizerFiles;
}
