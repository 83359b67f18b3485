/** From a model file to a model that runs: declare, check the memory, allocate, upload, compile. Frees all on failure. */
import type { Variant } from '../../shaders/kernel.ts';
import { isQuantType, type QuantType } from '../../shaders/quant/format.ts';
import { isCausal, type Pooling } from '../format/embedding-model.ts';
import { readGguf } from '../format/gguf.ts';
import type { ModelFile } from '../format/model-file.ts';
import { readModel } from '../format/read-model.ts';
import { summarize } from '../format/summary.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { PipelineCache } from '../gpu/pipeline-cache.ts';
import { checkQuantize, isSound, selfTest } from '../gpu/self-test.ts';
import { fasterReduction } from '../gpu/tuner.ts';
import { type Activation, Graph, type LayerCache } from '../graph/graph.ts';
import { Slot } from '../graph/slot.ts';
import { architectures } from '../models/architectures.ts';
import { Settings } from '../models/forward.ts';
import { ropeSettings } from '../models/rope-settings.ts';
import { RopeTables } from '../models/rope-tables.ts';
import { type ModelShape, readShape } from '../models/shape.ts';
import { uploadWeights } from '../models/upload.ts';
import { matrixType, Weights } from '../models/weights.ts';
import type { LoadOptions, LoadProgress, QuantizedType } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import type { ModelSummary } from '../protocol/model.ts';
import { Sampler } from '../sample/sampler.ts';
import type { ByteSource, NamedSource } from '../source/byte-source.ts';
import { type ChatTemplate, createChatTemplate } from '../text/chat-template.ts';
import { readTokenizer } from '../text/create-tokenizer.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { Runner } from './runner.ts';

/** Tokens of context where nobody asks for more: enough for a conversation, small on any GPU. */
const DEFAULT_CONTEXT_TOKENS = 4096;

/** The same where a text must run as one chunk, which scratch memory grows with: more than most such models read. */
const DEFAULT_WHOLE_TEXT_TOKENS = 2048;

/** Largest prefill chunk with tiles, and without: scratch memory grows with it. */
const CHUNK_TOKENS = { tiled: 512, threads: 64 } as const;

/** What runs anywhere. */
const PLAIN: Variant = { real: 'f32', reduction: 'thread' };

/** What tests and benchmarks may insist on besides what a person may choose. */
export interface EngineOptions extends LoadOptions {
  /** Kernels to run instead of those that the device's own measurement chooses. */
  readonly variant?: Variant;
  /** Largest weight binding, below the device's limit, to see matrices cut into shards. */
  readonly bindingBytes?: number;
}

/** A model on the GPU, whatever it is for. */
export interface LoadedModel {
  readonly summary: ModelSummary;
  readonly shape: ModelShape;
  readonly contextLength: number;
  readonly quantized: QuantizedType | null;
  readonly tokenizer: Tokenizer;
  readonly variant: Variant;
  readonly runner: Runner;
  readonly gpuBytes: { readonly weights: number; readonly kvCache: number; readonly scratch: number };
  readonly loadMs: number;
  /** Frees every buffer of the model; the device stays open. */
  dispose(): void;
}

/** A model on the GPU with all that an answer needs. */
export interface LoadedNativeModel extends LoadedModel {
  readonly template: ChatTemplate;
  readonly sampler: Sampler;
  /** Bytes of weights that each decoded token reads. */
  readonly decodeWeightBytes: number;
}

/** Finds out what every load needs to know of a device, so that the first one finds it known. */
export async function warmUp(gpu: Gpu): Promise<void> {
  await fasterReduction(gpu, PipelineCache.of(gpu));
}

/** What a model is read from: one GGUF file, or the files of a model in parts or in a folder. */
export type ModelBytes = ByteSource | readonly NamedSource[];

/**
 * Loads a model that writes onto the device. Rejects with an EngineError, `FileUnsupported` for a model that only makes
 * embeddings, or with the signal's reason if aborted.
 */
export async function loadModel(
  gpu: Gpu,
  source: ModelBytes,
  fileName: string,
  options: EngineOptions,
  onProgress: (progress: LoadProgress) => void,
  signal?: AbortSignal,
): Promise<LoadedNativeModel> {
  const startedAt = performance.now();
  const opened = await readModelFile(source, signal);
  const summary = summarize(opened, fileName);
  refuse(summary.unsupported);
  const declared = await declareModel(gpu, opened, summary, null, options, signal);
  const template = createChatTemplate(declared.file);
  const sampler = new Sampler(declared.graph, declared.output.slot, declared.shape.vocabularySize);
  const model = await bringUp(gpu, declared, (pipelines) => sampler.compile(pipelines), onProgress, signal);
  const { decodeWeightBytes } = declared.graph;
  return { ...model, template, sampler, decodeWeightBytes, loadMs: performance.now() - startedAt };
}

