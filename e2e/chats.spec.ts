/** Many chats: kept, named, filed, found, deleted and brought back; on a wide page beside the conversation, else in a panel. */
import type { Locator } from '@playwright/test';
import { expect, noiseModel, type Person, test } from './site.ts';

const NARROW = { width: 390, height: 844 };

const list = (person: Person): Locator => person.page.getByRole('navigation', { name: 'Chats' });
const row = (person: Person, name: string): Locator => list(person).getByRole('button', { name, exact: true });
const questions = (person: Person): Locator => person.page.getByRole('article', { name: 'You' });

/** Chooses something from a chat's menu. */
async function choose(person: Person, chat: string, action: string): Promise<void> {
  await row(person, chat).hover();
  await list(person)
    .getByRole('button', { name: `More about “${chat}”` })
    .click();
  await list(person).getByRole('button', { name: action, exact: true }).click();
}

/** Three chats of a question each, newest first: cheese, boats, apples. */
async function begin(person: Person, url: string): Promise<void> {
  await person.open(url);
  await person.load(noiseModel('Noise'));
  await person.set({ Temperature: '0', 'Longest answer': '4' });
  for (const text of ['All about apples', 'Of boats\nand of their sails', 'Cheese, please']) {
    await person.button('New chat').click();
    await person.ask(text);
  }
}

test('chats are kept with their drafts, and each opens where it was', async ({ site, person }) => {
  await begin(person, site.url);
  await expect(list(person).getByRole('listitem')).toHaveText(['Cheese, please', 'Of boats', 'All about apples']);
  await expect(row(person, 'Cheese, please')).toHaveAttribute('aria-current', 'true');
  const message = person.page.getByRole('textbox', { name: 'Message' });
  await row(person, 'Of boats').click();
  await expect(questions(person)).toHaveText('Of boats and of their sails');
  await message.fill('and masts');
  await row(person, 'All about apples').click();
  await expect(questions(person)).toHaveText('All about apples');
  await expect(message).toHaveValue('');
  await row(person, 'Of boats').click();
  await expect(message).toHaveValue('and masts');
  await person.reload();
  await expect(questions(person)).toHaveText('Of boats and of their sails');
  await expect(message).toHaveValue('and masts');
  await expect(person.answers).toHaveCount(1);
});

test('a chat is renamed, pinned, filed and archived', async ({ site, person }) => {
  await begin(person, site.url);
  await choose(person, 'Of boats', 'Rename');
  const name = list(person).getByRole('textbox', { name: 'Name of the chat' });
  await expect(name).toBeFocused();
  await name.fill('Sailing');
  await name.press('Enter');
  await choose(person, 'Sailing', 'Pin');
  await expect(list(person).getByRole('region', { name: 'Pinned' }).getByRole('listitem')).toHaveText('Sailing');

  await row(person, 'Cheese, please').hover();
  await list(person).getByRole('button', { name: 'More about “Cheese, please”' }).click();
  await list(person).getByRole('button', { name: 'Folder…' }).click();
  await list(person).getByRole('button', { name: 'New folder…' }).click();
  const folder = list(person).getByRole('textbox', { name: 'Name of the new folder' });
  await folder.fill('Kitchen');
  await folder.press('Enter');
  const kitchen = list(person).getByRole('region', { name: 'Folder Kitchen' });
  // It is unfolded: the chat that is open lies in it.
  await expect(kitchen.getByRole('listitem')).toHaveText('Cheese, please');

  await choose(person, 'All about apples', 'Archive');
  await expect(row(person, 'All about apples')).toHaveCount(0);
  await person.reload();
  await expect(list(person).getByRole('region', { name: 'Pinned' })).toContainText('Sailing');
  await list(person)
    .getByRole('button', { name: /^Archive/ })
    .click();
  await expect(row(person, 'All about apples')).toBeVisible();
});

test('what is deleted can be brought back, and is gone for good when it is not', async ({ site, person }) => {
  await begin(person, site.url);
  await choose(person, 'Cheese, please', 'Delete');
  await expect(row(person, 'Cheese, please')).toHaveCount(0);
  await expect(person.answers).toHaveCount(0);
  await person.button('Undo').click();
  await expect(questions(person)).toHaveText('Cheese, please');
  await choose(person, 'Of boats', 'Delete');
  await expect(person.page.getByText('“Of boats” deleted')).toBeVisible();
  await person.reload();
  await expect(row(person, 'Cheese, please')).toBeVisible();
  await expect(row(person, 'Of boats')).toHaveCount(0);
});

test('a word that was said is found, and leads to where it was said', async ({ site, person }) => {
  await begin(person, site.url);
  const search = list(person).getByRole('searchbox');
  await search.fill('sail');
  const found = list(person).getByRole('list', { name: 'Found' }).getByRole('listitem');
  await expect(found).toHaveCount(1);
  await expect(found.locator('mark')).toHaveText('sails');
  await found.getByRole('button').click();
  await expect(questions(person)).toHaveText('Of boats and of their sails');
  await search.fill('zebra');
  await expect(list(person).getByText('No chat has these words.')).toBeVisible();
  await search.fill('');
  await expect(row(person, 'All about apples')).toBeVisible();
});

test('on a phone the chats are a panel, and the keyboard opens it', async ({ site, person }) => {
  await begin(person, site.url);
  await person.page.setViewportSize(NARROW);
  await expect(list(person)).toHaveCount(0);
  await person.button('Chats').click();
  const panel = person.page.getByRole('dialog', { name: 'Chats' });
  await panel.getByRole('button', { name: 'All about apples', exact: true }).click();
  await expect(panel).toHaveCount(0);
  await expect(questions(person)).toHaveText('All about apples');
  await person.page.keyboard.press('Control+b');
  await expect(panel).toBeVisible();
  await person.page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
});
