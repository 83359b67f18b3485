/** Brings a declared model up on the device: allocates, uploads and compiles at once. Frees all on failure. */
import type { Variant } from '../../shaders/kernel.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { PipelineCache } from '../gpu/pipeline-cache.ts';
import { encodePass } from '../gpu/recorder.ts';
import type { Graph, Program } from '../graph/graph.ts';
import type { ModelShape } from '../models/shape.ts';
import { compilePlaneKernels, uploadWeights } from '../models/upload.ts';
import type { LoadProgress, QuantizedType } from '../protocol/engine.ts';
import type { ModelSummary } from '../protocol/model.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { DeclaredModel } from './declare-model.ts';
import { Runner } from './runner.ts';

/** A model on the GPU, whatever it is for. */
export interface LoadedModel {
  readonly summary: ModelSummary;
  readonly shape: ModelShape;
  readonly contextLength: number;
  readonly quantized: QuantizedType | null;
  readonly tokenizer: Tokenizer;
  readonly variant: Variant;
  readonly runner: Runner;
  /** Bytes on the GPU now: the cache grows with its text. */
  readonly gpuBytes: { readonly weights: number; readonly kvCache: number; readonly scratch: number };
  /** Bytes of the KV cache once the whole context is used. */
  readonly contextBytes: number;
  readonly loadMs: number;
  /** Frees every buffer of the model; the device stays open. */
  dispose(): void;
}

/** Takes the memory, uploads and compiles, with what else is to be compiled. */
export async function bringUp(
  gpu: Gpu,
  declared: DeclaredModel,
  alsoCompile: (pipelines: PipelineCache) => Promise<void>,
  onProgress: (progress: LoadProgress) => void,
  signal?: AbortSignal,
): Promise<Omit<LoadedModel, 'loadMs'>> {
  const {
    file,
    summary,
    shape,
    contextLength,
    quantized,
    tokenizer,
    variant,
    graph,
    weights,
    ropeTables,
    cache,
    output,
  } = declared;
  const { memory } = graph;
  const pipelines = PipelineCache.of(gpu);
  await memory.allocate(gpu);
  try {
    ropeTables.upload(gpu);
    compilePlaneKernels(pipelines, weights);
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
    prepare(gpu, graph, program);
    return {
      summary,
      shape,
      contextLength,
      quantized,
      tokenizer,
      variant,
      runner: new Runner(gpu, graph, cache, program, output, declared.wholeText, () => graph.compileFew(pipelines)),
      gpuBytes: {
        weights: memory.bytes('weights'),
        get kvCache() {
          return memory.heldBytes('kv-cache');
        },
        scratch: memory.bytes('scratch'),
      },
      contextBytes: memory.bytes('kv-cache'),
      dispose: () => memory.release(gpu),
    };
  } catch (error) {
    memory.release(gpu);
    throw error;
  }
}

/** Makes of the weights what each token would have to make of them. */
function prepare(gpu: Gpu, { step }: Graph, { preparation }: Program): void {
  if (preparation.length === 0) return;
  const extent = { tokens: 1, kvLength: 1 };
  gpu.write(step.buffer, 0, Uint32Array.of(0, extent.tokens, 0, 0));
  const encoder = gpu.device.createCommandEncoder({ label: 'prepare' });
  encodePass(gpu, encoder, preparation, extent);
  gpu.submit(encoder);
}

/** What all give, once each of them has ended, so that a failure leaves nothing at work on memory that is given back. */
async function allDone<A, B, C>(a: Promise<A>, b: Promise<B>, c: Promise<C>): Promise<[A, B, C]> {
  await Promise.allSettled([a, b, c]);
  return Promise.all([a, b, c]);
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
