/** The hash of a model that is coming in, as far as it is, under `['hash', id]`. */
import { EngineError } from '../protocol/errors.ts';
import { readStore, writeStore } from './database.ts';
import type { SavedHash } from './running-hash.ts';
import { storageError } from './storage-errors.ts';

/** Keeps a hash as far as it is. Rejects with `StorageFull` or `StorageFailed`. */
export async function putSavedHash(id: string, saved: SavedHash): Promise<void> {
  try {
    await writeStore((store) => store.put(saved, ['hash', id]));
  } catch (error) {
    throw await storageError(error, 0);
  }
}

/** What an earlier visit has left, if each chunk that it counted is still `stored`; else `null`. */
export async function readSavedHash(id: string, stored: ReadonlySet<number>): Promise<SavedHash | null> {
  try {
    const saved = await readStore((store) => store.get(['hash', id]) as IDBRequest<SavedHash | undefined>);
    return saved?.chunkSha256.every((_, index) => stored.has(index)) ? saved : null;
  } catch (error) {
    throw error instanceof EngineError ? error : await storageError(error, 0);
  }
}
