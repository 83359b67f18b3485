/** Every request is in the list, none goes to a host that was not allowed, and the air gap forbids them all. */
import { createHash } from 'node:crypto';
import type { BrowserContext, Locator, Page } from '@playwright/test';
import { startHub } from '../tools/servers/hub-server.ts';
import { look } from './screens.ts';
import { expect, noiseModel, type Person, test, workerOf } from './site.ts';

const REPOSITORY = 'owner/model';
const HOST = 'hub.example';
const ADDRESS = `https://${HOST}/files/distant.gguf`;

/** Opens the list of requests, by the ways that a person has to it. */
async function openRequests(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: /^Nothing you type/ }).click();
  await page.getByRole('button', { name: 'Every request, and the air gap' }).click();
  const panel = page.getByRole('dialog', { name: 'Requests' });
  await expect(panel).toBeVisible();
  return panel;
}

/** Closes the list and the panel under it. */
async function closeRequests(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

/** Has a host that is on no machine answer with a file, by ranges too. The addresses that it was asked for. */
async function serveElsewhere(context: BrowserContext, bytes: Buffer): Promise<string[]> {
  const asked: string[] = [];
  await context.route(`https://${HOST}/**`, async (route) => {
    const request = route.request();
    asked.push(request.url());
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers()['range'] ?? '');
    const headers = {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'Content-Range, ETag',
      ETag: '"1"',
    };
    if (range === null) {
      await route.fulfill({ status: 200, headers, contentType: 'application/octet-stream', body: bytes });
      return;
    }
    const [start, end] = [Number(range[1]), Math.min(Number(range[2]) + 1, bytes.length)];
    await route.fulfill({
      status: 206,
      headers: { ...headers, 'Content-Range': `bytes ${start}-${end - 1}/${bytes.length}` },
      contentType: 'application/octet-stream',
      body: bytes.subarray(start, end),
    });
  });
  return asked;
}

async function fetchFromHub(person: Person): Promise<void> {
  await person.lookUp(REPOSITORY);
  await person.loadChosen();
}

test('each request is in the list, with what it was for and what came of it', async ({ site, person }) => {
  const { page } = person;
  const model = noiseModel('Listed');
  const hub = await startHub({ [REPOSITORY]: { 'listed.gguf': model.buffer } });
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    let panel = await openRequests(page);
    await expect(panel).toContainText('Nothing has been requested yet.');
    await look(page, 'requests-none');
    await closeRequests(page);

    await fetchFromHub(person);
    panel = await openRequests(page);
    const rows = panel.getByRole('row');
    await expect(rows.filter({ hasText: `Latest version of ${REPOSITORY}` }).first()).toContainText(
      `at ${new URL(hub.endpoint).host}`,
    );
    await expect(rows.filter({ hasText: `List of the files of ${REPOSITORY}` }).first()).toBeVisible();
    await expect(rows.filter({ hasText: `File ${REPOSITORY}: listed.gguf` }).first()).toContainText('answered by');
    // One row for each request that the hub has seen; those to the server of its files are redirects of these.
    const seen = hub.hubRequests.length;
    // And one for the index of the models beside the page, where the hub's file might have been.
    await expect(rows.filter({ hasText: 'List of the files of models/' })).toHaveCount(1);
    const all = seen + 1;
    await expect(panel).toContainText(`${all} requests so far`);
    // Rows with figures have a title; the heads of table and days have none.
    await expect(panel.getByTitle(/ bytes$/)).toHaveCount(all);
    await look(page, 'requests');

    // What is there stays there.
    await page.reload();
    panel = page.getByRole('dialog', { name: 'Requests' });
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.getByRole('button', { name: 'Every request, and the air gap' }).click();
    await expect(panel).toContainText(`${all} requests so far`);
  } finally {
    await hub.close();
  }
});

test('the air gap forbids every request, in every tab at once and after a reload', async ({
  site,
  person,
  context,
}) => {
  const { page } = person;
  const hub = await startHub({ [REPOSITORY]: { 'gap.gguf': noiseModel('Gap').buffer } });
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    const other = await context.newPage();
    await other.goto(site.url);
    const sign = (of: Page) => of.getByRole('button', { name: /^The air gap is on/ });

    // What is behind another tab is not painted.
    await page.bringToFront();
    let panel = await openRequests(page);
    await panel.getByRole('checkbox', { name: 'Request nothing at all' }).check();
    await expect(sign(other)).toBeVisible();
    await closeRequests(page);
    await expect(sign(page)).toBeVisible();
    // A tab behind another one draws nothing, and has no picture.
    await page.bringToFront();
    await look(page, 'air-gap');

    await person.lookUp(REPOSITORY);
    await expect(person.alert).toContainText('The air gap is on');
    await expect(person.alert.getByRole('button', { name: /^Allow/ })).toHaveCount(0);
    // Not even from the address that the page came from.
    const served = site.requests.length;
    await person.button('Start Ember').click();
    await expect(person.alert).toContainText('The air gap is on');
    expect(hub.hubRequests).toEqual([]);
    expect(site.requests.slice(served).filter(({ path }) => path.endsWith('.gguf'))).toEqual([]);

    await page.reload();
    await expect(sign(page)).toBeVisible();
    panel = await openRequests(page);
    await panel.getByRole('checkbox', { name: 'Request nothing at all' }).uncheck();
    await expect(sign(other)).toHaveCount(0);
    await closeRequests(page);
    await expect(sign(page)).toHaveCount(0);
    await fetchFromHub(person);
  } finally {
    await hub.close();
  }
});

