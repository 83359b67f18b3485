/**
 * A GGUF model in several files, `name-00001-of-00003.gguf` and so on, read as one.
 *
 * Every part is a whole GGUF file; the first has the metadata, all have `split.no`, `split.count` and
 * `split.tensors.count`. Refused: parts that are missing or come twice, names and numbers that contradict each other,
 * a tensor in two parts, and a total that is not the promised one.
 * Source: llama.cpp's `tools/gguf-split` and `llama_split_path`.
 */
import { EngineError } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { baseName, joinSources } from '../source/joined-source.ts';
import { withSplitExperts } from './gguf-experts.ts';
import { readGgufAsItLies } from './gguf.ts';
import { metadataInteger, metadataString } from './metadata.ts';
import type { ModelFile, TensorInfo } from './model-file.ts';
import { quoted } from './quoted.ts';

/** More parts than any known model has; each part's head is read. */
const PARTS_MAX = 1000;
const NUMBER = 'split.no';
const COUNT = 'split.count';
const TENSOR_COUNT = 'split.tensors.count';

/** What the name of a part says. */
export interface SplitName {
  readonly stem: string;
  /** From 1. */
  readonly number: number;
  readonly count: number;
}

/** Reads a name such as `folder/stem-00001-of-00003.gguf`; `null` for any other. */
export function splitName(fileName: string): SplitName | null {
  const [, stem, number, count] = /^(.+)-(\d{5})-of-(\d{5})\.gguf$/i.exec(fileName) ?? [];
  return stem === undefined ? null : { stem, number: Number(number), count: Number(count) };
}

/** The name of a part. */
export function splitFileName({ stem, number, count }: SplitName): string {
  const digits = (value: number): string => String(value).padStart(5, '0');
  return `${stem}-${digits(number)}-of-${digits(count)}.gguf`;
}

/**
 * Reads the parts of one model, given in any order. Tensors' offsets count through all parts, end to end.
 *
 * Rejects with `NotFound`, naming the first part that is missing, with `FileMalformed` where parts do not belong
 * together, and as `readGguf` does, naming the part.
 */
export async function readSplitGguf(files: readonly NamedSource[], signal?: AbortSignal): Promise<ModelFile> {
  const parts = inOrder(files);
  const joined = joinSources(parts);
  const tensors = new Map<string, TensorInfo>();
  const read: ModelFile[] = [];
  for (const [index, part] of parts.entries()) {
    const file = await readPart(part, signal);
    requireNumber(file, part, NUMBER, index);
    requireNumber(file, part, COUNT, parts.length);
    requireNumber(file, part, TENSOR_COUNT, metadataInteger(read[0] ?? file, TENSOR_COUNT, { min: 0 }));
    requireArchitecture(file, read[0] ?? file, part);
    for (const tensor of file.tensors.values()) {
      if (tensors.has(tensor.name)) throw mismatch(part, `The tensor ${quoted(tensor.name)} comes twice`, 'one', 'two');
      tensors.set(tensor.name, { ...tensor, byteOffset: joined.partOffsets[index]! + tensor.byteOffset });
    }
    read.push(file);
  }
  const promised = metadataInteger(read[0]!, TENSOR_COUNT, { min: 0 });
  if (tensors.size !== promised)
    throw mismatch(parts[0]!, 'The parts do not hold all tensors of the model', promised, tensors.size);
  const metadata = new Map(read[0]!.metadata);
  for (const key of [NUMBER, COUNT, TENSOR_COUNT]) metadata.delete(key);
  return withSplitExperts({ container: 'gguf', metadata, tensors, source: joined });
}

/** The parts by number, proved by their names to be all parts of one model. */
function inOrder(files: readonly NamedSource[]): NamedSource[] {
  const first = files[0] && splitName(baseName(files[0].fileName));
  if (!first) throw notAPart(files[0]?.fileName ?? 'no file');
  if (first.count < 1 || first.count > PARTS_MAX)
    throw mismatch(files[0]!, 'The number of parts is impossible', `1 to ${PARTS_MAX}`, first.count);
  const byNumber = new Map<number, NamedSource>();
  for (const file of files) {
    const name = splitName(baseName(file.fileName));
    if (!name) throw notAPart(file.fileName);
    if (name.stem !== first.stem || name.count !== first.count)
      throw mismatch(file, 'A part belongs to another model', `a part of ${first.stem}, of ${first.count}`, 'its name');
    if (name.number < 1 || name.number > first.count)
      throw mismatch(file, 'The number of a part is impossible', `1 to ${first.count}`, name.number);
    if (byNumber.has(name.number)) throw mismatch(file, `Part ${name.number} comes twice`, 'one', 'two');
    byNumber.set(name.number, file);
  }
  return Array.from({ length: first.count }, (_, index) => {
    const part = byNumber.get(index + 1);
    if (part) return part;
    throw new EngineError('NotFound', {
      what: `Part ${index + 1} of ${first.count} of this model is missing`,
      expected: `the file ${quoted(splitFileName({ ...first, number: index + 1 }))}`,
      got: `${byNumber.size} of ${first.count} parts`,
      remedy: 'Choose all parts at once.',
    });
  });
}

async function readPart(part: NamedSource, signal?: AbortSignal): Promise<ModelFile> {
  try {
    return await readGgufAsItLies(part, signal);
  } catch (error) {
    // Which part to fetch again is the one thing that a message about an offset does not tell.
    if (error instanceof EngineError) error.message = `In ${quoted(baseName(part.fileName))}: ${error.message}`;
    throw error;
  }
}

function requireNumber(file: ModelFile, part: NamedSource, key: string, expected: number): void {
  if (!file.metadata.has(key)) throw mismatch(part, `A part lacks the metadata value "${key}"`, expected, 'nothing');
  const got = metadataInteger(file, key, { min: 0 });
  if (got !== expected)
    throw mismatch(part, `The metadata value "${key}" of a part contradicts the others`, expected, got);
}

/** Parts after the first need not name an architecture; one that does names the same. */
function requireArchitecture(file: ModelFile, first: ModelFile, part: NamedSource): void {
  const key = 'general.architecture';
  if (!file.metadata.has(key)) return;
  const [expected, got] = [metadataString(first, key), metadataString(file, key)];
  if (got !== expected) throw mismatch(part, 'A part is of another architecture', quoted(expected), quoted(got));
}

function notAPart(fileName: string): EngineError {
  return new EngineError('FileMalformed', {
    what: 'This is not the name of one part of a model',
    expected: 'a name such as "model-00001-of-00003.gguf"',
    got: quoted(baseName(fileName)),
    remedy: 'Give the parts the names that they had where they came from.',
  });
}

function mismatch(part: NamedSource, what: string, expected: string | number, got: string | number): EngineError {
  return new EngineError('FileMalformed', {
    what: `${what} in ${quoted(baseName(part.fileName))}`,
    expected,
    got,
    remedy: 'Fetch all parts of the model again, from one place.',
  });
}
