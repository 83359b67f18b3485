/**
 * Silence by construction, and shown: what each room of the site may reach of another site, in every way that a browser has;
 * and how many requests two hundred turns of chat make.
 *
 * | room                      | may reach of other sites                                                              |
 * |---------------------------|---------------------------------------------------------------------------------------|
 * | page, which has the chats | nothing by any request; what no policy can forbid to a document, below                |
 * | engine's frame            | the same                                                                              |
 * | engine's worker           | nothing                                                                               |
 * | library's frame           | by connections any https address and this computer, and what no policy forbids        |
 * | library's worker          | by connections the same; of these the ledger lets it ask only what the person allowed |
 * | service worker            | nothing: by the header where there is one, and by the gate's own script everywhere    |
 *
 * What no policy can forbid to a document: to open a window, STUN (WebRTC), and Chromium's handshake with the host of a frame
 * that it then refuses to load (over plain HTTP, where a request would be heard, there is none). A worker has none of these.
 * Its own site the engine reaches by importing a script, as it came itself; what else it asks there is refused.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import { launchOptions } from '../tools/browser.mjs';
import { readHeadersFile } from '../tools/servers/headers-file.ts';
import { serveFolder } from '../tools/servers/static-server.ts';
import { RESOLVE_HERE, startEavesdropper } from './eavesdropper.ts';
import { isUpdateCheck, recordRequests } from './record-requests.ts';
import { expect, noiseModel, Person, test, workerOf } from './site.ts';
import { tryEverything } from './try-everything.ts';

const DIST = join(import.meta.dirname, '../dist');
/** What is reached at all is heard well within a second here. */
const LISTEN_MS = 3000;

/** Kinds of addresses: this computer, and any other over either protocol. */
const PLACES = ['http', 'https', 'loopback'];
const ALLOWED_PLACES = ['https', 'loopback'];

const everywhere = (...ways: string[]) => ways.flatMap((way) => PLACES.map((place) => `${way}.${place}`));

/** What a realm without any policy reaches, so that silence is not that of a broken way. */
const UNBOUND = {
  serviceWorker: [...everywhere('asking', 'cache', 'eval', 'events', 'fetch', 'font', 'socket'), 'quic'],
  worker: [
    ...everywhere('asking', 'cache', 'datacode', 'dataworker', 'eval', 'events', 'fetch', 'font', 'import'),
    ...everywhere('modules', 'scripted', 'socket', 'worker', 'xhr'),
    'quic',
  ],
  page: [
    ...everywhere('asking', 'audio', 'background', 'beacon', 'cache', 'datacode', 'dataworker', 'embed', 'eval'),
    ...everywhere('events', 'fetch', 'font', 'form', 'frame', 'image', 'import', 'inline', 'modulepreload', 'modules'),
    ...everywhere('object', 'ping', 'prefetch', 'preload', 'script', 'scripted', 'shared', 'sheet', 'socket'),
    ...everywhere('window', 'worker', 'xhr'),
    'quic',
    'stun',
  ],
};

/** What no policy can forbid to a document. */
const ANY_DOCUMENT = ['form.https', 'frame.https', ...everywhere('window'), 'stun'];
/** What `connect-src` rules. */
const connecting = (...ways: string[]) => [
  ...ways.flatMap((way) => ALLOWED_PLACES.map((place) => `${way}.${place}`)),
  'quic',
];
const WORKER_CONNECTS = ['asking', 'cache', 'events', 'fetch', 'worker', 'xhr'];

/** What each room of the site reaches, in either hosting. */
const REACHED = {
  page: ANY_DOCUMENT,
  engineFrame: ANY_DOCUMENT,
  engineWorker: [],
  libraryFrame: [...ANY_DOCUMENT, ...connecting(...WORKER_CONNECTS, 'beacon', 'ping', 'prefetch', 'preload', 'shared')],
  libraryWorker: connecting(...WORKER_CONNECTS),
  serviceWorker: [],
};

/** A page, a frame or a worker of either kind. */
interface Realm {
  evaluate(run: typeof tryEverything, asked: readonly [string, number]): Promise<void>;
}

/** What an eavesdropper hears while a realm tries everything; `atLeast` is waited for, which nothing else ends. */
async function heardFrom(realm: Realm, atLeast: readonly string[] = []): Promise<string[]> {
  const eavesdropper = await startEavesdropper();
  try {
    await realm.evaluate(tryEverything, ['here', eavesdropper.port]);
    const heard = () => eavesdropper.heard().map((name) => name.replace(/\.here$/, ''));
    await expect.poll(heard).toEqual(expect.arrayContaining([...atLeast]));
    await new Promise((resolve) => setTimeout(resolve, LISTEN_MS));
    return heard();
  } finally {
    await eavesdropper.close();
  }
}

const frameOf = (page: Page, name: string) => page.frames().find((frame) => frame.url().endsWith(`/${name}.html`))!;

