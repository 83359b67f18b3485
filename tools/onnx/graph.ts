/**
 * Writes small ONNX models for tests: a graph is built operator by operator, and an operator's output is known by a name.
 * Field numbers are those of `onnx.proto3` (github.com/onnx/onnx). It checks nothing on purpose: the runtime that reads
 * the file does.
 */
import { bytesField, type Field, floatField, integerField, joined, messageField, stringField } from './protobuf.ts';

/** `TensorProto.DataType`. */
const DATA_TYPES = { float: 1, int64: 7, bool: 9 } as const;
type DataType = keyof typeof DATA_TYPES;

/** `AttributeProto.AttributeType`. */
const FLOAT = 1;
const INTEGER = 2;
const GRAPH = 5;
const INTEGERS = 7;

/** Version 8 came with operators of version 15 to 18; `LayerNormalization` is of 17, from 18 on axes are inputs. */
const FILE_VERSION = 8;
const OPERATORS_VERSION = 17;

/** What an operator is told besides its inputs: whole numbers are integers, for others say `{ float }`. */
type Attributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

/** The name of a tensor in a graph: a weight's, an input's, or what an operator gives. */
export type Value = string;

/** A size, or the name of one that every run may choose; outer to inner. */
export type Dims = readonly (number | string)[];

/** `AttributeProto`: name = 1, f = 2, i = 3, ints = 8, type = 20. */
function attribute(name: string, value: Attributes[string]): Field {
  const content =
    typeof value === 'number'
      ? [integerField(3, value), integerField(20, INTEGER)]
      : 'float' in value
        ? [floatField(2, value.float), integerField(20, FLOAT)]
        : [...value.map((item) => integerField(8, item)), integerField(20, INTEGERS)];
  return messageField(5, [stringField(1, name), ...content]);
}

/** `ValueInfoProto`: name = 1, type = 2; its tensor type = 1: element type = 1, shape = 2; a size's value = 1, name = 2. */
function valueInfo(field: number, name: string, type: DataType, dims: Dims): Field {
  const sizes = dims.map((size) =>
    messageField(1, [typeof size === 'number' ? integerField(1, size) : stringField(2, size)]),
  );
  const tensorType = messageField(1, [integerField(1, DATA_TYPES[type]), messageField(2, sizes)]);
  return messageField(field, [stringField(1, name), messageField(2, [tensorType])]);
}

/** A graph that grows. */
export class OnnxGraph {
  readonly #fields: Field[] = [];
  readonly #counter: { count: number };

  /** The graph of a model; a branch inside it takes its counter, so that no two names are the same. */
  constructor(counter = { count: 0 }) {
    this.#counter = counter;
  }

  /** An input of the whole model. `GraphProto`: input = 11. */
  input(name: string, type: DataType, dims: Dims): Value {
    this.#fields.push(valueInfo(11, name, type, dims));
    return name;
  }

  /** Makes a value an output of the whole model, under this name. `GraphProto`: output = 12. */
  output(name: string, dims: Dims, value: Value): void {
    this.#apply('Identity', [value], {}, name);
    this.#fields.push(valueInfo(12, name, 'float', dims));
  }

  /** Numbers that are part of the model: (…shape). `TensorProto`: dims = 1, data type = 2, name = 8, raw data = 9. */
  weight(name: string, shape: readonly number[], bytes: Uint8Array, type: DataType = 'float'): Value {
    const dims = shape.map((size) => integerField(1, size));
    const content = [integerField(2, DATA_TYPES[type]), stringField(8, name), bytesField(9, bytes)];
    this.#fields.push(messageField(5, [...dims, ...content]));
    return name;
  }

  /** A list of integers, (length). */
  integers(...values: readonly number[]): Value {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.weight(this.#newName('integers'), [values.length], bytes, 'int64');
  }

  /** One integer without a shape, as `Gather` and `Range` want it. */
  integer(value: number): Value {
    return this.weight(this.#newName('integer'), [], new Uint8Array(BigInt64Array.of(BigInt(value)).buffer), 'int64');
  }

  /** One number, which goes with every shape. */
  float(value: number): Value {
    return this.weight(this.#newName('float'), [], new Uint8Array(Float32Array.of(value).buffer));
  }

  /** Applies an operator of `ai.onnx` that has one output. */
  apply(operator: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.#apply(operator, inputs, attributes, this.#newName(operator));
  }

  /** `If`: what one of two branches gives, (…dims) of float; a branch may use all that is outside it. */
  either(condition: Value, dims: Dims, ifTrue: (branch: OnnxGraph) => Value, ifFalse: typeof ifTrue): Value {
    const branch = (name: string, build: typeof ifTrue): Field => {
      const graph = new OnnxGraph(this.#counter);
      graph.output(this.#newName(name), dims, build(graph));
      // `AttributeProto`: g = 6.
      return messageField(5, [stringField(1, name), graph.#field(6), integerField(20, GRAPH)]);
    };
    const branches = [branch('then_branch', ifTrue), branch('else_branch', ifFalse)];
    return this.#apply('If', [condition], {}, this.#newName('If'), branches);
  }

  /** `Cast`, whose type is a number of the format's. */
  cast(value: Value, type: DataType): Value {
    return this.apply('Cast', [value], { to: DATA_TYPES[type] });
  }

  /** The file. `ModelProto`: version = 1, producer = 2, graph = 7, operators = 8, whose version = 2; the graph's name = 2. */
  bytes(): Uint8Array<ArrayBuffer> {
    return joined([
      integerField(1, FILE_VERSION),
      stringField(2, 'freehold'),
      this.#field(7),
      messageField(8, [integerField(2, OPERATORS_VERSION)]),
    ]);
  }

  #field(number: number): Field {
    return messageField(number, [...this.#fields, stringField(2, 'graph')]);
  }

  #newName(stem: string): string {
    return `${stem}_${this.#counter.count++}`;
  }

  /** `GraphProto`: node = 1. `NodeProto`: input = 1, output = 2, operator = 4, attribute = 5. */
  #apply(
    operator: string,
    inputs: readonly Value[],
    attributes: Attributes,
    output: Value,
    branches: readonly Field[] = [],
  ): Value {
    this.#fields.push(
      messageField(1, [
        ...inputs.map((input) => stringField(1, input)),
        stringField(2, output),
        stringField(4, operator),
        ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
        ...branches,
      ]),
    );
    return output;
  }
}
