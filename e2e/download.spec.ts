/** Models from the web: by repository, by address, through faults, and across a browser that was killed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHub } from '../tools/servers/hub-server.ts';
import { randomModelOfBytes } from '../tools/testing/random-model.ts';
import { startBrowser } from './browser-process.ts';
import { expect, noiseModel, test } from './site.ts';
import { storedRecords } from './stored.ts';
import { watchNamedWorkers } from './worker-targets.ts';

const MIB = 2 ** 20;
const CHUNK_BYTES = 16 * MIB;
const REPOSITORY = 'someone/small-model';

test('a model comes from a repository, past a cut connection', async ({ site, person }) => {
  const model = noiseModel('Fetched');
  const hub = await startHub({ [REPOSITORY]: { 'fetched.gguf': model.buffer } });
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    await person.lookUp(REPOSITORY);
    await expect(person.page.getByRole('heading', { name: 'Fetched' })).toBeVisible();
    hub.fail({ kind: 'cut', afterBytes: 20_000 });
    await person.loadChosen();
    await person.set({ 'Longest answer': '6' });
    expect(await person.ask('Hello')).not.toBe('');
    expect(hub.preflights()).toEqual([]);
  } finally {
    await hub.close();
  }
});

test('a model that arrives damaged is not kept, and comes whole the second time', async ({ site, person }) => {
  const hub = await startHub({ [REPOSITORY]: { 'fetched.gguf': noiseModel('Fetched').buffer } });
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    for (const damaged of [true, false]) {
      await person.lookUp(REPOSITORY);
      await expect(person.page.getByRole('heading', { name: 'Fetched' })).toBeVisible();
      if (damaged) hub.fail({ kind: 'flip-bit', byteOffset: 150_000 });
      await person.button('Load').click();
      if (damaged) await expect(person.alert).toContainText('The file arrived damaged');
    }
    await person.expectEngine('ready');
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
    await person.loadChosen();
    await expect(person.alert).toHaveCount(0);
  } finally {
    await hub.close();
  }
});

test('a worker of its own hashes a download, which can ask for nothing and ends with it', async ({
  site,
  person,
  browser,
}) => {
  const hub = await startHub({ [REPOSITORY]: { 'large.gguf': randomModelOfBytes(40 * MIB) } });
  const workers = await watchNamedWorkers(browser);
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    await person.lookUp(REPOSITORY);
    await expect(person.button('Load')).toBeVisible();
    hub.fail({ kind: 'stall', afterBytes: 20 * MIB });
    await person.button('Load').click();
    // Only what has hashed a chunk lets it be stored.
    const chunks = async () =>
      (await storedRecords(person.page)).filter(({ key }) => key[0] === 'chunk' && key.length === 3).length;
    await expect.poll(chunks).toBe(1);
    expect(workers.count('hashing')).toBe(1);
    const ways = [
      ...['fetch', 'XMLHttpRequest', 'EventSource', 'WebSocket', 'WebTransport'],
      ...['importScripts', 'Worker', 'caches'],
    ];
    const left = `${JSON.stringify(ways)}.filter((way) => way in globalThis)`;
    expect(await workers.evaluate('hashing', left)).toEqual([]);
    await person.page.getByRole('button', { name: /^Pause/ }).click();
    await expect.poll(() => workers.count('hashing')).toBe(0);
  } finally {
    await hub.close();
  }
});

test('killed in the middle of a download, it goes on where it was', async ({ site }) => {
  const model = randomModelOfBytes(70 * MIB);
  const hub = await startHub({ [REPOSITORY]: { 'large.gguf': model } }, { bytesPerSecond: 12 * MIB });
  /** So slow that the download is not done before what is to be seen of it was seen. */
  const slowly = MIB / 2;
  const profile = mkdtempSync(join(tmpdir(), 'freehold-'));
  let browser = await startBrowser(profile);
  try {
    await browser.person.useHub(hub.endpoint);
    await browser.person.open(site.url);
    await browser.person.lookUp(REPOSITORY);
    await expect(browser.person.button('Load')).toBeEnabled();
    hub.pace(slowly);
    await browser.person.button('Load').click();
    await browser.person.expectEngine('downloading');
    await expect(browser.person.page.getByText(/of 7\d\.?\d* MB · .* left/)).toBeVisible();
    hub.pace(12 * MIB);
    await expect.poll(() => hub.sentBytes(), { intervals: [100] }).toBeGreaterThan(2.5 * CHUNK_BYTES);
    hub.pace(slowly);
    await browser.kill();
    hub.pace(12 * MIB);
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
    await browser.kill();
    await hub.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
