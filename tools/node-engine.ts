/** The engine in Node: a model from disk on whichever WebGPU adapter this machine has. */
import { openGpu } from '../workers/gpu/open-gpu.ts';
import type { EngineOptions } from '../workers/engines/load-model.ts';
import { NativeEngine } from '../workers/engines/native.ts';
import { openModelFiles } from './model-files.ts';
import { openNodeGpu } from './node-gpu.ts';

/** An engine and the files under it. */
export interface NodeEngine {
  readonly engine: NativeEngine;
  /** Frees the GPU and closes the files. */
  close(): Promise<void>;
}

/**
 * Loads a model.
 *
 * @param paths what `openModelFiles` takes
 * @param adapterName part of an adapter's name to insist on; empty takes the best
 */
export async function openNodeEngine(
  paths: string | readonly string[],
  options: EngineOptions = {},
  adapterName = '',
): Promise<NodeEngine> {
  const gpu = await openGpu(openNodeGpu(adapterName));
  if ('kind' in gpu)
    throw new Error(`No WebGPU adapter: ${gpu.detail} Install a Vulkan driver (Mesa 25 or newer, or Chromium).`);
  const files = await openModelFiles(typeof paths === 'string' ? [paths] : paths).catch((error: unknown) => {
    gpu.destroy();
    throw error;
  });
  try {
    const engine = await NativeEngine.load(gpu, files.bytes, files.name, options);
    return {
      engine,
      close: async () => {
        engine.dispose();
        gpu.destroy();
        await files.close();
      },
    };
  } catch (error) {
    gpu.destroy();
    await files.close();
    throw error;
  }
}
