/** The engines in Node: a model from disk on whichever WebGPU adapter this machine has. */
import { EmbeddingEngine } from '../workers/engines/embedding.ts';
import type { EngineOptions } from '../workers/engines/declare-model.ts';
import { NativeEngine } from '../workers/engines/native.ts';
import type { Tuning } from '../workers/engines/tuning.ts';
import type { Gpu } from '../workers/gpu/gpu.ts';
import { openGpu } from '../workers/gpu/open-gpu.ts';
import { type ModelFiles, openModelFiles } from './model-files.ts';
import { openNodeGpu } from './node-gpu.ts';

/** An engine and the files under it. */
interface Opened<Engine> {
  readonly engine: Engine;
  /** Frees the GPU and closes the files. */
  close(): Promise<void>;
}

/** An engine that answers. */
export type NodeEngine = Opened<NativeEngine>;

/**
 * Loads a model that writes.
 *
 * @param paths what `openModelFiles` takes
 * @param adapterName part of an adapter's name to insist on; empty takes the best
 * @param tune makes what the device is measured with; without it only its reduction is measured
 */
export function openNodeEngine(
  paths: string | readonly string[],
  options: EngineOptions = {},
  adapterName = '',
  tune?: (gpu: Gpu) => Tuning,
): Promise<NodeEngine> {
  return open(paths, adapterName, (gpu, { bytes, name }) =>
    NativeEngine.load(gpu, bytes, name, { ...options, ...(tune && { tuning: tune(gpu) }) }),
  );
}

/** Loads a model that makes embeddings; parameters as above. */
export function openNodeEmbedder(
  paths: string | readonly string[],
  options: EngineOptions = {},
  adapterName = '',
): Promise<Opened<EmbeddingEngine>> {
  return open(paths, adapterName, (gpu, { bytes, name }) => EmbeddingEngine.load(gpu, bytes, name, options));
}

/** A device, and the open files of a model that is not loaded yet: benches load it several times. */
export interface NodeModel {
  readonly gpu: Gpu;
  readonly files: ModelFiles;
  /** Frees the device with all that is on it, and closes the files. */
  close(): Promise<void>;
}

/** Opens both; parameters as above. */
export async function openNodeModel(paths: string | readonly string[], adapterName = ''): Promise<NodeModel> {
  const gpu = await openGpu(openNodeGpu(adapterName));
  if ('kind' in gpu)
    throw new Error(`No WebGPU adapter: ${gpu.detail} Install a Vulkan driver (Mesa 25 or newer, or Chromium).`);
  const files = await openModelFiles(typeof paths === 'string' ? [paths] : paths).catch((error: unknown) => {
    gpu.destroy();
    throw error;
  });
  return {
    gpu,
    files,
    close: async () => {
      gpu.destroy();
      await files.close();
    },
  };
}

async function open<Engine extends { dispose(): void }>(
  paths: string | readonly string[],
  adapterName: string,
  load: (gpu: Gpu, files: ModelFiles) => Promise<Engine>,
): Promise<Opened<Engine>> {
  const model = await openNodeModel(paths, adapterName);
  try {
    const engine = await load(model.gpu, model.files);
    return {
      engine,
      close: async () => {
        engine.dispose();
        await model.close();
      },
    };
  } catch (error) {
    await model.close();
    throw error;
  }
}
