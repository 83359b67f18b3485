/**
 * The tensors of a random model of a given shape, in the file's order, and the type that llama.cpp would give each.
 *
 * Deviations are those of `tools/testing/random-model.ts`: logits spread, and nothing overflows.
 */
import type { QuantType } from '../../shaders/quant/format.ts';
import type { BenchShape, FileType } from './shapes.ts';

/** A tensor whose weights are drawn when it is written. */
export interface RandomTensor {
  readonly name: string;
  readonly type: QuantType;
  /** Outer to inner. */
  readonly shape: readonly number[];
  /** Of a matrix: the weights' standard deviation around 0. Of a vector: its values' bounds. */
  readonly weights: { readonly deviation: number } | { readonly low: number; readonly high: number };
}

/** What llama.cpp takes where a row is no whole number of a K-quant's blocks of 256. */
const FALLBACKS: Partial<Record<QuantType, QuantType>> = { Q4_K: 'Q5_0', Q6_K: 'Q8_0' };

/** All tensors of a model whose embedding matrix makes the logits too. */
export function modelTensors(shape: BenchShape, fileType: FileType): RandomTensor[] {
  const { embedding, feedForward, heads, kvHeads, headDim, layers } = shape;
  const tensors: RandomTensor[] = [];
  const vector = (name: string, size: number, low: number, high: number) =>
    tensors.push({ name, type: 'F32', shape: [size], weights: { low, high } });
  const matrix = (name: string, layer: number, rows: number, columns: number, gain: number) => {
    const type = matrixType(fileType, name, layer, layers, columns);
    const prefix = name === 'token_embd' ? '' : `blk.${layer}.`;
    tensors.push({
      name: `${prefix}${name}.weight`,
      type,
      shape: [rows, columns],
      weights: { deviation: gain / Math.sqrt(columns) },
    });
  };
  matrix('token_embd', 0, shape.vocabularySize, embedding, 3);
  for (let layer = 0; layer < layers; layer++) {
    const bias = (name: string, size: number) => {
      if (shape.architecture === 'qwen2') vector(`blk.${layer}.${name}.bias`, size, -0.5, 0.5);
    };
    vector(`blk.${layer}.attn_norm.weight`, embedding, 0.5, 1.5);
    matrix('attn_q', layer, heads * headDim, embedding, 1.5);
    bias('attn_q', heads * headDim);
    matrix('attn_k', layer, kvHeads * headDim, embedding, 1.5);
    bias('attn_k', kvHeads * headDim);
    matrix('attn_v', layer, kvHeads * headDim, embedding, 1);
    bias('attn_v', kvHeads * headDim);
    matrix('attn_output', layer, embedding, heads * headDim, 1);
    vector(`blk.${layer}.ffn_norm.weight`, embedding, 0.5, 1.5);
    matrix('ffn_gate', layer, feedForward, embedding, 1.5);
    matrix('ffn_up', layer, feedForward, embedding, 1);
    matrix('ffn_down', layer, embedding, feedForward, 1);
  }
  vector('output_norm.weight', embedding, 0.5, 1.5);
  if (shape.ropeFactors) vector('rope_freqs.weight', headDim / 2, 1, 8);
  return tensors;
}

/**
 * The type of one matrix. Source: `llama_tensor_get_type` of llama.cpp's `llama-quant.cpp`: what makes the logits gets
 * Q6_K, and in Q4_K_M so do values and the way down in the first and last eighth of the layers and each third between.
 */
function matrixType(fileType: FileType, name: string, layer: number, layers: number, columns: number): QuantType {
  const eighth = Math.floor(layers / 8);
  const finer = layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
  let type: QuantType = fileType === 'Q4_K_M' ? 'Q4_K' : fileType;
  if (name === 'token_embd' && type !== 'Q8_0') type = 'Q6_K';
  else if (fileType === 'Q4_K_M' && (name === 'attn_v' || name === 'ffn_down') && finer) type = 'Q6_K';
  return columns % 256 === 0 ? type : (FALLBACKS[type] ?? type);
}
