/**
 * Tensors whose bytes lie in several places of a file, read as if they lay in one: the experts of a layer, which some
 * containers keep each in a tensor of its own, and others with gate and up in turn. Nothing is copied: such a tensor gets a
 * place behind the file's data, and a read of it goes to the pieces.
 */
import { joinSources } from '../source/joined-source.ts';
import { sliceSource } from '../source/slice-source.ts';
import type { ModelFile, TensorInfo } from './model-file.ts';

/** Where a part of a tensor lies in the file. */
type Piece = Pick<TensorInfo, 'byteOffset' | 'byteLength'>;

/** A tensor as its pieces, end to end: together they have the bytes of its shape and type. */
export interface GatheredTensor extends Pick<TensorInfo, 'name' | 'type' | 'shape'> {
  readonly pieces: readonly Piece[];
}

/** The file with these tensors besides its own. */
export function withGathered(file: ModelFile, gathered: readonly GatheredTensor[]): ModelFile {
  if (gathered.length === 0) return file;
  const tensors = new Map(file.tensors);
  let end = file.source.byteLength;
  for (const { pieces, ...tensor } of gathered) {
    const byteLength = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    tensors.set(tensor.name, { ...tensor, byteOffset: end, byteLength });
    end += byteLength;
  }
  const slices = gathered.flatMap(({ pieces }) =>
    pieces.map(({ byteOffset, byteLength }) => sliceSource(file.source, byteOffset, byteLength)),
  );
  return { ...file, tensors, source: joinSources([file.source, ...slices]) };
}
