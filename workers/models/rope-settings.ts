/**
 * How a GGUF file says that positions turn: base, kind of scaling, and factors for each pair as a tensor (Llama 3 ships
 * one; LongRoPE ships two, for texts within the original context and for longer ones).
 */
import { isQuantType, quantFormats } from '../../shaders/quant/format.ts';
import type { RopeScaling } from '../../shaders/rope-table.ts';
import { metadataInteger, metadataNumber, metadataString } from '../format/metadata.ts';
import type { ModelFile } from '../format/model-file.ts';
import { EngineError } from '../protocol/errors.ts';
import type { ModelShape } from './shape.ts';

/** What `ropeTable` needs besides sizes. */
export interface RopeSettings {
  readonly base: number;
  readonly scaling: RopeScaling;
  /** (rotaryDim / 2), or absent. */
  readonly frequencyFactors: Float32Array | undefined;
}

/**
 * Reads the settings, and the factors from the file's data.
 *
 * @param contextLength that the cache is made for: beyond the original one LongRoPE takes its long factors, for short
 * texts too, since keys that are cached already cannot change (llama.cpp does the same)
 */
export async function ropeSettings(
  file: ModelFile,
  shape: ModelShape,
  contextLength: number,
  signal?: AbortSignal,
): Promise<RopeSettings> {
  const key = (name: string): string => `${shape.architecture}.rope.${name}`;
  const base = metadataNumber(file, key('freq_base'), 10_000);
  const originalContextLength = metadataInteger(file, key('scaling.original_context_length'), {
    fallback: shape.contextLength,
  });
  const factorNames = [
    'rope_freqs.weight',
    `rope_factors_${contextLength > originalContextLength ? 'long' : 'short'}.weight`,
  ];
  return {
    base,
    scaling: readScaling(file, key, originalContextLength),
    frequencyFactors: await readFactors(file, shape, factorNames, signal),
  };
}

function readScaling(file: ModelFile, key: (name: string) => string, originalContextLength: number): RopeScaling {
  // A factor without a kind is linear; files from before `scaling.type` call it `scale_linear`. 0 stands for none.
  const type = metadataString(file, key('scaling.type'), 'linear');
  const factor = metadataNumber(file, key('scaling.factor'), metadataNumber(file, key('scale_linear'), 1)) || 1;
  const attentionFactor = metadataNumber(file, key('scaling.attn_factor'), 1);
  switch (type) {
    case 'none':
      return { type };
    case 'linear':
    // LongRoPE's own part is in its factors.
    case 'longrope':
      return { type: 'linear', factor, attentionFactor };
    case 'yarn': {
      // DeepSeek's way to say how loud: a second magnitude, by which the first is divided.
      const logMultiplier = metadataNumber(file, key('scaling.yarn_log_multiplier'), 0);
      return {
        type,
        factor,
        originalContextLength,
        attentionFactor: (attentionFactor * magnitude(factor, 1)) / magnitude(factor, logMultiplier),
        betaFast: metadataNumber(file, key('scaling.yarn_beta_fast'), 32),
        betaSlow: metadataNumber(file, key('scaling.yarn_beta_slow'), 1),
      };
    }
    default:
      throw new EngineError('FileUnsupported', {
        what: 'This model stretches its context in a way that Freehold does not know yet',
        expected: 'none, linear, yarn or longrope',
        got: type,
        remedy: 'Choose another model.',
      });
  }
}

/** How much louder YaRN makes queries and keys of a context stretched so far (Peng and others 2023, 3.4). */
function magnitude(factor: number, multiplier: number): number {
  return 1 + 0.1 * multiplier * Math.log(factor);
}

async function readFactors(
  file: ModelFile,
  { rotaryDim }: ModelShape,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<Float32Array | undefined> {
  const tensor = names.map((name) => file.tensors.get(name)).find((found) => found !== undefined);
  if (!tensor) return undefined;
  const { name, type, shape, byteOffset, byteLength } = tensor;
  if (!isQuantType(type) || shape.length !== 1 || shape[0] !== rotaryDim / 2) {
    throw new EngineError('ShapeMismatch', {
      what: `The tensor "${name}" does not fit the heads`,
      expected: `F32, ${rotaryDim / 2} values`,
      got: `${type}, ${shape.join('×')} values`,
    });
  }
  return quantFormats[type].dequantize(await file.source.read(byteOffset, byteLength, signal), rotaryDim / 2);
}
