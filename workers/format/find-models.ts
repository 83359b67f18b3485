/**
 * Which models a list of files holds, and what there is to choose between: for a folder that was dropped, files that
 * were picked, or a repository's listing. It looks at names and sizes only; whether a file is what its name says shows
 * when it is read.
 *
 * A model's GGUF files of several quantizations are one model with choices, and so are parts of one file. What belongs
 * to a model but does not run by itself (image projectors, importance matrices, adapters) is left out.
 * Sources: names in use on the hub; llama.cpp's naming of parts; the file lists of `transformers`, transformers.js and
 * MLC-LLM.
 */
import type { FoundModel, ListedFile, ModelChoice } from '../protocol/found.ts';
import { splitFileName, splitName } from './gguf-split.ts';
import { onnxGraphs } from './onnx-files.ts';
import { withoutControls } from './quoted.ts';

/** Names of GGUF files that are no models by themselves. */
const NOT_MODELS = /(^|[-_.])(mmproj|imatrix|lora|adapter|vocab)([-_.]|$)/i;
/** llama.cpp's names of quantizations, at a name's end or before a suffix that makers add, such as `-pure`. */
const QUANTIZATION =
  /[-_.]((?:UD-)?(?:I?Q[1-8]_(?:K_(?:XS|XXL|XL|S|M|L)|K|0|1|XXS|XS|NL|S|M)(?:_[48]_[48])?|Q8_K_XL|TQ[12]_0|MXFP4(?:_MOE)?|BF16|FP?16|FP?32))(?=$|[-_.])/i;
/** What a folder of safetensors needs or can use besides its weights. */
const HUGGING_FACE_FILES = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
  'modules.json',
] as const;
/** The folder of an embedding model in which Sentence Transformers says how it pools. */
const POOLING_FOLDER = /^\d+_Pooling$/;
const MLC_CONFIG = 'mlc-chat-config.json';
const MLC_LISTS = ['tensor-cache.json', 'ndarray-cache.json'] as const;
const INDEX = 'model.safetensors.index.json';
/** Where exports keep their graphs, beside the configuration. */
const ONNX_FOLDER = 'onnx';

/**
 * Finds models, in the order of their names. Never throws; a list without models gives none. `rootName` is what to call
 * a model whose files lie in no folder.
 */
export function findModels(files: readonly ListedFile[], rootName = 'model'): FoundModel[] {
  const models = new Map<string, { name: string; choices: ModelChoice[] }>();
  const add = (folder: string, name: string, choice: ModelChoice): void => {
    const key = `${folder}/${name.toLowerCase()}`;
    const model = models.get(key) ?? { name, choices: [] };
    model.choices.push(choice);
    models.set(key, model);
  };
  const folders = byFolder(files);
  for (const [folder, inside] of folders) {
    for (const { name, choice } of ggufChoices(inside)) add(withoutQuantizationFolder(folder, choice), name, choice);
    const name = lastSegment(folder) || rootName;
    const whole = mlcChoice(folder, name, inside) ?? safetensorsChoice(folder, inside, poolingFiles(folder, folders));
    if (whole) add(folder, name, whole);
    for (const graph of onnxChoices(folder, inside, folders)) add(folder, name, graph);
  }
  return [...models.values()]
    .map(({ name, choices }) => ({ name: withoutControls(name), choices: choices.sort((a, b) => a.bytes - b.bytes) }))
    .sort((a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()));
}

function byFolder(files: readonly ListedFile[]): Map<string, ListedFile[]> {
  const folders = new Map<string, ListedFile[]>();
  for (const file of files.toSorted((a, b) => compare(a.path, b.path))) {
    const folder = file.path.includes('/') ? file.path.slice(0, file.path.lastIndexOf('/')) : '';
    const inside = folders.get(folder) ?? [];
    // A listing that names a file twice means one file.
    if (inside.at(-1)?.path !== file.path) inside.push(file);
    folders.set(folder, inside);
  }
  return folders;
}

/** Repositories put each quantization's parts in a folder of its name: they are choices of one model all the same. */
function withoutQuantizationFolder(folder: string, { quantization }: ModelChoice): string {
  if (quantization === null || !lastSegment(folder).toUpperCase().endsWith(quantization)) return folder;
  return folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '';
}

function ggufChoices(inside: readonly ListedFile[]): { name: string; choice: ModelChoice }[] {
  const groups = new Map<string, ListedFile[]>();
  for (const file of inside) {
    const fileName = lastSegment(file.path);
    if (!/\.gguf$/i.test(fileName) || NOT_MODELS.test(fileName)) continue;
    const part = splitName(file.path);
    const key = part ? `${part.stem} of ${part.count}` : file.path;
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups.values()].map((group) => {
    const part = splitName(group[0]!.path);
    const stem = lastSegment(part?.stem ?? group[0]!.path.replace(/\.gguf$/i, ''));
    const found = QUANTIZATION.exec(stem);
    const paths = new Set(group.map(({ path }) => path));
    const missing = part ? partPaths(part).filter((path) => !paths.has(path)) : [];
    const name = found ? stem.slice(0, found.index) + stem.slice(found.index + found[0].length) : stem;
    return {
      name: name || stem || lastSegment(group[0]!.path),
      choice: choice('gguf', found?.[1]?.toUpperCase() ?? null, group, missing),
    };
  });
}

