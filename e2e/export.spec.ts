/** A model is a file that a person takes along: saved byte for byte, taken in again elsewhere, and stored once. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, Locator, Page } from '@playwright/test';
import { startHub } from '../tools/servers/hub-server.ts';
import { randomModel } from '../tools/testing/random-model.ts';
import { splitGguf } from '../tools/testing/split-gguf.ts';
import { look } from './screens.ts';
import { expect, noiseModel, Person, test, upload } from './site.ts';

const REPOSITORY = 'someone/small-model';

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Has the browser's dialogs answered with places of the page's own file system, whose handles are of the same kind. */
async function answerPickers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const root = () => navigator.storage.getDirectory();
    Object.assign(globalThis, {
      showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) =>
        (await root()).getFileHandle(suggestedName, { create: true }),
      showDirectoryPicker: async () => (await root()).getDirectoryHandle('Stick', { create: true }),
    });
  });
}

/** A browser in which a person cannot choose where a file goes. */
async function withoutPickers(page: Page): Promise<void> {
  await page.addInitScript(() =>
    Object.assign(globalThis, { showSaveFilePicker: undefined, showDirectoryPicker: undefined }),
  );
}

/** What was saved there: path → bytes. */
async function savedFiles(page: Page): Promise<Map<string, Buffer>> {
  const files = await page.evaluate(async () => {
    const found: [string, string][] = [];
    const walk = async (folder: FileSystemDirectoryHandle, path: string) => {
      for await (const [name, entry] of folder.entries()) {
        if (entry instanceof FileSystemDirectoryHandle) await walk(entry, `${path}${name}/`);
        else {
          const bytes = new Uint8Array(await (await (entry as FileSystemFileHandle).getFile()).arrayBuffer());
          let text = '';
          for (const byte of bytes) text += String.fromCharCode(byte);
          found.push([`${path}${name}`, btoa(text)]);
        }
      }
    };
    await walk(await navigator.storage.getDirectory(), '');
    return found;
  });
  return new Map(files.map(([path, base64]) => [path, Buffer.from(base64, 'base64')]));
}

async function openLibrary({ page }: Person): Promise<Locator> {
  await page
    .locator('header')
    .getByRole('button', { name: /library$/i })
    .click();
  return page.getByRole('dialog', { name: 'Your models' });
}

async function closePanel({ page }: Person): Promise<void> {
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page).not.toHaveURL(/#\/library/);
}

/** Someone at another browser, which knows nothing of this one. */
async function elsewhere(browser: Browser, run: (person: Person) => Promise<void>): Promise<void> {
  const context = await browser.newContext();
  try {
    await run(new Person(await context.newPage()));
  } finally {
    await context.close();
  }
}

/** The SHA-256 that a stored model's card tells. */
async function toldHash(library: Locator, name: string): Promise<string> {
  const page = library.page();
  await library.getByRole('button', { name: `Card of ${name}` }).click();
  const card = page.getByRole('dialog', { name });
  const hash = /[0-9a-f]{64}/.exec(await card.innerText())?.[0] ?? '';
  await page.keyboard.press('Escape');
  await expect(card).toHaveCount(0);
  return hash;
}

