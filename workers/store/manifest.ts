/**
 * What the store knows of a model, apart from its bytes. A model exists for readers only when its manifest is complete.
 * The bytes of a model in several files are kept end to end, in one run of chunks. States go one way, `downloading` →
 * `verifying` → `complete`, back to `downloading` only where kept bytes turn out to be gone, and from any to `deleting`.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ModelSummary } from '../protocol/model.ts';
import type { NetworkSource } from '../source/opened-source.ts';
import { aboutRange, chunkRange, fileRange, hashRange, readStore, writeStore } from './database.ts';
import { storageError } from './storage-errors.ts';

/** A file of a model in several. */
export interface StoredPart {
  readonly fileName: string;
  readonly byteLength: number;
}

/** The record under `['file', id]`. */
export interface Manifest {
  readonly id: string;
  /** For a person to read. */
  readonly origin: string;
  /** Where to fetch again; `null` for a local file. */
  readonly source: NetworkSource | null;
  readonly summary: ModelSummary;
  /** Of all files, end to end. */
  readonly byteLength: number;
  /** Of a model in several files: theirs, in the order in which they lie end to end. Absent for a model in one file. */
  readonly files?: readonly StoredPart[];
  /** Bytes in each chunk but the last. */
  readonly chunkBytes: number;
  /** `verifying`: every chunk is stored, and the hash of the whole is not yet known. `deleting`: nobody sees it any more. */
  readonly state: 'downloading' | 'verifying' | 'complete' | 'deleting';
  /** Of one whose deletion can still be undone: the state that it goes back to. */
  readonly hiddenFrom?: 'downloading' | 'verifying' | 'complete';
  /** Lower-case hex, see `identityOf`; `null` until complete. */
  readonly sha256: string | null;
  /** Of each chunk, in order; empty until complete. */
  readonly chunkSha256: readonly string[];
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
  /** When it was found whole as it arrived; missing in what arrived before November 2026. Later checks: `about.ts`. */
  readonly verifiedAt?: number;
}

/** The manifest of a model, or `null`; one that is being deleted is not there any more. */
export async function findManifest(id: string): Promise<Manifest | null> {
  const found = await findRecord(id);
  return found === undefined || found.state === 'deleting' ? null : asWrittenNow(found);
}

/** The manifest of a file; rejects with `NotFound` if there is none. */
export async function requireManifest(id: string): Promise<Manifest> {
  const manifest = await findManifest(id);
  if (manifest !== null) return manifest;
  throw gone();
}

function gone(): EngineError {
  return new EngineError('NotFound', {
    what: 'This model is not in the library any more',
    remedy: 'Add it again.',
  });
}

/** Every manifest of what is not being deleted. */
export async function allManifests(): Promise<Manifest[]> {
  const found = await reading((store) => store.getAll(fileRange()) as IDBRequest<Manifest[]>);
  return found.filter(({ state }) => state !== 'deleting').map(asWrittenNow);
}

/** Writes the first manifest of a model, and deletes what an unfinished deletion left under its id. */
export async function beginFile(manifest: Manifest): Promise<void> {
  await writing((store) => {
    deleteRecords(store, manifest.id);
    store.put(manifest, ['file', manifest.id]);
  });
}

/** Writes a manifest over the one that is there. */
export async function putManifest(manifest: Manifest): Promise<void> {
  await writing((store) => store.put(manifest, ['file', manifest.id]));
}

/** Writes the manifest that makes a model complete, and when; it is flushed to disk before this resolves. */
export async function completeFile(manifest: Manifest): Promise<void> {
  await writing((store) => {
    store.delete(hashRange(manifest.id));
    store.put({ ...manifest, verifiedAt: Date.now() } satisfies Manifest, ['file', manifest.id]);
  }, 'strict');
}

/** Hides a model as if it were deleted; its lock is held. Rejects with `NotFound`. */
export async function hideFile(id: string): Promise<void> {
  const found = await requireManifest(id);
  if (found.state === 'deleting') throw gone();
  await putManifest({ ...found, state: 'deleting', hiddenFrom: found.state });
}

/** Shows a hidden model again; its lock is held. Rejects with `NotFound` where nothing is hidden. */
export async function bringFileBack(id: string): Promise<void> {
  const { hiddenFrom, ...found } = (await findRecord(id)) ?? {};
  if (hiddenFrom === undefined || !('id' in found)) throw gone();
  await putManifest({ ...found, state: hiddenFrom });
}

/** Deletes a file whole. If the tab dies in between, nobody sees the rest, and the next sweep deletes it. */
export async function deleteFile(id: string): Promise<void> {
  const found = await findRecord(id);
  // A full disk may refuse even this little; deleting is what helps it then.
  if (found !== undefined) await putManifest({ ...found, state: 'deleting' }).catch(() => undefined);
  await writing((store) => {
    deleteRecords(store, id);
  });
}

/**
 * Finishes deletions that a crash ended, and deletes chunks, hashes and remarks that no manifest speaks for. Atomic, so a
 * file that another tab is adding is safe. The ids of those that are hidden, whose deletion a tab may still offer to undo.
 */
export async function sweep(): Promise<string[]> {
  let hidden: string[] = [];
  await writing((store) => {
    const files = store.getAll(fileRange()) as IDBRequest<Manifest[]>;
    files.onsuccess = () => {
      hidden = files.result.filter(({ hiddenFrom }) => hiddenFrom !== undefined).map(({ id }) => id);
      const stays = files.result.filter(({ state, hiddenFrom }) => state !== 'deleting' || hiddenFrom !== undefined);
      const kept = new Set(stays.map(({ id }) => id));
      for (const { id } of files.result) if (!kept.has(id)) deleteRecords(store, id);
      for (const range of [chunkRange(), hashRange(), aboutRange()]) {
        const keys = store.getAllKeys(range);
        keys.onsuccess = () => {
          const owners = new Set((keys.result as [string, string][]).map(([, id]) => id));
          for (const id of owners) if (!kept.has(id)) deleteRecords(store, id);
        };
      }
    };
  });
  return hidden;
}

function deleteRecords(store: IDBObjectStore, id: string): void {
  for (const kind of ['file', 'about']) store.delete([kind, id]);
  for (const range of [chunkRange(id), hashRange(id)]) store.delete(range);
}

function findRecord(id: string): Promise<Manifest | undefined> {
  return reading((store) => store.get(['file', id]) as IDBRequest<Manifest | undefined>);
}

/** Until November 2026 what was not complete was `partial`. */
function asWrittenNow(manifest: Manifest): Manifest {
  return (manifest.state as string) === 'partial' ? { ...manifest, state: 'downloading' } : manifest;
}

async function reading<T>(read: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  try {
    return await readStore(read);
  } catch (error) {
    throw await storageError(error, 0);
  }
}

async function writing(write: (store: IDBObjectStore) => void, durability?: 'relaxed' | 'strict'): Promise<void> {
  try {
    await writeStore(write, durability);
  } catch (error) {
    throw await storageError(error, 0);
  }
}
