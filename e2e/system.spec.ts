/** What comes from the system around the page: files dropped anywhere on it, and files and shortcuts that open the installed app. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from '@playwright/test';
import { look } from './screens.ts';
import { expect, noiseModel, type Person, test } from './site.ts';

let folder: string;
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dropped-'));
});
test.afterEach(() => {
  rmSync(folder, { recursive: true });
});

function onDisk(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Drags files and folders of this machine over the middle of the page, as the browser is told by a desktop. */
async function dragOver(page: Page, devtools: CDPSession, paths: readonly string[]): Promise<() => Promise<void>> {
  const { width, height } = page.viewportSize()!;
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    devtools.send('Input.dispatchDragEvent', {
      type,
      x: width / 2,
      y: height / 2,
      data: { items: [], files: [...paths], dragOperationsMask: 1 },
    });
  await send('dragEnter');
  await send('dragOver');
  return async () => {
    await send('drop');
  };
}

const sign = (page: Page) => page.getByText('Drop a model, or files for your message');
const candidate = (person: Person, name: string) => person.page.getByRole('region', { name });

test('files drop on the page and over its panels, which make room for them', async ({ site, person }) => {
  const { page } = person;
  const model = onDisk('Dropped.gguf', noiseModel('Dropped').buffer);
  const note = onDisk('note.txt', 'Water the plants.');
  await person.open(site.url);
  const devtools = await page.context().newCDPSession(page);

  await person.button('Settings').click();
  await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
  let drop = await dragOver(page, devtools, [model]);
  await expect(sign(page)).toBeVisible();
  // Seen, and not only there: a panel lies above everything that is not in the browser's top layer.
  expect(await sign(page).evaluate((text) => text.closest('[popover]')?.matches(':popover-open'))).toBe(true);
  await look(page, 'dragging-over-panel');
  await drop();
  await expect(sign(page)).toHaveCount(0);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(candidate(person, 'Dropped')).toBeVisible();

  // A dialog over a panel, and a file for the message.
  await person.button('Cancel').click();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  drop = await dragOver(page, devtools, [note]);
  await expect(sign(page)).toBeVisible();
  await drop();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.locator('form').getByRole('list', { name: 'Attached files' })).toContainText('note.txt');
});

test('a folder and several files drop at once, on a narrow screen', async ({ site, person }) => {
  const { page } = person;
  await page.setViewportSize({ width: 390, height: 844 });
  mkdirSync(join(folder, 'models'));
  onDisk('models/One.gguf', noiseModel('One').buffer);
  onDisk('models/Two.gguf', noiseModel('Two', { seed: 2 }).buffer);
  const note = onDisk('note.txt', 'Water the plants.');
  const table = onDisk('figures.csv', 'name,age\nAnn,5\n');
  await person.open(site.url);
  const devtools = await page.context().newCDPSession(page);
  const drop = await dragOver(page, devtools, [join(folder, 'models'), note, table]);
  await expect(sign(page)).toBeVisible();
  await drop();
  for (const name of ['One', 'Two']) await expect(page.getByRole('group', { name })).toBeVisible();
  const tray = page.locator('form').getByRole('list', { name: 'Attached files' });
  await expect(tray.getByRole('listitem')).toHaveText([/note\.txt/, /figures\.csv/]);
});

test('the installed app says that it opens model files', async ({ site, person }) => {
  await person.open(site.url);
  const devtools = await person.page.context().newCDPSession(person.page);
  const { data, errors } = await devtools.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  const manifest = JSON.parse(data ?? '') as { file_handlers: { action: string; accept: Record<string, string[]> }[] };
  expect(manifest.file_handlers.map(({ accept }) => Object.values(accept))).toEqual([[['.gguf']]]);
  // The same document, so that what is open goes on: an address of its own would be another page.
  expect(manifest.file_handlers.map(({ action }) => new URL(action, site.url).href)).toEqual([site.url]);
});

/** What the system would tell the installed app, which no browser can be driven to do: the queue is the test's, its files are real. */
async function launch(page: Page, name: string, bytes: Uint8Array | null, target: string): Promise<void> {
  await page.evaluate(
    async ([name, base64, targetURL]) => {
      const { launched } = globalThis as unknown as { launched: (launch: object) => void };
      if (base64 === null) return launched({ targetURL, files: [] });
      const root = await navigator.storage.getDirectory();
      const handle = await root.getFileHandle(name, { create: true });
      const writer = await handle.createWritable();
      await writer.write(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
      await writer.close();
      launched({ targetURL, files: [handle] });
    },
    [name, bytes === null ? null : Buffer.from(bytes).toString('base64'), target] as const,
  );
}

test('files and shortcuts that open the installed app reach the page that is open', async ({ site, person }) => {
  const { page } = person;
  await page.addInitScript(() => {
    const setConsumer = (consumer: unknown) => Object.assign(globalThis, { launched: consumer });
    Object.defineProperty(globalThis, 'launchQueue', { value: { setConsumer } });
  });
  await person.open(site.url);
  await page.waitForFunction(() => 'launched' in globalThis);

  await launch(page, '', null, `${site.url}#/library`);
  const library = page.getByRole('dialog', { name: 'Your models' });
  await expect(library).toBeVisible();
  await launch(page, 'Opened.gguf', noiseModel('Opened').buffer, site.url);
  await expect(library).toHaveCount(0);
  await expect(candidate(person, 'Opened')).toBeVisible();
  await person.loadChosen();

  // Something that is no model is for the message; a new chat has nothing over it.
  await launch(page, 'note.txt', Buffer.from('Water the plants.'), site.url);
  await expect(page.locator('form').getByRole('list', { name: 'Attached files' })).toContainText('note.txt');
  await person.button('Settings').click();
  await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
  await launch(page, '', null, `${site.url}#/new`);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
