/** The names of the weight types that the engine runs: alone, so that whoever lists them loads no shader. */

/** Every weight type that the engine runs, by its GGUF name: floats, then by family and by bits. */
export const QUANT_TYPES = [
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
  'IQ4_NL',
  'IQ4_XS',
  'MXFP4',
  'TQ2_0',
] as const;

/** A weight type that the engine runs, by its GGUF name. */
export type QuantType = (typeof QUANT_TYPES)[number];
