/** What lies in the browser's store, read past the app's own code. */
import type { Page } from '@playwright/test';

/** One record of the store. */
interface StoredRecord {
  readonly key: readonly [kind: string, id: string, index?: number, offset?: number];
  /** Bytes of a model in it; 0 for what is none. */
  readonly bytes: number;
  /** Of a manifest. */
  readonly state: string | null;
  /** Of a manifest, where it is complete. */
  readonly sha256: string | null;
}

/** Every record, in the order of their keys; none where there is no store yet. */
export function storedRecords(page: Page): Promise<StoredRecord[]> {
  return page.evaluate(async () => {
    if (!(await indexedDB.databases()).some(({ name }) => name === 'freehold')) return [];
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('IndexedDB refused the test'));
      });
    const database = await settled(indexedDB.open('freehold'));
    const store = database.transaction('library').objectStore('library');
    const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())]);
    database.close();
    return (values as { bytes?: Blob | ArrayBuffer; state?: string; sha256?: string }[]).map((value, index) => ({
      key: keys[index] as [string, string, number?, number?],
      bytes: value.bytes === undefined ? 0 : value.bytes instanceof Blob ? value.bytes.size : value.bytes.byteLength,
      state: value.state ?? null,
      sha256: value.sha256 ?? null,
    }));
  });
}

/** Bytes of models in these records, whole chunks and what has come of others. */
export function bytesIn(records: readonly StoredRecord[]): number {
  return records.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** How many whole chunks there are among these records. */
export function chunksIn(records: readonly StoredRecord[]): number {
  return records.filter(({ key: [kind, , , offset] }) => kind === 'chunk' && offset === undefined).length;
}

/** Resolves as soon as there are more than `count` whole chunks, or a model is complete. */
export function moreChunksThan(page: Page, count: number): Promise<void> {
  return page.evaluate(async (count) => {
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('IndexedDB refused the test'));
      });
    const database = await settled(indexedDB.open('freehold'));
    for (let whole = 0; whole <= count;) {
      const store = database.transaction('library').objectStore('library');
      const keys = await settled(store.getAllKeys(IDBKeyRange.bound(['chunk'], ['chunk', []])));
      whole = keys.filter((key) => (key as unknown[]).length === 3).length;
      const manifests = await settled(store.getAll(IDBKeyRange.bound(['file'], ['file', []])));
      if (manifests.some(({ state }: { state: string }) => state === 'complete')) break;
    }
    database.close();
  }, count);
}

/** SHA-256 of the bytes of each chunk of the one stored model, in order, made of what lies there. */
export function chunkDigests(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('IndexedDB refused the test'));
      });
    const database = await settled(indexedDB.open('freehold'));
    const read = () => database.transaction('library').objectStore('library');
    const keys = await settled(read().getAllKeys(IDBKeyRange.bound(['chunk'], ['chunk', []])));
    const digests: string[] = [];
    for (const key of keys) {
      const { bytes } = (await settled(read().get(key))) as { bytes: Blob };
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer()));
      digests.push(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''));
    }
    database.close();
    return digests;
  });
}

/** Deletes whole chunks of the one stored model, as browsers have been seen to do. */
export function deleteChunks(page: Page, indices: readonly number[]): Promise<void> {
  return page.evaluate(async (indices) => {
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('IndexedDB refused the test'));
      });
    const database = await settled(indexedDB.open('freehold'));
    const store = database.transaction('library', 'readwrite').objectStore('library');
    const keys = await settled(store.getAllKeys(IDBKeyRange.bound(['chunk'], ['chunk', []])));
    const [, id] = keys[0] as [string, string];
    for (const index of indices)
      await settled(store.delete(IDBKeyRange.bound(['chunk', id, index], ['chunk', id, index, []])));
    database.close();
  }, indices);
}
