/** Starts the library worker inside its own frame, whose policy lets it reach models, and gives its API as plain async methods. */
import { proxy, transfer, wrap } from 'comlink';
import type { CheckOutcome } from '../../workers/protocol/care.ts';
import type { EngineError } from '../../workers/protocol/errors.ts';
import type { ExportOutcome } from '../../workers/protocol/export.ts';
import type { AddOutcome, LibraryApi } from '../../workers/protocol/library.ts';
import type { ModelSource } from '../../workers/protocol/model.ts';
import { linkFramedWorker } from './framed-worker.ts';
import type { Guard, WorkerLink } from './link.ts';

/**
 * Starts the library, which prefers these folders of models to any hub (see `LibraryApi.preferFolders`). Rejects with
 * `WorkerFailed`; `onDied` hears of a later death.
 */
export async function connectLibrary(
  folders: readonly string[],
  onDied: (error: EngineError) => void,
): Promise<WorkerLink<LibraryApi>> {
  const link = await linkFramedWorker('library', 'The library', libraryApi, onDied);
  await link.api.preferFolders(folders);
  return link;
}

function libraryApi(port: MessagePort, guard: Guard): LibraryApi {
  const remote = wrap<LibraryApi>(port);
  return {
    list: () => guard(remote.list()),
    find: (place) => guard(remote.find(place)),
    search: (query) => guard(remote.search(query)),
    folder: (address) => guard(remote.folder(address)),
    preferFolders: (addresses) => guard(remote.preferFolders(addresses)),
    inspect: (source) => guard(remote.inspect(source)),
    add: (source, onProgress, key) => guard<AddOutcome>(remote.add(withPort(source), proxy(onProgress), key)),
    resume: (id, onProgress, key) => guard<AddOutcome>(remote.resume(id, proxy(onProgress), key)),
    pause: (key) => guard(remote.pause(key)),
    repair: (id) => guard(remote.repair(id)),
    export: (id, target, goOn) => guard<ExportOutcome>(remote.export(id, target, proxy(goOn))),
    lend: (id, port) => guard(remote.lend(id, transfer(port, [port as MessagePort]))),
    remove: (id) => guard(remote.remove(id)),
    abouts: () => guard(remote.abouts()),
    remark: (id, remarks) => guard(remote.remark(id, remarks)),
    check: (id, onProgress) => guard<CheckOutcome>(remote.check(id, proxy(onProgress))),
    stopCheck: (id) => guard(remote.stopCheck(id)),
    hide: (id) => guard(remote.hide(id)),
    bringBack: (id) => guard(remote.bringBack(id)),
  };
}

/** A port goes to the worker whole; all else is copied. */
function withPort(source: ModelSource): ModelSource {
  if (source.kind !== 'device' || source.connection === undefined) return source;
  return transfer(source, [source.connection.port as MessagePort]);
}
