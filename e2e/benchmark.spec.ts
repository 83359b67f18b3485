/** How fast the loaded model is on this device: measured when asked, ended when asked, and passed on as a table. */
import { look } from './screens.ts';
import { expect, noiseModel, test } from './site.ts';

test.describe.configure({ timeout: 240_000 });

test('measures the loaded model and copies the figures', async ({ site, person }) => {
  const { page } = person;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await person.open(site.url);
  await page.evaluate(() => (location.hash = '#/benchmark'));
  const panel = page.getByRole('dialog', { name: 'How fast this device is' });
  await expect(panel).toContainText('No model is loaded.');
  await look(page, 'benchmark-empty', { onPhone: false });
  await page.keyboard.press('Escape');

  await person.load(noiseModel('Noise', { contextLength: 256 }));
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Measure speed');
  await page.keyboard.press('Enter');
  await panel.getByRole('button', { name: 'Measure Noise' }).click();
  await panel.getByRole('button', { name: 'Stop measuring' }).click();
  await expect(panel.getByRole('status')).toHaveText('Stopped. Nothing was kept.');

  await panel.getByRole('button', { name: 'Measure Noise' }).click();
  await expect(panel.getByRole('status')).toContainText('Measuring:');
  await expect(panel.getByRole('status')).toHaveText('Measured.', { timeout: 180_000 });
  const row = (name: string) => panel.getByRole('row', { name });
  await expect(row('Reads a prompt of 128 tokens')).toHaveText(/[1-9]\d* tokens\/s/);
  await expect(row('Writes, with nothing before')).toHaveText(/[1-9]\d*(\.\d)? tokens\/s/);
  // One submit, and nothing is made in the loop.
  await expect(row('Calls for each token').getByRole('cell')).toHaveText(/^1, \d+, 0$/);
  await expect(row('Model Noise')).toContainText('Noise, F32, context of 256 tokens');
  await look(page, 'benchmark');

  await panel.getByRole('button', { name: 'Copy as a table' }).click();
  await expect
    .poll(async () => (await page.evaluate(() => navigator.clipboard.readText())).split('\n').slice(0, 2))
    .toEqual(['| What | Figure | Least to most |', '| --- | --- | --- |']);
  await page.keyboard.press('Escape');
  await person.expectEngine('ready');
  expect(await person.ask('And still it answers?')).not.toBe('');
});

test('a panel that is closed measures no more', async ({ site, person }) => {
  await person.open(site.url);
  await person.load(noiseModel('Noise', { contextLength: 256 }));
  await person.page.evaluate(() => (location.hash = '#/benchmark'));
  await person.button('Measure Noise').click();
  await person.expectEngine('generating');
  await person.page.keyboard.press('Escape');
  await person.expectEngine('ready');
});
