/** The engine in Node: a model file from disk on whichever WebGPU adapter this machine has. */
import { basename } from 'node:path';
import { openGpu } from '../workers/gpu/open-gpu.ts';
import type { EngineOptions } from '../workers/engines/load-model.ts';
import { NativeEngine } from '../workers/engines/native.ts';
import { openNodeGpu } from './node-gpu.ts';
import { openFileSource } from './testing/file-source.ts';

/** An engine and the file under it. */
export interface NodeEngine {
  readonly engine: NativeEngine;
  /** Frees the GPU and closes the file. */
  close(): Promise<void>;
}

/**
 * Loads a model file.
 *
 * @param adapterName part of an adapter's name to insist on; empty takes the best
 */
export async function openNodeEngine(path: string, options: EngineOptions = {}, adapterName = ''): Promise<NodeEngine> {
  const gpu = await openGpu(openNodeGpu(adapterName));
  if ('kind' in gpu)
    throw new Error(`No WebGPU adapter: ${gpu.detail} Install a Vulkan driver (Mesa 25 or newer, or Chromium).`);
  const source = await openFileSource(path);
  try {
    const engine = await NativeEngine.load(gpu, source, basename(path), options);
    return {
      engine,
      close: async () => {
        engine.dispose();
        gpu.destroy();
        await source.close();
      },
    };
  } catch (error) {
    gpu.destroy();
    await source.close();
    throw error;
  }
}
