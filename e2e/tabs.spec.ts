/** Several tabs that want the same model: its bytes come once, and no tab is left waiting. */
import type { BrowserContext } from '@playwright/test';
import { startHub } from '../tools/servers/hub-server.ts';
import { randomModelOfBytes } from '../tools/testing/random-model.ts';
import { expect, noiseModel, Person, test } from './site.ts';

const MIB = 2 ** 20;
const CHUNK_BYTES = 16 * MIB;
const REPOSITORY = 'someone/shared-model';
/** Bytes that the hub sends in a second: a model takes seconds, or longer than any test. */
const FAST = 8 * MIB;
const SLOW = MIB / 8;

/** People at tabs of one browser, each of whom has looked the model up. */
async function atTabs(context: BrowserContext, count: number, url: string, hub: string): Promise<Person[]> {
  const people: Person[] = [];
  for (let tab = 0; tab < count; tab++) {
    const person = new Person(await context.newPage());
    await person.useHub(hub);
    await person.open(url);
    await person.lookUp(REPOSITORY);
    await expect(person.button('Load')).toBeVisible();
    people.push(person);
  }
  return people;
}

for (const tabs of [2, 5]) {
  test(`${tabs} tabs fetch a model once, and each has it`, async ({ site, context }) => {
    const model = randomModelOfBytes(40 * MIB);
    const hub = await startHub({ [REPOSITORY]: { 'shared.gguf': model } }, { bytesPerSecond: FAST });
    try {
      const people = await atTabs(context, tabs, site.url, hub.endpoint);
      // Headers, which each tab reads before it asks.
      const sentBefore = hub.sentBytes();
      // Not done before the last tab has asked.
      hub.pace(SLOW);
      for (const person of people) {
        await person.button('Load').click();
        await person.expectEngine('downloading');
      }
      hub.pace(FAST);
      // One tab has the graphics processor; in the others the model is kept, and not loaded.
      for (const person of people) await person.expectEngine('ready', 'none');
      expect(hub.sentBytes() - sentBefore).toBeLessThanOrEqual(model.length + CHUNK_BYTES);
      expect(hub.preflights()).toEqual([]);
    } finally {
      await hub.close();
    }
  });
}

test('a tab goes on with the download of one that was closed', async ({ site, context }) => {
  const model = randomModelOfBytes(40 * MIB);
  const hub = await startHub({ [REPOSITORY]: { 'shared.gguf': model } }, { bytesPerSecond: FAST });
  try {
    const [first, second] = await atTabs(context, 2, site.url, hub.endpoint);
    const sentBefore = hub.sentBytes();
    hub.pace(SLOW);
    for (const person of [first!, second!]) {
      await person.button('Load').click();
      await person.expectEngine('downloading');
    }
    hub.pace(FAST);
    await expect.poll(() => hub.sentBytes() - sentBefore, { intervals: [100] }).toBeGreaterThan(1.5 * CHUNK_BYTES);
    hub.pace(SLOW);
    await first!.page.close();
    hub.pace(FAST);
    await second!.expectEngine('ready', 'none');
    // Twice came the chunk that was in flight, and what the closed tab had not yet taken off the network.
    expect(hub.sentBytes() - sentBefore - model.length).toBeLessThan(CHUNK_BYTES + 4 * MIB);
  } finally {
    await hub.close();
  }
});

test('a model that answers in one tab cannot be deleted in another, and can once it is let go', async ({
  site,
  context,
}) => {
  const [talking, deleting] = [new Person(await context.newPage()), new Person(await context.newPage())];
  await talking.open(site.url);
  await talking.load(noiseModel('Shared'));
  await deleting.open(site.url);
  const library = deleting.page.getByRole('dialog', { name: 'Your models' });
  const remove = () => library.getByRole('button', { name: 'Delete Shared' }).click();
  await deleting.page.keyboard.press('Control+Shift+l');

  await talking.set({ 'Longest answer': '400' });
  await talking.send('Go on');
  await talking.expectEngine('generating');
  await remove();
  await expect(deleting.alert).toContainText('This model is in use');
  await expect(library.getByRole('listitem')).toHaveCount(1);
  await talking.expectEngine('generating', 'ready');
  await talking.expectEngine('ready');
  await expect(talking.alert).toHaveCount(0);
  expect(await talking.keptAnswer()).not.toBe('');
  // Whole, and still there for the next answer.
  await talking.set({ 'Longest answer': '8' });
  expect(await talking.ask('And then?')).not.toBe('');

  await talking.page.close();
  await remove();
  await expect(library.getByRole('listitem')).toHaveCount(0);
});
