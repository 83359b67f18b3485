/** What can be done with messages: branches, edits of both sides, going on, deleting, looking into how an answer came about. */
import type { Locator } from '@playwright/test';
import { expect, noiseModel, type Person, test } from './site.ts';

const questions = (person: Person): Locator => person.page.getByRole('article', { name: 'You' });

/** Opens the page with a model that answers briefly and always the same. */
async function begin(person: Person, url: string, longest = '6'): Promise<void> {
  await person.open(url);
  await person.load(noiseModel('Noise'));
  await person.set({ Temperature: '0', 'Longest answer': longest });
}

/** Chooses something from the menu of the last answer. */
async function choose(person: Person, action: string): Promise<void> {
  await person.button('More about this answer').last().click();
  // The question has an Edit of its own, and the menu opens a moment later.
  await person.page.locator(':popover-open').getByRole('button', { name: action, exact: true }).click();
}

test('another try and other words stay as branches', async ({ site, person }) => {
  await begin(person, site.url);
  const first = await person.ask('Hello');
  await person.set({ Temperature: '2', Seed: '5' });
  await person.button('Regenerate').click();
  await person.expectEngine('ready');
  await expect(person.page.getByLabel('answer 2 of 2')).toBeVisible();
  const second = await person.answers.innerText();
  expect(second).not.toBe(first);
  await person.button('Earlier answer').click();
  await expect(person.answers).toHaveText(first);

  await person.button('Edit').click();
  await person.page.getByLabel('Your words').fill('Goodbye');
  await person.button('Ask this instead').click();
  await person.expectEngine('ready');
  await expect(questions(person)).toHaveText('Goodbye');
  await person.button('Earlier question').click();
  await expect(questions(person)).toHaveText('Hello');
  await person.reload();
  await expect(questions(person)).toHaveText('Hello');
  await expect(person.answers).toHaveText(second);
});

test("a model's words can be changed and gone on from", async ({ site, person }) => {
  await begin(person, site.url);
  const whole = await person.ask('Hello');
  await person.button('Continue').click();
  await person.expectEngine('ready');
  const longer = await person.answers.innerText();
  expect(longer.length).toBeGreaterThan(whole.length);
  expect(longer.startsWith(whole)).toBe(true);

  await choose(person, 'Edit');
  await person.page.getByLabel("The model's words").fill('the cat');
  await person.button('Save').click();
  await expect(person.answers).toHaveText('the cat');
  await expect(person.page.getByText('changed by hand')).toBeVisible();
  await person.button('Continue').click();
  await person.expectEngine('ready');
  await expect(person.answers).toHaveText(/^the cat./);
});

test('a message is deleted with what follows, and comes back', async ({ site, person }) => {
  await begin(person, site.url);
  await person.ask('Hello');
  await person.ask('And more');
  await person.button('More about this question').first().click();
  await person.button('Delete').click();
  await expect(questions(person)).toHaveCount(0);
  await person.button('Undo').click();
  await expect(questions(person)).toHaveText(['Hello', 'And more']);
});

test('an answer tells how it came about, and is made again the same', async ({ site, person }) => {
  await begin(person, site.url, '12');
  await person.set({ Temperature: '1' });
  await person.ask('Hello');
  await choose(person, 'About this answer');
  const panel = person.page.getByRole('dialog', { name: 'About this answer' });
  await expect(panel.getByText('12 tokens', { exact: true })).toBeVisible();
  await expect(panel.getByText('Seed', { exact: true })).toBeVisible();
  await expect(panel.getByText(/^[0-9a-f]{64}$/)).toHaveCount(2);
  await panel.getByRole('button', { name: 'Make it again' }).click();
  await expect(person.page.getByLabel('answer 2 of 2')).toBeVisible();
  await person.expectEngine('ready');
  await choose(person, 'About this answer');
  await expect(panel.getByText('it is the same, token by token')).toBeVisible();
});

test('a word shows what else could have been said, and leads on from there', async ({ site, person }) => {
  await begin(person, site.url, '12');
  const answer = await person.ask('Hello');
  await choose(person, 'Look at its words');
  const tokens = person.answers.locator('button[aria-pressed]');
  await expect.poll(() => tokens.count()).toBeGreaterThan(3);
  await tokens.nth(2).click();
  const table = person.page.getByRole('table', { name: 'What the model could have said here' });
  await expect(table.getByRole('row')).toHaveCount(11);
  await expect(table.getByRole('row').nth(1)).toContainText('taken');
  await table.getByRole('button').first().click();
  await expect(person.page.getByLabel('answer 2 of 2')).toBeVisible();
  await person.expectEngine('ready');
  expect(await person.answers.innerText()).not.toBe(answer);
});

test('the source of an answer can be read', async ({ site, person }) => {
  await begin(person, site.url);
  const answer = await person.ask('Hello');
  await choose(person, 'Show the source');
  await expect(person.answers.locator('.raw')).toContainText(answer.slice(0, 5));
  await choose(person, 'Show it as text');
  await expect(person.answers.locator('.raw')).toHaveCount(0);
});
