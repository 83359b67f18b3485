/**
 * Our engine for embeddings: one model, one text at a time, each from its beginning. Needs a device and a source of bytes,
 * no page and no network. A text that is longer than the context is refused, never cut.
 */
import type { Gpu } from '../gpu/gpu.ts';
import type { LoadProgress } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import { type LoadedEmbeddingModel, loadEmbeddingModel } from './load-embedding-model.ts';
import type { EngineOptions } from './declare-model.ts';
import type { ModelBytes } from './load-model.ts';

/** A loaded model that makes embeddings. One text at a time. */
export class EmbeddingEngine {
  readonly gpu: Gpu;
  readonly model: LoadedEmbeddingModel;

  private constructor(gpu: Gpu, model: LoadedEmbeddingModel) {
    this.gpu = gpu;
    this.model = model;
  }

  /** Loads a model from its file or files. Rejects with an EngineError, or with the signal's reason if aborted. */
  static async load(
    gpu: Gpu,
    source: ModelBytes,
    fileName: string,
    options: EngineOptions = {},
    onProgress: (progress: LoadProgress) => void = () => undefined,
    signal?: AbortSignal,
  ): Promise<EmbeddingEngine> {
    return new EmbeddingEngine(gpu, await loadEmbeddingModel(gpu, source, fileName, options, onProgress, signal));
  }

  /**
   * The embedding of a text, or of ids as they are: (embeddingLength), of length 1. Rejects with `ContextFull` for a text
   * that is too long, `SettingInvalid` for one without ids or with an unknown one, or with the signal's reason.
   */
  async embed(text: string | readonly number[], signal?: AbortSignal): Promise<Float32Array> {
    const { runner, textIds } = this.model;
    const ids = typeof text === 'string' ? textIds(text) : text;
    this.#check(ids);
    signal?.throwIfAborted();
    const result = await runner.prefill(ids, 0, [], true, () => undefined, signal);
    signal?.throwIfAborted();
    return normalized(await result!.logits!);
  }

  /** Frees the model's buffers; the device stays open. */
  dispose(): void {
    this.model.dispose();
  }

  #check(ids: readonly number[]): void {
    const { contextLength, shape } = this.model;
    if (ids.length === 0) throw new EngineError('SettingInvalid', { what: 'The text is empty' });
    const stray = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= shape.vocabularySize);
    if (stray !== undefined) {
      throw new EngineError('SettingInvalid', {
        what: 'The text holds a token that this model does not have',
        expected: `ids from 0 to ${shape.vocabularySize - 1}`,
        got: stray,
      });
    }
    if (ids.length <= contextLength) return;
    const readsMore = contextLength < shape.contextLength;
    throw new EngineError('ContextFull', {
      what: 'The text is longer than what is embedded at once',
      expected: `at most ${contextLength} tokens`,
      got: ids.length,
      remedy: `Embed parts of it${readsMore ? ', or load the model with a longer context' : ''}.`,
    });
  }
}

/** The same direction, of length 1. Throws `GpuWrongResult` if there is none. */
function normalized(values: Float32Array): Float32Array {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  if (Number.isFinite(length) && length > 0) return values.map((value) => value / length);
  throw new EngineError('GpuWrongResult', {
    what: 'The graphics device computed no valid embedding',
    expected: 'a length above 0',
    got: length,
    remedy: 'Update the browser or the graphics driver, or choose another model.',
  });
}
