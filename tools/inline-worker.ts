/**
 * A part of the build: what Vite writes for a worker that is imported with `?worker&inline` holds the worker's code twice,
 * the second time for a `data:` address, which no policy of ours allows. This keeps the first.
 */
import type { Plugin } from 'vite';

const WRAPPER = /export default function WorkerWrapper[\s\S]*$/;

/** Takes the second copy out. Throws where Vite writes something else by now. */
export function inlineWorkerOnce(): Plugin {
  return {
    name: 'inline-worker-once',
    enforce: 'post',
    transform(code, id) {
      if (!/[?&]inline\b/.test(id) || !/[?&]worker\b/.test(id)) return null;
      if (!WRAPPER.test(code)) throw new Error(`Vite wraps the worker ${id} in an unknown way`);
      return code.replace(
        WRAPPER,
        'export default class { constructor({ name }) { return new Worker(URL.createObjectURL(blob), { type: "module", name }); } }\n',
      );
    },
  };
}
