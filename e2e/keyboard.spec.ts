/** The commonest tasks with a keyboard alone. After each the keyboard is somewhere that makes sense and can be seen. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { Keyboard } from './keyboard.ts';
import { expect, type ModelUpload, noiseModel, type Person, test, upload } from './site.ts';

/** Opens the file chooser of what has the keyboard. */
async function pick(page: Page, file: ModelUpload): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('Space');
  await (await chooser).setFiles(file);
}

/** Asks, with the keyboard in the message; waits for the end of the answer. */
async function ask(person: Person, keyboard: Keyboard, text: string): Promise<void> {
  const before = await person.answers.count();
  await keyboard.expectAtMessage();
  await keyboard.type(text);
  await keyboard.press('Enter');
  await expect(person.answers).toHaveCount(before + 1);
  await person.expectEngine('ready');
  await keyboard.expectAtMessage();
}

/** Opens the menu of what is named and chooses from it. */
async function choose(keyboard: Keyboard, menu: string, choice: string, key: 'Tab' | 'Shift+Tab' = 'Tab') {
  await keyboard.tabTo('button', menu, key);
  await keyboard.press('Enter');
  await chooseHere(keyboard, choice);
}

/** Chooses from the menu that is open. */
async function chooseHere(keyboard: Keyboard, choice: string): Promise<void> {
  await expect(keyboard.focus).toHaveClass(/item/);
  if ((await keyboard.focus.innerText()) !== choice) await keyboard.tabTo('button', choice);
  await keyboard.press('Enter');
}

test('the built-in model is started and asked', async ({ site, person }) => {
  const keyboard = new Keyboard(person.page);
  await person.open(site.url);
  await keyboard.tabTo('button', 'What is Ember?');
  await keyboard.press('Enter');
  await expect(person.page.getByRole('dialog')).toBeVisible();
  await keyboard.press('Escape');
  await keyboard.expectAt('button', 'What is Ember?');
  await keyboard.tabTo('button', 'Start Ember', 'Shift+Tab');
  await keyboard.press('Enter');
  await keyboard.expectAtMessage();
  await person.expectEngine('ready');
  await ask(person, keyboard, 'What is Freehold?');
});

test('a model is added from disk, an answer stopped, words looked into, settings changed', async ({ site, person }) => {
  const { page } = person;
  const keyboard = new Keyboard(page);
  await person.open(site.url);
  await keyboard.tabTo('button', 'Open a model file');
  await pick(page, noiseModel('Noise', { contextLength: 8192 }));
  await keyboard.expectAt('region', 'Noise');
  await keyboard.tabTo('button', 'Load');
  await keyboard.press('Enter');
  await keyboard.expectAtMessage();
  await person.expectEngine('ready');

  // Escape stops, and so does the button; a menu's Escape is the menu's alone.
  await keyboard.type('Hello there');
  await keyboard.press('Enter');
  await expect(person.answers).not.toBeEmpty();
  await keyboard.tabTo('button', 'More about this question', 'Shift+Tab');
  await keyboard.press('Enter', 'Escape');
  await keyboard.expectAt('button', 'More about this question');
  await person.expectEngine('generating');
  await keyboard.press('Escape');
  await person.expectEngine('ready');
  await keyboard.press('/');
  await keyboard.type('And more');
  await keyboard.press('Enter');
  await keyboard.tabTo('button', 'Stop');
  await keyboard.press('Enter');
  await keyboard.expectAtMessage();
  await person.expectEngine('ready');

  await keyboard.press('Control+,');
  // It comes when it is first asked for, and keys pressed before are the page's.
  await expect(page.getByRole('dialog')).toBeVisible();
  await keyboard.tabTo('radio', 'Simple');
  await keyboard.press('ArrowRight', 'ArrowRight');
  await keyboard.expectAt('radio', 'Everything');
  await keyboard.tabTo('spinbutton', 'Temperature');
  await keyboard.type('0');
  await keyboard.tabTo('spinbutton', 'Longest answer');
  await keyboard.type('12');
  await keyboard.press('Escape');
  await keyboard.expectAtMessage();
  await keyboard.tabTo('button', 'Settings');
  await keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByLabel('Longest answer')).toHaveValue('12');
  await keyboard.press('Escape');
  await keyboard.expectAt('button', 'Settings');

  await keyboard.press('/');
  await ask(person, keyboard, 'Again');
  await choose(keyboard, 'More about this answer', 'About this answer', 'Shift+Tab');
  await expect(page.getByRole('dialog', { name: 'About this answer' })).toBeVisible();
  await keyboard.press('Escape');
  await keyboard.expectAt('button', 'More about this answer');
  await keyboard.press('Enter');
  await chooseHere(keyboard, 'Look at its words');
  const words = person.answers.last().getByRole('button', { pressed: false });
  await expect(words.first()).toBeFocused();
  await keyboard.press('ArrowRight', 'ArrowRight', 'Enter');
  const table = page.getByRole('table', { name: 'What the model could have said here' });
  await expect(table.getByRole('row')).toHaveCount(11);
  await expect(keyboard.focus).toHaveAttribute('aria-pressed', 'true');
  await keyboard.tabTo('button', 'Done');
  await keyboard.press('Enter');
  await keyboard.expectAt('button', 'More about this answer');
  await keyboard.press('Enter');
  await chooseHere(keyboard, 'Look at its words');
  await expect(words.first()).toBeFocused();
  await keyboard.press('Enter');
  await expect(table.getByRole('row')).toHaveCount(11);
  await keyboard.tabTo('button', /^Go on from here with/);
  await keyboard.press('Enter');
  await expect(page.getByLabel('answer 2 of 2')).toBeVisible();
  await keyboard.expectAtMessage();
  await person.expectEngine('ready');
});

