/** A model goes from one device to another: two browsers that share nothing but this machine's network, and two codes. */
import { writeFileSync } from 'node:fs';
import { type BrowserContext, chromium, type Locator, type Page } from '@playwright/test';
import { launchOptions } from '../tools/browser.mjs';
import { randomModelOfBytes } from '../tools/testing/random-model.ts';
import { look } from './screens.ts';
import { expect, noiseModel, Person, test } from './site.ts';

const MIB = 2 ** 20;
const CHUNK_BYTES = 16 * MIB;
const BYTES = 160 * MIB;
/** What random models are called. */
const NAME = 'Random F32 1';

/** A device of its own: nothing is shared with the other. */
async function anotherDevice(context: BrowserContext, url: string): Promise<Person> {
  const other = await context.browser()!.newContext({ viewport: { width: 1440, height: 900 } });
  const person = new Person(await other.newPage());
  await person.open(url);
  return person;
}

async function openLibrary(page: Page): Promise<Locator> {
  await page
    .locator('header')
    .getByRole('button', { name: /library$/i })
    .click();
  return page.getByRole('dialog', { name: 'Your models' });
}

/** Opens the sending of a model, as far as its code. */
async function beginSending(page: Page, name: string): Promise<Locator> {
  const library = await openLibrary(page);
  await library.getByRole('button', { name: `Card of ${name}` }).click();
  await page
    .getByRole('dialog', { name: `Card of ${name}` })
    .getByRole('button', { name: 'Send to another device' })
    .click();
  const dialog = page.getByRole('dialog', { name: `Send ${name} to another device` });
  await expect(dialog.getByLabel('1. Enter this code on the other device')).toHaveValue(/^[\w-]{100,}$/);
  return dialog;
}

async function beginReceiving(page: Page): Promise<Locator> {
  const library = await openLibrary(page);
  await library.getByRole('button', { name: 'Receive from another device' }).click();
  return page.getByRole('dialog', { name: 'Receive from another device' });
}

/** Carries both codes, until the question. */
async function connect(sending: Locator, receiving: Locator): Promise<void> {
  const offer = await sending.getByLabel('1. Enter this code on the other device').inputValue();
  await receiving.getByLabel('1. Enter the code that the other device shows').fill(offer);
  await receiving.getByRole('button', { name: 'Next' }).click();
  const answer = await receiving.getByLabel('2. Enter this code on the other device').inputValue();
  await sending.getByLabel('2. Enter the code that the other device shows then').fill(answer);
  await sending.getByRole('button', { name: 'Connect' }).click();
  await expect(receiving.getByRole('status')).toContainText('The other device offers');
}

/** SHA-256 of the one model that is kept, and how many of its chunks there are. */
function kept(page: Page): Promise<{ sha256: string | null; chunks: number }> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('freehold');
      request.onsuccess = () => {
        resolve(request.result);
      };
      request.onerror = () => {
        reject(new Error('no library'));
      };
    });
    const store = database.transaction('library').objectStore('library');
    const read = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve) => {
        request.onsuccess = () => {
          resolve(request.result);
        };
      });
    const range = (kind: string) => IDBKeyRange.bound([kind], [kind, []]);
    const [manifest] = (await read(store.getAll(range('file')))) as { sha256: string | null }[];
    // Slices of chunks that came by and by lie beside them, under longer keys.
    const keys = (await read(store.getAllKeys(range('chunk')))) as unknown[][];
    const chunks = keys.filter(({ length }) => length === 3).length;
    database.close();
    return { sha256: manifest?.sha256 ?? null, chunks };
  });
}

/** The models that went to another device or came from one, as the list of requests has them. */
function listed(page: Page): Promise<{ purpose: string; subject: string; bytes: number; outcome: string }[]> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('freehold-ledger');
      request.onsuccess = () => {
        resolve(request.result);
      };
      request.onerror = () => {
        reject(new Error('no ledger'));
      };
    });
    interface Row {
      host: string;
      purpose: string;
      subject: string;
      receivedBytes: number;
      sentBytes?: number;
      outcome: string;
    }
    const request = database.transaction('requests').objectStore('requests').getAll();
    const rows = await new Promise<Row[]>((resolve) => {
      request.onsuccess = () => {
        resolve(request.result as Row[]);
      };
    });
    database.close();
    return rows
      .filter(({ host }) => host === 'another device')
      .map(({ purpose, subject, receivedBytes, sentBytes, outcome }) => {
        return { purpose, subject, bytes: sentBytes ?? receivedBytes, outcome };
      });
  });
}

