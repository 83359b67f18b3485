/** Chunks of a model vanish beneath the database: one, a tenth, all. Only those are fetched again, and chats are as they were. */
import type { Page } from '@playwright/test';
import { startHub } from '../tools/servers/hub-server.ts';
import { digestOf } from '../tools/servers/served-bytes.ts';
import { largeModel } from '../tools/testing/large-model.ts';
import { expect, test } from './site.ts';
import { bytesIn, deleteChunks, storedRecords } from './stored.ts';

const REPOSITORY = 'someone/large-model';
const MIB = 2 ** 20;
const CHUNK_BYTES = 16 * MIB;
const CHUNKS = 20;

/** Every chat and message, as they are kept. */
function keptChats(page: Page): Promise<unknown[]> {
  return page.evaluate(async () => {
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('IndexedDB refused the test'));
      });
    const database = await settled(indexedDB.open('freehold-chats'));
    const all = (name: string) =>
      settled(database.transaction(name).objectStore(name).getAll() as IDBRequest<unknown[]>);
    const records = [...(await all('chats')), ...(await all('messages'))];
    database.close();
    return records;
  });
}

test('chunks that vanish are fetched again, and nothing else is', async ({ site, person }) => {
  // Each time all of it goes to the software adapter, which takes long where others work too.
  test.setTimeout(400_000);
  const model = largeModel({ bytes: CHUNKS * CHUNK_BYTES - 5 * MIB });
  const hub = await startHub({ [REPOSITORY]: { 'large.gguf': model } });
  const lengthOf = (index: number) => Math.min(CHUNK_BYTES, model.byteLength - index * CHUNK_BYTES);
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    await person.lookUp(REPOSITORY);
    await person.loadChosen();
    await person.set({ 'Longest answer': '3' });
    await person.ask('Hello');
    const chats = await keptChats(person.page);
    expect(chats).toHaveLength(3);
    for (const lost of [[7], [0, 19], [...Array(CHUNKS).keys()]]) {
      const sentBefore = hub.sentBytes();
      await deleteChunks(person.page, lost);
      expect(bytesIn(await storedRecords(person.page))).toBe(
        model.byteLength - lost.reduce((sum, index) => sum + lengthOf(index), 0),
      );
      await person.page.reload();
      await person.expectEngine('ready');
      await expect(person.alert).toHaveCount(0);
      expect(hub.sentBytes() - sentBefore).toBe(lost.reduce((sum, index) => sum + lengthOf(index), 0));
      const records = await storedRecords(person.page);
      expect(bytesIn(records)).toBe(model.byteLength);
      expect(records.find(({ state }) => state === 'complete')?.sha256).toBe(digestOf('sha256', model));
      expect(await keptChats(person.page)).toEqual(chats);
    }
    await person.ask('And now?');
  } finally {
    await hub.close();
  }
});
