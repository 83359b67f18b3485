/** Starts the library worker, bound by the page's policy, and gives its API as plain async methods. */
import { proxy, wrap } from 'comlink';
import libraryWorkerUrl from '../../workers/library.worker.ts?worker&url';
import type { EngineError } from '../../workers/protocol/errors.ts';
import type { AddOutcome, LibraryApi } from '../../workers/protocol/library.ts';
import { linkWorker, type Guard, type WorkerLink } from './link.ts';
import { startWorker } from './start-worker.ts';

/** Starts the library. Rejects with `WorkerFailed`; `onDied` hears of a later death. */
export function connectLibrary(onDied: (error: EngineError) => void): Promise<WorkerLink<LibraryApi>> {
  const { port1, port2 } = new MessageChannel();
  startWorker(new URL(libraryWorkerUrl, location.href).href, port2, { probe: false });
  return linkWorker(port1, 'The library', libraryApi, onDied);
}

function libraryApi(port: MessagePort, guard: Guard): LibraryApi {
  const remote = wrap<LibraryApi>(port);
  return {
    list: () => guard(remote.list()),
    find: (place) => guard(remote.find(place)),
    inspect: (source) => guard(remote.inspect(source)),
    add: (source, onProgress) => guard<AddOutcome>(remote.add(source, proxy(onProgress))),
    resume: (id, onProgress) => guard<AddOutcome>(remote.resume(id, proxy(onProgress))),
    pause: () => guard(remote.pause()),
    repair: (id) => guard(remote.repair(id)),
    remove: (id) => guard(remote.remove(id)),
  };
}
