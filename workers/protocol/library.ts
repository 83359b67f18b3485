/** The library worker's API: bytes in, bytes kept. It never sees a prompt. */
import type { CareApi } from './care.ts';
import type { ExportOutcome, ExportTarget } from './export.ts';
import type { FoundModels, HubModels, HubQuery, ModelPlace } from './found.ts';
import type { ModelFolder } from './model-folder.ts';
import type { ChunkPort, OfferedModel } from './hand-over.ts';
import type { LibraryEntry, ModelSource, ModelSummary, TransferProgress } from './model.ts';

/** How `add` ended; pausing is an outcome, not an error. */
export type AddOutcome =
  | { readonly kind: 'added'; readonly entry: LibraryEntry }
  | { readonly kind: 'paused'; readonly entry: LibraryEntry | null };

/** What the library worker does. Every method may reject with an EngineError. */
export interface LibraryApi extends CareApi {
  /** Every file in the store, complete or partial, newest first. Sweeps orphans on the first call. */
  list(): Promise<LibraryEntry[]>;
  /** Looks for models by the names of files. Of a repository it reads the list; of local files it is given theirs. */
  find(place: ModelPlace): Promise<FoundModels>;
  /** Searches a hub by words for repositories of models that run here. One request; nothing is fetched of a model. */
  search(query: HubQuery): Promise<HubModels>;
  /** What a folder of models offers, by its index, which is read anew; `null` where it has none. `address` as below. */
  folder(address: string): Promise<ModelFolder | null>;
  /**
   * Has every file of a hub that lies in one of these folders too be taken from there, the first folder first. Addresses
   * are absolute, with a slash at the end. It holds for this worker.
   */
  preferFolders(addresses: readonly string[]): Promise<void>;
  /** Reads a source's metadata with range reads; stores nothing. */
  inspect(source: ModelSource): Promise<ModelSummary>;
  /**
   * Brings a file into the store, resuming where an earlier try ended. Validates the header first, so a bad file leaves
   * the library as it was. Where another tab or call is bringing it in, this follows that one, and goes on if its tab
   * dies. Rejects with `StorageFull` where it does not fit beside the others that this worker brings in. `onProgress` is a
   * comlink proxy. `key` is the caller's own name for this call, which `pause` takes: what entry a source will be is not
   * known until it has told.
   */
  add(source: ModelSource, onProgress: (progress: TransferProgress) => void, key?: string): Promise<AddOutcome>;
  /** Finishes a partial entry from its recorded origin; rejects with `NotFound` if its origin was a local file. */
  resume(id: string, onProgress: (progress: TransferProgress) => void, key?: string): Promise<AddOutcome>;
  /**
   * Stops the `add` or `resume` of this key, or all that run, once the chunks being written are stored; what is stored
   * stays. One that follows another call or tab stops that one too.
   */
  pause(key?: string): Promise<void>;
  /**
   * Reads every chunk of a complete file again and fetches the missing or damaged ones from the recorded origin. Rejects
   * with `NotFound` if that origin was a local file: adding the same file again repairs it then.
   */
  repair(id: string): Promise<void>;
  /**
   * Saves a complete model as the files that it was, each chunk checked as it is read; what fails or stops leaves no file.
   * `goOn` hears how far it is and says whether to go on; it is a comlink proxy. Rejects with `ChunkMissing` or
   * `HashMismatch`, which `repair` mends, or with `StorageFailed` where the files cannot be written.
   */
  export(
    id: string,
    target: ExportTarget,
    goOn: (progress: TransferProgress) => boolean | Promise<boolean>,
  ): Promise<ExportOutcome>;
  /**
   * Gives the chunks of a complete model to whoever asks at the other end of the port (`ChunkAsk`), until it is over; until
   * then the model cannot be deleted. Rejects with `NotFound`, `FileBusy`, or `RequestForbidden` under the air gap.
   */
  lend(id: string, port: ChunkPort): Promise<OfferedModel>;
  /** Deletes a file, or one that `hide` hid, and frees its bytes. Rejects with `FileBusy` while the engine reads it. */
  remove(id: string): Promise<void>;
}
