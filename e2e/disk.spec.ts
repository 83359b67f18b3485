/** A model is used where it lies on the disk: nothing is copied, the next visit finds it, and one that was changed is refused. */
import type { Locator, Page } from '@playwright/test';
import { look } from './screens.ts';
import { expect, noiseModel, type Person, test } from './site.ts';

/** Puts a file where the page's own file system is, whose handles stand for those of a disk. */
async function writeFile(page: Page, name: string, bytes: Buffer): Promise<void> {
  await page.evaluate(
    async ({ name, base64 }) => {
      const handle = await (await navigator.storage.getDirectory()).getFileHandle(name, { create: true });
      const writable = await handle.createWritable();
      await writable.write(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
      await writable.close();
    },
    { name, base64: bytes.toString('base64') },
  );
}

async function openLibrary({ page }: Person): Promise<Locator> {
  await page
    .locator('header')
    .getByRole('button', { name: /library$/i })
    .click();
  return page.getByRole('dialog', { name: 'Your models' });
}

test('a model stays on the disk, is found on the next visit, and is refused once it was changed', async ({
  site,
  person,
}) => {
  const { page } = person;
  const model = noiseModel('On a disk');
  await page.addInitScript(() => {
    const pick = async () => [await (await navigator.storage.getDirectory()).getFileHandle('disk.gguf')];
    Object.assign(globalThis, { showOpenFilePicker: pick });
  });
  await person.open(site.url);
  await writeFile(page, 'disk.gguf', model.buffer);
  let library = await openLibrary(person);
  await library.getByRole('button', { name: 'Open without copying' }).click();
  await person.button('Use from the disk').click();
  await person.expectEngine('ready');
  await person.set({ 'Longest answer': '4' });
  expect(await person.ask('Hello')).not.toBe('');
  const stored = await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('freehold');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error('no library'));
    });
    const request = database.transaction('library').objectStore('library').count();
    return new Promise<number>((resolve) => {
      request.onsuccess = () => {
        database.close();
        resolve(request.result);
      };
    });
  });
  expect(stored).toBe(0);

  await page.reload();
  library = await openLibrary(person);
  const again = library.getByRole('button', { name: 'Load On a disk from the disk' });
  await expect(again).toBeEnabled();
  await again.scrollIntoViewIfNeeded();
  await look(page, 'disk-models');
  await again.click();
  await person.expectEngine('ready');

  // The same file chosen anew is not listed twice.
  library = await openLibrary(person);
  await library.getByRole('button', { name: 'Open without copying' }).click();
  await person.expectEngineAfter(() => person.button('Use from the disk').click(), 'ready');
  library = await openLibrary(person);
  await expect(again).toHaveCount(1);

  const changed = Buffer.from(model.buffer);
  changed[changed.length - 1]! ^= 1;
  await writeFile(page, 'disk.gguf', changed);
  await again.click();
  await expect(library.getByRole('alert')).toContainText('disk.gguf has been changed since it was chosen');
  await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry('disk.gguf'));
  await again.click();
  await expect(library.getByRole('alert')).toContainText('disk.gguf is not where it was');

  await library.getByRole('button', { name: 'Forget where On a disk is' }).click();
  await expect(library.getByText('On a disk is forgotten here.')).toBeVisible();
  await expect(again).toHaveCount(0);
});
