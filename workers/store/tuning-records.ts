/**
 * What was measured of this device's graphics processor, kept from visit to visit in a database of its own, beside the models'.
 * It is opened for each of the few uses and closed again, so that it stands in no one's way who deletes everything.
 */
import { promisifyRequest } from 'idb-keyval';

const DATABASE = 'freehold-tuning';
const STORE = 'records';

/** Records by their keys. Both reject with what the browser gives as the reason. */
export const tuningRecords = {
  read: (key: string): Promise<unknown> => within('readonly', (store) => store.get(key) as IDBRequest<unknown>),
  write: async (key: string, record: unknown): Promise<void> => {
    await within('readwrite', (store) => store.put(record, key));
  },
};

async function within<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open(DATABASE);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(STORE);
  };
  const database = await promisifyRequest(opening);
  try {
    return await promisifyRequest(use(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}
