/**
 * The one IndexedDB database of the app's bytes, through idb-keyval: manifests under `['file', id]`, chunks under
 * `['chunk', id, index]`, in one object store so that one transaction can hold both. A lost connection (WebKit drops it
 * in the background; another tab may delete the database) is opened again once.
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
      write(strict.objectStore(STORE));
      return promisifyRequest<undefined>(strict);
    }),
  );
}

/** The keys of every chunk of a file, or of all files. */
export function chunkRange(id?: string): IDBKeyRange {
  return id === undefined
    ? IDBKeyRange.bound(['chunk'], ['chunk', []])
    : IDBKeyRange.bound(['chunk', id], ['chunk', id, []]);
}

/** The keys of every manifest. */
export function fileRange(): IDBKeyRange {
  return IDBKeyRange.bound(['file'], ['file', []]);
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
