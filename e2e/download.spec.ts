/** Models from the web: by repository, by address, through faults, and across a browser that was killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { launchOptions } from '../tools/browser.mjs';
import { startHub } from '../tools/servers/hub-server.ts';
import { randomModelOfBytes } from '../tools/testing/random-model.ts';
import { expect, noiseModel, Person, test } from './site.ts';

const MIB = 2 ** 20;
const CHUNK_BYTES = 16 * MIB;
const REPOSITORY = 'someone/small-model';

test('a model comes from a repository, past a cut connection and a spoilt answer', async ({ site, person }) => {
  const model = noiseModel('Fetched');
  const hub = await startHub({ [REPOSITORY]: { 'fetched.gguf': model.buffer } });
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    await person.lookUp(REPOSITORY);
    await expect(person.page.getByRole('heading', { name: 'Fetched' })).toBeVisible();
    hub.fail({ kind: 'cut', afterBytes: 20_000 });
    hub.fail({ kind: 'flip-bit', byteOffset: 150_000 });
    await person.button('Load').click();
    await person.expectEngine('ready');
    await person.set({ 'Longest answer': '6' });
    expect(await person.ask('Hello')).not.toBe('');
    expect(hub.preflights()).toEqual([]);
  } finally {
    await hub.close();
  }
});

test('a model comes from an address; one that is not there gives its message', async ({ site, person }) => {
  const model = noiseModel('Fetched');
  const hub = await startHub({ [REPOSITORY]: { 'fetched.gguf': model.buffer } });
  try {
    await person.open(site.url);
    await person.lookUp(`${hub.endpoint}/${REPOSITORY}/resolve/main/absent.gguf`);
    await expect(person.alert).toBeVisible();
    await person.expectEngine('none');
    await person.lookUp(`${hub.endpoint}/${REPOSITORY}/resolve/main/fetched.gguf`);
    await person.button('Load').click();
    await person.expectEngine('ready');
    await expect(person.alert).toHaveCount(0);
  } finally {
    await hub.close();
  }
});

/** A browser as a program of its own, so that it can be killed. */
async function startBrowser(profile: string): Promise<{ process: ChildProcess; person: Person }> {
  const { executablePath, args } = launchOptions();
  const flags = ['--headless=new', '--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
  const process = spawn(executablePath, [...flags, ...args, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const endpoint = await new Promise<string>((resolve, reject) => {
    let text = '';
    process.stderr!.on('data', (data: Buffer) => {
      text += data.toString();
      const found = /DevTools listening on (\S+)/.exec(text);
      if (found) resolve(found[1]!);
    });
    process.once('exit', () => reject(new Error(`the browser ended: ${text}`)));
  });
  const browser = await chromium.connectOverCDP(endpoint);
  return { process, person: new Person(browser.contexts()[0]!.pages()[0]!) };
}

/** Ends a browser with all its children at once, as a power cut does. */
async function kill(browser: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => browser.once('exit', resolve));
  process.kill(-browser.pid!, 'SIGKILL');
  await gone;
}

test('killed in the middle of a download, it goes on where it was', async ({ site }) => {
  const model = randomModelOfBytes(70 * MIB);
  const hub = await startHub({ [REPOSITORY]: { 'large.gguf': model } }, { bytesPerSecond: 12 * MIB });
  const profile = mkdtempSync(join(tmpdir(), 'freehold-'));
  let browser = await startBrowser(profile);
  try {
    await browser.person.useHub(hub.endpoint);
    await browser.person.open(site.url);
    await browser.person.lookUp(REPOSITORY);
    await browser.person.button('Load').click();
    await browser.person.expectEngine('downloading');
    await expect(browser.person.page.getByText(/of 7\d\.?\d* MB · .* left/)).toBeVisible();
    await expect.poll(() => hub.sentBytes(), { intervals: [100] }).toBeGreaterThan(2.5 * CHUNK_BYTES);
    await kill(browser.process);
    const sentBefore = hub.sentBytes();
    expect(sentBefore).toBeLessThan(model.length);

    browser = await startBrowser(profile);
    await browser.person.useHub(hub.endpoint);
    await browser.person.open(site.url);
    const entry = browser.person.page.getByRole('listitem').filter({ hasText: 'Paused at' });
    await expect(entry).toBeVisible();
    await entry.getByRole('button', { name: /^Continue/ }).click();
    await browser.person.expectEngine('ready');
    // What was sent twice: at most the chunk in flight, and the header, which is looked at before.
    expect(hub.sentBytes() - model.length).toBeLessThan(CHUNK_BYTES + 4 * MIB);
    await browser.person.set({ 'Longest answer': '4' });
    expect(await browser.person.ask('Hello')).not.toBe('');
  } finally {
    await kill(browser.process);
    await hub.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
