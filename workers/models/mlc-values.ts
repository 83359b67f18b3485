/** The numbers that an MLC weight stands for, on the CPU: the reference for whatever reads such weights faster. */
import { quantFormats } from '../../shaders/quant/format.ts';
import { dequantizeGroups } from '../format/mlc-quantization.ts';
import type { MlcModel, MlcPlace, MlcWeight } from '../format/mlc.ts';

const TYPES = { float16: 'F16', bfloat16: 'BF16', float32: 'F32' } as const;

/** All values of a weight: (rows, columns), or (length). Reads the whole stored tensor: for tests and small models. */
export async function readMlcValues(
  { source, config }: MlcModel,
  { shape, firstRow, storedRows, weight, scale, transposed }: MlcWeight,
): Promise<Float32Array<ArrayBuffer>> {
  const read = (place: MlcPlace) => source.read(place.byteOffset, place.byteLength);
  const numbers = async (place: MlcPlace) => {
    const count = place.shape.reduce((product, size) => product * size, 1);
    return quantFormats[TYPES[place.storedType as keyof typeof TYPES]].dequantize(await read(place), count);
  };
  const columns = shape[1] ?? 1;
  const { scheme } = config;
  const stored =
    scale && scheme
      ? dequantizeGroups(await read(weight), await numbers(scale), storedRows, columns, scheme, transposed)
      : await numbers(weight);
  return stored.slice(firstRow * columns, (firstRow + shape[0]!) * columns);
}
