/** What is measured of the graphics processor: shown to who asks, and measured once for all visits. */
import { expect, noiseModel, type Person, test } from './site.ts';

/** The rows of the table of what was measured. */
async function measured(person: Person): Promise<string[]> {
  const { page } = person;
  await page
    .locator('header')
    .getByRole('button', { name: /library$/i })
    .click();
  const library = page.getByRole('dialog', { name: 'Your models' });
  await library.getByText('What was measured on this device').click();
  const rows = library.getByRole('table').getByRole('row');
  await expect(rows).not.toHaveCount(0);
  const texts = await rows.allTextContents();
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/#\/library/);
  return texts;
}

test('what was measured at the first load is shown, kept, and the same at the next visit', async ({ site, person }) => {
  await person.open(site.url);
  await person.load(noiseModel('Measured'));
  const first = await measured(person);
  expect(first.length).toBeGreaterThan(1);
  expect(first.slice(1).join('\n')).toMatch(/\d+ × \d+.*µs/);

  await person.page.reload();
  await person.expectEngine('ready');
  // Times would differ if they were measured again.
  expect(await measured(person)).toEqual(first);
});
