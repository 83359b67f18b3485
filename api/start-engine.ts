/** Starts the library's one worker, and loads the model in it. */
import { proxy, wrap } from 'comlink';
import { linkWorker } from '../src/engine/link.ts';
import { startWorker } from '../src/engine/start-worker.ts';
import type { ApiEngine, ApiModel, ApiProgress } from '../workers/protocol/api.ts';
import type { LoadOptions } from '../workers/protocol/engine.ts';
import { invalid } from './errors.ts';

/** Which model, and how it is brought up. */
export interface FreeholdOptions extends LoadOptions {
  /**
   * A file, or all files of a model in parts or in a folder; the address of a GGUF file, which is stored in this origin's
   * IndexedDB and fetched once; or the id of a model in that store, 64 hex digits.
   */
  readonly model: Blob | readonly File[] | URL | string;
  /** Where `freehold.worker.js` is; beside the library's own module if it is missing. */
  readonly workerUrl?: URL | string;
  /** Hears how far the load is: fetched and checked where it comes from an address, then read and compiled. */
  readonly onProgress?: (progress: ApiProgress) => void;
  /** Ends the load; what was fetched stays, and a later load goes on behind it. */
  readonly signal?: AbortSignal;
}

/** A started worker. */
export interface StartedEngine {
  readonly api: ApiEngine;
  /** Ends the worker; running calls reject with `WorkerFailed`. */
  end(): void;
}

/** Starts the worker. Rejects with `WorkerFailed`. */
export async function startEngine(workerUrl: FreeholdOptions['workerUrl']): Promise<StartedEngine> {
  const url = new URL(workerUrl ?? new URL(/* @vite-ignore */ './freehold.worker.js', import.meta.url), location.href);
  const { port1, port2 } = new MessageChannel();
  // Browsers start no worker from another origin; a blob of this one may import it where that origin lets others read it.
  startWorker(url.href, port2, { probe: false, direct: url.origin === location.origin });
  const link = await linkWorker<ApiEngine>(
    port1,
    'The engine',
    (port, guard) => {
      const remote = wrap<ApiEngine>(port);
      return {
        availability: (model) => guard(remote.availability(model)),
        load: (model, options, onProgress) => guard(remote.load(model, options, proxy(onProgress))),
        generate: (request, onEvent) => guard(remote.generate(request, proxy(onEvent))),
        countTokens: (conversation) => guard(remote.countTokens(conversation)),
        stop: () => guard(remote.stop()),
        embed: (text) => guard(remote.embed(text)),
      };
    },
    () => undefined,
  );
  return {
    api: link.api,
    end: () => {
      link.end();
    },
  };
}

/** The model as the worker takes it. Throws a `FreeholdError` for what is none. */
export function apiModel(model: FreeholdOptions['model']): ApiModel {
  if (model instanceof Blob) return { kind: 'file', ...localFile(model) };
  if (typeof model === 'string' && /^[0-9a-f]{64}$/.test(model)) return { kind: 'stored', id: model };
  if (typeof model === 'string' || model instanceof URL) {
    if (URL.canParse(model, location.href)) return { kind: 'url', url: new URL(model, location.href).href };
  } else if (model.length > 0) {
    return { kind: 'files', name: model[0]!.name, files: model.map(localFile) };
  }
  throw invalid('model', {
    what: 'This names no model',
    expected: 'a File, the files of a model, an address, or the id of a stored model',
    got: JSON.stringify(model),
  });
}

/** The loading part of the options, with nothing that cannot be cloned. */
export function loadOptions({ contextLength, assumePreTokenizer, quantize }: LoadOptions): LoadOptions {
  return {
    ...(contextLength === undefined ? {} : { contextLength }),
    ...(assumePreTokenizer === undefined ? {} : { assumePreTokenizer }),
    ...(quantize === undefined ? {} : { quantize }),
  };
}

function localFile(file: Blob): { file: Blob; fileName: string } {
  return { file, fileName: file instanceof File ? file.webkitRelativePath || file.name : 'model.gguf' };
}