/** Reads what a model says of itself. */
export function readModelFile(source: ModelBytes, signal?: AbortSignal): Promise<ModelFile> {
  return 'read' in source ? readGguf(source, signal) : readModel(source, signal);
}

/** Throws `FileUnsupported` where there is a reason, which is whole sentences. */
export function refuse(reason: string | null): void {
  if (reason !== null) throw new EngineError('FileUnsupported', { what: reason.replace(/\.$/, '') });
}

/** A model whose forward pass is declared: what it takes is known, nothing of it is there yet. */
interface DeclaredModel {
  /** With its vocabulary in GGUF's keys, whatever it came in. */
  readonly file: ModelFile;
  readonly summary: ModelSummary;
  readonly shape: ModelShape;
  readonly contextLength: number;
  readonly tokenizer: Tokenizer;
  readonly variant: Variant;
  readonly graph: Graph;
  readonly weights: Weights;
  readonly ropeTables: RopeTables;
  /** Logits, or a text's embedding. */
  readonly output: Activation;
  /** Whether a text must run as one chunk. */
  readonly wholeText: boolean;
  readonly quantized: QuantizedType | null;
}

/** Declares a forward pass; `pooling` is `null` for a model that is to write. */
export async function declareModel(
  gpu: Gpu,
  opened: ModelFile,
  summary: ModelSummary,
  pooling: Pooling | null,
  options: EngineOptions,
  signal?: AbortSignal,
): Promise<DeclaredModel> {
  const declare = architectures[summary.architecture];
  if (!declare) {
    throw new EngineError('FileUnsupported', {
      what: `Freehold cannot run the architecture "${summary.architecture}" yet`,
      remedy: 'Choose another model.',
    });
  }
  const { tokenizer, file } = readTokenizer(opened, options);
  const shape = readShape(file);
  const causal = isCausal(file, summary.architecture);
  // Where a token looks ahead, or more than the last one is asked for, what ran before is not enough to go on from.
  const wholeText = !causal || (pooling !== null && pooling !== 'last');
  const contextLength = chooseContext(options, shape, wholeText);
  const quantized = options.quantize ?? null;
  const types = matrixTypes(file, quantized);
  const pipelines = PipelineCache.of(gpu);
  if (quantized !== null) await checkQuantize(gpu, pipelines, quantized);
  const variant =
    options.variant ??
    (await chooseVariant(gpu, pipelines, types, quantized ?? summary.quantization, shape.experts !== null));
  const graph = new Graph(
    gpu,
    variant,
    contextLength,
    wholeText ? contextLength : CHUNK_TOKENS[variant.reduction === 'thread' ? 'threads' : 'tiled'],
  );
  const { memory } = graph;
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
  const bindingBytes = options.bindingBytes ?? Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const weights = new Weights(file, memory, bindingBytes, quantized);
  const rope = await ropeSettings(file, shape, contextLength, signal);
  const ropeTables = new RopeTables(memory, contextLength, shape.rotaryDim, rope);
  const cache = planCache(graph, shape, contextLength, variant.real === 'f16' ? 2 : 4);
  const settings = new Settings(file, shape.architecture);
  const output = declare({
    graph,
    weights,
    shape,
    settings,
    ropeTables,
    cache,
    contextLength,
    causal,
    pooling,
  });
  return {
    file,
    summary,
    shape,
    contextLength,
    tokenizer,
    variant,
    graph,
    weights,
    ropeTables,
    output,
    wholeText,
    quantized,
  };
}

/** Takes the memory, uploads and compiles, with what else is to be compiled. */
export async function bringUp(
  gpu: Gpu,
  declared: DeclaredModel,
  alsoCompile: (pipelines: PipelineCache) => Promise<void>,
  onProgress: (progress: LoadProgress) => void,
  signal?: AbortSignal,
): Promise<Omit<LoadedModel, 'loadMs'>> {
  const { file, summary, shape, contextLength, quantized, tokenizer, variant, graph, weights, ropeTables, output } =
    declared;
  const { memory } = graph;
  const pipelines = PipelineCache.of(gpu);
  await memory.allocate(gpu);
  try {
    ropeTables.upload(gpu);
    const report = progressReporter(weights.fileBytes, onProgress);
    const uploaded = uploadWeights(gpu, pipelines, file.source, weights, report, signal).then(() => {
      onProgress({
        phase: 'compiling',
        loadedBytes: weights.fileBytes,
        totalBytes: weights.fileBytes,
        remainingMs: null,
      });
    });
    // Compiling needs no weights: it goes on while they come.
    const [, program] = await allDone(alsoCompile(pipelines), graph.compile(pipelines), uploaded);
    signal?.throwIfAborted();
    return {
      summary,
      shape,
      contextLength,
      quantized,
      tokenizer,
      variant,
      runner: new Runner(gpu, graph, program, output, declared.wholeText),
      gpuBytes: {
        weights: memory.bytes('weights'),
        kvCache: memory.bytes('kv-cache'),
        scratch: memory.bytes('scratch'),
      },
      dispose: () => memory.release(gpu),
    };
  } catch (error) {
    memory.release(gpu);
    throw error;
  }
}

