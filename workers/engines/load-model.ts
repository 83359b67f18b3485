/** From a model file to a model that runs: declare, check the memory, allocate, upload, compile. Frees all on failure. */
import type { Variant } from '../../shaders/kernel.ts';
import { isQuantType, type QuantType } from '../../shaders/quant/format.ts';
import { readGguf } from '../format/gguf.ts';
import type { ModelFile } from '../format/model-file.ts';
import { readModel } from '../format/read-model.ts';
import { summarize } from '../format/summary.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { PipelineCache } from '../gpu/pipeline-cache.ts';
import { checkQuantize, isSound, selfTest } from '../gpu/self-test.ts';
import { fasterReduction } from '../gpu/tuner.ts';
import { Graph, type LayerCache } from '../graph/graph.ts';
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
import { createTokenizer } from '../text/create-tokenizer.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { Runner } from './runner.ts';

/** Tokens of context where nobody asks for more: enough for a conversation, small on any GPU. */
const DEFAULT_CONTEXT_TOKENS = 4096;

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

/** A model on the GPU with all that an answer needs. */
export interface LoadedNativeModel {
  readonly summary: ModelSummary;
  readonly shape: ModelShape;
  readonly contextLength: number;
  readonly quantized: QuantizedType | null;
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  readonly variant: Variant;
  readonly runner: Runner;
  readonly sampler: Sampler;
  readonly gpuBytes: { readonly weights: number; readonly kvCache: number; readonly scratch: number };
  /** Bytes of weights that each decoded token reads. */
  readonly decodeWeightBytes: number;
  readonly loadMs: number;
  /** Frees every buffer of the model; the device stays open. */
  dispose(): void;
}

/** Finds out what every load needs to know of a device, so that the first one finds it known. */
export async function warmUp(gpu: Gpu): Promise<void> {
  await fasterReduction(gpu, PipelineCache.of(gpu));
}

/** What a model is read from: one GGUF file, or the files of a model in parts or in a folder. */
export type ModelBytes = ByteSource | readonly NamedSource[];

/** Loads a model onto the device. Rejects with an EngineError, or with the signal's reason if aborted. */
export async function loadModel(
  gpu: Gpu,
  source: ModelBytes,
  fileName: string,
  options: EngineOptions,
  onProgress: (progress: LoadProgress) => void,
  signal?: AbortSignal,
): Promise<LoadedNativeModel> {
  const startedAt = performance.now();
  const file = 'read' in source ? await readGguf(source, signal) : await readModel(source, signal);
  const summary = summarize(file, fileName);
  const declare = architectures[summary.architecture];
  if (summary.unsupported !== null || !declare) {
    throw new EngineError('FileUnsupported', {
      what: summary.unsupported ?? `Freehold cannot run the architecture "${summary.architecture}" yet`,
      remedy: 'Choose another model.',
    });
  }
  const shape = readShape(file);
  const tokenizer = createTokenizer(file);
  const template = createChatTemplate(file);
  const contextLength = chooseContext(options, shape);
  const quantized = options.quantize ?? null;
  const types = matrixTypes(file, quantized);
  const pipelines = PipelineCache.of(gpu);
  if (quantized !== null) await checkQuantize(gpu, pipelines, quantized);
  const variant = options.variant ?? (await chooseVariant(gpu, pipelines, types, quantized ?? summary.quantization));
  const graph = new Graph(
    gpu,
    variant,
    contextLength,
    CHUNK_TOKENS[variant.reduction === 'thread' ? 'threads' : 'tiled'],
  );
  const { memory } = graph;
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
  const bindingBytes = options.bindingBytes ?? Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const weights = new Weights(file, memory, bindingBytes, quantized);
  const rope = await ropeSettings(file, shape, contextLength, signal);
  const ropeTables = new RopeTables(memory, contextLength, shape.rotaryDim, rope);
  const cache = planCache(graph, shape, contextLength, variant.real === 'f16' ? 2 : 4);
  const settings = new Settings(file, shape.architecture);
  const logits = declare({ graph, weights, shape, settings, ropeTables, cache, contextLength });
  const sampler = new Sampler(graph, logits.slot, shape.vocabularySize);

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
    const [, program] = await allDone(sampler.compile(pipelines), graph.compile(pipelines), uploaded);
    signal?.throwIfAborted();
    return {
      summary,
      shape,
      contextLength,
      quantized,
      tokenizer,
      template,
      variant,
      runner: new Runner(gpu, graph, program, logits.slot, shape.vocabularySize),
      sampler,
      gpuBytes: {
        weights: memory.bytes('weights'),
        kvCache: memory.bytes('kv-cache'),
        scratch: memory.bytes('scratch'),
      },
      decodeWeightBytes: graph.decodeWeightBytes,
      loadMs: performance.now() - startedAt,
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
): Promise<Variant> {
  const preferred = await fasterReduction(gpu, pipelines);
  // A file of full precision keeps it in the cache too; quantised weights are coarser than f16 anyway.
  const reals = gpu.adapter.f16 && quantization !== 'F32' ? (['f16', 'f32'] as const) : (['f32'] as const);
  for (const real of reals) {
    for (const reduction of new Set([preferred, 'workgroup', 'thread'] as const)) {
      if (await isSound(gpu, pipelines, types, { real, reduction })) return { real, reduction };
    }
  }
  await selfTest(gpu, pipelines, types, PLAIN);
  return PLAIN;
}

/** What all give, once each of them has ended, so that a failure leaves nothing at work on memory that is given back. */
async function allDone<A, B, C>(a: Promise<A>, b: Promise<B>, c: Promise<C>): Promise<[A, B, C]> {
  await Promise.allSettled([a, b, c]);
  return Promise.all([a, b, c]);
}

function chooseContext({ contextLength }: LoadOptions, shape: ModelShape): number {
  const wanted = contextLength ?? Math.min(DEFAULT_CONTEXT_TOKENS, shape.contextLength);
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
