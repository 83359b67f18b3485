/** What a person knows of the models that they keep, and does with them: names, notes, checks, room, deleting with a way back. */
import type { Locator } from '@playwright/test';
import { startHub } from '../tools/servers/hub-server.ts';
import { look } from './screens.ts';
import { expect, noiseModel, type Person, test } from './site.ts';
import { storedRecords } from './stored.ts';

const REPOSITORY = 'someone/small-model';

async function openLibrary({ page }: Person): Promise<Locator> {
  const dialog = page.getByRole('dialog', { name: 'Your models' });
  if ((await dialog.count()) === 0) {
    await page
      .locator('header')
      .getByRole('button', { name: /library$/i })
      .click();
  }
  await expect(dialog.getByText('Last used').or(dialog.getByText('No model is on')).first()).toBeVisible();
  return dialog;
}

/** How many records of a kind the store has. */
async function stored({ page }: Person, kind: 'file' | 'chunk' | 'about'): Promise<number> {
  return (await storedRecords(page)).filter(({ key }) => key[0] === kind).length;
}

/** Leaves other bytes in the place of the first chunk, beneath the page. */
function alterChunk({ page }: Person): Promise<void> {
  return page.evaluate(async () => {
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('IndexedDB refused the test'));
      });
    const database = await settled(indexedDB.open('freehold'));
    const store = database.transaction('library', 'readwrite').objectStore('library');
    const [key] = await settled(store.getAllKeys(IDBKeyRange.bound(['chunk'], ['chunk', []])));
    const value = (await settled(store.get(key!))) as { bytes: Blob };
    await settled(store.put({ ...value, bytes: new Blob([new Uint8Array(value.bytes.size)]) }, key));
    database.close();
  });
}

test('a model has a name and notes of a person’s own, which outlive the page and go with it', async ({
  site,
  person,
}) => {
  const { page } = person;
  await person.open(site.url);
  await person.load(noiseModel('Noise'));
  await expect(person.status).toContainText('Noise is ready');
  let library = await openLibrary(person);
  await library.getByRole('button', { name: 'Card of Noise' }).click();
  const card = page.getByRole('dialog', { name: /^Card of/ });
  const name = card.getByRole('textbox', { name: 'Your name for it' });
  await name.fill('Granny’s writer');
  await name.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Card of Granny’s writer' })).toBeVisible();
  await expect(card).toContainText('“Noise”');
  await card.getByRole('textbox', { name: 'Notes' }).fill('Good at verse.\nSlow at sums.');
  await look(page, 'govern-card');
  // Closing the card keeps what stands in its fields.
  await page.keyboard.press('Escape');
  await expect(card).toHaveCount(0);
  await expect(library.getByRole('listitem').filter({ has: page.locator('.name') })).toContainText('Slow at sums.');
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/#\/library/);
  await expect(page.locator('header')).toContainText('Granny’s writer');

  await page.reload();
  await person.expectEngine('ready');
  await expect(person.status).toContainText('Granny’s writer is ready');
  library = await openLibrary(person);
  const row = library.getByRole('listitem').filter({ hasText: 'Granny’s writer' });
  await expect(row).toContainText('Good at verse.');
  await row.getByRole('button', { name: 'Card of Granny’s writer' }).click();
  await expect(name).toHaveValue('Granny’s writer');
  await name.fill('');
  await name.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Card of Noise' })).toBeVisible();
});

test('a check finds an intact model whole, and says when', async ({ site, person }) => {
  await person.open(site.url);
  await person.load(noiseModel('Noise'));
  const library = await openLibrary(person);
  const row = library.getByRole('listitem').filter({ hasText: 'Noise' });
  await expect(row).toContainText(/Last used .*\d.* · Checked whole .*\d/);
  const again = row.getByRole('button', { name: 'Check again: Noise' });
  await again.focus();
  await person.page.keyboard.press('Enter');
  await expect(row.getByRole('status')).toHaveText('It is whole: every piece is what it was.');
  await expect(again).toBeFocused();
  await person.expectEngine('ready');
});

test('a check finds an altered piece, and the repair fetches it again', async ({ site, person }) => {
  const { page } = person;
  const model = noiseModel('Fetched');
  const hub = await startHub({ [REPOSITORY]: { 'fetched.gguf': model.buffer } });
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    await person.lookUp(REPOSITORY);
    await person.loadChosen();
    await alterChunk(person);
    const library = await openLibrary(person);
    const row = library.getByRole('listitem').filter({ hasText: 'Fetched' });
    await row.getByRole('button', { name: 'Check again: Fetched' }).click();
    await expect(row.getByRole('status')).toContainText('Damaged: 1 of 1 pieces (');
    await look(page, 'govern-damaged');
    const sentBefore = hub.sentBytes();
    await row.getByRole('button', { name: 'Repair Fetched' }).click();
    await expect(row.getByRole('status')).toHaveText('It is whole: every piece is what it was.');
    expect(hub.sentBytes() - sentBefore).toBe(model.buffer.length);
    await person.expectEngine('ready');
    await row.getByRole('button', { name: 'Check again: Fetched' }).click();
    await expect(row.getByRole('status')).toHaveText('It is whole: every piece is what it was.');
  } finally {
    await hub.close();
  }
});

