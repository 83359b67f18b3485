/** The numbers that an MLC weight stands for, on the CPU: the reference for whatever reads such weights faster. */
import { quantFormats } from '../../shaders/quant/format.ts';
import { dequantizeGroups } from '../format/mlc-quantization.ts';
import type { MlcModel, MlcPlace, MlcWeight } from '../format/mlc.ts';

const TYPES = { float16: 'F16', bfloat16: 'BF16', float32: 'F32' } as const;

/** All values of a weight, in its shape. Reads the whole stored tensor: for tests and small models. */
export async function readMlcValues(
  { source, config }: MlcModel,
  { shape, firstRow, storedRows, weight, scale, transposed }: MlcWeight,
): Promise<Float32Array<ArrayBuffer>> {
  const read = (place: MlcPlace) => source.read(place.byteOffset, place.byteLength);
  const numbers = async (place: MlcPlace) => {
    const count = place.shape.reduce((product, size) => product * size, 1);
    return quantFormats[TYPES[place.storedType as keyof typeof TYPES]].dequantize(await read(place), count);
  };
  const [rows, columns] = shape.length === 1 ? [shape[0]!, 1] : (shape.slice(-2) as [number, number]);
  const experts = shape.length === 3 ? shape[0]! : 1;
  const { scheme } = config;
  const stored =
    scale && scheme
      ? dequantizeGroups(await read(weight), await numbers(scale), experts * storedRows, columns, scheme, transposed)
      : await numbers(weight);
  const values = new Float32Array(experts * rows * columns);
  for (let expert = 0; expert < experts; expert++) {
    const from = (expert * storedRows + firstRow) * columns;
    values.set(stored.subarray(from, from + rows * columns), expert * rows * columns);
  }
  return values;
}
