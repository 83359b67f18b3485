/** Cuts a model into GGUF parts as llama.cpp's `gguf-split` does: the first has all metadata, the others their numbers. */
import type { RandomModel } from './random-model.ts';
import { writeGguf } from './write-gguf.ts';

/** The bytes of each part. */
export function splitGguf({ metadata, tensors }: RandomModel, count: number): Uint8Array<ArrayBuffer>[] {
  const perPart = Math.ceil(tensors.length / count);
  return Array.from({ length: count }, (_, index) => {
    const numbers = {
      'split.no': { type: 'uint16', value: index },
      'split.count': { type: 'uint16', value: count },
      'split.tensors.count': { type: 'int32', value: tensors.length },
    } as const;
    return writeGguf({
      metadata: index === 0 ? { ...metadata, ...numbers } : numbers,
      tensors: tensors.slice(index * perPart, (index + 1) * perPart),
    });
  });
}
