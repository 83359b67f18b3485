/** Where no model can run, the page says why and what to do, and the rest of it works. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { launchOptions } from '../tools/browser.mjs';
import { serveFolder } from '../tools/servers/static-server.ts';
import { expect, noiseModel, Person, test } from './site.ts';

/** Opens the page in a browser with other flags. */
async function visit(args: string[], url: string, look: (person: Person) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({ ...launchOptions(), args });
  try {
    const person = new Person(await browser.newPage());
    await person.open(url);
    await person.expectEngine('unavailable');
    await look(person);
  } finally {
    await browser.close();
  }
}

async function expectTheRestWorks(person: Person, canKeep: boolean): Promise<void> {
  await expect(person.button('Send')).toBeDisabled();
  await person.page.getByRole('textbox', { name: 'Message' }).fill('Not lost');
  await person.set({ Temperature: '0.5' });
  await person.pick(noiseModel('Kept'));
  await expect(person.page.getByRole('heading', { name: 'Kept' })).toBeVisible();
  await expect(person.button('Load')).toBeDisabled();
  if (!canKeep) return;
  await person.button('Keep for later').click();
  await person.page.locator('header').getByRole('button', { name: 'Library' }).click();
  await expect(person.page.getByRole('dialog').getByRole('listitem')).toContainText('Kept');
}

test('no graphics adapter', async ({ site }) => {
  await visit(['--disable-gpu'], site.url, async (person) => {
    await expect(person.page.getByRole('heading', { name: 'The browser gives no graphics processor' })).toBeVisible();
    await expectTheRestWorks(person, true);
  });
});

test('plain http', async ({ site }) => {
  const url = site.url.replace('127.0.0.1', 'freehold.test');
  const args = [...launchOptions().args, '--host-resolver-rules=MAP freehold.test 127.0.0.1'];
  await visit(args, url, async (person) => {
    expect(await person.page.evaluate(() => isSecureContext)).toBe(false);
    await expect(person.page.getByRole('heading', { name: 'This address is not secure' })).toBeVisible();
    await expect(person.page.getByText('https://', { exact: true })).toBeVisible();
    await expectTheRestWorks(person, false);
  });
});

// The engine asks in its worker, where no init script runs: so its built file is given another world to look at.
async function visitWithEngine(prologue: string, person: Person, look: () => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'freehold-'));
  cpSync(join(import.meta.dirname, '../dist'), root, { recursive: true });
  const assets = join(root, 'assets');
  const worker = join(
    assets,
    readdirSync(assets).find((name) => name.startsWith('engine.worker'))!,
  );
  writeFileSync(worker, prologue + readFileSync(worker, 'utf8'));
  const site = await serveFolder({ root });
  try {
    await person.open(site.url);
    await person.expectEngine('unavailable');
    await look();
    await expectTheRestWorks(person, true);
  } finally {
    await site.close();
    rmSync(root, { recursive: true });
  }
}

test('no WebGPU', async ({ person }) => {
  await visitWithEngine('delete WorkerNavigator.prototype.gpu;\n', person, async () => {
    await expect(person.page.getByRole('heading', { name: 'This browser cannot run models' })).toBeVisible();
    await expect(person.page.getByText(/Chrome and Edge 113/)).toBeVisible();
  });
});

test('an adapter that is too small', async ({ person }) => {
  const fewBuffers = `{
    const { get } = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, 'limits');
    Object.defineProperty(GPUAdapter.prototype, 'limits', { get() {
      return new Proxy(get.call(this), {
        get: (limits, name) => name === 'maxStorageBuffersPerShaderStage' ? 4 : limits[name] });
    } });
  }\n`;
  await visitWithEngine(fewBuffers, person, async () => {
    await expect(person.page.getByRole('heading', { name: 'This graphics processor is too small' })).toBeVisible();
    await expect(person.page.getByText('maxStorageBuffersPerShaderStage: needs 8, this adapter has 4')).toBeVisible();
  });
});