test('a download ends when the air gap is switched on in another tab', async ({ site, person, context }) => {
  const model = noiseModel('Slow', { embedding: 256, feedForward: 1024 });
  const hub = await startHub(
    { [REPOSITORY]: { 'slow.gguf': model.buffer } },
    { bytesPerSecond: model.buffer.length / 60 },
  );
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    await person.lookUp(REPOSITORY);
    await expect(person.button('Load')).toBeEnabled();
    const sentBefore = hub.sentBytes();
    await person.button('Load').click();
    await person.expectEngine('downloading');
    const other = await context.newPage();
    await other.goto(site.url);
    const panel = await openRequests(other);
    await panel.getByRole('checkbox', { name: 'Request nothing at all' }).check();
    await expect(person.alert).toContainText('The air gap is on');
    // What was on its way may still be sent; then nothing is.
    const sentMeanwhile = async () => {
      const sent = hub.sentBytes();
      await person.page.waitForTimeout(1000);
      return hub.sentBytes() - sent;
    };
    await expect.poll(sentMeanwhile).toBe(0);
    expect(hub.sentBytes() - sentBefore).toBeLessThan(model.buffer.length);
  } finally {
    await hub.close();
  }
});

test('a host is asked for once, remembered, and can be taken back', async ({ site, person, context }) => {
  const { page } = person;
  const asked = await serveElsewhere(context, noiseModel('Distant').buffer);
  await person.open(site.url);
  await person.lookUp(ADDRESS);
  await expect(person.alert).toContainText(`Freehold has never asked ${HOST} for anything`);
  expect(asked).toEqual([]);
  await look(page, 'host-asked');
  await person.button(`Allow ${HOST}`).click();
  await expect(person.button('Load')).toBeVisible();
  expect(asked.length).toBeGreaterThan(0);

  await page.reload();
  await person.lookUp(ADDRESS);
  await expect(person.button('Load')).toBeVisible();
  await person.button('Cancel').click();

  const panel = await openRequests(page);
  await panel.getByRole('button', { name: `No longer allow ${HOST}` }).click();
  await expect(panel.getByRole('button', { name: `Allow ${HOST}`, exact: true })).toBeVisible();
  await closeRequests(page);
  const before = asked.length;
  await person.lookUp(ADDRESS.replace('distant', 'other'));
  await expect(person.button(`Allow ${HOST}`)).toBeVisible();
  expect(asked.length).toBe(before);
});

test('what a script asks of other sites passes the service worker only as a plain GET', async ({ site, person }) => {
  const { page } = person;
  const hub = await startHub({ [REPOSITORY]: { 'a.gguf': Buffer.from('bytes') } });
  try {
    await person.open(site.url);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    // The page itself may ask no other site at all; the library's worker stands for a script that may.
    const library = await workerOf(page, 'library');
    const ask = (url: string, init: { method?: string; body?: string; credentials?: RequestCredentials }) =>
      library.evaluate(
        ([address, options]) =>
          fetch(address, { credentials: 'omit', ...options }).then(
            ({ status }) => status,
            () => 'refused',
          ),
        [url, init] as const,
      );
    const address = `${hub.endpoint}/api/models/${REPOSITORY}/revision/main`;
    expect(await ask(address, {})).toBe(200);
    const seen = hub.hubRequests.length;
    expect(await ask(address, { method: 'POST', body: 'what was said' })).toBe('refused');
    expect(await ask(address, { credentials: 'include' })).toBe('refused');
    expect(hub.hubRequests.slice(seen)).toEqual([]);
  } finally {
    await hub.close();
  }
});

test('a model’s card has its hash, its source and its template, marked where it is a custom one', async ({
  site,
  person,
}) => {
  const { page } = person;
  const template = '{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}';
  const link = 'https://licence.example/terms';
  const model = noiseModel('Own words', {
    metadata: { 'tokenizer.chat_template': template, 'general.license.link': link },
  });
  const hub = await startHub({ [REPOSITORY]: { 'own.gguf': model.buffer } });
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    await fetchFromHub(person);
    await page.keyboard.press('Control+Shift+l');
    await person.button('Card of Own words').click();
    const card = page.getByRole('dialog', { name: 'Card of Own words' });
    await expect(card).toContainText(createHash('sha256').update(model.buffer).digest('hex'));
    await expect(card).toContainText(REPOSITORY);
    await expect(card).toContainText(hub.commit(REPOSITORY));
    await expect(card).toContainText(link);
    await expect(card).toContainText('Custom');
    await card.getByText('The template itself').click();
    await expect(card.locator('pre').filter({ hasText: template })).toBeVisible();
    await look(page, 'model-card');
    await card.getByRole('button', { name: 'Open…' }).click();
    await expect(page.getByRole('dialog').filter({ hasText: link }).last()).toBeVisible();
  } finally {
    await hub.close();
  }
});
