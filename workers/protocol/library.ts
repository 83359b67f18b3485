/** The library worker's API: bytes in, bytes kept. It never sees a prompt. */
import type { FoundModels, ModelPlace } from './found.ts';
import type { LibraryEntry, ModelSource, ModelSummary, TransferProgress } from './model.ts';

/** How `add` ended; pausing is an outcome, not an error. */
export type AddOutcome =
  | { readonly kind: 'added'; readonly entry: LibraryEntry }
  | { readonly kind: 'paused'; readonly entry: LibraryEntry | null };

/** What the library worker does. Every method may reject with an EngineError. */
export interface LibraryApi {
  /** Every file in the store, complete or partial, newest first. Sweeps orphans on the first call. */
  list(): Promise<LibraryEntry[]>;
  /** Looks for models by the names of files. Of a repository it reads the list; of local files it is given theirs. */
  find(place: ModelPlace): Promise<FoundModels>;
  /** Reads a source's metadata with range reads; stores nothing. */
  inspect(source: ModelSource): Promise<ModelSummary>;
  /**
   * Brings a file into the store, resuming where an earlier try ended. Validates the header first, so a bad file leaves
   * the library as it was. `onProgress` is a comlink proxy.
   */
  add(source: ModelSource, onProgress: (progress: TransferProgress) => void): Promise<AddOutcome>;
  /** Finishes a partial entry from its recorded origin; rejects with `NotFound` if its origin was a local file. */
  resume(id: string, onProgress: (progress: TransferProgress) => void): Promise<AddOutcome>;
  /** Stops the running `add`s and `resume`s once the chunk being written is stored; what is stored stays. */
  pause(): Promise<void>;
  /**
   * Reads every chunk of a complete file again and fetches the missing or damaged ones from the recorded origin. Rejects
   * with `NotFound` if that origin was a local file: adding the same file again repairs it then.
   */
  repair(id: string): Promise<void>;
  /** Deletes a file and frees its bytes. Rejects with `FileBusy` while the engine reads it. */
  remove(id: string): Promise<void>;
}
