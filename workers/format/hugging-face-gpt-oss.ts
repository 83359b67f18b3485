/**
 * gpt-oss as OpenAI published it: other names than its kin, and experts in MXFP4 as two tensors of bytes, `_blocks`
 * (experts, rows, groups, 16) and `_scales` (experts, rows, groups), with an expert's gate and up rows in turn.
 *
 * A block of GGUF is the scale's byte and the same sixteen bytes with their nibbles in another order: here byte j holds the
 * weights 2j and 2j + 1, there j and j + 16. So a read lays them out anew, a few rows at a time. Refused: shapes that
 * contradict each other, parts that are missing, other types, layers that see a window otherwise than in turn, another clamp.
 * Sources: `transformers`, `modeling_gpt_oss.py` and `integrations/mxfp4.py`; llama.cpp's `convert_hf_to_gguf.py`.
 */
import { EngineError } from '../protocol/errors.ts';
import { joinSources } from '../source/joined-source.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { jsonArray, jsonInteger, jsonNumber, jsonString, shownJson } from './json-fields.ts';
import type { MetadataValue, ModelFile, TensorInfo } from './model-file.ts';
import { quoted } from './quoted.ts';
import { type RowSegment, segmentSource } from './row-segments.ts';
import type { JsonObject } from './strict-json.ts';

const BLOCK_BYTES = 16;
const CLAMP = 7;

/** GGUF's keys, below the architecture's name, that only this class has. Throws `FileMalformed` or `FileUnsupported`. */
export function readGptOssConfig(config: JsonObject): Readonly<Record<string, MetadataValue>> {
  const what = (name: string): string => `"${name}" in config.json`;
  const types = config.get('layer_types') ?? [];
  const usual = ['sliding_attention', 'full_attention'];
  const strange = jsonArray(types, what('layer_types')).findIndex((type, layer) => type !== usual[layer % 2]);
  if (strange >= 0)
    throw unsupported('A window in other layers than every second', usual[strange % 2]!, String(strange));
  const clamp = jsonNumber(config.get('swiglu_limit') ?? CLAMP, what('swiglu_limit'));
  if (clamp !== CLAMP) throw unsupported('Another clamp of the experts', String(CLAMP), String(clamp));
  const method = config.get('quantization_config') ?? null;
  if (method instanceof Map && jsonString(method.get('quant_method'), what('quant_method')) !== 'mxfp4')
    throw unsupported('Another quantization of this model', 'mxfp4', shownJson(method.get('quant_method')));
  return { 'attention.sliding_window': jsonInteger(config.get('sliding_window') ?? 128, what('sliding_window'), 1) };
}

const PARTS = [
  'gate_up_proj_blocks',
  'gate_up_proj_scales',
  'gate_up_proj_bias',
  'down_proj_blocks',
  'down_proj_scales',
];

/** Whether a tensor is one of those that `withMxfp4Experts` reads. */
export function isExpertPart(name: string): boolean {
  return PARTS.some((part) => name.endsWith(`.mlp.experts.${part}`));
}

/** A name of this class with its kin's endings. */
export function kindredName(name: string): string {
  return name
    .replace(/\.self_attn\.sinks$/, '.self_attn.sinks.weight')
    .replace(/\.mlp\.experts\.down_proj_bias$/, '.mlp.experts.down_proj.bias');
}

/** The file with each layer's experts behind its data, from `parts` by their names there. Throws `ShapeMismatch` and others. */
export function withMxfp4Experts(file: ModelFile, parts: ReadonlyMap<string, TensorInfo>, layers: number): ModelFile {
  if (parts.size > layers * PARTS.length) {
    throw new EngineError('FileMalformed', {
      what: 'There are experts that belong to no layer',
      expected: `${layers} layers with experts`,
      got: `${parts.size} of their tensors`,
      remedy: 'Fetch all files of the model again, from one place.',
    });
  }
  const tensors = new Map(file.tensors);
  const segments: RowSegment[] = [];
  let end = file.source.byteLength;
  const add = (name: string, type: string, shape: readonly number[], segment: RowSegment): void => {
    const byteLength = segment.rows * segment.rowBytes;
    tensors.set(name, { name, type, shape, byteOffset: end, byteLength });
    segments.push(segment);
    end += byteLength;
  };
  for (let layer = 0; layer < layers; layer++) {
    const part = (name: string, types: readonly string[]): TensorInfo =>
      required(parts, `model.layers.${layer}.mlp.experts.${name}`, types);
    for (const [module, names] of [
      ['gate_up_proj', ['gate', 'up']],
      ['down_proj', ['down']],
    ] as const) {
      const blocks = part(`${module}_blocks`, ['U8']);
      const scales = part(`${module}_scales`, ['U8']);
      const [experts = 0, rows = 0, groups = 0, blockBytes] = blocks.shape;
      if (blockBytes !== BLOCK_BYTES || blocks.shape.length !== 4 || rows % names.length !== 0)
        throw mismatch(blocks, `experts × rows × groups × ${BLOCK_BYTES}`);
      requireShape(scales, [experts, rows, groups]);
      const bias = names.length === 1 ? null : part(`${module}_bias`, ['F32', 'F16', 'BF16']);
      if (bias) requireShape(bias, [experts, rows]);
      const own = rows / names.length;
      for (const [at, name] of names.entries()) {
        const stem = `blk.${layer}.ffn_${name}_exps`;
        const turn = { rows: experts * own, at, step: names.length };
        add(`${stem}.weight`, 'MXFP4', [experts, own, 32 * groups], mxfp4Rows(file.source, blocks, scales, turn));
        if (bias) add(`${stem}.bias`, bias.type, [experts, own], rowsInTurn(file.source, bias, turn));
      }
    }
  }
  return { ...file, tensors, source: joinSources([file.source, segmentSource(segments)]) };
}

