/** What a person keeps here is theirs: taken along and brought back, locked away, and deleted without a trace. */
import { readFileSync } from 'node:fs';
import type { Download, Locator, Page } from '@playwright/test';
import { chatGptConversation, llamaConversation } from '../src/chats/import/testing/foreign.ts';
import { pdfColumn, writePdf } from '../tools/testing/write-pdf.ts';
import { expect, type ModelUpload, type Person, test } from './site.ts';

const PASSPHRASE = 'correct horse battery';
const CHATGPT = jsonFile('conversations.json', [chatGptConversation()]);
const LLAMA = jsonFile('llama.json', llamaConversation());

function jsonFile(name: string, value: unknown): ModelUpload {
  return { name, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(value)) };
}

const panel = (person: Person): Locator => person.page.getByRole('dialog', { name: 'Your data' });
const list = (person: Person): Locator => person.page.getByRole('navigation', { name: 'Chats' });
const row = (person: Person, name: string): Locator => list(person).getByRole('button', { name, exact: true });

/** Opens “Your data” as someone without chats does. */
async function openData(person: Person): Promise<void> {
  await person.page.getByRole('button', { name: /^Nothing you type leaves this device/ }).click();
  await person.button('Your data: take along, lock, delete').click();
  await expect(panel(person)).toBeVisible();
}

async function importFile(person: Person, file: ModelUpload, says: string): Promise<void> {
  await panel(person).getByLabel('Import a file').setInputFiles(file);
  await expect(panel(person).getByText(says)).toBeVisible();
}

async function saved(person: Person, button: string): Promise<{ name: string; content: Buffer }> {
  const [download] = await Promise.all([
    person.page.waitForEvent('download') as Promise<Download>,
    panel(person).getByRole('button', { name: button }).click(),
  ]);
  return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
}

/** All that this origin keeps but the cache of the page itself, as one text. */
function everythingKept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const texts = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name!);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('not opened'));
      });
      for (const store of database.objectStoreNames) {
        const request = database.transaction(store).objectStore(store).getAll();
        await new Promise((resolve) => (request.onsuccess = resolve));
        texts.push(
          JSON.stringify(request.result, (_, value: unknown) =>
            value instanceof Uint8Array ? new TextDecoder('latin1').decode(value) : value,
          ),
        );
      }
      database.close();
    }
    return texts.join('\n');
  });
}

async function deleteEverything(person: Person): Promise<void> {
  await panel(person).getByRole('button', { name: 'Delete everything…' }).click();
  await panel(person).getByRole('button', { name: 'Yes, delete everything' }).click();
  await expect(person.page.getByRole('heading', { name: 'Everything is deleted' })).toBeVisible();
}

