/**
 * Declares a model's weights from its tensor table: which tensors form which matrix, and in which rows. Reads no bytes;
 * `upload.ts` carries out what is declared here. Refuses missing tensors, unknown types and sizes that do not fit.
 */
import { rowStride } from '../../shaders/kernel.ts';
import { GGUF_QUANT_TYPES, isQuantType, type QuantType } from '../../shaders/quant/format.ts';
import { canQuantize, type QuantizedType } from '../../shaders/quantize.ts';
import type { ModelFile, TensorInfo } from '../format/model-file.ts';
import type { ExpertPart } from '../graph/experts.ts';
import type { LinearPart } from '../graph/linear.ts';
import { type Matrix, planMatrix } from '../graph/matrix.ts';
import { type MemoryPlan, Slot } from '../graph/slot.ts';
import { EngineError } from '../protocol/errors.ts';

/** Rows of one tensor on their way into a matrix: source row r becomes row r · rowStep + rowOffset. */
export interface MatrixUpload {
  readonly tensor: TensorInfo;
  /** As the file has it; the matrix has another where weights are quantized on the way. */
  readonly type: QuantType;
  readonly matrix: Matrix;
  readonly rowStep: number;
  readonly rowOffset: number;
}

/** Values of one tensor on their way into a vector: element i becomes element i · step + offset, as f32. */
export interface VectorUpload {
  readonly tensor: TensorInfo;
  readonly type: QuantType;
  readonly slot: Slot;
  readonly step: number;
  readonly offset: number;
  /** Added to each value. */
  readonly plus: number;
}

/** A tensor of a matrix product, with the bias that the file may have for it. */
interface NamedWeight {
  readonly weight: string;
  readonly bias: string;
  /** Rows that the architecture expects. */
  readonly rows: number;
  /** For a tensor of so many experts, (experts, rows, columns), with a bias (experts, rows). */
  readonly experts?: number;
}

/** A vector, or vectors in one tensor. */
type SmallTensor = Pick<TensorInfo, 'name' | 'shape'>;

function elements({ shape }: SmallTensor): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Of all experts. */
function allRows({ rows, experts = 1 }: NamedWeight): number {
  return rows * experts;
}

/** Small matrices in which a model chooses, places or norms: as in ggml's quantizers, they stay as the file has them. */
const NEVER_QUANTIZED = /(^|\.)(ffn_gate_inp|ffn_gate_inp_shexp|position_embd|attn_[qk]_norm)\.weight$/;

/** The type in which a matrix of the file runs when floats are asked to become `quantize`. */
export function matrixType({ name, type, shape }: TensorInfo, quantize: QuantizedType | null): string {
  return quantize !== null && canQuantize(type, shape.at(-1)!) && !NEVER_QUANTIZED.test(name) ? quantize : type;
}

/** The declarations of one model, in the order in which they will be uploaded. */
export class Weights {
  readonly matrices: MatrixUpload[] = [];
  readonly vectors: VectorUpload[] = [];
  readonly #file: ModelFile;
  readonly #memory: MemoryPlan;
  readonly #bindingBytes: number;
  readonly #quantize: QuantizedType | null;

  constructor(file: ModelFile, memory: MemoryPlan, bindingBytes: number, quantize: QuantizedType | null = null) {
    this.#file = file;
    this.#memory = memory;
    this.#bindingBytes = bindingBytes;
    this.#quantize = quantize;
  }

  has(name: string): boolean {
    return this.#file.tensors.has(name);
  }

  /** Rows of a matrix where the file alone knows how many; a matrix of one row may be a vector. */
  rowCount(name: string): number {
    const { shape } = this.#tensor(name, null).tensor;
    return shape.length < 2 ? 1 : shape[0]!;
  }

  /** A vector (length) as f32, with `plus` added to each value, padded with zeros like the activations it is multiplied with. */
  vector(name: string, length: number, plus = 0): Slot {
    const slot = this.#memory.add(new Slot(name, 4 * rowStride(length), 'weights'));
    this.#addVector({ name, shape: [length] }, slot, 0, plus);
    return slot;
  }

  /** Small tensors one behind the other, as f32, with `plus` added to each value. */
  concatenated(small: readonly SmallTensor[], plus = 0): Slot {
    const total = small.reduce((sum, tensor) => sum + elements(tensor), 0);
    const slot = this.#memory.add(new Slot(small.map(({ name }) => name).join(' + '), 4 * total, 'weights'));
    let offset = 0;
    for (const tensor of small) {
      this.#addVector(tensor, slot, offset, plus);
      offset += elements(tensor);
    }
    return slot;
  }

