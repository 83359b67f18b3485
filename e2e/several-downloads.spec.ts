/** Several models on their way in one tab: each goes, stops, fails and goes on by itself. */
import type { Locator, Page } from '@playwright/test';
import { type HubServer, startHub } from '../tools/servers/hub-server.ts';
import { digestOf } from '../tools/servers/served-bytes.ts';
import { largeModel } from '../tools/testing/large-model.ts';
import { look } from './screens.ts';
import { expect, noiseModel, type Person, test } from './site.ts';
import { storedRecords } from './stored.ts';

const MIB = 2 ** 20;
const MODELS = {
  One: largeModel({ bytes: 40 * MIB, name: 'One', seed: 1 }),
  Two: largeModel({ bytes: 40 * MIB, name: 'Two', seed: 2 }),
};
type Name = keyof typeof MODELS;
/** Bytes in a second of which a model comes in no less than two minutes. */
const SLOW = MIB / 3;

function start(bytesPerSecond: number): Promise<HubServer> {
  const files = Object.entries(MODELS).map(([name, model]) => [`someone/${name}`, { 'model.gguf': model }] as const);
  return startHub(Object.fromEntries(files), { bytesPerSecond });
}

/** Looks a model up: on the first screen, where the ways to one are behind a line while others come, or in the library. */
async function lookUp(person: Person, name: Name): Promise<void> {
  const { page } = person;
  const meanwhile = page.getByText('Other models meanwhile');
  if (await meanwhile.isVisible()) await meanwhile.click();
  else if (!(await page.getByLabel('Or from the web').isVisible())) await page.keyboard.press('Control+Shift+l');
  await person.lookUp(`someone/${name}`);
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
}

async function fetchModel(person: Person, name: Name): Promise<void> {
  await lookUp(person, name);
  await person.button('Load').click();
  await expect(bar(person.page, name).or(bar(person.page, /on their way$/))).toBeVisible();
}

function bar(page: Page, name: string | RegExp): Locator {
  const title = typeof name === 'string' ? new RegExp(`^(Downloading|Checking) ${name}$`) : name;
  return page.getByRole('progressbar', { name: title });
}

/** How far a model is, of 1. */
function share(page: Page, name: Name): Promise<number> {
  return bar(page, name).evaluate((element: HTMLProgressElement) => element.position);
}

/** SHA-256 of every model that is whole, as it was found when it came. */
async function wholeModels(page: Page): Promise<string[]> {
  const records = await storedRecords(page);
  return records.flatMap(({ state, sha256 }) => (state === 'complete' && sha256 !== null ? [sha256] : [])).sort();
}

const bothWhole = Object.values(MODELS)
  .map((model) => digestOf('sha256', model))
  .sort();

test('two models come at once; one is paused while the other goes on, and both arrive whole', async ({
  site,
  person,
}) => {
  const { page } = person;
  const hub = await start(8 * MIB);
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    await person.load(noiseModel('Small'));
    const library = page.getByRole('dialog', { name: 'Your models' });
    // Neither is done before all was looked at.
    hub.pace(SLOW);
    await fetchModel(person, 'One');
    await fetchModel(person, 'Two');
    await expect(person.status).toHaveText('2 models are coming onto this device.');
    // A model that is here already talks meanwhile, and goes on to when others have come.
    await person.expectEngine('downloading');
    await look(page, 'several-downloads');
    await page.getByText('Each by itself').click();
    await look(page, 'several-downloads-each');
    const before = await Promise.all([share(page, 'One'), share(page, 'Two')]);
    await expect.poll(() => share(page, 'One')).toBeGreaterThan(before[0]);
    await expect.poll(() => share(page, 'Two')).toBeGreaterThan(before[1]);

    // One that is paused before anything of it is kept leaves nothing to go on with.
    const kept = async () =>
      new Set((await storedRecords(page)).flatMap(({ key }) => (key[0] === 'chunk' ? [key[1]] : [])));
    await expect.poll(async () => (await kept()).size).toBe(3);
    await person.button('Pause One').click();
    await expect(bar(page, 'One')).toHaveCount(0);
    await expect(person.status).toHaveText('Downloading Two onto this device.');
    const alone = await share(page, 'Two');
    await expect.poll(() => share(page, 'Two')).toBeGreaterThan(alone);

    await page.keyboard.press('Control+Shift+l');
    await library.getByRole('button', { name: 'Continue One' }).click();
    await expect(library.getByRole('progressbar', { name: 'Downloading One' })).toBeVisible();
    await expect(library.getByRole('button', { name: 'Continue One' })).toHaveCount(0);
    await look(page, 'several-downloads-library');
    hub.pace(8 * MIB);
    await page.keyboard.press('Escape');
    await expect.poll(() => wholeModels(page)).toEqual(expect.arrayContaining(bothWhole));
    await expect(person.alert).toHaveCount(0);
    // The one that was asked for last is loaded: to go on with one is to ask for it.
    await expect(person.status).toHaveText('One is ready.');
    expect(hub.preflights()).toEqual([]);
  } finally {
    await hub.close();
  }
});

