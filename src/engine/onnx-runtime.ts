/**
 * The ONNX Runtime's WebAssembly, for the engine, which has no network. It comes from this site when a person wants it, and
 * stays in a cache whose name ends with the site's address, so that erasing everything finds it.
 */
import runtimeUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import { EngineError } from '../../workers/protocol/errors.ts';

/** What is kept, or `null`. */
export async function keptRuntime(): Promise<ArrayBuffer | null> {
  const kept = await (await openCache()).match(runtimeUrl);
  return kept === undefined ? null : kept.arrayBuffer();
}

/** Fetches and keeps it; another version that was kept goes. Rejects with `SourceUnreachable` or `StorageFailed`. */
export async function fetchRuntime(): Promise<void> {
  const cache = await openCache();
  const response = await fetch(runtimeUrl).catch(() => null);
  if (response?.ok !== true) {
    throw new EngineError('SourceUnreachable', {
      what: 'The ONNX Runtime could not be fetched from this site',
      ...(response !== null && { got: `status ${response.status}` }),
    });
  }
  for (const old of await cache.keys()) await cache.delete(old);
  await cache.put(runtimeUrl, response).catch((error: unknown) => {
    throw new EngineError('StorageFailed', {
      what: 'The ONNX Runtime could not be kept in the browser’s storage',
      got: String(error),
      remedy: 'Delete a model that you no longer need, and load this one again.',
    });
  });
}

/** What is said where it is needed and not there. */
export function runtimeNeeded(size: string): EngineError {
  return new EngineError('RuntimeNeeded', {
    what: `This model runs on the ONNX Runtime: ${size} that come from this site, once, and stay for later visits without a network`,
  });
}

function openCache(): Promise<Cache> {
  return caches.open(`onnx-runtime-${new URL('./', document.baseURI).href}`);
}
