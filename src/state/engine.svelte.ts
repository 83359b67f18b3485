/** What the engine is doing: looking for a GPU, loading, answering, dead. The one place that calls the engine worker. */
import type { BenchmarkProgress, BenchmarkResult } from '../../workers/protocol/benchmark.ts';
import type {
  Conversation,
  EngineApi,
  GenerateEvent,
  GenerateRequest,
  GenerateResult,
  GpuReport,
  LoadedModel,
  LoadOptions,
  LoadProgress,
  LocalModel,
  TokenCounts,
  TokenExplanation,
  TokenText,
} from '../../workers/protocol/engine.ts';
import { EngineError, errorCode, type ErrorCode } from '../../workers/protocol/errors.ts';
import type { MeasuredProduct } from '../../workers/protocol/measured-product.ts';
import type { ModelCard } from '../../workers/protocol/model-card.ts';
import type { WorkerLink } from '../engine/link.ts';

/** Starts a worker and gives its API. */
export type Connect<Api> = (onDied: (error: EngineError) => void) => Promise<WorkerLink<Api>>;

/** The engine's states; `died` is the worker's, everything else follows from the GPU and the model on it. */
export type EnginePhase = 'starting' | 'unavailable' | 'none' | 'loading' | 'ready' | 'generating' | 'died';

/** After these errors of an answer the model is no longer on the GPU. */
const MODEL_IS_GONE: readonly (ErrorCode | null)[] = ['GpuLost', 'GpuOutOfMemory', 'GpuUnavailable', 'GpuWrongResult'];

const INSECURE: GpuReport = {
  kind: 'unavailable',
  reason: 'insecure-context',
  detail: 'WebGPU exists only on https and on localhost.',
};

const isModelGone = (error: unknown): boolean => MODEL_IS_GONE.includes(errorCode(error));

/** The engine as the page sees it. Methods reject with what the worker rejects with. */
export class EngineState {
  phase = $state<EnginePhase>('starting');
  gpu = $state.raw<GpuReport | null>(null);
  /** Whether the worker's connections are refused; `null` until known. */
  sealed = $state<boolean | null>(null);
  model = $state.raw<LoadedModel | null>(null);
  progress = $state.raw<LoadProgress | null>(null);

  readonly #connect: Connect<EngineApi>;
  readonly #onDied: (error: EngineError) => void;
  #link: WorkerLink<EngineApi> | null = null;
  #loading: Promise<boolean> | null = null;
  /** What ends as soon as anything else is asked for. */
  #givingWay: Promise<unknown> | null = null;

  /** `onDied` hears when the worker dies while nothing waits for it, or beside the call that fails with it. */
  constructor(connect: Connect<EngineApi>, onDied: (error: EngineError) => void) {
    this.#connect = connect;
    this.#onDied = onDied;
  }

