/** GPT-NeoX's q, k and v in one tensor: head by head there, all queries before all keys before all values in GGUF. */
import { EngineError } from '../protocol/errors.ts';
import type { GatheredTensor } from './gathered-tensors.ts';
import type { TensorInfo } from './model-file.ts';
import { quoted } from './quoted.ts';

/** The largest model has 64; each is a piece of its own. */
const HEADS_MAX = 1024;

/** The tensor (heads · [q | k | v], …) in GGUF's order. Throws `ShapeMismatch` where its rows are no whole heads. */
export function queriesFirst({ name, type, shape, byteOffset, byteLength }: TensorInfo, heads: number): GatheredTensor {
  const [rows = 0] = shape;
  if (heads > HEADS_MAX || rows % (3 * heads) !== 0) {
    throw new EngineError('ShapeMismatch', {
      what: `The weights that GGUF calls ${quoted(name)} do not fit the heads`,
      expected: `a multiple of ${3 * heads} rows, of at most ${HEADS_MAX} heads`,
      got: rows,
      remedy: 'Fetch all files of the model again, from one place.',
    });
  }
  const each = byteLength / (3 * heads);
  const pieces = [0, 1, 2].flatMap((part) =>
    Array.from({ length: heads }, (_, head) => ({
      byteOffset: byteOffset + (3 * head + part) * each,
      byteLength: each,
    })),
  );
  return { name, type, shape, pieces };
}
