/** How a GGUF file says that positions turn: base, scaling kind, and the factors that Llama 3 ships as a tensor. */
import { isQuantType, quantFormats } from '../../shaders/quant/format.ts';
import type { RopeScaling } from '../../shaders/rope-table.ts';
import { metadataNumber, metadataString } from '../format/metadata.ts';
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

/** Reads the settings; `rope_freqs.weight` is read from the file's data. */
export async function ropeSettings(file: ModelFile, shape: ModelShape, signal?: AbortSignal): Promise<RopeSettings> {
  const key = (name: string): string => `${shape.architecture}.rope.${name}`;
  const base = metadataNumber(file, key('freq_base'), 10_000);
  return { base, scaling: readScaling(file, key), frequencyFactors: await readFactors(file, shape, signal) };
}

function readScaling(file: ModelFile, key: (name: string) => string): RopeScaling {
  const type = metadataString(file, key('scaling.type'), 'none');
  if (type === 'none') {
    // Files from before `scaling.type` carry a linear factor alone.
    const scale = metadataNumber(file, key('scale_linear'), 1);
    return scale === 1 ? { type: 'none' } : { type: 'linear', factor: scale };
  }
  const factor = metadataNumber(file, key('scaling.factor'), 1);
  if (type === 'linear') return { type, factor };
  if (type === 'yarn') {
    const attentionFactor = file.metadata.has(key('scaling.attn_factor'))
      ? { attentionFactor: metadataNumber(file, key('scaling.attn_factor')) * (1 + 0.1 * Math.log(factor)) }
      : {};
    const originalContextLength = metadataNumber(file, key('scaling.original_context_length'));
    return { type, factor, originalContextLength, ...attentionFactor };
  }
  throw new EngineError('FileUnsupported', {
    what: 'This model stretches its context in a way that Freehold does not know yet',
    expected: 'none, linear or yarn',
    got: type,
    remedy: 'Choose another model.',
  });
}

async function readFactors(
  file: ModelFile,
  { rotaryDim }: ModelShape,
  signal?: AbortSignal,
): Promise<Float32Array | undefined> {
  const tensor = file.tensors.get('rope_freqs.weight');
  if (!tensor) return undefined;
  const { type, shape, byteOffset, byteLength } = tensor;
  if (!isQuantType(type) || shape.length !== 1 || shape[0] !== rotaryDim / 2) {
    throw new EngineError('ShapeMismatch', {
      what: 'The tensor "rope_freqs.weight" does not fit the heads',
      expected: `F32, ${rotaryDim / 2} values`,
      got: `${type}, ${shape.join('×')} values`,
    });
  }
  return quantFormats[type].dequantize(await file.source.read(byteOffset, byteLength, signal), rotaryDim / 2);
}