let browser: Browser;
test.beforeAll(async () => {
  const options = launchOptions();
  browser = await chromium.launch({ ...options, args: [...options.args, RESOLVE_HERE] });
});
test.afterAll(() => browser.close());

test('what is bound by no policy is heard in every way that is tried', async () => {
  const root = mkdtempSync(join(tmpdir(), 'unbound-'));
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>Unbound</title>');
  writeFileSync(join(root, 'sw.js'), '');
  const site = await serveFolder({ root });
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(site.url);
    const starting = page.waitForEvent('worker');
    await page.evaluate(() => {
      const script = URL.createObjectURL(new Blob([''], { type: 'text/javascript' }));
      Object.assign(globalThis, { kept: new Worker(script, { type: 'module' }) });
    });
    expect(await heardFrom(await starting, UNBOUND.worker)).toEqual([...UNBOUND.worker].sort());
    const registering = context.waitForEvent('serviceworker');
    await page.evaluate(() => navigator.serviceWorker.register('sw.js').then(() => undefined));
    const serviceWorker = await registering;
    expect(await heardFrom(serviceWorker, UNBOUND.serviceWorker)).toEqual([...UNBOUND.serviceWorker].sort());
    expect(await heardFrom(page, UNBOUND.page)).toEqual([...UNBOUND.page].sort());
  } finally {
    await context.close();
    await site.close();
    rmSync(root, { recursive: true });
  }
});

/** The site as a host serves it that sends no header, and as one that reads the header file. */
const HOSTINGS = {
  'no headers': {},
  'the header file': { headersOf: readHeadersFile(readFileSync(join(DIST, '_headers'), 'utf8')) },
};

for (const [hosting, how] of Object.entries(HOSTINGS)) {
  test(`with ${hosting} each room reaches exactly what it may`, async () => {
    const site = await serveFolder({ root: DIST, ...how });
    const contexts: BrowserContext[] = [];
    const openPage = async (serviceWorkers: 'allow' | 'block') => {
      const context = await browser.newContext({ serviceWorkers });
      contexts.push(context);
      const page = await context.newPage();
      await new Person(page).open(site.url);
      return page;
    };
    try {
      // Without the service worker, which stands behind these policies and would hide a hole in them.
      const page = await openPage('block');
      const reached: Record<string, string[]> = {};
      reached['engineWorker'] = await heardFrom(await workerOf(page, 'engine'));
      reached['libraryWorker'] = await heardFrom(await workerOf(page, 'library'), REACHED.libraryWorker);
      reached['engineFrame'] = await heardFrom(frameOf(page, 'engine'), REACHED.engineFrame);
      reached['libraryFrame'] = await heardFrom(frameOf(page, 'library'), REACHED.libraryFrame);
      reached['page'] = await heardFrom(page, REACHED.page);
      const withServiceWorker = await openPage('allow');
      await withServiceWorker.waitForFunction(() => navigator.serviceWorker.controller !== null);
      const [serviceWorker] = withServiceWorker.context().serviceWorkers();
      reached['serviceWorker'] = await heardFrom(serviceWorker!);
      const expected = Object.entries(REACHED).map(([room, names]) => [room, [...names].sort()]);
      expect(reached).toEqual(Object.fromEntries(expected));
    } finally {
      for (const context of contexts) await context.close();
      await site.close();
    }
  });
}

test('two hundred turns of chat make no request', async ({ site, person, context }) => {
  test.setTimeout(900_000);
  const { page } = person;
  await person.open(site.url);
  await person.load(noiseModel('Noise'));
  await person.set({ 'Longest answer': '2' });
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const requests = await recordRequests(context);
  const served = site.requests.length;
  for (let turn = 0; turn < 200; turn++) {
    if (turn % 20 === 0) await person.button('New chat').click();
    await person.ask(`Turn ${turn}`);
  }
  expect(requests).toEqual([]);
  const asked = () => site.requests.slice(served).filter(({ path }) => !isUpdateCheck(path));
  expect(asked()).toEqual([]);

  // That was no deafness: both hear each room that can ask for anything at all.
  const from = (room: string) => `${site.url}from-${room}.js`;
  const ask = (url: string) => fetch(url, { cache: 'no-store' }).then(() => undefined);
  await page.evaluate(ask, from('page'));
  await (await workerOf(page, 'library')).evaluate(ask, from('library'));
  await context.serviceWorkers()[0]!.evaluate(ask, from('service'));
  const engine = await workerOf(page, 'engine');
  await expect(engine.evaluate(ask, from('engine'))).rejects.toThrow('Failed to fetch');
  // The one request that an engine could make: for a script, of the site that its own scripts are from.
  await engine.evaluate((url) => import(url).catch(() => undefined) as Promise<undefined>, from('imports'));
  for (const room of ['page', 'library', 'service', 'imports']) {
    await expect.poll(() => requests).toContain(from(room));
    expect(asked().filter(({ path }) => path.endsWith(`/from-${room}.js`)).length, room).toBeGreaterThan(0);
  }
  expect(asked().filter(({ path }) => path.includes('from-engine'))).toEqual([]);
});