test('a damaged model from disk asks for its file, and takes it while it is loaded', async ({ site, person }) => {
  const model = noiseModel('From disk');
  await person.open(site.url);
  await person.load(model);
  await alterChunk(person);
  const row = (await openLibrary(person)).getByRole('listitem').filter({ hasText: 'From disk' });
  await row.getByRole('button', { name: 'Check again: From disk' }).click();
  await expect(row).toContainText('Open the same file again');
  await expect(row.getByRole('button', { name: /^Repair/ })).toHaveCount(0);
  await person.page.getByRole('dialog').getByLabel('Open a model file').setInputFiles(model);
  await person.loadChosen();
  await openLibrary(person);
  await expect(row).not.toContainText('Damaged');
  await row.getByRole('button', { name: 'Check again: From disk' }).click();
  await expect(row.getByRole('status')).toHaveText('It is whole: every piece is what it was.');
});

test('a deleted model is hidden at once and comes back whole, loaded as it was', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  await person.load(noiseModel('Other', { seed: 2 }));
  await person.load(noiseModel('Noise'));
  // The first one was ready before.
  await expect(person.status).toContainText('Noise is ready');
  const library = await openLibrary(person);
  const items = library.getByRole('listitem').filter({ has: page.locator('.name') });
  await expect(items).toHaveCount(2);
  await library.getByRole('button', { name: 'Delete Noise' }).press('Enter');
  await expect(items).toHaveCount(1);
  await person.expectEngine('none');
  const undo = library.getByRole('button', { name: 'Undo' });
  await expect(undo).toBeVisible();
  // The keyboard is still in the panel.
  expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null)).toBe(true);
  // Who is at the offer has as long as they want.
  await undo.focus();
  await look(page, 'govern-deleted');
  expect(await stored(person, 'chunk')).toBe(2);
  await page.keyboard.press('Enter');
  await expect(items).toHaveCount(2);
  await person.expectEngine('ready');
  await page.keyboard.press('Escape');
  await expect(person.status).toContainText('Noise is ready');
});

test('a deletion frees the bytes when its offer ends, and by the next start where the tab has gone', async ({
  site,
  person,
}) => {
  const { page } = person;
  await person.open(site.url);
  await person.load(noiseModel('Other', { seed: 2 }));
  await person.load(noiseModel('Noise'));
  await expect(person.status).toContainText('Noise is ready');
  let library = await openLibrary(person);
  await library.getByRole('button', { name: 'Delete Noise' }).click();
  await expect(library.getByRole('button', { name: 'Undo' })).toBeVisible();
  await page.mouse.move(5, 5);
  await expect.poll(() => stored(person, 'chunk'), { timeout: 40_000 }).toBe(1);
  expect([await stored(person, 'file'), await stored(person, 'about')]).toEqual([1, 1]);
  await expect(library.getByRole('button', { name: 'Undo' })).toHaveCount(0);

  await library.getByRole('button', { name: 'Delete Other' }).click();
  await expect(library.getByRole('button', { name: 'Undo' })).toBeVisible();
  await page.reload();
  library = page.getByRole('dialog', { name: 'Your models' });
  await expect(library).toContainText('No model is on this device yet.');
  await expect.poll(() => stored(person, 'chunk')).toBe(0);
  expect([await stored(person, 'file'), await stored(person, 'about')]).toEqual([0, 0]);
});

test('the room that models take is told as an estimate, with what would be lost', async ({ site, person }) => {
  const { page } = person;
  await page.addInitScript(() => {
    Object.assign(navigator.storage, {
      persisted: () => Promise.resolve(false),
      persist: () => Promise.resolve(false),
      estimate: () => Promise.resolve({ usage: 3e9, quota: 12e9 }),
    });
  });
  await person.open(site.url);
  await person.load(noiseModel('Noise'));
  const library = await openLibrary(person);
  const space = library.getByRole('region', { name: 'Space' });
  await expect(space.getByRole('meter', { name: 'Storage of this site' })).toBeVisible();
  await expect(space).toContainText('about 3 GB of the 12 GB or so');
  await expect(space).toContainText('The browser may delete these models when the disk is full');
  await expect(space).toContainText('1 model came from your disk');
  await space.getByRole('button', { name: 'Ask the browser to keep them' }).click();
  await expect(space.getByRole('status')).toHaveText('The browser has not promised it this time.');
  await space.scrollIntoViewIfNeeded();
  await look(page, 'govern-space');
});
