/** What the engine is doing: looking for a GPU, loading, answering, dead. The one place that calls the engine worker. */
import type {
  EngineApi,
  GenerateEvent,
  GenerateRequest,
  GenerateResult,
  GpuReport,
  LoadedModel,
  LoadOptions,
  LoadProgress,
} from '../../workers/protocol/engine.ts';
import { EngineError, errorCode, type ErrorCode } from '../../workers/protocol/errors.ts';
import type { WorkerLink } from '../engine/link.ts';

/** Starts a worker and gives its API. */
export type Connect<Api> = (onDied: (error: EngineError) => void) => Promise<WorkerLink<Api>>;

/** The engine's states; `died` is the worker's, everything else follows from the GPU and the model on it. */
export type EnginePhase = 'starting' | 'unavailable' | 'none' | 'loading' | 'ready' | 'generating' | 'died';

/** After these errors of an answer the model is no longer on the GPU. */
const MODEL_IS_GONE: readonly (ErrorCode | null)[] = ['GpuLost', 'GpuOutOfMemory', 'GpuUnavailable', 'GpuWrongResult'];

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

  /** `onDied` hears when the worker dies while nothing waits for it, or beside the call that fails with it. */
  constructor(connect: Connect<EngineApi>, onDied: (error: EngineError) => void) {
    this.#connect = connect;
    this.#onDied = onDied;
  }

  /** Starts the worker, anew if there was one, and looks for a GPU. */
  async start(): Promise<void> {
    this.#link?.end();
    this.#link = null;
    this.phase = 'starting';
    this.model = null;
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

  /** Puts a stored model onto the GPU in place of the one that is there, or of one on its way. False if it was stopped. */
  async load(id: string, options: LoadOptions): Promise<boolean> {
    for (let earlier = this.#loading; earlier !== null; earlier = this.#loading) {
      await this.stop();
      await earlier.catch(() => false);
    }
    const loading = this.#load(id, options);
    this.#loading = loading;
    try {
      return await loading;
    } finally {
      if (this.#loading === loading) this.#loading = null;
    }
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
    const api = this.#api();
    this.phase = 'generating';
    try {
      const result = await api.generate(request, onEvent);
      this.#settle('ready');
      return result;
    } catch (error) {
      if (MODEL_IS_GONE.includes(errorCode(error))) this.model = null;
      this.#settle(this.model === null ? 'none' : 'ready');
      throw error;
    }
  }

  /** Ends a running load or answer. */
  async stop(): Promise<void> {
    await this.#link?.api.stop();
  }

  async #load(id: string, options: LoadOptions): Promise<boolean> {
    const api = this.#api();
    this.model = null;
    this.progress = null;
    this.phase = 'loading';
    try {
      this.model = await api.load(id, options, (progress) => {
        this.progress = progress;
      });
      return this.model !== null;
    } finally {
      this.progress = null;
      this.#settle(this.model === null ? 'none' : 'ready');
    }
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