  /** A matrix (rows, columns) from one tensor. */
  matrix(name: string, rows: number, columns: number): Matrix {
    // llama.cpp's own writers leave out a size of one.
    const isVector = rows === 1 && this.#tensor(name, null).tensor.shape.length === 1;
    const { tensor, type, runs } = this.#tensor(name, isVector ? [columns] : [rows, columns]);
    const matrix = planMatrix(this.#memory, name, runs, rows, columns, this.#bindingBytes);
    const upload = { tensor: { ...tensor, shape: [rows, columns] }, type, matrix, rowStep: 1, rowOffset: 0 };
    this.matrices.push(upload);
    return matrix;
  }

  /** One tensor as the only part of a product. */
  part(name: string, rows: number, columns: number): LinearPart[] {
    const stem = name.replace(/\.weight$/, '');
    return this.stacked([{ weight: name, bias: `${stem}.bias`, rows }], columns);
  }

  /**
   * Tensors that read the same input, stacked by rows. Neighbours of one type become one matrix and so one dispatch;
   * files of mixed types (Q4_K_M keeps V in Q6_K) give a part for each run.
   */
  stacked(weights: readonly NamedWeight[], columns: number): LinearPart[] {
    const totalRows = weights.reduce((sum, { rows }) => sum + rows, 0);
    const bias = this.#stackedBias(weights, totalRows, 1);
    const parts: LinearPart[] = [];
    let firstRow = 0;
    for (let start = 0; start < weights.length;) {
      const { runs } = this.#tensor(weights[start]!.weight, null);
      let end = start;
      while (end < weights.length && this.#tensor(weights[end]!.weight, null).runs === runs) end++;
      const run = weights.slice(start, end);
      const rows = run.reduce((sum, weight) => sum + weight.rows, 0);
      const label = run.map(({ weight }) => weight).join(' + ');
      const matrix = planMatrix(this.#memory, label, runs, rows, columns, this.#bindingBytes);
      let rowOffset = 0;
      for (const weight of run) {
        const { tensor, type } = this.#matrixTensor(weight, columns);
        this.matrices.push({ tensor, type, matrix, rowStep: 1, rowOffset });
        rowOffset += weight.rows;
      }
      parts.push({ matrix, bias, firstRow });
      firstRow += rows;
      start = end;
    }
    return parts;
  }

  /** Experts' matrices of one tensor, expert behind expert; no expert is cut in two. */
  experts(weight: NamedWeight & { readonly experts: number }, columns: number): ExpertPart {
    const { tensor, type, runs } = this.#matrixTensor(weight, columns);
    const bias = this.#stackedBias([weight], allRows(weight), 1);
    const matrix = this.#plan(weight.weight, runs, allRows(weight), columns, weight.rows);
    this.matrices.push({ tensor, type, matrix, rowStep: 1, rowOffset: 0 });
    return { matrix, bias, experts: weight.experts };
  }

  /** As `interleaved`, for experts: an expert's rows are its gate and up rows in turn. */
  interleavedExperts(
    gate: NamedWeight & { readonly experts: number },
    up: NamedWeight,
    columns: number,
  ): ExpertPart | null {
    const [part] = this.interleaved(gate, up, columns) ?? [];
    return part ? { matrix: part.matrix, bias: part.bias, experts: gate.experts } : null;
  }

  /** Gate and up of one type, rows interleaved (even gate, odd up); `null` where their types differ. */
  interleaved(gate: NamedWeight, up: NamedWeight, columns: number): LinearPart[] | null {
    const { tensor, type, runs } = this.#matrixTensor(gate, columns);
    const other = this.#matrixTensor(up, columns);
    if (runs !== other.runs) return null;
    const rows = allRows(gate) + allRows(up);
    const bias = this.#stackedBias([gate, up], rows, 2);
    const rowsTogether = gate.experts === undefined ? undefined : gate.rows + up.rows;
    const matrix = this.#plan(`${gate.weight} × ${up.weight}`, runs, rows, columns, rowsTogether);
    this.matrices.push({ tensor, type, matrix, rowStep: 2, rowOffset: 0 });
    this.matrices.push({ tensor: other.tensor, type: other.type, matrix, rowStep: 2, rowOffset: 1 });
    return [{ matrix, bias, firstRow: 0 }];
  }

  /** Gate and up in one tensor, all gate rows first: its halves, interleaved. `rows` are those of one half. */
  interleavedHalves({ weight, rows }: NamedWeight, columns: number): LinearPart[] {
    const { tensor, type, runs } = this.#tensor(weight, [2 * rows, columns]);
    const matrix = planMatrix(this.#memory, weight, runs, 2 * rows, columns, this.#bindingBytes);
    const byteLength = tensor.byteLength / 2;
    for (const half of [0, 1]) {
      const part = { ...tensor, shape: [rows, columns], byteLength, byteOffset: tensor.byteOffset + half * byteLength };
      this.matrices.push({ tensor: part, type, matrix, rowStep: 2, rowOffset: half });
    }
    return [{ matrix, bias: null, firstRow: 0 }];
  }

  /** Bytes of the file that will be read. */
  get fileBytes(): number {
    const all = [...this.matrices, ...this.vectors];
    return all.reduce((sum, { tensor }) => sum + tensor.byteLength, 0);
  }

  /** Biases in the rows' order, stacked (step 1) or interleaved (step 2); zero where a tensor has none. */
  #stackedBias(weights: readonly NamedWeight[], totalRows: number, step: 1 | 2): Slot | null {
    if (!weights.some(({ bias }) => this.has(bias))) return null;
    const label = weights.map(({ bias }) => bias).join(' + ');
    const slot = this.#memory.add(new Slot(label, 4 * totalRows, 'weights'));
    let offset = 0;
    for (const { bias, rows, experts } of weights) {
      const shape = experts === undefined ? [rows] : [experts, rows];
      if (this.has(bias)) this.vectors.push({ ...this.#tensor(bias, shape), slot, step, offset, plus: 0 });
      offset += step === 1 ? rows : 1;
    }
    return slot;
  }

  #addVector({ name, shape }: SmallTensor, slot: Slot, offset: number, plus: number): void {
    const { tensor, type } = this.#tensor(name, shape);
    this.vectors.push({ tensor, type, slot, step: 1, offset, plus });
  }

  #plan(label: string, type: QuantType, rows: number, columns: number, rowsTogether?: number): Matrix {
    return planMatrix(this.#memory, label, type, rows, columns, this.#bindingBytes, rowsTogether);
  }

  /** A tensor of a product with its rows counted over all experts. A file may leave out leading sizes of 1. */
  #matrixTensor(weight: NamedWeight, columns: number): { tensor: TensorInfo; type: QuantType; runs: QuantType } {
    const { rows, experts } = weight;
    const shape = experts === undefined ? [rows, columns] : [experts, rows, columns];
    const sizes = this.#file.tensors.get(weight.weight)?.shape.length ?? 0;
    while (shape.length > sizes && shape[0] === 1) shape.shift();
    const { tensor, type, runs } = this.#tensor(weight.weight, shape);
    return { tensor: { ...tensor, shape: [allRows(weight), columns] }, type, runs };
  }

  /** The tensor, its type in the file, and the type in which it runs if it is a matrix. */
  #tensor(name: string, shape: readonly number[] | null): { tensor: TensorInfo; type: QuantType; runs: QuantType } {
    const tensor = this.#file.tensors.get(name);
    if (!tensor) {
      throw new EngineError('TensorMissing', {
        what: `The file has no tensor "${name}"`,
        remedy: 'Download the file again, or choose another conversion of this model.',
      });
    }
    const { type } = tensor;
    if (!isQuantType(type)) {
      throw new EngineError('TensorUnsupported', {
        what: `The tensor "${name}" has a type that Freehold cannot run yet`,
        expected: `one of ${GGUF_QUANT_TYPES.join(', ')}`,
        got: type,
        remedy: 'Choose another quantization of this model.',
      });
    }
    if (shape && shape.join('×') !== tensor.shape.join('×')) {
      throw new EngineError('ShapeMismatch', {
        what: `The tensor "${name}" does not fit the model's own metadata`,
        expected: shape.join('×'),
        got: tensor.shape.join('×'),
        remedy: 'Download the file again, or choose another conversion of this model.',
      });
    }
    const runs = matrixType(tensor, this.#quantize);
    return { tensor, type, runs: isQuantType(runs) ? runs : type };
  }
}
