/** What any page would do without our store: the same bytes into IndexedDB and out of it, in Blobs as large as our chunks. */
import { cutChunks } from '../../../workers/store/cut-chunks.ts';

const NAME = 'plain';

/** Stores a stream in a database of its own, one Blob after the other. */
export async function storePlain(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  totalBytes: number,
  chunkBytes: number,
) {
  const database = await open();
  let index = 0;
  for await (const { chunk } of cutChunks(pieces, { totalBytes, chunkBytes })) {
    const transaction = database.transaction(NAME, 'readwrite', { durability: 'relaxed' });
    transaction.objectStore(NAME).put(new Blob([chunk]), index++);
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => {
        resolve();
      };
      transaction.onabort = () => {
        reject(transaction.error ?? new Error('aborted'));
      };
    });
  }
  database.close();
}

/** Reads everything that was stored, in order; gives how many bytes that was. */
export async function loadPlain(): Promise<number> {
  const database = await open();
  const count = await settled(database.transaction(NAME).objectStore(NAME).count());
  let bytes = 0;
  for (let index = 0; index < count; index++) {
    const blob = (await settled(database.transaction(NAME).objectStore(NAME).get(index))) as Blob;
    bytes += (await blob.arrayBuffer()).byteLength;
  }
  database.close();
  return bytes;
}

/** Deletes what was stored. */
export async function deletePlain(): Promise<void> {
  await settled(indexedDB.deleteDatabase(NAME));
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(NAME);
  };
  return settled(request);
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('IndexedDB failed'));
    };
  });
}
