/**
 * The angles of rotary position embedding, computed once on the CPU in f64: on the GPU an f32 angle of position 100,000
 * would already be wrong in its third digit.
 */

/** How a model stretches its angles to a longer context than it was first trained for. */
export type RopeScaling =
  | { readonly type: 'none' }
  /** Every position divided by `factor` (Chen and others 2023); cos and sin multiplied by `attentionFactor`, default 1. */
  | { readonly type: 'linear'; readonly factor: number; readonly attentionFactor?: number }
  /** Slow dimensions divided, fast ones kept, a ramp between (YaRN, Peng and others 2023). */
  | {
      readonly type: 'yarn';
      readonly factor: number;
      readonly originalContextLength: number;
      /** Multiplies cos and sin; 1 + 0.1 ln(factor) where the file says nothing. */
      readonly attentionFactor?: number;
      readonly betaFast?: number;
      readonly betaSlow?: number;
    }
  /** Llama 3.1's rule by wavelength; GGUF files bake it into `rope_freqs.weight` instead. */
  | {
      readonly type: 'llama3';
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalContextLength: number;
    };

/** What the table depends on. */
export interface RopeTableOptions {
  readonly contextLength: number;
  readonly rotaryDim: number;
  /** `rope.freq_base` in GGUF, `rope_theta` in safetensors. */
  readonly base: number;
  /** (rotaryDim / 2): divides each frequency; the tensor `rope_freqs.weight` of a GGUF file. */
  readonly frequencyFactors?: Float32Array | undefined;
  readonly scaling?: RopeScaling | undefined;
}

/** The dimension pair that turns `rotations` times over the original context. */
function yarnPair(rotaryDim: number, base: number, originalContextLength: number, rotations: number): number {
  return (rotaryDim * Math.log(originalContextLength / (rotations * 2 * Math.PI))) / (2 * Math.log(base));
}

/** Radians a position for each pair (rotaryDim / 2), and the factor on cos and sin. */
function frequencies(options: RopeTableOptions): { perPosition: Float64Array; magnitude: number } {
  const { rotaryDim, base, frequencyFactors, scaling = { type: 'none' } } = options;
  const perPosition = new Float64Array(rotaryDim / 2);
  for (let pair = 0; pair < perPosition.length; pair++)
    perPosition[pair] = base ** ((-2 * pair) / rotaryDim) / (frequencyFactors?.[pair] ?? 1);
  switch (scaling.type) {
    case 'none':
      return { perPosition, magnitude: 1 };
    case 'linear':
      return {
        perPosition: perPosition.map((frequency) => frequency / scaling.factor),
        magnitude: scaling.attentionFactor ?? 1,
      };
    case 'yarn': {
      const { factor, originalContextLength, betaFast = 32, betaSlow = 1 } = scaling;
      const first = Math.max(0, Math.floor(yarnPair(rotaryDim, base, originalContextLength, betaFast)));
      const last = Math.min(rotaryDim - 1, Math.ceil(yarnPair(rotaryDim, base, originalContextLength, betaSlow)));
      return {
        perPosition: perPosition.map((frequency, pair) => {
          const ramp = Math.min(1, Math.max(0, (pair - first) / Math.max(0.001, last - first)));
          return frequency * (1 - ramp) + (frequency / factor) * ramp;
        }),
        magnitude: scaling.attentionFactor ?? 1 + 0.1 * Math.log(factor),
      };
    }
    case 'llama3': {
      const { factor, lowFrequencyFactor, highFrequencyFactor, originalContextLength } = scaling;
      return {
        perPosition: perPosition.map((frequency) => {
          const turns = (originalContextLength * frequency) / (2 * Math.PI);
          const keep = Math.min(
            1,
            Math.max(0, (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)),
          );
          return frequency * keep + (frequency / factor) * (1 - keep);
        }),
        magnitude: 1,
      };
    }
  }
}

/** The table (contextLength, rotaryDim / 2) of (cos, sin) that the kernel `rope` reads. */
export function ropeTable(options: RopeTableOptions): Float32Array<ArrayBuffer> {
  const { perPosition, magnitude } = frequencies(options);
  const table = new Float32Array(options.contextLength * perPosition.length * 2);
  let at = 0;
  for (let position = 0; position < options.contextLength; position++) {
    for (const frequency of perPosition) {
      table[at++] = Math.cos(position * frequency) * magnitude;
      table[at++] = Math.sin(position * frequency) * magnitude;
    }
  }
  return table;
}