test('chats are exported, deleted without a trace, and imported again as they were', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  await openData(person);
  await importFile(person, CHATGPT, 'One chat is new here');
  await panel(person).getByText('What was left out').click();
  await expect(panel(person).getByText('Image in a message: only its place is kept')).toBeVisible();
  await importFile(person, LLAMA, 'One chat is new here');
  await importFile(person, CHATGPT, '0 chats are new here, 1 was here already');
  await panel(person).getByLabel('As', { exact: true }).selectOption('html');
  expect((await saved(person, 'Export all chats')).name).toMatch(/^freehold chats .*\.zip$/);
  await panel(person).getByLabel('As', { exact: true }).selectOption('json');
  const file = await saved(person, 'Export all chats');
  await person.closePanel();
  await row(person, 'Boats').click();
  await expect(person.answers).toContainText('A boat.');
  // What reads PDF files is kept apart from the page, once it has come.
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  const bytes = writePdf([pdfColumn(['The first page.']), pdfColumn(['The second page.'])]);
  const pdf = { name: 'report.pdf', mimeType: 'application/pdf', buffer: Buffer.from(bytes) };
  await page.getByLabel('Attach files').setInputFiles(pdf);
  await expect(page.getByText('PDF, 2 pages')).toBeVisible();
  await expect.poll(() => page.evaluate(() => caches.keys())).toContain('freehold-pdf');

  await list(person).getByRole('button', { name: 'Your data' }).click();
  await deleteEverything(person);
  const left = await page.evaluate(async () => ({
    databases: await indexedDB.databases(),
    stored: Object.keys(localStorage),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
  expect(left).toEqual({ databases: [], stored: [], caches: [], workers: 0 });

  await person.button('Start anew').click();
  await expect(person.status).not.toHaveText('Looking for a graphics processor.');
  await expect(list(person)).toHaveCount(0);
  await openData(person);
  const again = { name: file.name, mimeType: 'application/json', buffer: file.content };
  await importFile(person, again, '2 chats are new here');
  await importFile(person, again, '0 chats are new here, 2 were here already');
  await person.closePanel();
  await row(person, 'Boats').click();
  await expect(person.answers).toContainText('A boat.');
  await row(person, 'Cheese').click();
  await expect(person.answers).toContainText('Yes.');

  await row(person, 'Cheese').hover();
  await list(person).getByRole('button', { name: 'More about “Cheese”' }).click();
  await list(person).getByRole('button', { name: 'Export as…' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    list(person).getByRole('button', { name: 'Markdown', exact: true }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('Cheese.md');
  expect(readFileSync(await download.path(), 'utf8')).toContain('> **Thinking**\n>\n> Hm.\n\nYes.');
});

test('the vault hides every chat until its passphrase is given', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  await openData(person);
  await importFile(person, CHATGPT, 'One chat is new here');
  await importFile(person, LLAMA, 'One chat is new here');
  await person.closePanel();
  await page.getByRole('textbox', { name: 'Message' }).fill('about quinoa');
  await expect.poll(() => everythingKept(page)).toContain('quinoa');
  expect(await everythingKept(page)).toContain('A boat.');

  await list(person).getByRole('button', { name: 'Your data' }).click();
  await panel(person).getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await panel(person).getByLabel('The same again').fill(PASSPHRASE);
  await panel(person).getByRole('button', { name: 'Encrypt my chats' }).click();
  await expect(panel(person).getByText('Your chats are encrypted now.')).toBeVisible();
  for (const word of ['boat', 'Boat', 'Cheese', 'Yes.', 'quinoa'])
    expect(await everythingKept(page)).not.toContain(word);

  await person.closePanel();
  await page.reload();
  const passphrase = page.getByLabel('Passphrase', { exact: true });
  await expect(page.getByRole('heading', { name: 'Your chats are locked' })).toBeVisible();
  await expect(page.getByText('Boats')).toHaveCount(0);
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveCount(0);
  await passphrase.fill('incorrect horse');
  await page.keyboard.press('Enter');
  await expect(page.getByText('That is not the passphrase. Try again.')).toBeVisible();
  await passphrase.fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await row(person, 'Boats').click();
  await expect(person.answers).toContainText('A boat.');
  await page.getByRole('textbox', { name: 'Message' }).fill('some zucchini');
  await page.waitForTimeout(1000);
  expect(await everythingKept(page)).not.toContain('zucchini');

  await list(person).getByRole('button', { name: 'Lock now' }).click();
  await expect(page.getByRole('heading', { name: 'Your chats are locked' })).toBeVisible();
  await expect(page.getByText('A boat.')).toHaveCount(0);
  await passphrase.fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await expect(person.answers).toContainText('A boat.');
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('some zucchini');

  await list(person).getByRole('button', { name: 'Your data' }).click();
  await panel(person).getByRole('button', { name: 'Stop encrypting' }).click();
  await panel(person).getByRole('button', { name: 'Keep my chats unencrypted' }).click();
  await expect(panel(person).getByText('Your chats are no longer encrypted.')).toBeVisible();
  expect(await everythingKept(page)).toContain('A boat.');
});

test('a locked backup restores chats and settings, with its passphrase alone', async ({ site, person }) => {
  await person.open(site.url);
  await person.set({ Temperature: '0.25' });
  await openData(person);
  await importFile(person, CHATGPT, 'One chat is new here');
  await panel(person).getByLabel('Lock the file with a passphrase').check();
  await panel(person).getByLabel('Passphrase for the backup').fill(PASSPHRASE);
  await panel(person).getByLabel('The same again').first().fill(PASSPHRASE);
  const { name, content } = await saved(person, 'Save a backup');
  expect(name).toMatch(/^freehold backup .*\.locked$/);
  expect(content.toString('latin1')).not.toContain('boat');
  await deleteEverything(person);
  await person.button('Start anew').click();
  await expect(person.status).not.toHaveText('Looking for a graphics processor.');

  await openData(person);
  await panel(person)
    .getByLabel('Import a file')
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: content });
  const passphrase = panel(person).getByLabel('Passphrase of this backup');
  await passphrase.fill('wrong');
  await person.button('Open it').click();
  await expect(panel(person).getByText('That is not the passphrase of this file.')).toBeVisible();
  await passphrase.fill(PASSPHRASE);
  await person.button('Open it').click();
  await expect(panel(person).getByText('One chat is new here, settings restored')).toBeVisible();
  await person.closePanel();
  await row(person, 'Boats').click();
  await expect(person.answers).toContainText('A boat.');
  await person.button('Settings').click();
  await expect(person.page.getByRole('dialog').getByLabel('Temperature')).toHaveValue('0.25');
});
