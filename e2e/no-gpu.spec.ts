/** Where no model can run, the page says why and what to do, and the rest of it works. */
import { type Browser, chromium } from '@playwright/test';
import { launchOptions } from '../tools/browser.mjs';
import { withWorld } from './other-world.ts';
import { expect, keepAnswers, noiseModel, Person, test } from './site.ts';

/** Opens the page in a browser with other flags, with a chat that was kept before. */
async function visit(args: string[], url: string, look: (person: Person) => Promise<void>): Promise<void> {
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({ ...launchOptions(), args });
    const person = new Person(await browser.newPage());
    await keepAnswers(person.page, 'Kept from before');
    await person.open(url);
    await person.expectEngine('unavailable');
    await look(person);
  } finally {
    await browser?.close();
  }
}

/** The help above a conversation is folded, also when it comes anew after another look. */
async function unfold({ page }: Person, title: string): Promise<void> {
  const help = page.getByRole('link', { name: 'Take your chats along' });
  await expect(async () => {
    if (!(await help.isVisible())) await page.getByRole('heading', { name: title }).click();
    await expect(help).toBeVisible({ timeout: 1000 });
  }).toPass();
}

async function expectExport({ page }: Person): Promise<void> {
  await page.getByRole('link', { name: 'Take your chats along' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('dialog', { name: 'Your data' }).getByRole('button', { name: 'Export all chats' }).click();
  expect((await download).suggestedFilename()).toMatch(/^freehold chats .*\.zip$/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

/** Chats can be read and taken along, models looked at and, where the address is secure, kept. */
async function expectTheRestWorks(person: Person, canKeep: boolean, hasChats = true): Promise<void> {
  const { page } = person;
  await expect(person.alert).toHaveCount(0);
  await expect(person.button('Send')).toBeDisabled();
  if (hasChats) await expectExport(person);
  await page.getByRole('textbox', { name: 'Message' }).fill('Not lost');
  await person.set({ Temperature: '0.5' });
  await person.pick(noiseModel('Kept'));
  await expect(page.getByRole('heading', { name: 'Kept', exact: true })).toBeVisible();
  await expect(person.button('Load')).toBeDisabled();
  if (!canKeep) return;
  await person.button('Keep for later').click();
  await page.locator('header').getByRole('button', { name: 'Library' }).click();
  // Those that are stored: while it is on its way, it is listed as such.
  const stored = page.getByRole('dialog').getByRole('region', { name: 'Stored models' });
  await expect(stored.getByRole('listitem')).toContainText('Kept');
}

test('no graphics adapter', async ({ site }) => {
  await visit(['--disable-gpu'], site.url, async (person) => {
    await expect(person.answers).toHaveText(['Kept from before']);
    await unfold(person, 'The browser gives no graphics processor');
    await expect(person.page.getByText('The browser offers no graphics adapter.')).toBeVisible();
    await expect(person.page.getByText(/^Mozilla/)).toBeVisible();
    await person.button('Look again').click();
    await person.expectEngine('unavailable');
    await unfold(person, 'The browser gives no graphics processor');
    await expectTheRestWorks(person, true);
  });
});

test('plain http', async ({ site }) => {
  const url = site.url.replace('127.0.0.1', 'freehold.test');
  const args = [...launchOptions().args, '--host-resolver-rules=MAP freehold.test 127.0.0.1'];
  await visit(args, url, async (person) => {
    expect(await person.page.evaluate(() => isSecureContext)).toBe(false);
    await expect(person.answers).toHaveText(['Kept from before']);
    await unfold(person, 'This address is not secure');
    const secure = url.replace('http://', 'https://');
    await expect(person.page.getByRole('link', { name: secure })).toHaveAttribute('href', secure);
    await expect(person.page.getByText('http://freehold.test', { exact: true })).toBeVisible();
    await expectTheRestWorks(person, false);
  });
});

test('no WebGPU', async ({ person }) => {
  await withWorld('delete WorkerNavigator.prototype.gpu;', async (url) => {
    await keepAnswers(person.page, 'Kept from before');
    await person.open(url);
    await person.expectEngine('unavailable');
    await unfold(person, 'This browser cannot run models');
    await expect(person.page.getByText(/Chrome and Edge 113/)).toBeVisible();
    await expectTheRestWorks(person, true);
  });
});

test('an adapter that is too small', async ({ person }) => {
  const tooSmall = `{
    const { get } = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, 'limits');
    const fewer = { maxStorageBuffersPerShaderStage: 4, maxBufferSize: 100e6 };
    Object.defineProperty(GPUAdapter.prototype, 'limits', { get() {
      return new Proxy(get.call(this), { get: (limits, name) => fewer[name] ?? limits[name] });
    } });
  }`;
  await withWorld(tooSmall, async (url) => {
    await person.open(url);
    await person.expectEngine('unavailable');
    // Where there is no chat to read, it stands unfolded above everything else.
    await expect(person.page.getByRole('heading').first()).toHaveText('This graphics processor is too small');
    await expect(person.page.getByText('maxStorageBuffersPerShaderStage: needs 8, this adapter has 4')).toBeVisible();
    await expect(person.page.getByText('maxBufferSize: needs 268 MB, this adapter has 100 MB')).toBeVisible();
    await expectTheRestWorks(person, true, false);
  });
});
