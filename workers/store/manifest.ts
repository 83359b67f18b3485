/**
 * What the store knows of a model, apart from its bytes. A model exists for readers only when its manifest is complete.
 * The bytes of a model in several files are kept end to end, in one run of chunks.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ModelSummary } from '../protocol/model.ts';
import type { NetworkSource } from '../source/opened-source.ts';
import { chunkRange, fileRange, readStore, writeStore } from './database.ts';
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
  readonly state: 'partial' | 'complete';
  /** Lower-case hex, see `identityOf`; `null` while partial. */
  readonly sha256: string | null;
  /** Of each chunk, in order; empty while partial. */
  readonly chunkSha256: readonly string[];
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
}

/** The manifest of a model, or `null`. */
export async function findManifest(id: string): Promise<Manifest | null> {
  const found = await reading((store) => store.get(['file', id]) as IDBRequest<Manifest | undefined>);
  return found ?? null;
}

/** The manifest of a file; rejects with `NotFound` if there is none. */
export async function requireManifest(id: string): Promise<Manifest> {
  const manifest = await findManifest(id);
  if (manifest !== null) return manifest;
  throw new EngineError('NotFound', {
    what: 'This model is not in the library any more',
    remedy: 'Add it again.',
  });
}

/** Every manifest. */
export function allManifests(): Promise<Manifest[]> {
  return reading((store) => store.getAll(fileRange()) as IDBRequest<Manifest[]>);
}

/** Writes a manifest; a complete one is flushed to disk before this resolves. */
export async function putManifest(manifest: Manifest): Promise<void> {
  const durability = manifest.state === 'complete' ? 'strict' : 'relaxed';
  await writing((store) => store.put(manifest, ['file', manifest.id]), durability);
}

/** Deletes a file whole: manifest and chunks in one transaction. */
export async function deleteFile(id: string): Promise<void> {
  await writing((store) => {
    store.delete(['file', id]);
    store.delete(chunkRange(id));
  });
}

/** Deletes chunks that no manifest speaks for. Atomic, so a file that another tab is adding is safe. */
export async function sweepOrphans(): Promise<void> {
  await writing((store) => {
    const files = store.getAllKeys(fileRange());
    files.onsuccess = () => {
      const known = new Set((files.result as [string, string][]).map(([, id]) => id));
      const chunks = store.getAllKeys(chunkRange());
      chunks.onsuccess = () => {
        const owners = new Set((chunks.result as [string, string, number][]).map(([, id]) => id));
        const orphans = [...owners].filter((id) => !known.has(id));
        for (const id of orphans) store.delete(chunkRange(id));
      };
    };
  });
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
