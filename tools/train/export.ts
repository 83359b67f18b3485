/** The trainer's weights as a GGUF file: matrices in Q8_0, norms in F32. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CorpusFacts } from './corpus-facts.ts';
import { writeGguf } from '../testing/write-gguf.ts';
import { emberMetadata } from './metadata.ts';
import { quantizeQ8 } from './quantize.ts';
import type { Recipe } from './recipe.ts';
import type { LearntVocabulary } from './tokenizer/train-bpe.ts';

interface TensorEntry {
  readonly name: string;
  /** Outer to inner. */
  readonly shape: readonly number[];
}

/** The file's bytes, of the weights that `trainer/train.py` left in the folder. */
export async function exportGguf(
  folder: string,
  recipe: Recipe,
  vocabulary: LearntVocabulary,
  corpus: CorpusFacts,
): Promise<Uint8Array<ArrayBuffer>> {
  const table = JSON.parse(await readFile(join(folder, 'weights.json'), 'utf8')) as TensorEntry[];
  const bytes = await readFile(join(folder, 'weights.bin'));
  let offset = 0;
  const tensors = table.map(({ name, shape }) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const start = bytes.byteOffset + offset;
    offset += count * 4;
    if (offset > bytes.length) throw new Error(`weights.bin ends inside ${name}`);
    const weights = new Float32Array(bytes.buffer.slice(start, start + count * 4));
    return shape.length === 1
      ? { name, shape, type: 'F32', bytes: new Uint8Array(weights.buffer) }
      : { name, shape, type: 'Q8_0', bytes: quantizeQ8(weights) };
  });
  return writeGguf({ metadata: emberMetadata(recipe, vocabulary, corpus), tensors });
}
