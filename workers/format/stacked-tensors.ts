/**
 * Tensors that a checkpoint keeps one by one, each expert's matrices or each head's norm, as the one tensor that GGUF has:
 * (experts, rows, columns), or (heads, length). Refused: parts that are missing, too many, or unlike the others.
 */
import { EngineError } from '../protocol/errors.ts';
import type { GatheredTensor } from './gathered-tensors.ts';
import type { TensorInfo } from './model-file.ts';
import { quoted } from './quoted.ts';

/** What the parts of a tensor are. */
export type StackedPart = 'Expert' | 'Head';

/** The `count` parts of the tensor that GGUF calls `name`, by their numbers, one behind the other. */
export function stackedTensor(
  name: string,
  byNumber: ReadonlyMap<number, TensorInfo>,
  count: number,
  what: StackedPart,
): GatheredTensor {
  const remedy = 'Fetch all files of the model again, from one place.';
  const pieces = Array.from({ length: Math.min(count, byNumber.size + 1) }, (_, number) => {
    const piece = byNumber.get(number);
    if (piece) return piece;
    throw new EngineError('TensorMissing', {
      what: `${what} ${number} of the weights that GGUF calls ${quoted(name)} is missing`,
      remedy,
    });
  });
  if (byNumber.size > count) {
    throw new EngineError('FileMalformed', {
      what: `The weights that GGUF calls ${quoted(name)} are of too many ${what.toLowerCase()}s`,
      expected: count,
      got: byNumber.size,
      remedy,
    });
  }
  const { type, shape } = pieces[0]!;
  const other = pieces.find((piece) => piece.type !== type || piece.shape.join('×') !== shape.join('×'));
  if (other) {
    throw new EngineError('ShapeMismatch', {
      what: `The tensor ${quoted(other.name)} is unlike that of the first ${what.toLowerCase()}`,
      expected: `${type} ${shape.join('×')}`,
      got: `${other.type} ${other.shape.join('×')}`,
      remedy,
    });
  }
  return { name, type, shape: [count, ...shape], pieces };
}