/** Rows `at`, `at + step`, … of all that a tensor stores. */
interface Turn {
  readonly rows: number;
  readonly at: number;
  readonly step: number;
}

function rowsInTurn(source: ByteSource, tensor: TensorInfo, { rows, at, step }: Turn): RowSegment {
  const rowBytes = tensor.byteLength / (rows * step);
  return {
    rows,
    rowBytes,
    async readRows(first, count, signal) {
      const stored = await source.read(tensor.byteOffset + first * step * rowBytes, count * step * rowBytes, signal);
      if (step === 1) return stored;
      const bytes = new Uint8Array(count * rowBytes);
      for (let row = 0; row < count; row++) {
        const from = (row * step + at) * rowBytes;
        bytes.set(stored.subarray(from, from + rowBytes), row * rowBytes);
      }
      return bytes;
    },
  };
}

function mxfp4Rows(source: ByteSource, blocks: TensorInfo, scales: TensorInfo, turn: Turn): RowSegment {
  const codes = rowsInTurn(source, blocks, turn);
  const exponents = rowsInTurn(source, scales, turn);
  return {
    rows: turn.rows,
    rowBytes: codes.rowBytes + exponents.rowBytes,
    async readRows(first, count, signal) {
      const from = await codes.readRows(first, count, signal);
      const scale = await exponents.readRows(first, count, signal);
      const bytes = new Uint8Array(from.length + scale.length);
      for (let block = 0; block < scale.length; block++) {
        const to = block * (BLOCK_BYTES + 1);
        bytes[to] = scale[block]!;
        for (let j = 0; j < BLOCK_BYTES; j++) {
          const pair = block * BLOCK_BYTES + (j >> 1);
          const shift = (j & 1) * 4;
          bytes[to + 1 + j] = ((from[pair]! >> shift) & 15) | (((from[pair + 8]! >> shift) & 15) << 4);
        }
      }
      return bytes;
    },
  };
}

function required(parts: ReadonlyMap<string, TensorInfo>, name: string, types: readonly string[]): TensorInfo {
  const tensor = parts.get(name);
  if (!tensor) {
    throw new EngineError('TensorMissing', {
      what: `The model has no tensor ${quoted(name)}`,
      remedy: 'Fetch all files of the model again, from one place.',
    });
  }
  if (types.includes(tensor.type)) return tensor;
  throw new EngineError('TensorUnsupported', {
    what: `The tensor ${quoted(name)} has a type that Freehold cannot run yet`,
    expected: types.join(', '),
    got: tensor.type,
    remedy: 'Choose the original model, or a GGUF file of it.',
  });
}

function requireShape(tensor: TensorInfo, shape: readonly number[]): void {
  if (tensor.shape.join('×') !== shape.join('×')) throw mismatch(tensor, shape.join('×'));
}

function mismatch({ name, shape }: TensorInfo, expected: string): EngineError {
  return new EngineError('ShapeMismatch', {
    what: `The tensor ${quoted(name)} does not fit the model`,
    expected,
    got: shape.join('×'),
    remedy: 'Fetch all files of the model again, from one place.',
  });
}

function unsupported(what: string, expected: string, got: string): EngineError {
  return new EngineError('FileUnsupported', {
    what: `${what} is not known here`,
    expected,
    got,
    remedy: 'Choose a GGUF file of the model.',
  });
}
