/**
 * An ONNX export of a decoder (`config.json`, `tokenizer.json`, a graph) as a `ModelFile` without tensors: the graph is the
 * ONNX Runtime's to read. What is said of the model comes from its configuration and the files' names.
 *
 * Refused: exports without `config.json`, with no graph or with several, and configurations that are no sound JSON.
 */
import { EngineError } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { folderOf, joinSources, partNamed } from '../source/joined-source.ts';
import { readJsonFile } from './json-fields.ts';
import type { MetadataValue, ModelFile } from './model-file.ts';
import { type OnnxGraph, onnxGraphs } from './onnx-files.ts';
import { quoted } from './quoted.ts';
import type { JsonObject } from './strict-json.ts';

const CONFIG_BYTES_MAX = 2 ** 20;
/** What configurations call the longest text that a model was trained on. */
const CONTEXT_FIELDS = ['max_position_embeddings', 'n_positions', 'max_sequence_length', 'n_ctx'] as const;

/** Whether these are the files of an ONNX export. */
export function isOnnx(files: readonly NamedSource[]): boolean {
  return files.some(({ fileName }) => fileName.endsWith('.onnx'));
}

/** Reads a model from its files, in any order. Rejects with `NotFound`, `FileUnsupported` or `FileMalformed`. */
export async function readOnnx(files: readonly NamedSource[], signal?: AbortSignal): Promise<ModelFile> {
  const file = partNamed(files, 'config.json');
  if (!file) {
    throw new EngineError('NotFound', {
      what: 'The file config.json is missing, which says how the model is built',
      remedy: 'Choose all files of the model at once.',
    });
  }
  const config = await readJsonFile(file, 'config.json', { maxBytes: CONFIG_BYTES_MAX, ...(signal && { signal }) });
  const architecture = text(config, 'model_type') ?? 'unknown';
  const metadata = new Map<string, MetadataValue>([
    ['general.architecture', architecture],
    ['onnx.weights', onnxGraph(files).weights],
    ['onnx.class', className(config)],
    [`${architecture}.context_length`, contextLength(config)],
  ]);
  return { container: 'onnx', metadata, tensors: new Map(), source: joinSources(files) };
}

/** The one graph among a model's files. Throws `NotFound`, and `FileUnsupported` where it is not the only one. */
export function onnxGraph(files: readonly NamedSource[]): OnnxGraph {
  const names = files.map(({ fileName }) => fileName);
  const folders = new Set(names.filter((name) => name.endsWith('.onnx')).map(folderOf));
  const [graph, ...others] = [...folders].flatMap((folder) => onnxGraphs(folder, names));
  if (graph !== undefined && others.length === 0) return graph;
  throw new EngineError(graph === undefined ? 'NotFound' : 'FileUnsupported', {
    what: 'An ONNX export is run from one graph',
    expected: 'one such as model.onnx or model_q4.onnx',
    got: graph === undefined ? 'none of such a name' : `${others.length + 1} of them`,
    remedy: 'Choose one of the sizes that are found in its folder.',
  });
}

/** Why the export cannot be run, as a sentence, or `null`. */
export function cannotRunOnnx({ metadata }: ModelFile): string | null {
  const name = String(metadata.get('onnx.class'));
  if (name !== '' && !name.endsWith('ForCausalLM') && !name.endsWith('LMHeadModel'))
    return `This ONNX export is a ${quoted(name)}, and of ONNX exports only models that write text from text can be run.`;
  return null;
}

function className(config: JsonObject): string {
  const names = config.get('architectures');
  return Array.isArray(names) && typeof names[0] === 'string' ? names[0] : '';
}

function contextLength(config: JsonObject): number {
  for (const field of CONTEXT_FIELDS) {
    const value = config.get(field);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  }
  return 0;
}

function text(config: JsonObject, field: string): string | null {
  const value = config.get(field);
  return typeof value === 'string' && value !== '' ? value : null;
}
