/**
 * What the engine worker offers to the page: one GPU, one model from the store, one answer at a time.
 *
 * A lost device is brought back once: device, weights and cache are made anew and the answer goes on where it was cut
 * off. A second loss is reported; Chromium blocks a page that keeps losing its GPU.
 */
import type { Gpu } from '../gpu/gpu.ts';
import { openGpu, probeGpu } from '../gpu/open-gpu.ts';
import type {
  EngineApi,
  GenerateEvent,
  GenerateRequest,
  GenerateResult,
  GpuReport,
  LoadedModel,
  LoadOptions,
  LoadProgress,
} from '../protocol/engine.ts';
import { EngineError, errorCode } from '../protocol/errors.ts';
import { openStored, type StoredFile } from '../store/stored-file.ts';
import { NativeEngine } from './native.ts';

/** A loaded model and what it takes to load it again. */
interface Loaded {
  readonly id: string;
  readonly options: LoadOptions;
  readonly file: StoredFile;
  readonly engine: NativeEngine;
}

/** The engine worker's one object. */
export class EngineService implements EngineApi {
  #loaded: Loaded | null = null;
  #gpu: Gpu | null = null;
  #running: AbortController | null = null;
  #recoveries = 0;

  async probe(): Promise<GpuReport> {
    return probeGpu(navigator.gpu as GPU | undefined);
  }

  async load(
    id: string,
    options: LoadOptions,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<LoadedModel | null> {
    const { signal } = this.#begin();
    try {
      this.#release();
      const loaded = await this.#open(id, options, onProgress, signal);
      this.#loaded = loaded;
      const { summary, contextLength, gpuBytes, loadMs } = loaded.engine.model;
      return { id, summary, contextLength, gpuBytes, loadMs };
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    } finally {
      this.#running = null;
    }
  }

  async unload(): Promise<void> {
    this.#running?.abort();
    this.#release();
    return Promise.resolve();
  }

  async generate(request: GenerateRequest, onEvent: (event: GenerateEvent) => void): Promise<GenerateResult> {
    if (!this.#loaded) {
      throw new EngineError('NotFound', { what: 'No model is loaded', remedy: 'Load a model first.' });
    }
    const { signal } = this.#begin();
    const tokens: number[] = [];
    const answer = async (): Promise<GenerateResult> => {
      const { engine } = this.#loaded!;
      const { messages, ...options } = request;
      return engine.answer(engine.promptIds(messages), options, onEvent, signal, tokens);
    };
    try {
      return await answer().catch(async (error: unknown) => {
        if (errorCode(error) !== 'GpuLost' || this.#recoveries > 0) throw error;
        await this.#recover(signal);
        return answer();
      });
    } finally {
      this.#running = null;
    }
  }

  async stop(): Promise<void> {
    this.#running?.abort();
    return Promise.resolve();
  }

  #begin(): AbortController {
    if (this.#running) {
      throw new EngineError('FileBusy', {
        what: 'The engine is at work already',
        remedy: 'Wait for it to finish, or stop it.',
      });
    }
    this.#running = new AbortController();
    return this.#running;
  }

  async #open(
    id: string,
    options: LoadOptions,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<Loaded> {
    const file = await openStored(id);
    try {
      const gpu = await this.#device();
      const engine = await NativeEngine.load(gpu, file, file.summary.fileName, options, onProgress, signal);
      return { id, options, file, engine };
    } catch (error) {
      file.release();
      throw error;
    }
  }

  async #device(): Promise<Gpu> {
    if (this.#gpu && this.#gpu.lostReason === null) return this.#gpu;
    const gpu = await openGpu(navigator.gpu as GPU | undefined);
    if ('kind' in gpu) {
      throw new EngineError('GpuUnavailable', {
        what: gpu.detail.replace(/\.$/, ''),
        remedy: 'Reload the page, or use a browser with WebGPU.',
      });
    }
    this.#gpu = gpu;
    return gpu;
  }

  async #recover(signal: AbortSignal): Promise<void> {
    this.#recoveries++;
    const { id, options } = this.#loaded!;
    this.#release();
    this.#loaded = await this.#open(id, options, () => undefined, signal);
  }

  #release(): void {
    this.#loaded?.engine.dispose();
    this.#loaded?.file.release();
    this.#loaded = null;
  }
}