for (const how of ['where the person says', 'by the browser']) {
  test(`a model that is saved ${how} has the same SHA-256 in another browser`, async ({ site, person, browser }) => {
    const { page } = person;
    const model = noiseModel('Taken along');
    await (how === 'by the browser' ? withoutPickers : answerPickers)(page);
    await person.open(site.url);
    await person.load(model);
    const library = await openLibrary(person);
    const told = await toldHash(library, 'Taken along');
    let bytes: Buffer;
    if (how === 'by the browser') {
      await expect(library.getByText('This browser cannot write into a folder')).toBeVisible();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        library.getByRole('button', { name: 'Save Taken along as a file' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe(model.name);
      bytes = readFileSync(await download.path());
    } else {
      await library.getByRole('button', { name: 'Save Taken along as a file' }).click();
      await expect(library.getByText('Saved: Taken along.')).toBeVisible();
      await look(page, 'export-saved');
      bytes = (await savedFiles(page)).get(model.name)!;
    }
    expect(sha256(bytes)).toBe(sha256(model.buffer));
    expect(told).toBe(sha256(bytes));

    await elsewhere(browser, async (other) => {
      await other.open(site.url);
      await other.load(upload('renamed.gguf', bytes));
      const theirs = await openLibrary(other);
      expect(await toldHash(theirs, 'Taken along')).toBe(told);
      // The same bytes under their first name are stored once.
      await closePanel(other);
      await other.load(model);
      await expect((await openLibrary(other)).getByRole('listitem').filter({ hasText: 'Taken along' })).toHaveCount(1);
    });
  });
}

test('a whole library goes into a folder, and into another browser', async ({ site, person, browser }) => {
  const { page } = person;
  const fetched = noiseModel('Fetched', { seed: 3 });
  const hub = await startHub({ [REPOSITORY]: { 'fetched.gguf': fetched.buffer } });
  const parts = splitGguf(
    randomModel({ name: 'In parts', layers: 2, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2 }),
    3,
  );
  const folder = mkdtempSync(join(tmpdir(), 'freehold-'));
  try {
    await answerPickers(page);
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    await person.lookUp(REPOSITORY);
    await person.loadChosen();
    await person.load(noiseModel('Alone', { seed: 4 }));
    await person.pick(...parts.map((bytes, index) => upload(`parts-0000${index + 1}-of-00003.gguf`, bytes)));
    await person.button('Load').click();
    await expect(person.status).toContainText('In parts is ready');

    const library = await openLibrary(person);
    await library.getByRole('button', { name: 'Save all models into a folder' }).click();
    await expect(library.getByText(/^Saved: /)).toBeVisible();
    const saved = await savedFiles(page);
    expect([...saved.keys()].sort()).toEqual(
      [
        'Stick/Alone/Alone.gguf',
        'Stick/Alone/freehold.json',
        'Stick/Fetched/fetched.gguf',
        'Stick/Fetched/freehold.json',
        'Stick/In parts/freehold.json',
        ...parts.map((_, index) => `Stick/In parts/parts-0000${index + 1}-of-00003.gguf`),
      ].sort(),
    );
    expect(sha256(saved.get('Stick/Fetched/fetched.gguf')!)).toBe(sha256(fetched.buffer));
    for (const [path, bytes] of saved) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    const hashes = new Map<string, string>();
    for (const name of ['Fetched', 'Alone', 'In parts']) hashes.set(name, await toldHash(library, name));

    // One that was damaged on the way is refused, and keeps no other out.
    const damaged = join(folder, 'Stick/Alone/Alone.gguf');
    const whole = readFileSync(damaged);
    const broken = Buffer.from(whole);
    broken[broken.length - 5]! ^= 1;
    writeFileSync(damaged, broken);

    await elsewhere(browser, async (other) => {
      await other.open(site.url);
      const take = async () => {
        await other.page.getByLabel('Open a folder').setInputFiles(join(folder, 'Stick'));
        await expect(other.page.getByRole('heading', { name: 'Which one?' })).toBeVisible();
        await look(other.page, 'import-choice', { onPhone: false });
        await other.button('Add all 3').click();
        await expect(other.page.getByRole('heading', { name: 'What became of each model' })).toBeVisible();
        return other.page.getByRole('region', { name: 'What became of each model' });
      };
      let report = await take();
      await expect(report.getByRole('listitem').filter({ hasText: 'Alone' })).toContainText('not added');
      await expect(report.getByText('added', { exact: true })).toHaveCount(2);
      await look(other.page, 'import-report');
      await other.button('Close').click();

      writeFileSync(damaged, whole);
      report = await take();
      await expect(report.getByText('added', { exact: true })).toHaveCount(1);
      await expect(report.getByText('was here already')).toHaveCount(2);
      await other.button('Close').click();

      const theirs = await openLibrary(other);
      await expect(theirs.getByRole('button', { name: /^Card of / })).toHaveCount(3);
      for (const [name, hash] of hashes) expect(await toldHash(theirs, name)).toBe(hash);
      await expect(theirs.getByText(`From ${REPOSITORY}/fetched.gguf@`)).toBeVisible();
    });
  } finally {
    rmSync(folder, { recursive: true });
    await hub.close();
  }
});

test('a damaged piece ends the saving, which says where; repaired, the model is saved', async ({ site, person }) => {
  const { page } = person;
  const model = noiseModel('Fetched');
  const hub = await startHub({ [REPOSITORY]: { 'fetched.gguf': model.buffer } });
  try {
    await answerPickers(page);
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    await person.lookUp(REPOSITORY);
    await person.loadChosen();
    await page.evaluate(async () => {
      const settled = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(new Error('IndexedDB refused the test'));
        });
      const database = await settled(indexedDB.open('freehold'));
      const store = database.transaction('library', 'readwrite').objectStore('library');
      await settled(store.delete(IDBKeyRange.bound(['chunk'], ['chunk', []])));
      database.close();
    });
    const library = await openLibrary(person);
    const save = library.getByRole('button', { name: 'Save Fetched as a file' });
    await save.click();
    await expect(library.getByRole('alert')).toContainText(/Chunk 0 of Fetched .* at byte 0\. Repair/);
    expect([...(await savedFiles(page)).keys()]).toEqual([]);
    await look(page, 'export-damaged');
    await library.getByRole('button', { name: 'Repair Fetched' }).click();
    await expect(library.getByText('Fetched is whole again')).toBeVisible();
    await save.click();
    await expect(library.getByText('Saved: Fetched.')).toBeVisible();
    expect(sha256((await savedFiles(page)).get('fetched.gguf')!)).toBe(sha256(model.buffer));
  } finally {
    await hub.close();
  }
});
