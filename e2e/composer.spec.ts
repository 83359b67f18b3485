/** Where a person writes: files are attached, the context is watched, and at its end there is a choice. */
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { pdfColumn, writePdf } from '../tools/testing/write-pdf.ts';
import { drop, expect, noiseModel, type Person, test } from './site.ts';

const SCREENS = join(import.meta.dirname, '../test-results/screens');
const CSV = Buffer.from('name,age\nAnn,5\n');
const PDF = writePdf([pdfColumn(['The harvest was good.'])]);

const questions = (person: Person): Locator => person.page.getByRole('article', { name: 'You' });
const message = (person: Person): Locator => person.page.getByRole('textbox', { name: 'Message' });
const tray = (person: Person): Locator => person.page.locator('form').getByRole('list', { name: 'Attached files' });

/** Opens the page with a model that answers briefly and always the same. */
async function begin(person: Person, url: string, contextLength = 1024): Promise<void> {
  await person.open(url);
  await person.load(noiseModel('Noise', { contextLength }));
  await person.set({ Temperature: '0', 'Longest answer': '6' });
}

test('a table and a PDF go with a question, which shows them and keeps them', async ({ site, person }) => {
  const { page } = person;
  await begin(person, site.url);
  await drop(page, [['figures.csv', CSV]]);
  await page
    .getByLabel('Attach files')
    .setInputFiles([{ name: 'report.pdf', mimeType: 'application/pdf', buffer: Buffer.from(PDF) }]);
  await expect(tray(person).getByRole('listitem')).toHaveCount(2);
  await expect(tray(person)).toContainText('table, 2 rows, 2 columns');
  await expect(tray(person)).toContainText('PDF, 1 page');
  await person.ask('How was it?');
  await expect(tray(person)).toHaveCount(0);
  await expect(questions(person)).toHaveText('How was it?');
  const sent = page.getByRole('log').getByRole('list', { name: 'Attached files' });
  await person.reload();
  await expect(questions(person)).toHaveText('How was it?');
  await expect(sent.getByRole('listitem')).toHaveCount(2);
  await expect(sent.getByRole('button', { name: /^Remove/ })).toHaveCount(0);
  await sent.getByRole('button', { name: /report\.pdf/ }).click();
  await expect(page.getByRole('dialog')).toContainText('The harvest was good.');
  await page.keyboard.press('Escape');

  // A search finds what was in a file.
  await page.getByRole('searchbox').fill('harvest');
  await expect(page.getByRole('list', { name: 'Found' }).getByRole('listitem')).toHaveCount(1);
});

test('what cannot be read does not go, and no words are needed', async ({ site, person }) => {
  const { page } = person;
  await begin(person, site.url);
  await drop(page, [
    ['photo.png', Buffer.from('\x89PNG', 'latin1')],
    ['figures.csv', CSV],
  ]);
  await expect(tray(person)).toContainText('This is a picture.');
  await expect(person.button('Send')).toBeEnabled();
  await person.button('Send').click();
  await expect(person.answers).toHaveCount(1);
  await person.expectEngine('ready');
  await expect(page.getByRole('log').getByRole('listitem')).toHaveText(/figures\.csv/);
  await expect(questions(person)).toHaveCount(0);
});

test('a dropped model is opened as ever, and a draft says after a reload what is gone', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  await drop(page, [
    ['Tiny.gguf', noiseModel('Tiny').buffer],
    ['figures.csv', CSV],
  ]);
  await expect(person.button('Load')).toBeVisible();
  await expect(tray(person).getByRole('listitem')).toHaveText(/figures\.csv/);
  await page.reload();
  await expect(tray(person)).toContainText('Attach it again');
  await person.button('Remove figures.csv').click();
  await expect(tray(person)).toHaveCount(0);
});

