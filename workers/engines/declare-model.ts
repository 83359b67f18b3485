/**
 * From what a file says to a declared forward pass: how long its context is, in which types and in which form its kernels
 * run, and what memory that takes. Nothing of it is allocated here; a model that cannot run is refused before its weights move.
 */
import type { Variant } from '../../shaders/kernel.ts';
import { isQuantType, type QuantType } from '../../shaders/quant/format.ts';
import { isCausal, type Pooling } from '../format/embedding-model.ts';
import type { ModelFile } from '../format/model-file.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { PipelineCache } from '../gpu/pipeline-cache.ts';
import { checkQuantize } from '../gpu/self-test.ts';
import { type Activation, Graph } from '../graph/graph.ts';
import { KvCache } from '../graph/kv-cache.ts';
import { architectures } from '../models/architectures.ts';
import { Settings } from '../models/forward.ts';
import { ropeSettings } from '../models/rope-settings.ts';
import { RopeTables } from '../models/rope-tables.ts';
import { type ModelShape, readShape } from '../models/shape.ts';
import { matrixType, Weights } from '../models/weights.ts';
import { DEFAULT_CONTEXT_TOKENS, type LoadOptions, type QuantizedType } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import type { ModelSummary } from '../protocol/model.ts';
import type { OpenGrammar } from '../sample/grammar.ts';
import { readTokenizer } from '../text/create-tokenizer.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { chooseVariant } from './choose-variant.ts';
import { MAX_DRAFTS, type SpeculationMode } from './speculation.ts';
import type { Tuning } from './tuning.ts';

/** The same where a text must run as one chunk, which scratch memory grows with: more than most such models read. */
const DEFAULT_WHOLE_TEXT_TOKENS = 2048;

/** Largest prefill chunk with tiles, and without: scratch memory grows with it. */
const CHUNK_TOKENS = { tiled: 512, threads: 64 } as const;

/** Positions that the KV cache has room for at first; past them it doubles. What nobody asks to be longer never grows. */
const FIRST_CACHE_TOKENS = DEFAULT_CONTEXT_TOKENS;

/** What tests and benchmarks may insist on besides what a person may choose. */
export interface EngineOptions extends LoadOptions {
  /** Kernels to run instead of those that the device's own measurement chooses. */
  readonly variant?: Variant;
  /** Whether ops that can share a kernel do, which is the default: without it benchmarks see what that gains. */
  readonly fuses?: boolean;
  /** Largest weight binding, below the device's limit, to see matrices cut into shards. */
  readonly bindingBytes?: number;
  /** What is known of the device, and learnt for the next load. Without it the reduction is measured, and nothing else. */
  readonly tuning?: Tuning;
  /** Tokens in flight, from 1 to 8, instead of as many as the device's own measurement chooses. */
  readonly pipelineDepth?: number;
  /** When drafts of the next tokens run; default `auto`. */
  readonly speculation?: SpeculationMode;
  /** Positions that the KV cache has room for at first, to see it grow; default 4,096. */
  readonly firstCacheTokens?: number;
  /** What holds answers to a form; without it they cannot be. */
  readonly openGrammar?: OpenGrammar;
}

/** A model whose forward pass is declared: what it takes is known, nothing of it is there yet. */
export interface DeclaredModel {
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
  readonly cache: KvCache;
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
    (await chooseVariant(
      gpu,
      pipelines,
      types,
      quantized ?? summary.quantization,
      shape.experts !== null,
      options.tuning ?? null,
    ));
  const graph = new Graph(
    gpu,
    variant,
    contextLength,
    wholeText ? contextLength : CHUNK_TOKENS[variant.reduction === 'thread' ? 'threads' : 'tiled'],
    { fewTokens: verifiesDrafts(gpu, options, shape, pooling) ? MAX_DRAFTS + 1 : 0, fuses: options.fuses ?? true },
  );
  const { memory } = graph;
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
  const bindingBytes = options.bindingBytes ?? Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const weights = new Weights(file, memory, bindingBytes, quantized);
  const rope = await ropeSettings(file, shape, contextLength, signal);
  const ropeTables = new RopeTables(memory, contextLength, shape.rotaryDim, rope);
  const cache = new KvCache(graph, {
    layers: shape.layers,
    positionBytes: shape.kvHeads * shape.headDim * (variant.real === 'f16' ? 2 : 4),
    contextLength,
    firstPositions: options.firstCacheTokens ?? FIRST_CACHE_TOKENS,
  });
  const settings = new Settings(file, shape.architecture);
  const output = declare({
    graph,
    weights,
    shape,
    settings,
    ropeTables,
    cache: cache.layers,
    contextLength,
    causal,
    pooling,
  });
  // Before weights and cache take their memory and the device's time.
  await options.tuning?.settle(graph.plans, variant);
  signal?.throwIfAborted();
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
    cache,
    output,
    wholeText,
    quantized,
  };
}

/**
 * Whether drafts of the next tokens could pay. Of a mixture each token reads experts of its own, so a step for a few tokens
 * reads nearly as many weights as a step for each of them. A software adapter computes where others wait for memory, so
 * each draft has its price (SwiftShader: 0.9 times the speed where half of all drafts were right), and it compiles for
 * seconds while an answer waits.
 */
function verifiesDrafts(
  { adapter }: Gpu,
  { speculation = 'auto' }: EngineOptions,
  { experts }: ModelShape,
  pooling: Pooling | null,
): boolean {
  if (pooling !== null || experts !== null) return false;
  return speculation === 'always' || (speculation === 'auto' && !adapter.isFallback);
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
