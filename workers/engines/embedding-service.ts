/**
 * An embedding model in a worker: its device, its bytes, one text at a time. A lost device is brought back once; a second
 * loss is reported.
 */
import type { Embedded } from '../protocol/api.ts';
import type { LoadOptions, LoadProgress } from '../protocol/engine.ts';
import { EngineError, errorCode } from '../protocol/errors.ts';
import type { OpenModel } from '../store/stored-file.ts';
import { EmbeddingEngine } from './embedding.ts';
import type { LoadedEmbeddingModel } from './load-embedding-model.ts';
import { openDevice } from './open-device.ts';

/** One embedding model and what it takes to load it again. */
export class EmbeddingService {
  readonly #file: OpenModel;
  readonly #options: LoadOptions;
  #engine: EmbeddingEngine | null = null;
  #isRecovered = false;

  /** `file` stays open, to be read again. */
  constructor(file: OpenModel, options: LoadOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** Loads the model. Rejects with `GpuUnavailable` or as `EmbeddingEngine.load` does, and lets the file go then. */
  async load(onProgress: (progress: LoadProgress) => void = () => undefined): Promise<LoadedEmbeddingModel> {
    const { files, summary } = this.#file;
    try {
      const bytes = files.length === 1 ? this.#file : files;
      this.#engine = await EmbeddingEngine.load(await openDevice(), bytes, summary.fileName, this.#options, onProgress);
      return this.#engine.model;
    } catch (error) {
      await this.#file.release();
      throw error;
    }
  }

  /** Rejects with `NotFound` before the load, or as `EmbeddingEngine.embed` does. */
  async embed(text: string | readonly number[]): Promise<Embedded> {
    try {
      return await this.#embed(text);
    } catch (error) {
      if (errorCode(error) !== 'GpuLost' || this.#isRecovered) throw error;
      this.#isRecovered = true;
      this.#engine?.dispose();
      await this.load();
      return this.#embed(text);
    }
  }

  async #embed(text: string | readonly number[]): Promise<Embedded> {
    if (this.#engine === null) throw new EngineError('NotFound', { what: 'No model is loaded', remedy: 'Load one.' });
    const ids = typeof text === 'string' ? this.#engine.model.textIds(text) : text;
    return { values: await this.#engine.embed(ids), tokens: ids.length };
  }
}
