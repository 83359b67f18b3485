/**
 * Whether a model writes text or makes embeddings, and how: what its file says of pooling and of the direction in which
 * its tokens look. Refuses values of a wrong type.
 *
 * Source of the keys and of the numbers: llama.cpp's `gguf-py`, `Keys.LLM.POOLING_TYPE`, `Keys.Attention.CAUSAL` and
 * `PoolingType`.
 */
import { metadataBoolean, metadataNumber } from './metadata.ts';
import type { MetadataValue, ModelFile } from './model-file.ts';

/** Which states of a text's tokens make its embedding: their mean, the first one (BERT's class token), or the last one. */
export type Pooling = 'mean' | 'first' | 'last';

const POOLING_TYPES: readonly (Pooling | undefined)[] = [undefined, 'mean', 'first', 'last'];

/** Families whose tokens look both ways, whatever a file leaves out. */
const ENCODERS: readonly string[] = ['bert', 'nomic-bert'];

/** Whether a token sees only itself and what is before it. Throws `FileMalformed` for a value that is no truth value. */
export function isCausal(file: ModelFile, architecture: string): boolean {
  return metadataBoolean(file, `${architecture}.attention.causal`, !ENCODERS.includes(architecture));
}

/** GGUF's number for the kind of pooling; 0 is none. Throws `FileMalformed` for a value that is no number. */
export function poolingType(file: ModelFile, architecture: string): number {
  return metadataNumber(file, `${architecture}.pooling_type`, 0);
}

/** How the model makes one embedding of a text; `null` if its file names no way to, or one that is not known here. */
export function poolingOf(file: ModelFile, architecture: string): Pooling | null {
  return POOLING_TYPES[poolingType(file, architecture)] ?? null;
}

/** What a GGUF file says of this kind of pooling. */
export function poolingMetadata(architecture: string, pooling: Pooling): ReadonlyMap<string, MetadataValue> {
  return new Map([[`${architecture}.pooling_type`, POOLING_TYPES.indexOf(pooling)]]);
}

/** Whether the model says what comes next in a text: it was neither trained for embeddings or scores, nor to look ahead. */
export function writesText(file: ModelFile, architecture: string): boolean {
  return isCausal(file, architecture) && poolingType(file, architecture) <= 0;
}