test('a model goes to another device whole, and can be talked to there', async ({ site, person, context }) => {
  await person.open(site.url);
  const model = noiseModel('Traveller');
  await person.load(model);
  const sending = await beginSending(person.page, 'Traveller');
  await look(person.page, 'handover-send');
  const other = await anotherDevice(context, site.url);
  const receiving = await beginReceiving(other.page);
  await look(other.page, 'handover-receive');

  // What is no code, and the code of the other kind, are told apart, and nothing has to begin anew.
  const field = receiving.getByLabel('1. Enter the code that the other device shows');
  const offer = await sending.getByLabel('1. Enter this code on the other device').inputValue();
  for (const [code, problem] of [
    ['', 'no code yet'],
    ['hello there', 'not a code of Freehold'],
    [offer.slice(0, -2), 'Something is missing'],
  ] as const) {
    await field.fill(code);
    await receiving.getByRole('button', { name: 'Next' }).click();
    await expect(receiving.getByRole('alert')).toContainText(problem);
  }
  await sending.getByLabel('2. Enter the code that the other device shows then').fill(offer);
  await sending.getByRole('button', { name: 'Connect' }).click();
  await expect(sending.getByRole('alert')).toContainText('with which a device begins to send');

  await connect(sending, receiving);
  await expect(sending.getByRole('status')).toContainText('asks whether it wants Traveller');
  await look(other.page, 'handover-offered');
  await receiving.getByRole('button', { name: 'Receive it' }).click();
  await expect(receiving.getByRole('status')).toContainText('checked whole');
  await expect(sending.getByRole('status')).toContainText('was found whole there');
  expect(await kept(other.page)).toEqual(await kept(person.page));

  const record = { subject: 'Traveller', bytes: model.buffer.length, outcome: 'complete' };
  await expect.poll(() => listed(person.page)).toEqual([{ purpose: 'sent', ...record }]);
  await expect.poll(() => listed(other.page)).toEqual([{ purpose: 'received', ...record }]);

  await receiving.getByRole('button', { name: 'Close' }).last().click();
  const library = other.page.getByRole('dialog', { name: 'Your models' });
  await library.getByRole('button', { name: 'Card of Traveller' }).click();
  await expect(other.page.getByRole('dialog', { name: 'Card of Traveller' })).toContainText(
    'It came from another device',
  );
  await other.page.keyboard.press('Escape');
  await library.getByRole('button', { name: 'Load Traveller' }).click();
  await other.expectEngine('ready');
  await other.set({ 'Longest answer': '8' });
  expect(await other.ask('Hello')).not.toBe('');
  await other.page.context().close();
});

test('a model goes on where it was, by a new code, after a stop and after a page that was closed', async ({
  site,
}, testInfo) => {
  const path = testInfo.outputPath('large.gguf');
  writeFileSync(path, randomModelOfBytes(BYTES));
  // Without a graphics processor nothing is loaded, and devices that run no model hand one on too.
  const browser = await chromium.launch({ ...launchOptions(), args: [] });
  const context = await browser.newContext();
  const person = new Person(await context.newPage());
  await person.open(site.url);
  await person.page.getByLabel('Open a model file').setInputFiles(path);
  await person.button('Keep for later').click();
  await expect.poll(async () => (await kept(person.page)).sha256).not.toBe(null);
  const whole = await kept(person.page);
  const other = await anotherDevice(context, site.url);
  const chunksThere = async () => (await kept(other.page)).chunks;

  let sending = await beginSending(person.page, NAME);
  const receiving = await beginReceiving(other.page);
  await connect(sending, receiving);
  await receiving.getByRole('button', { name: 'Receive it' }).click();
  await expect.poll(chunksThere, { intervals: [20] }).toBeGreaterThan(1);
  await other.page.keyboard.press('Escape');
  await expect(receiving.getByRole('button', { name: 'Go on' })).toBeFocused();
  await look(other.page, 'handover-stop-question');
  await receiving.getByRole('button', { name: 'Stop' }).click();
  await expect(receiving.getByRole('status')).toContainText('What has arrived is kept here');
  await expect(sending.getByRole('alert')).toContainText('stopped on the other device');
  await look(person.page, 'handover-stopped-there');
  const stopped = await kept(other.page);
  expect(stopped.sha256).toBe(null);

  await sending.getByRole('button', { name: 'Try again' }).click();
  await receiving.getByRole('button', { name: 'Try again' }).click();
  await expect(sending.getByLabel('1. Enter this code on the other device')).toBeVisible();
  await connect(sending, receiving);
  await expect(receiving).toContainText('of it is here already');
  await receiving.getByRole('button', { name: 'Receive it' }).click();
  await expect.poll(chunksThere, { intervals: [20] }).toBeGreaterThan(stopped.chunks);
  await person.page.close();
  await expect(receiving.getByRole('alert')).toContainText('broke off');
  const broken = await kept(other.page);
  expect(broken.sha256).toBe(null);
  expect(broken.chunks).toBeLessThan(whole.chunks);

  const again = new Person(await context.newPage());
  await again.open(site.url);
  sending = await beginSending(again.page, NAME);
  await receiving.getByRole('button', { name: 'Try again' }).click();
  await connect(sending, receiving);
  await receiving.getByRole('button', { name: 'Receive it' }).click();
  await expect(receiving.getByRole('status')).toContainText('checked whole');
  expect(await kept(other.page)).toEqual(whole);
  // Each time only the rest came: a chunk that was on its way was lost at each of the two ends, and one more was asked for.
  const came = (await listed(other.page)).reduce((sum, { bytes }) => sum + bytes, 0);
  expect(came).toBeLessThanOrEqual(BYTES + 2 * 2 * CHUNK_BYTES);
  await browser.close();
});

test('under the air gap nothing is handed over, and a code that is shown is withdrawn', async ({
  site,
  person,
  context,
}) => {
  await person.open(site.url);
  await person.load(noiseModel('Traveller'));
  const second = await context.newPage();
  await second.goto(site.url);
  await second.getByRole('button', { name: /^Nothing you type/ }).click();
  await second.getByRole('button', { name: 'Every request, and the air gap' }).click();
  const gap = second
    .getByRole('dialog', { name: 'Requests' })
    .getByRole('checkbox', { name: 'Request nothing at all' });
  const sending = await beginSending(person.page, 'Traveller');
  await gap.check();
  await expect(sending.getByRole('alert')).toContainText('The air gap is on');
  await expect(sending.getByLabel('1. Enter this code on the other device')).toHaveCount(0);
  await sending.getByRole('button', { name: 'Try again' }).click();
  await expect(sending.getByRole('alert')).toContainText('The air gap is on');
  await person.page.bringToFront();
  await look(person.page, 'handover-air-gap');
  await gap.uncheck();
  await sending.getByRole('button', { name: 'Try again' }).click();
  await expect(sending.getByLabel('1. Enter this code on the other device')).toBeVisible();
});
