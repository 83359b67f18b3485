/** From a model file to a model that makes embeddings. A file that names no way to make them is refused. */
import { type Pooling, poolingOf, poolingType } from '../format/embedding-model.ts';
import type { ModelFile } from '../format/model-file.ts';
import { cannotRun, summarize } from '../format/summary.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { LoadProgress } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import { wholeTextEncoder } from '../text/whole-text.ts';
import { bringUp, type LoadedModel } from './bring-up.ts';
import { declareModel, type EngineOptions } from './declare-model.ts';
import { type ModelBytes, readModelFile, refuse } from './load-model.ts';

/** A model on the GPU with all that an embedding needs. */
export interface LoadedEmbeddingModel extends LoadedModel {
  readonly pooling: Pooling;
  /** Ids of a whole text, with those that its file wants before and behind it. */
  readonly textIds: (text: string) => number[];
}

/**
 * Loads a model that makes embeddings onto the device. Rejects with an EngineError, `FileUnsupported` if the file names no
 * way to make them, or with the signal's reason if aborted.
 */
export async function loadEmbeddingModel(
  gpu: Gpu,
  source: ModelBytes,
  fileName: string,
  options: EngineOptions,
  onProgress: (progress: LoadProgress) => void,
  signal?: AbortSignal,
): Promise<LoadedEmbeddingModel> {
  const startedAt = performance.now();
  const file = await readModelFile(source, signal);
  const summary = summarize(file, fileName);
  refuse(cannotRun(file));
  const pooling = requirePooling(file, summary.architecture);
  const declared = await declareModel(gpu, file, summary, pooling, options, signal);
  const textIds = wholeTextEncoder(file, declared.tokenizer);
  const model = await bringUp(gpu, declared, () => Promise.resolve(), onProgress, signal);
  return { ...model, pooling, textIds, loadMs: performance.now() - startedAt };
}

function requirePooling(file: ModelFile, architecture: string): Pooling {
  const pooling = poolingOf(file, architecture);
  if (pooling !== null) return pooling;
  if (file.container !== 'gguf') {
    throw new EngineError('FileUnsupported', {
      what: 'The folder does not say how to make an embedding of a text',
      expected: 'modules.json, and the folder with the pooling that it names',
      remedy: 'Choose the whole folder of an embedding model, with the folders in it.',
    });
  }
  throw new EngineError('FileUnsupported', {
    what: 'The file does not say how to make an embedding of a text',
    expected: `"${architecture}.pooling_type" of 1 (mean), 2 (first token) or 3 (last token)`,
    got: poolingType(file, architecture) || 'none',
    remedy: 'Choose an embedding model, or another conversion of this one.',
  });
}
