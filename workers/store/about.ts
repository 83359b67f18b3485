/**
 * What a person and the page know of a model beside its bytes, as a record of its own under `['about', id]`: the engine's
 * last use and a person's notes are written at times when the manifest belongs to whoever holds the model's lock. It goes
 * with the model.
 */
import type { Remarks } from '../protocol/care.ts';
import { aboutRange, readStore, writeStore } from './database.ts';
import { storageError } from './storage-errors.ts';

/** The record; what is missing is not known. */
export interface About extends Remarks {
  readonly id: string;
  /** When a check found it whole, after its arrival. Milliseconds since the epoch. */
  readonly verifiedAt?: number;
}

/**
 * Writes into the record of a model that is kept; what `changes` does not name stays. Does nothing for a model that is
 * gone, whose record must not come back.
 */
export async function note(id: string, changes: Omit<About, 'id'>): Promise<void> {
  try {
    await writeStore((store) => {
      const file = store.getKey(['file', id]);
      file.onsuccess = () => {
        if (file.result === undefined) return;
        const found = store.get(['about', id]) as IDBRequest<About | undefined>;
        found.onsuccess = () => {
          store.put({ ...found.result, ...changes, id } satisfies About, ['about', id]);
        };
      };
    });
  } catch (error) {
    throw await storageError(error, 0);
  }
}

/** Every record, by the model's id. */
export async function allAbout(): Promise<Map<string, About>> {
  const found = await readStore((store) => store.getAll(aboutRange()) as IDBRequest<About[]>);
  return new Map(found.map((about) => [about.id, about]));
}