test('messages are copied, answered again and changed; files go with them', async ({ site, person, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(site.url).origin });
  const { page } = person;
  const keyboard = new Keyboard(page);
  await begin(person, site.url);
  await ask(person, keyboard, 'Hello');

  await keyboard.tabTo('button', 'Regenerate', 'Shift+Tab');
  await keyboard.press('Enter');
  await keyboard.expectAtMessage();
  await expect(page.getByLabel('answer 2 of 2')).toBeVisible();
  await person.expectEngine('ready');
  await keyboard.tabTo('button', 'Earlier answer', 'Shift+Tab');
  await keyboard.press('Enter');
  await keyboard.expectAt('button', 'Later answer');
  await keyboard.press('Enter');
  await keyboard.expectAt('button', 'Earlier answer');

  await keyboard.tabTo('button', 'Copy');
  await keyboard.press('Enter');
  await keyboard.expectAt('button', 'Copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).not.toBe('');

  await keyboard.tabTo('button', 'Edit', 'Shift+Tab');
  await keyboard.press('Enter');
  await keyboard.expectAt('textbox', 'Your words');
  await keyboard.press('Escape');
  await keyboard.expectAt('button', 'Edit');
  await keyboard.press('Enter', 'Control+a');
  await keyboard.type('Goodbye');
  await keyboard.tabTo('button', 'Ask this instead');
  await keyboard.press('Enter');
  await keyboard.expectAtMessage();
  await person.expectEngine('ready');
  await expect(page.getByRole('article', { name: 'You' })).toHaveText('Goodbye');
  await keyboard.tabTo('button', 'Earlier question', 'Shift+Tab');
  await keyboard.press('Enter');
  await keyboard.expectAt('button', 'Later question');

  await keyboard.tabTo('button', 'Attach files');
  await pick(page, upload('figures.csv', Buffer.from('name,age\nAnn,5\n')));
  await keyboard.expectAtMessage();
  await keyboard.tabTo('button', /^figures\.csv/, 'Shift+Tab');
  await keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toContainText('Ann');
  await keyboard.press('Escape');
  await keyboard.expectAt('button', /^figures\.csv/);
  await keyboard.tabTo('button', 'Remove figures.csv');
  await keyboard.press('Enter');
  await keyboard.expectAtMessage();
});

test('chats are begun, found, named, pinned, filed, exported, deleted and brought back', async ({ site, person }) => {
  const { page } = person;
  const keyboard = new Keyboard(page);
  const list = page.getByRole('navigation', { name: 'Chats' });
  await begin(person, site.url);
  for (const text of ['Apples', 'Boats', 'Cheese']) {
    await keyboard.press('Control+Shift+o');
    await ask(person, keyboard, text);
  }
  await keyboard.press('Control+Shift+f');
  await keyboard.expectAt('searchbox', 'Search in all chats');
  await keyboard.type('apples');
  await expect(list.getByRole('list', { name: 'Found' }).getByRole('listitem')).toHaveCount(1);
  await keyboard.tabTo('button', /^Apples/);
  await keyboard.press('Enter');
  await expect(page.getByRole('article', { name: 'You' })).toHaveText('Apples');
  await keyboard.expectAt('button', /^Apples/);
  await keyboard.tabTo('searchbox', 'Search in all chats', 'Shift+Tab');
  await keyboard.press('Escape');

  await choose(keyboard, 'More about “Boats”', 'Rename');
  await keyboard.expectAt('textbox', 'Name of the chat');
  await keyboard.type('Sails');
  await keyboard.press('Enter');
  await keyboard.expectAt('button', 'Sails');
  await choose(keyboard, 'More about “Sails”', 'Pin');
  await expect(list.getByRole('region', { name: 'Pinned' }).getByRole('listitem')).toHaveText('Sails');
  await keyboard.expectAt('button', 'Sails');
  await choose(keyboard, 'More about “Cheese”', 'Folder…');
  await chooseHere(keyboard, 'New folder…');
  await keyboard.expectAt('textbox', 'Name of the new folder');
  await keyboard.type('Kitchen');
  await keyboard.press('Enter');
  await expect(list.getByRole('region', { name: 'Folder Kitchen' })).toBeVisible();
  // The folder is folded: the next chat has the keyboard.
  await keyboard.expectAt('button', 'Apples');

  await choose(keyboard, 'More about “Apples”', 'Export as…');
  await expect(list.getByRole('group', { name: 'Export' })).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    chooseHere(keyboard, 'JSON, with all branches'),
  ]);
  expect(JSON.parse(readFileSync(await download.path(), 'utf8'))).toHaveProperty('chats');
  await keyboard.expectAt('button', 'More about “Apples”');

  await keyboard.press('Enter');
  await chooseHere(keyboard, 'Delete');
  await expect(list.getByRole('button', { name: 'Apples', exact: true })).toHaveCount(0);
  await keyboard.expectAt('button', 'Sails');
  await keyboard.press('Control+z');
  await expect(list.getByRole('button', { name: 'Apples', exact: true })).toBeVisible();
  await choose(keyboard, 'More about “Sails”', 'Delete');
  await keyboard.tabTo('button', 'Undo');
  await keyboard.press('Enter');
  await expect(list.getByRole('button', { name: 'Sails', exact: true })).toBeVisible();
  await keyboard.expectAtMessage();
});

/** Opens the page with a model that answers briefly; the keyboard is where one writes. */
async function begin(person: Person, url: string): Promise<void> {
  await person.open(url);
  await person.load(noiseModel('Noise'));
  await person.set({ 'Longest answer': '6' });
  await person.page.keyboard.press('Control+Shift+o');
}
