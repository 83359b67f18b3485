/** The names of the weight types that the engine runs: alone, so that whoever lists them loads no shader. */

/** Every weight type of GGUF that the engine runs: floats, then by family and by bits. */
export const GGUF_QUANT_TYPES = [
  'F32',
  'F16',
  'BF16',
  'Q4_0',
  'Q4_1',
  'Q5_0',
  'Q5_1',
  'Q8_0',
  'Q2_K',
  'Q3_K',
  'Q4_K',
  'Q5_K',
  'Q6_K',
  'IQ1_S',
  'IQ1_M',
  'IQ2_XXS',
  'IQ2_XS',
  'IQ2_S',
  'IQ3_XXS',
  'IQ3_S',
  'IQ4_NL',
  'IQ4_XS',
  'MXFP4',
  'TQ1_0',
  'TQ2_0',
] as const;

/** Every weight type that the engine runs. The last two have names of our own: what MLC calls q4f32_1 and q3f16_1. */
export const QUANT_TYPES = [...GGUF_QUANT_TYPES, 'Q4_F32', 'Q3_G40'] as const;

/** A weight type that the engine runs. */
export type QuantType = (typeof QUANT_TYPES)[number];
