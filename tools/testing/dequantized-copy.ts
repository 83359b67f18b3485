/** The F32 twin of a model: the same weights, without the arithmetic that a runtime may do on quantised ones. */
import { isQuantType, quantFormats } from '../../shaders/quant/format.ts';
import type { RandomModel } from './random-model.ts';

/** A copy of a model whose matrices are F32, with exactly the numbers that their blocks stand for. */
export function dequantizedCopy({ metadata, tensors }: RandomModel): RandomModel {
  return {
    metadata,
    tensors: tensors.map((tensor) => {
      const { name, type, shape, bytes } = tensor;
      if (typeof type !== 'string' || !isQuantType(type)) throw new Error(`${name} has the type ${type}`);
      const weights = shape.reduce<number>((product, size) => product * Number(size), 1);
      const values = quantFormats[type].dequantize(bytes, weights);
      return { ...tensor, type: 'F32', bytes: new Uint8Array(values.buffer) };
    }),
  };
}
