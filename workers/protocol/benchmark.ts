/** What the engine measures of itself on a person's device, so that anyone can say how fast it is there. */
import type { AdapterSummary } from './adapter.ts';
import type { ModelSummary } from './model.ts';

/** How far a benchmark is. */
export interface BenchmarkProgress {
  readonly doneRuns: number;
  readonly totalRuns: number;
}

/** The runs of one measurement: machines are noisy, so the middle one is told with both ends. */
export interface Speed {
  /** Tokens per second. */
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Calls to WebGPU for each decoded token. */
export interface CallsPerToken {
  readonly submits: number;
  readonly passes: number;
  readonly dispatches: number;
  /** Buffers and bind groups. */
  readonly createdObjects: number;
  readonly bufferWrites: number;
}

/** One model on one device. */
export interface BenchmarkResult {
  readonly adapter: AdapterSummary;
  /** In which form the kernels ran. */
  readonly kernels: { readonly real: string; readonly reduction: string };
  readonly model: Pick<ModelSummary, 'name' | 'quantization' | 'parameters' | 'fileBytes'>;
  readonly contextLength: number;
  /** By length of the prompt, ascending. */
  readonly prefill: readonly { readonly tokens: number; readonly speed: Speed }[];
  /** By what the context held before, ascending. */
  readonly decode: readonly { readonly depth: number; readonly tokens: number; readonly speed: Speed }[];
  /** Of the shortest prompt: from ids to the first new one, in the median. */
  readonly firstTokenMs: number;
  readonly loadMs: number;
  readonly gpuBytes: { readonly weights: number; readonly kvCache: number; readonly scratch: number };
  /** Weights that a decoded token reads. */
  readonly weightBytesPerToken: number;
  /** What a plain copy reaches on this device, read and written together. */
  readonly copyBytesPerSecond: number;
  readonly callsPerToken: CallsPerToken;
}

/** Measures the loaded model. */
export interface BenchmarkApi {
  /**
   * Runs prompts and answers of fixed lengths; the conversation in the cache is lost and is read anew by the next answer.
   * Resolves to `null` if stopped. Rejects with `NotFound` if no model is loaded, with `FileBusy` while an answer is made.
   * `onProgress` is a comlink proxy.
   */
  benchmark(onProgress: (progress: BenchmarkProgress) => void): Promise<BenchmarkResult | null>;
}
