/** Shapes of well-known models, for files of random weights: speed follows from the shape, not from what a model knows. */

/** What decides how large a model is, and how its layers look. */
export interface BenchShape {
  readonly architecture: 'llama' | 'qwen2';
  readonly layers: number;
  readonly embedding: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly feedForward: number;
  readonly vocabularySize: number;
  readonly ropeBase: number;
  /** Whether the file has a factor for each pair of the rotation, as Llama 3's have. */
  readonly ropeFactors: boolean;
  readonly contextLength: number;
}

/** By the names that `--shape` takes. Source: the models' own `config.json`; all of them share embedding and output. */
export const SHAPES = {
  'qwen2-0.5b': {
    ...{ architecture: 'qwen2', layers: 24, embedding: 896, heads: 14, kvHeads: 2, headDim: 64 },
    ...{ feedForward: 4864, vocabularySize: 151_936, ropeBase: 1_000_000, ropeFactors: false, contextLength: 32_768 },
  },
  'llama-3.2-1b': {
    ...{ architecture: 'llama', layers: 16, embedding: 2048, heads: 32, kvHeads: 8, headDim: 64 },
    ...{ feedForward: 8192, vocabularySize: 128_256, ropeBase: 500_000, ropeFactors: true, contextLength: 131_072 },
  },
  'llama-3.2-3b': {
    ...{ architecture: 'llama', layers: 28, embedding: 3072, heads: 24, kvHeads: 8, headDim: 128 },
    ...{ feedForward: 8192, vocabularySize: 128_256, ropeBase: 500_000, ropeFactors: true, contextLength: 131_072 },
  },
  /** Nobody's: so small that an adapter in software is done within seconds. */
  tiny: {
    ...{ architecture: 'llama', layers: 4, embedding: 256, heads: 8, kvHeads: 2, headDim: 32 },
    ...{ feedForward: 768, vocabularySize: 2048, ropeBase: 10_000, ropeFactors: false, contextLength: 8192 },
  },
} as const satisfies Readonly<Record<string, BenchShape>>;

/** How a file's matrices are quantized, by llama.cpp's names. */
export const FILE_TYPES = ['Q4_0', 'Q4_K_M', 'Q8_0'] as const;

/** One of them. */
export type FileType = (typeof FILE_TYPES)[number];
