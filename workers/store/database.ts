/**
 * The one IndexedDB database of the app's bytes, through idb-keyval: manifests under `['file', id]`, chunks under
 * `['chunk', id, index]`, slices of those that are not whole under `['chunk', id, index, offset]`, unfinished hashes under
 * `['hash', id]`, remarks under `['about', id]`, in one object store so that one transaction can hold them all. A lost
 * connection (WebKit drops it in the background; another tab may delete the database) is opened again
 * once.
 */
import { createStore, promisifyRequest } from 'idb-keyval';
import type { UseStore } from 'idb-keyval';

const STORE = 'library';
let database: UseStore | null = null;

/** Reads inside one transaction. `read` makes one request; its result is what comes back. */
export function readStore<T>(read: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return withConnection((use) => use('readonly', (store) => promisifyRequest(read(store))));
}

/**
 * Writes inside one transaction, all or nothing, and resolves when it is committed. With `strict` the browser flushes to
 * disk first, which a power cut cannot undo.
 */
export function writeStore(write: (store: IDBObjectStore) => void, durability: 'relaxed' | 'strict' = 'relaxed') {
  return withConnection((use) =>
    // idb-keyval has no durability option, so its own transaction stays empty and lends only the connection.
    use('readonly', ({ transaction }) => {
      const strict = transaction.db.transaction(STORE, 'readwrite', { durability });
      try {
        write(strict.objectStore(STORE));
      } catch (error) {
        // What was asked for before the one that failed would be committed.
        strict.abort();
        throw error;
      }
      return promisifyRequest<undefined>(strict);
    }),
  );
}

/** The keys of every chunk of a file, or of all files, and of their slices. */
export function chunkRange(id?: string): IDBKeyRange {
  return rangeOf('chunk', ...(id === undefined ? [] : [id]));
}

/** The keys of the chunks from `first` to `last`, each with its slices behind it. */
export function chunksRange(id: string, first: number, last: number): IDBKeyRange {
  return IDBKeyRange.bound(['chunk', id, first], ['chunk', id, last, []]);
}

/** The keys of a chunk's slices. */
export function slicesRange(id: string, index: number): IDBKeyRange {
  return IDBKeyRange.bound(['chunk', id, index, 0], ['chunk', id, index, []]);
}

/** The key of a file's unfinished hash, or of all files'. */
export function hashRange(id?: string): IDBKeyRange {
  return rangeOf('hash', ...(id === undefined ? [] : [id]));
}

/** The keys of every manifest. */
export function fileRange(): IDBKeyRange {
  return rangeOf('file');
}

/** The keys of every model's remarks. */
export function aboutRange(): IDBKeyRange {
  return rangeOf('about');
}

/** Keys that begin so: an array sorts behind every text and number. */
function rangeOf(...key: string[]): IDBKeyRange {
  return IDBKeyRange.bound(key, [...key, []]);
}

async function withConnection<T>(run: (use: UseStore) => Promise<T>): Promise<T> {
  try {
    return await run(connection());
  } catch (error) {
    if (!isConnectionLost(error)) throw error;
    database = null;
    return run(connection());
  }
}

function connection(): UseStore {
  if (database === null) {
    const use = createStore('freehold', STORE);
    database = use;
    // Without this, deleting the site's data in another tab would wait for this tab for ever.
    use('readonly', ({ transaction: { db } }) => {
      db.onversionchange = () => {
        db.close();
      };
    }).catch(() => undefined);
  }
  return database;
}

/** What browsers throw when the connection is gone: closed by us, or (WebKit) its server process lost. */
function isConnectionLost(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'InvalidStateError' || error.name === 'UnknownError');
}
