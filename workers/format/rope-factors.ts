/** Factors of frequencies are numbers of a configuration, but tensors in GGUF: they join the data as such. */
import { bytesSource } from '../source/bytes-source.ts';
import { joinSources } from '../source/joined-source.ts';
import type { ModelFile, TensorInfo } from './model-file.ts';

/** The file with these vectors, by GGUF's names, as F32 behind its data; the file itself where there are none. */
export function withRopeFactors(file: ModelFile, factors: ReadonlyMap<string, Float32Array<ArrayBuffer>>): ModelFile {
  if (factors.size === 0) return file;
  const tensors = new Map<string, TensorInfo>(file.tensors);
  const sources = [file.source];
  let byteOffset = file.source.byteLength;
  for (const [name, values] of factors) {
    const { byteLength } = values;
    tensors.set(name, { name, type: 'F32', shape: [values.length], byteOffset, byteLength });
    sources.push(bytesSource(new Uint8Array(values.buffer)));
    byteOffset += byteLength;
  }
  return { ...file, tensors, source: joinSources(sources) };
}
