/** The engines in Node: a model file from disk on whichever WebGPU adapter this machine has. */
import { basename } from 'node:path';
import { EmbeddingEngine } from '../workers/engines/embedding.ts';
import type { EngineOptions } from '../workers/engines/load-model.ts';
import { NativeEngine } from '../workers/engines/native.ts';
import type { Gpu } from '../workers/gpu/gpu.ts';
import { openGpu } from '../workers/gpu/open-gpu.ts';
import type { ByteSource } from '../workers/source/byte-source.ts';
import { openNodeGpu } from './node-gpu.ts';
import { openFileSource } from './testing/file-source.ts';

/** An engine and the file under it. */
interface Opened<Engine> {
  readonly engine: Engine;
  /** Frees the GPU and closes the file. */
  close(): Promise<void>;
}

/** An engine that answers. */
export type NodeEngine = Opened<NativeEngine>;

/**
 * Loads a model file that writes.
 *
 * @param adapterName part of an adapter's name to insist on; empty takes the best
 */
export function openNodeEngine(path: string, options: EngineOptions = {}, adapterName = ''): Promise<NodeEngine> {
  return open(path, adapterName, (gpu, source) => NativeEngine.load(gpu, source, basename(path), options));
}

/** Loads a model file that makes embeddings; `adapterName` as above. */
export function openNodeEmbedder(
  path: string,
  options: EngineOptions = {},
  adapterName = '',
): Promise<Opened<EmbeddingEngine>> {
  return open(path, adapterName, (gpu, source) => EmbeddingEngine.load(gpu, source, basename(path), options));
}

async function open<Engine extends { dispose(): void }>(
  path: string,
  adapterName: string,
  load: (gpu: Gpu, source: ByteSource) => Promise<Engine>,
): Promise<Opened<Engine>> {
  const gpu = await openGpu(openNodeGpu(adapterName));
  if ('kind' in gpu)
    throw new Error(`No WebGPU adapter: ${gpu.detail} Install a Vulkan driver (Mesa 25 or newer, or Chromium).`);
  const source = await openFileSource(path);
  try {
    const engine = await load(gpu, source);
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