test('a long paste is attached, a short one is text', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  const paste = (text: string) =>
    message(person).evaluate((element, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', text);
      return element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, text);
  expect(await paste('short')).toBe(true);
  await expect(tray(person)).toHaveCount(0);
  expect(await paste('Dear all, '.repeat(300))).toBe(false);
  await expect(tray(person).getByRole('listitem')).toHaveText(/Pasted text: Dea/);
  await page.screenshot({ path: join(SCREENS, 'composer-paste.png') });
});

test('tokens are counted before sending, and the gauge tells how full the context is', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  const gauge = page.getByRole('button', { name: /^Context / });
  await expect(gauge).toHaveCount(0);
  await begin(person, site.url, 256);
  const count = page.locator('form').getByText(/\d tokens?\s*$/);
  await expect(count).toHaveCount(0);
  await message(person).fill('he');
  await expect(count).toHaveText(/^\s*\d+ tokens?\s*$/);
  await expect(gauge.locator('svg')).toHaveAttribute('data-fullness', 'low');
  // Each of these is a token to the test vocabulary, beside a few of the template.
  await message(person).fill('!'.repeat(200));
  await expect(gauge.locator('svg')).toHaveAttribute('data-fullness', 'high');
  await expect(count).toHaveText(/^\s*20\d tokens\s*$/);
  await message(person).fill('!'.repeat(235));
  await expect(gauge.locator('svg')).toHaveAttribute('data-fullness', 'full');
  await gauge.click();
  const panel = page.getByRole('dialog', { name: 'Context' });
  await expect(panel.getByRole('row', { name: /What you are writing 23\d/ })).toBeVisible();
  await expect(panel.getByRole('row', { name: /Room for the answer/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await message(person).fill('');
  await expect(count).toHaveCount(0);
});

const line = (person: Person): Locator => person.page.getByRole('note');

/** Fills a context of 512 tokens with turns until hardly anything fits. */
async function fill(person: Person, url: string): Promise<void> {
  await begin(person, url, 512);
  for (const letter of ['a', 'b', 'c']) await person.ask(`${letter}${'!'.repeat(110)}`);
  await message(person).fill(`d${'!'.repeat(170)}`);
  await expect(person.page.getByText('The conversation no longer fits')).toBeVisible();
}

test('at the limit the oldest turns can be left out, and sent again', async ({ site, person }) => {
  const { page } = person;
  await fill(person, site.url);
  await page.screenshot({ path: join(SCREENS, 'composer-limit.png') });
  await message(person).press('Enter');
  await expect(questions(person)).toHaveCount(3);
  await page.getByRole('button', { name: /^Leave out the (oldest turn|\d+ oldest turns)$/ }).click();
  await expect(line(person)).toContainText('What is above is no longer sent to the model.');
  await expect(page.getByText('The conversation no longer fits')).toHaveCount(0);
  await message(person).press('Enter');
  await expect(person.answers).toHaveCount(4);
  await person.expectEngine('ready');
  await person.reload();
  await expect(questions(person)).toHaveCount(4);
  await expect(line(person)).toHaveCount(1);
  await person.button('Send it again').click();
  await expect(line(person)).toHaveCount(0);
  await expect(questions(person)).toHaveCount(4);
});

/** Opens what the gauge tells, and chooses from it. */
async function chooseInGauge(person: Person, choice: string): Promise<Locator> {
  await person.page.getByRole('button', { name: /^Context \d/ }).click();
  const panel = person.page.getByRole('dialog', { name: 'Context' });
  await panel.getByRole('button', { name: choice }).click();
  return person.page.getByRole('dialog');
}

/** Opens the page with so long a context that a summary, an eighth of it, is still being made when a person ends it. */
async function beginLong(person: Person, url: string): Promise<void> {
  await person.open(url);
  await person.set({ 'Context length': '8192' });
  await begin(person, url, 8192);
}

test('a summary takes the place of what was said, and can be read, mended and taken back', async ({ site, person }) => {
  const { page } = person;
  await beginLong(person, site.url);
  await person.ask('Hello');
  const dialog = await chooseInGauge(person, 'Compact …');
  // Noise has no end: a person ends it, and what is there can be used.
  await expect(dialog.getByLabel('Summary')).not.toHaveValue('');
  await dialog.getByRole('button', { name: 'Stop summing up' }).click();
  await expect(dialog.getByRole('button', { name: 'Use this summary' })).toBeEnabled();
  await page.screenshot({ path: join(SCREENS, 'composer-summary.png') });
  await dialog.getByLabel('Summary').fill('We said hello.');
  await dialog.getByRole('button', { name: 'Use this summary' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(message(person)).toBeFocused();
  await line(person).getByText('The summary in its place').click();
  await expect(line(person).getByLabel('Summary')).toHaveValue('We said hello.');
  await line(person).getByLabel('Summary').fill('We said hello to each other.');
  await line(person).getByLabel('Summary').blur();
  await person.ask('And more');
  await person.reload();
  await line(person).getByText('The summary in its place').click();
  await expect(line(person).getByLabel('Summary')).toHaveValue('We said hello to each other.');
  await page.screenshot({ path: join(SCREENS, 'composer-break.png') });
});

test('a new chat goes on from a summary', async ({ site, person }) => {
  await beginLong(person, site.url);
  await person.ask('Hello');
  await message(person).fill('And then?');
  const dialog = await chooseInGauge(person, 'New chat with a summary …');
  await expect(dialog.getByLabel('Summary')).not.toHaveValue('');
  await dialog.getByRole('button', { name: 'Stop summing up' }).click();
  await expect(dialog.getByRole('button', { name: 'Begin the new chat' })).toBeEnabled();
  await dialog.getByLabel('Summary').fill('We said hello.');
  await dialog.getByRole('button', { name: 'Begin the new chat' }).click();
  await expect(line(person)).toContainText('This chat goes on from another one');
  await expect(message(person)).toHaveValue('And then?');
  await expect(person.button('Hello, continued')).toBeVisible();
  await person.button('Send').click();
  await expect(person.answers).toHaveCount(1);
  await person.expectEngine('ready');
  await person.button('Hello').click();
  await expect(questions(person)).toHaveText('Hello');
});

test('prompts are called by a slash, with the keyboard alone', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  const field = message(person);
  const options = page.getByRole('listbox', { name: 'Prompts' }).getByRole('option');
  await field.pressSequentially('/');
  await expect(options).toHaveCount(7);
  await expect(options.first()).toHaveAttribute('aria-selected', 'true');
  await field.press('ArrowDown');
  const active = await field.getAttribute('aria-activedescendant');
  await expect(options.nth(1)).toHaveAttribute('id', active!);
  await field.press('Escape');
  await expect(options).toHaveCount(0);
  await expect(field).toHaveValue('/');
  await field.pressSequentially('tr');
  await expect(options).toHaveCount(2);
  await field.press('Enter');
  await expect(field).toHaveValue(/^Translate the following into \[language\]/);
  // What is to be filled in is selected: typing takes its place.
  await field.pressSequentially('French');
  await expect(field).toHaveValue(/^Translate the following into French/);

  // A person's own.
  await field.fill('/');
  await field.press('ArrowUp');
  await field.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Your own prompts' });
  await dialog.getByLabel('Name').fill('/Tea time');
  await dialog.getByLabel('Text').fill('Write about tea.');
  await dialog.getByLabel('Text').blur();
  await person.button('Add').click();
  await person.button('Edit tea-time').click();
  await dialog.getByLabel('Text').fill('Write about green tea.');
  await person.button('Save').click();
  await page.keyboard.press('Escape');
  await page.reload();
  await field.fill('/tea');
  await expect(options).toHaveCount(2);
  await options.first().click();
  await expect(field).toHaveValue('Write about green tea.');
  await expect(field).toBeFocused();
  await field.fill('/te');
  await options.last().click();
  await person.button('Delete tea-time').click();
  await expect(dialog.getByRole('list')).toHaveCount(0);
});