/** Paths of all parts; a name that claims more parts than could be real has none missing. */
function partPaths({ stem, count }: { stem: string; count: number }): string[] {
  if (count > 1000) return [];
  return Array.from({ length: count }, (_, index) => splitFileName({ stem, number: index + 1, count }));
}

function mlcChoice(folder: string, name: string, inside: readonly ListedFile[]): ModelChoice | null {
  const list = MLC_LISTS.flatMap((name) => named(inside, name))[0];
  const config = named(inside, MLC_CONFIG)[0];
  const shards = inside
    .filter(({ path }) => /^params_shard_\d+\.bin$/.test(lastSegment(path)))
    .sort((a, b) => shardNumber(a) - shardNumber(b));
  if (!config && !(list && shards.length > 0)) return null;
  const missing = [
    ...(config ? [] : [MLC_CONFIG]),
    ...(list ? [] : [MLC_LISTS[0]]),
    // The list says how many there are; without reading it, only a gap in the numbers shows.
    ...Array.from({ length: shards.length === 0 ? 1 : shardNumber(shards.at(-1)!) + 1 }, (_, at) => at)
      .filter((number) => number < 10_000 && !shards.some((shard) => shardNumber(shard) === number))
      .map((number) => `params_shard_${number}.bin`),
  ].map((name) => inFolder(folder, name));
  const tokenizer = ['tokenizer.json', 'tokenizer_config.json'].flatMap((name) => named(inside, name));
  const quantization = /[-_](q\df(?:16|32)(?:_\d)?)/i.exec(name)?.[1]?.toLowerCase() ?? null;
  const files = [...(config ? [config] : []), ...(list ? [list] : []), ...tokenizer, ...shards];
  return choice('mlc', quantization, files, missing);
}

/** What says how the model of a folder pools; none of one that writes. */
function poolingFiles(folder: string, folders: ReadonlyMap<string, readonly ListedFile[]>): ListedFile[] {
  if (named(folders.get(folder) ?? [], 'modules.json').length === 0) return [];
  return [...folders].flatMap(([path, inside]) =>
    inFolder(folder, lastSegment(path)) === path && POOLING_FOLDER.test(lastSegment(path))
      ? named(inside, 'config.json')
      : [],
  );
}

function safetensorsChoice(
  folder: string,
  inside: readonly ListedFile[],
  pooling: readonly ListedFile[],
): ModelChoice | null {
  const shards = inside.filter(({ path }) => /^model-\d{5}-of-\d{5}\.safetensors$/.test(lastSegment(path)));
  const index = named(inside, INDEX);
  const single = named(inside, 'model.safetensors');
  // Where a folder has both, either is the whole model: one file is simpler.
  const weights = single.length > 0 ? single : [...index, ...shards];
  if (weights.length === 0) return null;
  const needed = single.length > 0 ? [] : index.length === 0 ? [INDEX] : [];
  const count = Number(/-of-(\d{5})\./.exec(shards[0]?.path ?? '')?.[1] ?? 0);
  const digits = (value: number): string => String(value).padStart(5, '0');
  const shardNames =
    single.length > 0 || count > 1000
      ? []
      : Array.from({ length: count }, (_, at) => `model-${digits(at + 1)}-of-${digits(count)}.safetensors`);
  if (single.length === 0 && shards.length === 0) shardNames.push('model-00001-of-?????.safetensors');
  const required = ['config.json', 'tokenizer.json', ...needed, ...shardNames];
  const missing = required.filter((name) => named(inside, name).length === 0).map((name) => inFolder(folder, name));
  const extra = HUGGING_FACE_FILES.flatMap((name) => named(inside, name));
  return choice('safetensors', null, [...extra, ...pooling, ...weights], missing);
}

/** Each graph of a folder, or of its folder `onnx`, is a way to have the model. */
function onnxChoices(
  folder: string,
  inside: readonly ListedFile[],
  folders: ReadonlyMap<string, readonly ListedFile[]>,
): ModelChoice[] {
  const extra = HUGGING_FACE_FILES.flatMap((name) => named(inside, name));
  // The graphs of a folder `onnx` are those of the folder around it.
  if (lastSegment(folder) === ONNX_FOLDER && named(inside, 'config.json').length === 0) return [];
  const missing = ['config.json', 'tokenizer.json']
    .filter((name) => named(inside, name).length === 0)
    .map((name) => inFolder(folder, name));
  return [inFolder(folder, ONNX_FOLDER), folder].flatMap((place) => {
    const listed = folders.get(place) ?? [];
    const graphs = onnxGraphs(
      place,
      listed.map(({ path }) => path),
    );
    return graphs.map(({ weights, paths }) => {
      const files = paths.flatMap((path) => listed.filter((file) => file.path === path));
      const lacks = paths.filter((path) => !files.some((file) => file.path === path));
      return choice('onnx', weights, [...extra, ...files], [...missing, ...lacks]);
    });
  });
}

function choice(
  container: ModelChoice['container'],
  quantization: string | null,
  files: readonly ListedFile[],
  missing: readonly string[],
): ModelChoice {
  return { container, quantization, files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), missing };
}

function named(files: readonly ListedFile[], name: string): ListedFile[] {
  return files.filter(({ path }) => lastSegment(path) === name);
}

function inFolder(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

function shardNumber({ path }: ListedFile): number {
  return Number(/(\d+)\.bin$/.exec(path)?.[1]);
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** By code units: the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
