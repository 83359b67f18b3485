/** Models without a hub: from a folder beside the page, from one elsewhere, and from a mirror that a person names. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BrowserContext, Locator, Page } from '@playwright/test';
import { makeFolderIndex } from '../tools/folder-index.ts';
import { startHub } from '../tools/servers/hub-server.ts';
import { type ServedFolder, serveFolder } from '../tools/servers/static-server.ts';
import { randomModel } from '../tools/testing/random-model.ts';
import { splitGguf } from '../tools/testing/split-gguf.ts';
import { look } from './screens.ts';
import { test as base, expect, noiseModel } from './site.ts';

const DIST = join(import.meta.dirname, '../dist');
const REPOSITORY = 'owner/tiny-GGUF';
const SIZES = { layers: 2, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2 };
const NAMES = ['In three parts', 'Tiny neighbour'];

/** A folder of two models, with the index that the tool writes. */
async function writeModels(folder: string): Promise<void> {
  const put = (path: string, bytes: Uint8Array): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  };
  put('tiny/tiny model.gguf', noiseModel('Tiny neighbour').buffer);
  const parts = splitGguf(randomModel({ ...SIZES, name: 'In three parts', seed: 3 }), 3);
  for (const [index, part] of parts.entries()) put(`parts/p-0000${index + 1}-of-00003.gguf`, part);
  const { index, leftOut } = await makeFolderIndex(folder);
  expect(leftOut).toEqual([]);
  writeFileSync(join(folder, 'index.json'), JSON.stringify(index));
}

/** Playwright's test, with a copy of the site that may be changed, and with a folder of models apart from it. */
const test = base.extend<{ models: string; site: ServedFolder; elsewhere: string }>({
  models: async ({}, use) => {
    const root = mkdtempSync(join(tmpdir(), 'site-'));
    cpSync(DIST, root, { recursive: true });
    await use(join(root, 'models'));
    rmSync(root, { recursive: true });
  },
  site: async ({ models }, use) => {
    const site = await serveFolder({ root: dirname(models), basePath: '/some/where/freehold/' });
    await use(site);
    await site.close();
  },
  elsewhere: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'models-'));
    await writeModels(folder);
    await use(folder);
    rmSync(folder, { recursive: true });
  },
});

