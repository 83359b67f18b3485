/**
 * A model that is published as an ONNX export alone: looked up, fetched into the store, run by transformers.js on the ONNX
 * Runtime, which comes from the site itself after a person has said yes, and all of it again without a network.
 *
 * The weights are random, so what it says means nothing; SwiftShader is a software adapter, so WebAssembly computes.
 */
import { type HubServer, startHub } from '../tools/servers/hub-server.ts';
import { TINY_DECODER, tinyDecoder } from '../tools/onnx/folder.ts';
import { randomModel } from '../tools/testing/random-model.ts';
import { recordRequests } from './record-requests.ts';
import { expect, test } from './site.ts';

/** Room for an answer that is still coming when it is stopped. */
const MODEL = randomModel({ ...TINY_DECODER, contextLength: 4096 });

let hub: HubServer;
test.beforeEach(async ({ person }) => {
  hub = await startHub({
    'someone/tiny-ONNX': { 'README.md': new Uint8Array(5), ...Object.fromEntries(tinyDecoder(MODEL)) },
  });
  await person.useHub(hub.endpoint);
});
test.afterEach(() => hub.close());

test('an ONNX export is looked up, loaded at a yes, answers, stops, and does so again offline', async ({
  site,
  person,
  context,
}) => {
  const { page } = person;
  const others: string[] = [];
  context.on('request', (request) => {
    const url = request.url();
    const isKnown =
      /^(blob|data):/.test(url) || url.startsWith(site.url) || /^http:\/\/(localhost|127\.0\.0\.1):/.test(url);
    if (!isKnown) others.push(url);
  });
  await person.open(site.url);
  await person.lookUp('someone/tiny-ONNX');
  await expect(page.getByText('ONNX Runtime, 2', { exact: false })).toBeVisible();
  expect(site.requests.filter(({ path }) => /\.wasm$/.test(path) && path.includes('ort-'))).toEqual([]);
  await person.button('Load').click();
  await expect(person.alert).toContainText('This model needs one more part');
  await expect(person.alert).toContainText('27.4 MB that come from this site, once');
  expect(site.requests.filter(({ path }) => path.includes('/ort-') || path.includes('/transformers-'))).toEqual([]);
  await person.button('Fetch it and load').click();
  await person.expectEngine('ready');
  await person.set({ Temperature: '0', 'Longest answer': '12' });
  const online = await person.ask('Once upon a time');
  expect(online).not.toBe('');
  // The follow-up goes on behind what was said: only what is new is read.
  await person.ask('And then?');
  const figures = await page.getByText(/prompt tokens reused/).allInnerTexts();
  const [first, second] = figures.map((text) => /(\d+) of (\d+) prompt tokens reused/.exec(text)!.slice(1).map(Number));
  expect(second![0]).toBe(first![1]! + 12 - 1);

  // Its words can be looked into, and its record says what computed it.
  await person.button('More about this answer').last().click();
  await person.button('Look at its words').click();
  await person.answers.last().locator('[aria-pressed=false]').first().click();
  await expect(page.getByRole('table')).toBeVisible();
  await person.button('Done').click();
  await person.button('More about this answer').last().click();
  await person.button('About this answer').click();
  await expect(page.getByRole('dialog')).toContainText('transformers.js (WebAssembly)');
  await page.keyboard.press('Escape');

  await person.set({ 'Longest answer': '4000' });
  await person.button('New chat').click();
  await person.send('Go on');
  await expect.poll(() => person.answers.allInnerTexts().then((texts) => texts.join('').length)).toBeGreaterThan(0);
  await person.button('Stop').click();
  await person.expectEngine('ready');
  const [tokens] = /\d+(?= tokens)/.exec(
    await page
      .getByText(/\d+ tokens/)
      .last()
      .innerText(),
  )!;
  expect(Number(tokens)).toBeLessThan(4000);
  await person.set({ 'Longest answer': '12' });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));

  await site.close();
  await hub.close();
  await context.setOffline(true);
  await page.reload();
  await person.expectEngine('ready');
  const requests = await recordRequests(context);
  await person.button('New chat').click();
  expect(await person.ask('Once upon a time')).toBe(online);
  expect(requests).toEqual([]);
  expect(others).toEqual([]);
});
