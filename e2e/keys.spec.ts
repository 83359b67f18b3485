/** Everything by keyboard, and how the page stands in its window: title, shared texts, the app's shortcuts, being installed. */
import { expect, noiseModel, test } from './site.ts';

test('commands are found by typing, and keys do the commonest', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  await person.load(noiseModel('Noise'));
  await person.set({ Temperature: '0', 'Longest answer': '4' });
  await person.ask('All about apples');
  await page.keyboard.press('Control+Shift+O');
  await expect(person.answers).toHaveCount(0);
  await page.locator('h1').first().click();
  await page.keyboard.press('/');
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
  await page.keyboard.type('Boats / sails?');
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('Boats / sails?');
  await page.keyboard.press('Enter');
  await expect(person.answers).toHaveCount(1);
  await person.expectEngine('ready');

  // Typed on at once, out of a message: no key goes to what the palette covers.
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('apples');
  const field = page.getByRole('combobox', { name: 'What would you like to do?' });
  await expect(field).toHaveValue('apples');
  await expect(page.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article', { name: 'You' })).toHaveText('All about apples');
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('');

  await page.keyboard.press('Control+k');
  await field.pressSequentially('answer once');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('answer 2 of 2')).toBeVisible();
  await person.expectEngine('ready');

  await page.keyboard.press('Control+k');
  await expect(field).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('option', { selected: true })).toHaveText(/Write a message/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await page.keyboard.press('Control+Shift+D');
  await expect(page.getByText('“All about apples” deleted')).toBeVisible();
  await page.locator('header').click({ position: { x: 300, y: 5 } });
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await expect(keys.getByText('New chat')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);
});

test('the window says which chat it is, and that an answer is being made', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  await expect(page).toHaveTitle('Freehold');
  await person.load(noiseModel('Noise', { contextLength: 8192 }));
  await person.send('Of boats');
  await expect(page).toHaveTitle('● Of boats · Freehold');
  const icon = page.locator('link[rel="icon"]');
  const busy = (await icon.getAttribute('href'))!;
  expect(busy).toMatch(/^data:/);
  await person.button('Stop').click();
  await expect(page).toHaveTitle('Of boats · Freehold');
  await expect(icon).not.toHaveAttribute('href', busy);
});

test('what another app shares is the beginning of a new chat, once', async ({ site, person }) => {
  const { page } = person;
  await person.open(`${site.url}?title=A%20page&text=Read%20this&url=https%3A%2F%2Fa.example%2F`);
  const message = page.getByRole('textbox', { name: 'Message' });
  await expect(message).toHaveValue('A page\nRead this\nhttps://a.example/');
  await expect(page).not.toHaveURL(/\?/u);
  const manifest = (await (await page.request.get(`${site.url}manifest.webmanifest`)).json()) as {
    share_target: { action: string };
    shortcuts: { url: string }[];
  };
  expect(manifest.share_target.action).toBe('./');
  expect(manifest.shortcuts.map(({ url }) => url)).toEqual(['./#/new', './#/library']);
});

test('the page offers to be installed to who has used it, and takes a no', async ({ site, person }) => {
  const { page } = person;
  const offer = page.getByRole('region', { name: 'Install Freehold' });
  const canInstall = () =>
    page.evaluate(() => {
      dispatchEvent(Object.assign(new Event('beforeinstallprompt'), { prompt: () => Promise.resolve() }));
    });
  await person.open(site.url);
  await canInstall();
  await expect(offer).toHaveCount(0);
  await page.evaluate(() => {
    localStorage.setItem('freehold.answers', '5');
  });
  await page.reload();
  await expect(person.status).not.toHaveText('Looking for a graphics processor.');
  await canInstall();
  await expect(offer).toBeVisible();
  await person.button('No, thanks').click();
  await page.reload();
  await expect(person.status).not.toHaveText('Looking for a graphics processor.');
  await canInstall();
  await expect(offer).toHaveCount(0);
});
