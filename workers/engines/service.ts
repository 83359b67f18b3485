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
import type { NativeEngine } from './native.ts';

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
  #running: { readonly controller: AbortController; readonly done: Promise<void> } | null = null;
  #recoveries = 0;
  #warm: Promise<void> | null = null;

  async probe(): Promise<GpuReport> {
    const report = await probeGpu(navigator.gpu as GPU | undefined);
    // While a person looks at the page the device is opened and measured, which the first load would wait for.
    if (report.kind === 'available') this.#warm ??= this.#warmUp().catch(() => undefined); // a load tells what is wrong
    return report;
  }

  async load(
    id: string,
    options: LoadOptions,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<LoadedModel | null> {
    await this.#settle();
    return this.#run(async (signal) => {
      await this.#release();
      this.#recoveries = 0;
      try {
        this.#loaded = await this.#open(id, options, onProgress, signal);
      } catch (error) {
        if (signal.aborted) return null;
        throw error;
      }
      const { summary, contextLength, quantized, template, gpuBytes, loadMs } = this.#loaded.engine.model;
      return { id, summary, contextLength, quantized, chatTemplate: template.facts, gpuBytes, loadMs };
    });
  }

  async unload(): Promise<void> {
    await this.#settle();
    await this.#release();
  }

  async generate(request: GenerateRequest, onEvent: (event: GenerateEvent) => void): Promise<GenerateResult> {
    if (!this.#loaded) {
      throw new EngineError('NotFound', { what: 'No model is loaded', remedy: 'Load a model first.' });
    }
    return this.#run(async (signal) => {
      const tokens: number[] = [];
      const answer = async (): Promise<GenerateResult> => {
        const { engine } = this.#loaded!;
        const { messages, thinking, ...options } = request;
        return engine.answer(engine.promptIds(messages, thinking), options, onEvent, signal, tokens);
      };
      try {
        return await answer();
      } catch (error) {
        if (errorCode(error) !== 'GpuLost' || this.#recoveries > 0) throw error;
        await this.#recover(signal);
        return answer();
      }
    });
  }

  async stop(): Promise<void> {
    await this.#settle();
  }

  /** Runs one piece of work at a time; `#settle` can end it. */
  async #run<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (this.#running) {
      throw new EngineError('FileBusy', {
        what: 'The engine is at work already',
        remedy: 'Wait for it to finish, or stop it.',
      });
    }
    const controller = new AbortController();
    const result = work(controller.signal);
    const done = result.then(
      () => undefined,
      () => undefined,
    );
    this.#running = { controller, done };
    try {
      return await result;
    } finally {
      this.#running = null;
    }
  }

  /** Ends what is running, and resolves once it has ended. */
  async #settle(): Promise<void> {
    while (this.#running) {
      this.#running.controller.abort();
      await this.#running.done;
    }
  }

  async #open(
    id: string,
    options: LoadOptions,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<Loaded> {
    const file = await openStored(id);
    try {
      await this.#warm;
      const gpu = await this.#device();
      const { NativeEngine } = await import('./native.ts');
      const bytes = file.files.length === 1 ? file : file.files;
      const engine = await NativeEngine.load(gpu, bytes, file.summary.fileName, options, onProgress, signal);
      return { id, options, file, engine };
    } catch (error) {
      await file.release();
      throw error;
    }
  }

  /** The page shows before this runs: kernels are fetched, and a device opened, once it has. */
  async #warmUp(): Promise<void> {
    const gpu = await this.#device();
    const { warmUp } = await import('./load-model.ts');
    await warmUp(gpu);
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
    await this.#release();
    this.#loaded = await this.#open(id, options, () => undefined, signal);
  }

  /** Resolves once the file may be deleted. */
  async #release(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = null;
    loaded?.engine.dispose();
    await loaded?.file.release();
  }
}
