/**
 * What runs ONNX exports and is no part of the page: the ONNX Runtime's WebAssembly, fetched here because the engine has no
 * network, and the engine's own script for it. Both come from this site once a person has agreed, and are kept for visits
 * without a network; the service worker answers for the script.
 */
import runtimeUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import { EngineError } from '../../workers/protocol/errors.ts';
import { formatBytes } from './format.ts';
import { RUNTIME_BYTES } from './runtime-bytes.ts';

/** The service worker's configuration names it too. */
const ONNX_CACHE = 'freehold-onnx';

/**
 * The WebAssembly that is kept; with `fetches` it is fetched first where there is none. Rejects with `RuntimeNeeded`, which
 * says what it takes, or with `SourceUnreachable` or `StorageFailed`.
 */
export async function bringRuntime(fetches: boolean): Promise<ArrayBuffer> {
  const cache = await caches.open(ONNX_CACHE);
  const kept = await cache.match(runtimeUrl);
  if (kept !== undefined) return kept.arrayBuffer();
  if (!fetches) {
    throw new EngineError('RuntimeNeeded', {
      what: `This model runs on the ONNX Runtime: ${formatBytes(RUNTIME_BYTES)} that come from this site, once, and stay for visits without a network`,
    });
  }
  await keep(cache, runtimeUrl, '.wasm');
  return bringRuntime(false);
}

/** Keeps the script that the engine came with. What cannot be kept is fetched again on the next visit. */
export async function keepScript(url: string | undefined): Promise<void> {
  const cache = await caches.open(ONNX_CACHE);
  if (url === undefined || (await cache.match(url)) !== undefined) return;
  await keep(cache, url, '.js').catch(() => undefined);
}

/** Fetches and keeps one file; another version of it goes. */
async function keep(cache: Cache, url: string, ending: string): Promise<void> {
  const response = await fetch(url).catch(() => null);
  if (response?.ok !== true) {
    throw new EngineError('SourceUnreachable', {
      what: 'The ONNX Runtime could not be fetched from this site',
      ...(response !== null && { got: `status ${response.status}` }),
    });
  }
  for (const old of await cache.keys()) if (old.url.endsWith(ending)) await cache.delete(old);
  await cache.put(url, response).catch((error: unknown) => {
    throw new EngineError('StorageFailed', {
      what: 'The ONNX Runtime could not be kept in the browser’s storage',
      got: String(error),
      remedy: 'Delete a model that you no longer need, and load this one again.',
    });
  });
}
