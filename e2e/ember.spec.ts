/** The model that comes with the page: offered at once, started with one click, kept like every other, honest about itself. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordRequests } from './record-requests.ts';
import { expect, test } from './site.ts';

const ROOT = join(import.meta.dirname, '..');
const catalog = JSON.parse(readFileSync(join(ROOT, 'src/catalog/ember.json'), 'utf8')) as {
  fileBytes: number;
  sha256: string;
};

test('the page knows the very file that it ships', () => {
  const bytes = readFileSync(join(ROOT, 'dist/models/ember/ember.gguf'));
  expect(bytes.length).toBe(catalog.fileBytes);
  expect(bytes.length).toBeLessThan(16e6);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(catalog.sha256);
});

test('who opens the page talks with Ember after one click, and later without any network', async ({
  site,
  person,
  context,
}) => {
  const { page } = person;
  await person.open(site.url);
  await expect(page.getByRole('heading', { name: 'Ember' })).toBeVisible();
  await expect(page.getByText(/fetched once, then works offline/)).toBeVisible();
  expect(site.requests.filter(({ path }) => path.includes('/models/'))).toEqual([]);
  await person.button('Start Ember').click();
  await person.expectEngine('ready');
  await expect(person.status).toContainText('Ember is ready');

  const examples = page.getByRole('main').getByRole('listitem').getByRole('button');
  await expect(examples).toHaveCount(3);
  await examples.first().click();
  await expect(person.answers).toHaveCount(1);
  await person.expectEngine('ready');
  await expect(person.answers).not.toBeEmpty();

  await person.button('New chat').click();
  await person.set({ Temperature: '0' });
  expect(await person.ask('What is the capital of France?')).toContain('Paris');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));

  await site.close();
  await context.setOffline(true);
  await page.reload();
  await person.expectEngine('ready');
  const requests = await recordRequests(context);
  await person.button('New chat').click();
  expect(await person.ask('What is the capital of France?')).toContain('Paris');
  expect(requests).toEqual([]);
});

test('asking one of the examples starts Ember and gets its answer', async ({ site, person }) => {
  await person.open(site.url);
  const question = 'Why does it matter to own an AI model?';
  await person.button(question).click();
  await expect(person.answers).toHaveCount(1);
  await person.expectEngine('ready');
  await expect(person.page.getByRole('article', { name: 'You' })).toHaveText(question);
  await expect(person.answers).toContainText(/\w+ \w+ \w+/);
});

test('Ember is in the library like every other model, and comes back after it was deleted', async ({
  site,
  person,
}) => {
  const { page } = person;
  await person.open(site.url);
  await person.button('Start Ember').click();
  await person.expectEngine('ready');
  await page.getByRole('button', { name: /library$/i }).click();
  const dialog = page.getByRole('dialog');
  const stored = dialog.getByRole('region', { name: 'Stored models' });
  await expect(stored.getByText('Ember', { exact: false }).first()).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Start Ember' })).toHaveCount(0);
  await stored.getByRole('button', { name: /^Delete/ }).click();
  await person.expectEngine('none');
  await dialog.getByRole('button', { name: 'Start Ember' }).click();
  await person.expectEngine('ready');
});

test('other bytes than those that the page knows are refused, and the library stays as it was', async ({
  site,
  person,
}) => {
  const { page } = person;
  await page.route('**/ember.gguf', async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    if (body.length > 1000) body[body.length - 1]! ^= 1;
    await route.fulfill({ response, body });
  });
  await person.open(site.url);
  await person.button('Start Ember').click();
  await expect(person.alert).toContainText('arrived damaged');
  await person.expectEngine('none');
  await expect(person.button('Start Ember')).toBeVisible();
});

test('its model card can be read', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  await person.button('What is Ember?').click();
  const card = page.getByRole('dialog', { name: 'Ember' });
  await expect(card.getByRole('table')).toContainText('Everyday facts');
  await expect(card).toContainText(catalog.sha256);
  await page.goBack();
  await expect(card).toHaveCount(0);
});