test('one that arrives damaged says so and stops no other; nothing is loaded under an answer', async ({
  site,
  person,
}) => {
  const { page } = person;
  const hub = await start(8 * MIB);
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    // An answer that outlasts the downloads.
    await person.set({ 'Context length': '16384', 'Longest answer': '16000' });
    await person.load(noiseModel('Small', { contextLength: 16_384 }));
    await person.send('Go on');
    await person.expectEngine('generating');
    await lookUp(person, 'One');
    const asked = hub.fileRequests.length;
    hub.fail({ kind: 'flip-bit', byteOffset: 20 * MIB });
    await person.button('Load').click();
    await expect.poll(() => hub.fileRequests.length).toBeGreaterThan(asked);
    await fetchModel(person, 'Two');
    await expect(person.alert).toContainText('One: The file arrived damaged');
    await expect(page.getByText('Two is on this device now.').last()).toBeVisible();
    await person.expectEngine('generating');
    await expect(person.alert).toContainText('One: The file arrived damaged');
    expect(await wholeModels(page)).toContain(digestOf('sha256', MODELS.Two));
    await look(page, 'several-downloads-arrived');
    await page.keyboard.press('Escape');
    await person.button('Switch to Two').click();
    await expect(person.status).toHaveText('Two is ready.');
    await expect(page.getByText('Two is on this device now.')).toHaveCount(0);
  } finally {
    await hub.close();
  }
});

test('both stop with the network and go on with it; loaded again in the midst, the page can go on with both', async ({
  site,
  person,
  context,
}) => {
  const { page } = person;
  // So slow that each has one request at a time, which is cut.
  const hub = await start(1.5 * MIB);
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    // The first is not cut before the second is asked for.
    hub.pace(SLOW);
    for (const name of ['One', 'Two'] as const) {
      await lookUp(person, name);
      const asked = hub.fileRequests.length;
      hub.fail({ kind: 'cut', afterBytes: 20 * MIB });
      await person.button('Load').click();
      await expect.poll(() => hub.fileRequests.length).toBeGreaterThan(asked);
    }
    // Being offline reaches not every worker in this browser, and nothing that runs: the server is cut off as well.
    hub.fail({ kind: 'status', status: 503 }, 1000);
    hub.pace(1.5 * MIB);
    await context.setOffline(true);
    await expect(page.getByRole('heading', { name: /^(One|Two): paused at 40 %$/ })).toHaveCount(2);
    await expect(person.status).toHaveText('2 models are paused, and go on with the network.');
    await expect(person.alert).toHaveCount(0);
    await expect(page.getByRole('button', { name: /^Continue (One|Two)$/ })).toHaveCount(2);
    await look(page, 'several-downloads-paused');
    hub.heal();
    hub.pace(SLOW);
    await context.setOffline(false);
    await expect(person.status).toHaveText('2 models are coming onto this device.');
    await page.getByText('Each by itself').click();
    hub.pace(1.5 * MIB);
    for (const name of ['One', 'Two'] as const) await expect.poll(() => share(page, name)).toBeGreaterThan(0.5);

    hub.pace(SLOW);
    await page.reload();
    await page.getByRole('button', { name: 'Continue One' }).click();
    await page.getByText('Other models meanwhile').click();
    await look(page, 'several-downloads-welcome');
    await page.getByRole('button', { name: 'Continue Two' }).click();
    hub.pace(8 * MIB);
    await expect.poll(() => wholeModels(page)).toEqual(bothWhole);
    await expect(person.status).toHaveText('Two is ready.');
    await expect(person.alert).toHaveCount(0);
  } finally {
    await hub.close();
  }
});
