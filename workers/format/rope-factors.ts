/** Llama 3.1's frequency factors are numbers of a configuration, but a tensor in GGUF: they join the data as one. */
import { bytesSource } from '../source/bytes-source.ts';
import { joinSources } from '../source/joined-source.ts';
import type { ModelFile } from './model-file.ts';

/** The file with `rope_freqs.weight` (headDim / 2) behind its data; the file itself where there are no factors. */
export function withRopeFactors(file: ModelFile, factors: Float32Array<ArrayBuffer> | null): ModelFile {
  if (factors === null) return file;
  const name = 'rope_freqs.weight';
  const bytes = new Uint8Array(factors.buffer);
  const place = { byteOffset: file.source.byteLength, byteLength: bytes.byteLength };
  const tensor = { name, type: 'F32', shape: [factors.length], ...place };
  return {
    ...file,
    tensors: new Map([...file.tensors, [name, tensor]]),
    source: joinSources([file.source, bytesSource(bytes)]),
  };
}
