/**
 * transformers.js in Node, on the WebAssembly runtime that it has in a browser: its Node build wants a native runtime,
 * which is left out of the packages here, and takes the one that it finds under a symbol instead.
 */
import { createRequire } from 'node:module';
import type * as Transformers from '@huggingface/transformers';
import type { Folder } from './folder.ts';

/** transformers.js takes what lies under it for its runtime. Source: its `backends/onnx.js`. */
const RUNTIME = Symbol.for('onnxruntime');

/** Where files of folders in memory lie, as far as transformers.js knows. */
const HOST = 'http://memory.invalid/';

/** What every loader is told; `auto`, as transformers.js lists no devices of this runtime. */
export const loadedOnWasm = {
  device: 'auto',
  dtype: 'fp32',
  session_options: { executionProviders: ['wasm'] },
} as const;

/** transformers.js, which finds nothing but these folders, by names such as `a/b`. */
export async function openTransformers(folders: Readonly<Record<string, Folder>>): Promise<typeof Transformers> {
  const require = createRequire(import.meta.url);
  // The very runtime that transformers.js depends on.
  const runtimePath = createRequire(require.resolve('@huggingface/transformers')).resolve('onnxruntime-web');
  Object.assign(globalThis, { [RUNTIME]: require(runtimePath) as unknown });
  const transformers = await import('@huggingface/transformers');
  const { env } = transformers;
  // Else it would fetch its WebAssembly from a network; beside the runtime, it lies there.
  delete env.backends.onnx.wasm!.wasmPaths;
  env.backends.onnx.wasm!.numThreads = 1;
  env.useWasmCache = false;
  env.remoteHost = HOST;
  env.allowLocalModels = false;
  env.useCustomCache = true;
  const files = new Map<string, Uint8Array<ArrayBuffer>>(
    Object.entries(folders).flatMap(([name, folder]) =>
      [...folder].map(([path, bytes]) => [`${HOST}${name}/resolve/main/${path}`, bytes] as const),
    ),
  );
  env.customCache = {
    match: async (address) => {
      const bytes = files.get(address);
      return bytes && new Response(bytes);
    },
    put: async () => undefined,
  };
  env.fetch = async () => new Response(null, { status: 404 });
  return transformers;
}
