/** The browser loses a piece of a stored model: it is fetched again, and nothing else is. */
import { startHub } from '../tools/servers/hub-server.ts';
import { expect, noiseModel, type Person, test } from './site.ts';

const REPOSITORY = 'someone/small-model';

/** Deletes one chunk beneath the page, as browsers have been seen to do, or leaves other bytes in its place. */
async function damageChunk(person: Person, how: 'delete' | 'alter'): Promise<void> {
  await person.page.evaluate(async (damage) => {
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('IndexedDB refused the test'));
      });
    const database = await settled(indexedDB.open('freehold'));
    const store = database.transaction('library', 'readwrite').objectStore('library');
    const keys = await settled(store.getAllKeys(IDBKeyRange.bound(['chunk'], ['chunk', []])));
    const key = keys[0]!;
    if (damage === 'delete') await settled(store.delete(key));
    else {
      const value = (await settled(store.get(key))) as { bytes: Blob };
      await settled(store.put({ ...value, bytes: new Blob([new Uint8Array(value.bytes.size)]) }, key));
    }
    database.close();
  }, how);
}

for (const damage of ['delete', 'alter'] as const) {
  test(`a chunk that the browser did ${damage} is fetched again`, async ({ site, person }) => {
    const model = noiseModel('Fetched');
    const hub = await startHub({ [REPOSITORY]: { 'fetched.gguf': model.buffer } });
    try {
      await person.useHub(hub.endpoint);
      await person.open(site.url);
      await person.lookUp(REPOSITORY);
      await person.loadChosen();
      const sentBefore = hub.sentBytes();

      await damageChunk(person, damage);
      await person.page.reload();
      await person.expectEngine('ready');
      expect(hub.sentBytes() - sentBefore).toBeGreaterThanOrEqual(model.buffer.length);
      await expect(person.alert).toHaveCount(0);
      await person.set({ 'Longest answer': '4' });
      expect(await person.ask('Hello')).not.toBe('');
    } finally {
      await hub.close();
    }
  });
}

test('a damaged piece of a file from disk asks for the file again', async ({ site, person }) => {
  await person.open(site.url);
  await person.load(noiseModel('From disk'));
  await damageChunk(person, 'delete');
  await person.page.reload();
  await expect(person.alert).toContainText('again');
  await person.expectEngine('none');
});
