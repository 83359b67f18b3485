/** A model of experts as newer converters may write it: each layer's gates and ups in one tensor. */
import type { RandomModel } from './random-model.ts';
import type { TensorToWrite } from './write-gguf.ts';

/** The same model with `ffn_gate_up_exps`, an expert's gate rows before its up rows, in place of two tensors. */
export function fusedExperts(model: RandomModel): RandomModel {
  const other = (name: string): TensorToWrite => model.tensors.find((tensor) => tensor.name === name)!;
  const tensors = model.tensors.flatMap((gate) => {
    if (/ffn_up_exps/.test(gate.name)) return [];
    if (!/ffn_gate_exps/.test(gate.name)) return [gate];
    const up = other(gate.name.replace('ffn_gate', 'ffn_up'));
    const [experts, rows, ...columns] = gate.shape.map(Number);
    const each = gate.bytes.length / experts!;
    const bytes = new Uint8Array(2 * gate.bytes.length);
    for (let expert = 0; expert < experts!; expert++) {
      for (const [at, half] of [gate, up].entries())
        bytes.set(half.bytes.subarray(expert * each, (expert + 1) * each), (2 * expert + at) * each);
    }
    const name = gate.name.replace('ffn_gate', 'ffn_gate_up');
    return [{ ...gate, name, shape: [experts!, 2 * rows!, ...columns], bytes }];
  });
  return { ...model, tensors };
}