/** No other host than this machine is there; what was asked of one. */
async function cutOff(context: BrowserContext): Promise<string[]> {
  const asked: string[] = [];
  await context.route(/^https:/, (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  return asked;
}

async function openLibrary(page: Page): Promise<Locator> {
  await page
    .locator('header')
    .getByRole('button', { name: /library$/i })
    .click();
  const library = page.getByRole('dialog', { name: 'Your models' });
  await expect(library.getByText(/^\d+ models$/u)).toBeVisible();
  return library;
}

/** Names a mirror in the open library. */
async function nameMirror(library: Locator, address: string): Promise<void> {
  const form = library.getByRole('group').filter({ hasText: 'Take models from somewhere else' });
  if ((await form.getAttribute('open')) === null) await form.getByText('Take models from somewhere else').click();
  await form.getByLabel('Address of a mirror').fill(address);
  await form.getByRole('button', { name: 'Try it and use it' }).click();
}

/** Turns one bit of a file around. */
function flipBit(path: string, byteOffset: number): void {
  const bytes = readFileSync(path);
  bytes[byteOffset]! ^= 8;
  writeFileSync(path, bytes);
}

test('a page with models beside it needs no hub: they are listed, fetched, checked, and chat', async ({
  site,
  models,
  person,
  context,
}) => {
  const { page } = person;
  await writeModels(models);
  const asked = await cutOff(context);
  await person.open(site.url);
  let library = await openLibrary(page);
  let beside = library.getByRole('region', { name: 'Beside this page' });
  // Ember is offered by itself.
  await expect(beside.getByRole('listitem')).toHaveCount(2);
  for (const name of NAMES) await expect(beside.getByRole('listitem').filter({ hasText: name })).toContainText('F32');
  await look(page, 'mirror-beside');

  await beside.getByRole('button', { name: 'Get Tiny neighbour' }).click();
  await person.expectEngine('ready');
  await person.set({ 'Longest answer': '8' });
  expect(await person.ask('Hello')).not.toBe('');

  library = await openLibrary(page);
  beside = library.getByRole('region', { name: 'Beside this page' });
  await expect(beside).toContainText('One more is on this device already.');
  await beside.getByRole('button', { name: 'Get In three parts' }).click();
  await expect(person.status).toHaveText('In three parts is ready.');
  library = await openLibrary(page);
  await expect(library.getByRole('region', { name: 'Beside this page' })).toHaveCount(0);
  await expect(library.getByText(`From ${site.url}models/tiny/tiny%20model.gguf`)).toBeVisible();
  expect(asked).toEqual([]);
});

test('the site as it is built has only Ember beside it, which is not listed twice, and no request fails', async ({
  site,
  person,
}) => {
  const { page } = person;
  const faults: string[] = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await person.open(site.url);
  const before = site.requests.length;
  expect(site.requests.filter(({ path }) => path.endsWith('models/index.json'))).toEqual([]);
  const library = await openLibrary(page);
  await expect
    .poll(() => site.requests.slice(before).some(({ path }) => path.endsWith('models/index.json')))
    .toBe(true);
  await expect(library.getByRole('region', { name: 'Beside this page' })).toHaveCount(0);
  await expect(library.getByRole('heading', { name: 'Ember' })).toBeVisible();
  expect(faults).toEqual([]);
});

test('one flipped bit in a file beside the page is found, and the file is named', async ({ site, models, person }) => {
  const { page } = person;
  await writeModels(models);
  flipBit(join(models, 'tiny/tiny model.gguf'), 50_000);
  flipBit(join(models, 'parts/p-00002-of-00003.gguf'), 5000);
  await person.open(site.url);
  for (const [name, file] of [
    ['Tiny neighbour', 'tiny model.gguf'],
    ['In three parts', 'p-00002-of-00003.gguf'],
  ] as const) {
    const library = await openLibrary(page);
    await library.getByRole('button', { name: `Get ${name}` }).click();
    // Each failure stays beside the other, by its model's name.
    const failure = person.alert.filter({ hasText: `${name}: The file arrived damaged` });
    await expect(failure).toContainText(file);
    await person.expectEngine('none');
  }
  await look(page, 'mirror-damaged', { onPhone: false });
  const library = await openLibrary(page);
  await expect(library.getByRole('button', { name: /^Get / })).toHaveCount(2);
});

test('a broken index is told, with the file, the field, what it should be and what is there', async ({
  site,
  models,
  person,
}) => {
  const { page } = person;
  await writeModels(models);
  const place = join(models, 'index.json');
  const index = JSON.parse(readFileSync(place, 'utf8')) as { models: { files: { sha256: unknown }[] }[] };
  index.models[1]!.files[0]!.sha256 = 'none';
  writeFileSync(place, JSON.stringify(index));
  await person.open(site.url);
  const library = await openLibrary(page);
  const told = library.getByRole('region', { name: 'Beside this page' }).getByRole('alert');
  await expect(told).toContainText('Which models lie there cannot be read');
  await expect(told).toContainText(`“models[1].files[0].sha256” of ${site.url}models/index.json is wrong`);
  await expect(told).toContainText('expected 64 hex digits in lower case, got "none"');
  await look(page, 'mirror-broken-index');
});

test('what a hub has too comes from the folder beside the page, byte by byte', async ({ site, models, person }) => {
  await writeModels(models);
  const hub = await startHub({ [REPOSITORY]: { 'tiny.gguf': noiseModel('Tiny neighbour').buffer } });
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    await person.lookUp(REPOSITORY);
    await person.loadChosen();
    expect(hub.sentBytes()).toBe(0);
    expect(hub.hubRequests.length).toBeGreaterThan(0);
  } finally {
    await hub.close();
  }
});

test('a folder on another server is tried, named, preferred and given up', async ({ site, person, elsewhere }) => {
  const { page } = person;
  const other = await serveFolder({ root: elsewhere, basePath: '/school/models/', forAll: true });
  try {
    await person.open(site.url);
    let library = await openLibrary(page);
    // Who names the index means its folder.
    await nameMirror(library, `${other.url}index.json`);
    const { host } = new URL(other.url);
    const shelf = library.getByRole('region', { name: `From ${host}` });
    await expect(shelf.getByRole('listitem')).toHaveCount(2);
    await expect(library.getByText('Before any hub, models are looked for in')).toBeVisible();
    // Not above a card that lights up under it.
    await page.mouse.move(0, 0);
    await look(page, 'mirror-elsewhere');

    // It is known in the next visit. A reload before the step back is done would find the panel open.
    await page.keyboard.press('Escape');
    await expect(page).not.toHaveURL(/#\/library/u);
    await page.reload();
    library = await openLibrary(page);
    await library.getByRole('button', { name: 'Get Tiny neighbour' }).click();
    await person.expectEngine('ready');

    library = await openLibrary(page);
    await library.getByText('Take models from somewhere else').click();
    await library.getByRole('button', { name: 'No longer use it' }).click();
    await expect(shelf).toHaveCount(0);
  } finally {
    await other.close();
  }
});

test('a mirror of the hub is tried and used, and what is none is told', async ({ site, person }) => {
  const { page } = person;
  const hub = await startHub({ [REPOSITORY]: { 'tiny.gguf': noiseModel('Tiny').buffer } });
  try {
    await person.open(site.url);
    const library = await openLibrary(page);
    const alert = library.getByRole('alert');
    await nameMirror(library, 'http://school.example/');
    await expect(alert).toContainText('an address that begins with https://');
    await nameMirror(library, `${site.url}icons/`);
    await expect(alert).toContainText(
      `${new URL(site.url).host} answers neither as a model hub nor as a folder of models`,
    );
    await look(page, 'mirror-refused');
    await nameMirror(library, `${hub.endpoint}/`);
    await expect(library.getByText('In place of the public hub, models come from')).toBeVisible();
    await expect(alert).toHaveCount(0);
    const { host } = new URL(hub.endpoint);
    await expect(library.getByRole('button', { name: `Search ${host}` })).toBeVisible();
    await page.keyboard.press('Escape');
    await person.lookUp(REPOSITORY);
    await person.loadChosen();
    expect(hub.sentBytes()).toBeGreaterThan(0);
  } finally {
    await hub.close();
  }
});

test('a mirror on a new host is asked only with permission', async ({ site, person, context, elsewhere }) => {
  const { page } = person;
  const asked: string[] = [];
  await context.route('https://school.example/**', (route) => {
    asked.push(route.request().url());
    return route.fulfill({
      headers: { 'Access-Control-Allow-Origin': '*' },
      contentType: 'application/json',
      body: readFileSync(join(elsewhere, 'index.json')),
    });
  });
  await person.open(site.url);
  const library = await openLibrary(page);
  await nameMirror(library, 'https://school.example/models');
  await expect(library.getByRole('alert')).toContainText('Freehold has never asked school.example for anything');
  expect(asked).toEqual([]);
  await library.getByRole('button', { name: 'Allow school.example' }).click();
  await expect(library.getByRole('region', { name: 'From school.example' }).getByRole('listitem')).toHaveCount(2);
  expect(asked).toEqual(['https://school.example/models/index.json']);
});
