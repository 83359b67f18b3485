/** The browser's storage is full: it is said, nothing else is lost, the space comes back, and a file can run unkept. */
import type { Page } from '@playwright/test';
import { startHub } from '../tools/servers/hub-server.ts';
import { largeModel } from '../tools/testing/large-model.ts';
import { expect, noiseModel, test } from './site.ts';
import { bytesIn, storedRecords } from './stored.ts';

const REPOSITORY = 'someone/large-model';
const MIB = 2 ** 20;

/** Sets what the page may store; without a number, what the browser would allow by itself. */
async function allow(page: Page, bytes?: number): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, ...(bytes !== undefined && { quotaSize: bytes }) });
}

function usedBytes(page: Page): Promise<number> {
  return page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
}

test('storage that fills up in the middle of a download costs nothing but the rest of it', async ({ site, person }) => {
  const { page } = person;
  const model = largeModel({ bytes: 100 * MIB, name: 'Large' });
  // Slow, for the browser looks only every few seconds how much room there is.
  const hub = await startHub({ [REPOSITORY]: { 'large.gguf': model } }, { bytesPerSecond: 3 * MIB });
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    await person.load(noiseModel('Small'));
    const usedBefore = await usedBytes(page);
    const small = bytesIn(await storedRecords(page));

    const library = page.getByRole('dialog', { name: 'Your models' });
    const openLibrary = () =>
      page
        .locator('header')
        .getByRole('button', { name: /library$/i })
        .click();
    await openLibrary();
    await person.lookUp(REPOSITORY);
    // There is room for the model, until the browser takes it back, as it does where the disk fills up.
    await allow(page, usedBefore + 110 * MIB);
    await person.button('Load').click();
    await expect.poll(() => usedBytes(page)).toBeGreaterThan(usedBefore + 10 * MIB);
    await allow(page, usedBefore + 40 * MIB);
    await expect(person.alert).toContainText(/no room for this file at byte [\d,]+/);
    await expect(person.alert).toContainText('Delete a model that you no longer need');
    if (await library.isVisible()) await page.keyboard.press('Escape');
    await person.set({ 'Longest answer': '4' });
    expect(await person.ask('Are you still there?')).not.toBe('');

    const stored = bytesIn(await storedRecords(page)) - small;
    const sentBefore = hub.sentBytes();
    await allow(page);
    await openLibrary();
    await library.getByRole('button', { name: 'Continue Large' }).click();
    await expect
      .poll(async () => (await storedRecords(page)).filter(({ state }) => state === 'complete').length)
      .toBe(2);
    expect(hub.sentBytes() - sentBefore).toBe(model.byteLength - stored);
    await person.expectEngine('ready');

    await library.getByRole('button', { name: 'Delete Large' }).click();
    await expect(library.getByRole('listitem')).toHaveCount(1);
    // Its bytes stay for as long as it can be brought back.
    await page.mouse.move(5, 5);
    await expect.poll(async () => bytesIn(await storedRecords(page)), { timeout: 40_000 }).toBe(small);
    await expect.poll(() => usedBytes(page)).toBeLessThan(usedBefore + MIB);
  } finally {
    await hub.close();
  }
});

test('a file from disk for which there is no room runs without being kept', async ({ site, person }) => {
  await person.open(site.url);
  await allow(person.page, 100_000);
  await person.pick(noiseModel('Unkept'));
  await person.button('Load').click();
  await expect(person.alert).toContainText('no room for this file');
  await person.button('Use it from the disk, without keeping it').click();
  await person.expectEngine('ready');
  await person.set({ 'Longest answer': '4' });
  expect(await person.ask('Hello')).not.toBe('');
  expect(bytesIn(await storedRecords(person.page))).toBe(0);
});
