/** Two models kept side by side: switching, bytes, deleting one without harm to the other. */
import { expect, noiseModel, test } from './site.ts';

test('two models are kept, switched and deleted, each with its bytes', async ({ site, person }) => {
  const { page } = person;
  const first = noiseModel('First');
  const second = noiseModel('Second', { seed: 2, feedForward: 320 });
  await person.open(site.url);
  await person.load(first);
  await person.load(second);
  await expect(person.status).toContainText('Second is ready');

  const openLibrary = async () => {
    await page
      .locator('header')
      .getByRole('button', { name: /library$/i })
      .click();
    return page.getByRole('dialog', { name: 'Your models' });
  };
  let library = await openLibrary();
  const bytesOf = (name: string) =>
    library
      .getByRole('listitem')
      .filter({ hasText: name })
      .getByTitle(/ bytes$/);
  const exactly = (bytes: number) => `${bytes.toLocaleString('en')} bytes`;
  await expect(bytesOf('First')).toHaveAttribute('title', exactly(first.buffer.length));
  await expect(bytesOf('Second')).toHaveAttribute('title', exactly(second.buffer.length));

  await person.expectEngineAfter(() => library.getByRole('button', { name: 'Switch to First' }).click(), 'ready');
  await expect(person.status).toContainText('First is ready');

  const storedBytes = () => page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  const before = await storedBytes();
  library = await openLibrary();
  await library.getByRole('button', { name: 'Delete Second' }).click();
  await expect(library.getByRole('listitem')).toHaveCount(1);
  // The bytes go when the offer to bring it back has ended.
  await expect.poll(storedBytes, { timeout: 40_000 }).toBeLessThanOrEqual(before - second.buffer.length / 2);
  await page.keyboard.press('Escape');
  // Closing goes back in the history, which takes a moment; a reload in between would meet it halfway.
  await expect(page).not.toHaveURL(/#\/library/);

  await page.reload();
  await person.expectEngine('ready');
  await person.set({ 'Longest answer': '8' });
  expect(await person.ask('Hello')).not.toBe('');
  library = await openLibrary();
  await expect(library.getByRole('listitem')).toHaveCount(1);
  await expect(library.getByRole('listitem')).toContainText('First');
});

test('deleting the loaded model takes it off the engine, and the page says that none is loaded', async ({
  site,
  person,
}) => {
  await person.open(site.url);
  await person.load(noiseModel('Only'));
  await person.page
    .locator('header')
    .getByRole('button', { name: /library$/i })
    .click();
  const library = person.page.getByRole('dialog', { name: 'Your models' });
  await library.getByRole('button', { name: 'Delete Only' }).click();
  await person.expectEngine('none');
  await expect(library.getByRole('listitem')).toHaveCount(0);
});

test('a stored model is loaded again with smaller weights', async ({ site, person }) => {
  await person.open(site.url);
  await person.load(noiseModel('Only'));
  const openLibrary = async () => {
    await person.page
      .locator('header')
      .getByRole('button', { name: /library$/i })
      .click();
    return person.page.getByRole('dialog', { name: 'Your models' });
  };
  const library = await openLibrary();
  const size = library.getByRole('combobox', { name: 'Only On the graphics processor' });
  const again = library.getByRole('button', { name: 'Load Only again in this size' });
  await expect(again).toHaveCount(0);
  await size.selectOption({ index: 2 });
  await person.expectEngineAfter(() => again.click(), 'ready');
  await openLibrary();
  await expect(size).toHaveValue('Q4_0');
  // What is loaded is what was chosen.
  await expect(again).toHaveCount(0);
});
