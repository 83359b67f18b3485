/** Panels in the address: the back button closes them, and a quick hand may open the next while the last is closing. */
import { expect, noiseModel, test } from './site.ts';

test('a panel opened in the moment that another closes stays open, and back closes it', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page).toHaveURL(/#\/settings$/u);
  await expect(page.getByRole('dialog')).toBeVisible();

  await page.evaluate(() => {
    const press = (selector: string): void => document.querySelector<HTMLButtonElement>(selector)?.click();
    press('dialog button[aria-label="Close"]');
    press('header button[title="Your models"]');
  });

  await expect(page).toHaveURL(/#\/library$/u);
  await expect(page.getByRole('dialog', { name: 'Your models' })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page).not.toHaveURL(/#\/(?:library|settings)/u);
});

test('panels opened and closed by keys as fast as they come end as the last key says', async ({ site, person }) => {
  const { page } = person;
  const dialog = page.getByRole('dialog');
  await person.open(site.url);
  for (const keys of [
    ['Control+k', 'Escape', 'Control+,', 'Escape', 'Control+k'],
    ['Escape', 'Control+Shift+l', 'Escape', 'Control+k', 'Escape', 'Control+k'],
  ])
    for (const key of keys) await page.keyboard.press(key);
  await expect(dialog).toHaveAccessibleName('Commands');
  await expect(page).toHaveURL(/#\/commands$/u);
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(page).not.toHaveURL(/#\/[a-z]/u);
});

test('the library opens over a model that is being offered, and closes when another is picked in it', async ({
  site,
  person,
}) => {
  const { page } = person;
  const library = page.getByRole('dialog', { name: 'Your models' });
  await person.open(site.url);
  await person.pick(noiseModel('First'));
  await expect(person.button('Load')).toBeVisible();
  await page.locator('header button[title="Your models"]').click();
  await expect(library.getByLabel('Open a model file')).toBeAttached();
  await library.getByLabel('Open a model file').setInputFiles(noiseModel('Second', { seed: 2 }));
  await expect(library).toHaveCount(0);
  await expect(page.getByRole('main')).toContainText('Second');
});
