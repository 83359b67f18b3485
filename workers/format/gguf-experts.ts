/**
 * GGUF files whose experts have gate and up in one tensor, `ffn_gate_up_exps` (experts, gate rows then up rows, columns), as
 * the two tensors that all other files have.
 *
 * Refused: such a tensor without experts or with an odd number of rows, and one beside a gate or an up of the same layer.
 * Source: llama.cpp, pull request 19139 (`--fuse-gate-up-exps` of its converter).
 */
import { EngineError } from '../protocol/errors.ts';
import { type GatheredTensor, withGathered } from './gathered-tensors.ts';
import type { ModelFile, TensorInfo } from './model-file.ts';
import { quoted } from './quoted.ts';

const FUSED = /^(blk\.\d+\.ffn_)gate_up(_exps\.(?:weight|bias))$/;

/** The file with gate and up apart. Throws `FileMalformed`. */
export function withSplitExperts(file: ModelFile): ModelFile {
  const tensors = new Map(file.tensors);
  const halves: GatheredTensor[] = [];
  for (const tensor of file.tensors.values()) {
    const [, before, after] = FUSED.exec(tensor.name) ?? [];
    if (before === undefined || after === undefined) continue;
    const names = ['gate', 'up'].map((part) => `${before}${part}${after}`);
    for (const name of names) {
      if (file.tensors.has(name))
        throw malformed(tensor, 'comes beside its own half', `no ${quoted(name)}`, 'both of them');
    }
    tensors.delete(tensor.name);
    halves.push(...split(tensor, names));
  }
  return withGathered({ ...file, tensors }, halves);
}

/** (experts, 2 · rows, …) → both halves (experts, rows, …). */
function split(tensor: TensorInfo, names: readonly string[]): GatheredTensor[] {
  const { type, shape, byteOffset, byteLength } = tensor;
  const [experts, rows, ...columns] = shape;
  if (experts === undefined || rows === undefined || rows % 2 !== 0 || columns.length > 1)
    throw malformed(tensor, 'has an impossible shape', 'experts × an even number of rows', shape.join('×'));
  const half = byteLength / experts / 2;
  return names.map((name, at) => ({
    name,
    type,
    shape: [experts, rows / 2, ...columns],
    pieces: Array.from({ length: experts }, (_, expert) => ({
      byteOffset: byteOffset + (2 * expert + at) * half,
      byteLength: half,
    })),
  }));
}

function malformed({ name }: TensorInfo, what: string, expected: string, got: string): EngineError {
  return new EngineError('FileMalformed', {
    what: `The tensor ${quoted(name)}, gate and up of a layer's experts, ${what}`,
    expected,
    got,
    remedy: 'Choose another conversion of the model.',
  });
}
