/** Panels in the address: the back button closes them, and a quick hand may open the next while the last is closing. */
import { expect, test } from './site.ts';

test('a panel opened in the moment that another closes stays open, and back closes it', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page).toHaveURL(/#\/settings$/u);

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