/** The types in which a file's matrices run. Throws `SettingInvalid` where `quantize` changes none of them. */
function matrixTypes(file: ModelFile, quantize: QuantizedType | null): ReadonlySet<QuantType> {
  const matrices = [...file.tensors.values()].filter(({ shape }) => shape.length > 1);
  if (quantize !== null && !matrices.some((tensor) => matrixType(tensor, quantize) !== tensor.type)) {
    throw new EngineError('SettingInvalid', {
      what: `This model has no weights that could be made smaller to ${quantize}`,
      expected: 'weights of F32, F16 or BF16, in rows of a multiple of 32',
      got: [...new Set(matrices.map(({ type }) => type))].join(', '),
      remedy: 'Load the model as it is.',
    });
  }
  return new Set(matrices.map((tensor) => matrixType(tensor, quantize)).filter(isQuantType));
}

/** The fastest way to run that computes soundly on this device. Rejects with `GpuWrongResult` if none does. */
async function chooseVariant(
  gpu: Gpu,
  pipelines: PipelineCache,
  types: ReadonlySet<QuantType>,
  quantization: string,
  experts: boolean,
): Promise<Variant> {
  const preferred = await fasterReduction(gpu, pipelines);
  // A file of full precision keeps it in the cache too; quantised weights are coarser than f16 anyway.
  const reals = gpu.adapter.f16 && quantization !== 'F32' ? (['f16', 'f32'] as const) : (['f32'] as const);
  for (const real of reals) {
    for (const reduction of new Set([preferred, 'workgroup', 'thread'] as const)) {
      if (await isSound(gpu, pipelines, types, { real, reduction }, experts)) return { real, reduction };
    }
  }
  await selfTest(gpu, pipelines, types, PLAIN, experts);
  return PLAIN;
}

/** What all give, once each of them has ended, so that a failure leaves nothing at work on memory that is given back. */
async function allDone<A, B, C>(a: Promise<A>, b: Promise<B>, c: Promise<C>): Promise<[A, B, C]> {
  await Promise.allSettled([a, b, c]);
  return Promise.all([a, b, c]);
}

function chooseContext({ contextLength }: LoadOptions, shape: ModelShape, wholeText: boolean): number {
  const usual = wholeText ? DEFAULT_WHOLE_TEXT_TOKENS : DEFAULT_CONTEXT_TOKENS;
  const wanted = contextLength ?? Math.min(usual, shape.contextLength);
  if (!Number.isInteger(wanted) || wanted < 2 || wanted > shape.contextLength) {
    throw new EngineError('SettingInvalid', {
      what: 'The context length is out of range',
      expected: `a whole number from 2 to ${shape.contextLength}, which this model was trained for`,
      got: wanted,
    });
  }
  return wanted;
}

function planCache(graph: Graph, shape: ModelShape, contextLength: number, realBytes: number): LayerCache[] {
  const { kvHeads, headDim, layers } = shape;
  const bytes = kvHeads * contextLength * headDim * realBytes;
  return Array.from({ length: layers }, (_, layer) => ({
    keys: graph.memory.add(new Slot(`keys of layer ${layer}`, bytes, 'kv-cache')),
    values: graph.memory.add(new Slot(`values of layer ${layer}`, bytes, 'kv-cache')),
  }));
}

function progressReporter(
  totalBytes: number,
  onProgress: (progress: LoadProgress) => void,
): (loadedBytes: number) => void {
  const startedAt = performance.now();
  return (loadedBytes) => {
    const elapsedMs = performance.now() - startedAt;
    const remainingMs = loadedBytes === 0 ? null : (elapsedMs / loadedBytes) * (totalBytes - loadedBytes);
    onProgress({ phase: 'reading', loadedBytes, totalBytes, remainingMs });
  };
}