  /** Starts the worker, anew if there was one, and looks for a GPU. */
  async start(): Promise<void> {
    this.#link?.end();
    this.#link = null;
    this.model = null;
    // Plain http is known before any worker is asked. Node, where tests run, has no such property.
    if (globalThis.isSecureContext === false) {
      this.gpu = INSECURE;
      this.phase = 'unavailable';
      return;
    }
    this.phase = 'starting';
    try {
      this.#link = await this.#connect((error) => {
        this.#link = null;
        this.phase = 'died';
        this.model = null;
        this.#onDied(error);
      });
      this.sealed = this.#link.sealed;
      this.gpu = await this.#link.api.probe();
      this.phase = this.gpu.kind === 'available' ? 'none' : 'unavailable';
    } catch (error) {
      this.phase = 'died';
      throw error;
    }
  }

  /** Looks for a GPU again, for one may have gone. */
  async look(): Promise<void> {
    this.gpu = await this.#api().probe();
    if (this.gpu.kind === 'available') return;
    this.model = null;
    this.#settle('unavailable');
  }

  /** Bytes that the GPU moves in a second, measured now. It takes the GPU for a moment. */
  measureBandwidth(): Promise<number> {
    return this.#api().measureBandwidth();
  }

  /** What was measured on this device, what saves most first. */
  measuredProducts(): Promise<readonly MeasuredProduct[]> {
    return this.#api().measuredProducts();
  }

  /** Puts a stored model, or one from the disk, onto the GPU in place of the one that is there, or of one on its way. False if it was stopped. */
  async load(model: string | LocalModel, options: LoadOptions): Promise<boolean> {
    for (let earlier = this.#loading; earlier !== null; earlier = this.#loading) {
      await this.stop();
      await earlier.catch(() => false);
    }
    const loading = this.#load(model, options);
    this.#loading = loading;
    try {
      return await loading;
    } finally {
      if (this.#loading === loading) this.#loading = null;
    }
  }

  /** What is to be known of a stored model, whatever is on the GPU. */
  async card(id: string): Promise<ModelCard> {
    return this.#api().card(id);
  }

  /** Takes the model off the GPU. */
  async unload(): Promise<void> {
    if (this.model === null) return;
    await this.#api().unload();
    this.model = null;
    this.#settle('none');
  }

  /** Answers a conversation; one at a time. */
  async generate(request: GenerateRequest, onEvent: (event: GenerateEvent) => void): Promise<GenerateResult> {
    const result = await this.#busy((api) => api.generate(request, onEvent));
    const { kvCacheBytes: kvCache } = result;
    const { model } = this;
    const gpuBytes = model?.gpuBytes;
    if (gpuBytes != null && kvCache !== gpuBytes.kvCache)
      this.model = { ...model!, gpuBytes: { ...gpuBytes, kvCache } };
    return result;
  }

  /** Measures the model on this device. `null` if it was stopped. */
  benchmark(onProgress: (progress: BenchmarkProgress) => void): Promise<BenchmarkResult | null> {
    return this.#busy((api) => api.benchmark(onProgress));
  }

  /** Does what nothing else may run beside. */
  async #busy<Result>(work: (api: EngineApi) => Promise<Result>): Promise<Result> {
    const api = this.#api();
    this.phase = 'generating';
    try {
      if (this.#givingWay !== null) await this.#end(this.#givingWay);
      const result = await work(api);
      this.#settle('ready');
      return result;
    } catch (error) {
      if (isModelGone(error)) this.model = null;
      this.#settle(this.model === null ? 'none' : 'ready');
      throw error;
    }
  }

  /** Counts a conversation's tokens; also while an answer is made. */
  countTokens(conversation: Conversation): Promise<TokenCounts> {
    return this.#api().countTokens(conversation);
  }

  /** Counts the tokens of a text; also while an answer is made. */
  countText(text: string): Promise<number> {
    return this.#api().countText(text);
  }

  /** The text of each token of an answer to this conversation. */
  tokenTexts(conversation: Conversation, tokens: readonly number[]): Promise<readonly TokenText[]> {
    return this.#api().tokenTexts(conversation, tokens);
  }

  /** What there was to choose from at one place of an answer. `null` if something else was asked for meanwhile. */
  async explainToken(
    request: GenerateRequest,
    tokens: readonly number[],
    index: number,
  ): Promise<TokenExplanation | null> {
    const api = this.#api();
    if (this.#givingWay !== null) await this.#end(this.#givingWay);
    return this.#giveWay(api.explainToken(request, tokens, index));
  }

  /** Works for somebody else than the person, whose own wishes end it. `null` where it would have to wait. */
  async lend<Result>(work: (api: EngineApi) => Promise<Result>): Promise<Result | null> {
    if (this.phase !== 'ready' || this.#givingWay !== null) return null;
    try {
      return await this.#giveWay(work(this.#api()));
    } catch (error) {
      if (isModelGone(error)) {
        this.model = null;
        this.#settle('none');
      }
      throw error;
    }
  }

  /** Ends a running load or answer. */
  async stop(): Promise<void> {
    await this.#link?.api.stop();
  }

  async #load(model: string | LocalModel, options: LoadOptions): Promise<boolean> {
    const api = this.#api();
    this.model = null;
    this.progress = null;
    this.phase = 'loading';
    try {
      this.model = await api.load(model, options, (progress) => {
        this.progress = progress;
      });
      return this.model !== null;
    } finally {
      this.progress = null;
      this.#settle(this.model === null ? 'none' : 'ready');
    }
  }

  async #giveWay<Result>(work: Promise<Result>): Promise<Result> {
    this.#givingWay = work;
    try {
      return await work;
    } finally {
      if (this.#givingWay === work) this.#givingWay = null;
    }
  }

  async #end(work: Promise<unknown>): Promise<void> {
    await this.stop();
    await work.catch(() => null);
  }

  #api(): EngineApi {
    if (this.#link !== null) return this.#link.api;
    throw new EngineError('WorkerFailed', { what: 'The engine is not running' });
  }

  /** A call's end must not hide that the worker died under it. */
  #settle(phase: EnginePhase): void {
    if (this.phase !== 'died') this.phase = phase;
  }
}
