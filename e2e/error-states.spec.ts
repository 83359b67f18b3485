/**
 * Every state in which something is not as it should be has a screen of its own that says what happened, what it would
 * take and what there is, what works all the same, and the way on. Where each is proven:
 *
 * | state                                     | test                                                                    |
 * | ----------------------------------------- | ----------------------------------------------------------------------- |
 * | 1 not a secure context                    | no-gpu.spec.ts: plain http                                              |
 * | 2 no `navigator.gpu`                      | no-gpu.spec.ts: no WebGPU                                               |
 * | 3 no adapter                              | no-gpu.spec.ts: no graphics adapter                                     |
 * | 4 no `shader-f16`                         | here                                                                    |
 * | 5 limits too small, of device and buffers | no-gpu.spec.ts: an adapter that is too small; a model's buffers: here   |
 * | 6 device lost                             | device-loss.spec.ts                                                     |
 * | 7 silently out of memory                  | here                                                                    |
 * | 8 quota exceeded                          | here                                                                    |
 * | 9 network cut in a download               | here; faults of servers, and a killed browser: download.spec.ts         |
 * | 10 HTTP cache                             | here                                                                    |
 * | 11 second tab                             | here                                                                    |
 * | 12 offline, model absent                  | here; with a model: offline.spec.ts                                     |
 * | 13 worker death                           | here                                                                    |
 *
 * Damaged files have bad-files.spec.ts, damaged storage repair.spec.ts.
 */
import { listen } from '../tools/servers/http-server.ts';
import { startHub } from '../tools/servers/hub-server.ts';
import { sendFile } from '../tools/servers/send-file.ts';
import { randomModelOfBytes } from '../tools/testing/random-model.ts';
import { withWorld } from './other-world.ts';
import { expect, noiseModel, Person, test, workerOf } from './site.ts';

const MIB = 2 ** 20;
const REPOSITORY = 'someone/small-model';

test('9: a download that loses its network says how far it is, and goes on when there is one', async ({
  site,
  person,
  context,
}) => {
  const model = randomModelOfBytes(40 * MIB);
  const hub = await startHub({ [REPOSITORY]: { 'large.gguf': model } }, { bytesPerSecond: 12 * MIB });
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    await person.lookUp(REPOSITORY);
    await expect(person.button('Load')).toBeVisible();
    // Being offline reaches not every worker in this browser, and nothing that runs: the server is cut off as well.
    hub.fail({ kind: 'cut', afterBytes: 24 * MIB });
    hub.fail({ kind: 'status', status: 503 }, 1000);
    await person.button('Load').click();
    await expect.poll(() => hub.sentBytes(), { intervals: [100] }).toBeGreaterThan(6 * MIB);
    await context.setOffline(true);
    await expect(person.page.getByRole('heading', { name: /: paused at 39 %$/ })).toBeVisible();
    await expect(person.page.getByText('This device has no network.', { exact: false })).toBeVisible();
    await expect(person.page.getByText(/^16\.8 MB of 42 MB are kept/)).toBeVisible();
    await expect(person.alert).toHaveCount(0);
    const sentBefore = hub.sentBytes();

    hub.heal();
    await context.setOffline(false);
    await person.expectEngine('ready');
    expect(hub.sentBytes() - sentBefore).toBeLessThan(model.length - 16 * MIB + 4 * MIB);
    await expect(person.page.getByRole('heading', { name: /paused/ })).toHaveCount(0);
  } finally {
    await hub.close();
  }
});

// In this browser a worker that starts offline is not told so: it tries for a while first.
test('12: with no network and no model, the page says what is here and takes one from the disk', async ({
  site,
  person,
  context,
}) => {
  await person.open(site.url);
  await person.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await site.close();
  await context.setOffline(true);
  await person.page.reload();
  await expect(person.page.getByRole('heading', { name: 'This device has no network' })).toBeVisible();
  await expect(person.page.getByText('No model is on this device yet.', { exact: false })).toBeVisible();

  await person.button('Start Ember').click();
  await expect(person.page.getByRole('heading', { name: /paused at 0 %$/ })).toBeVisible();
  await expect(person.alert).toHaveCount(0);
  await person.button('Leave it').click();

  await person.load(noiseModel('From a stick'));
  await person.set({ 'Longest answer': '4' });
  expect(await person.ask('Hello')).not.toBe('');
  await person.page.reload();
  await person.expectEngine('ready');
});

test('4: without 16-bit numbers models run in 32-bit form, and the page says what that costs', async ({
  site,
  person,
}) => {
  await person.open(site.url);
  await person.load(noiseModel('Halves', { type: 'F16' }));
  await person.page
    .locator('header')
    .getByRole('button', { name: /library/i })
    .click();
  const facts = person.page.getByRole('region', { name: 'On the graphics processor' });
  await expect(facts).toContainText('16-bit numbers no');
  await expect(facts).toContainText(/the memory for the context is twice as large.*Here: [\d.]+ kB, not [\d.]+ kB/);
  await expect(facts).not.toContainText('flag');
});

test('5: a context that needs larger buffers than there are is refused with both figures, and a shorter one offered', async ({
  person,
}) => {
  // A layer's keys of 4,096 tokens take 524,288 bytes, of 2,048 half.
  const smallBuffers = `{
    const { get } = Object.getOwnPropertyDescriptor(GPUDevice.prototype, 'limits');
    Object.defineProperty(GPUDevice.prototype, 'limits', { get() {
      return new Proxy(get.call(this), {
        get: (limits, name) => (name === 'maxBufferSize' ? 400_000 : limits[name]) });
    } });
  }`;
  await withWorld(smallBuffers, async (url) => {
    await person.open(url);
    await person.pick(noiseModel('Long', { contextLength: 8192 }));
    await person.button('Load').click();
    await expect(person.alert).toContainText('So long a context does not fit on this device');
    await expect(person.alert).toContainText('at most 400 kB, got 524 kB');
    const entry = person.page.getByRole('listitem').filter({ hasText: 'Long' });
    await expect(entry).toContainText('It did not fit when it was tried last.');
    await person.button('Load with a context of 2,048 tokens, not 4,096').click();
    await person.expectEngine('ready');
    await expect(person.alert).toHaveCount(0);
  });
});

test('7: weights that are silently not there are noticed before anyone reads nonsense', async ({ person }) => {
  const losesWeights = `{
    const { writeBuffer } = GPUQueue.prototype;
    GPUQueue.prototype.writeBuffer = function (buffer, ...rest) {
      if (buffer.label !== 'raw rows') writeBuffer.call(this, buffer, ...rest);
    };
  }`;
  await withWorld(losesWeights, async (url) => {
    await person.open(url);
    await person.pick(noiseModel('Zeros'));
    await person.button('Load').click();
    await expect(person.alert).toContainText('The graphics processor calculated wrongly');
    await expect(person.alert).toContainText('numbers that differ, got 0 for each');
    await expect(person.alert.getByRole('button', { name: /^Load with a context of/ })).toBeVisible();
    await person.expectEngine('none');
  });
});

test('8: where there is no room to keep a model, the page gives the figures and runs it from the disk', async ({
  person,
}) => {
  const nearlyFull = 'StorageManager.prototype.estimate = async () => ({ quota: 500_000, usage: 400_000 });';
  await withWorld(
    nearlyFull,
    async (url) => {
      await person.open(url);
      await person.pick(noiseModel('Roomless'));
      await person.button('Load').click();
      await expect(person.alert).toContainText('There is not enough space');
      await expect(person.alert).toContainText(
        /expected \d+ kB free, got 100 kB: this site uses 400 kB of the 500 kB that it is allowed/,
      );
      await person.button('Use it from the disk, without keeping it').click();
      await person.expectEngine('ready');
      await expect(person.page.getByText('It is not kept: closing the page lets it go.')).toBeVisible();
      await person.set({ 'Longest answer': '4' });
      expect(await person.ask('Hello')).not.toBe('');
      await person.page.reload();
      await person.expectEngine('none');
      await expect(person.answers).toHaveCount(1);
    },
    'library',
  );
});

test('8: where the browser promised room and then refuses it, the page does not repeat the promise', async ({
  site,
  person,
}) => {
  const { page } = person;
  await person.open(site.url);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: new URL(site.url).origin, quotaSize: 300_000 });
  await person.pick(noiseModel('Roomless'));
  await person.button('Load').click();
  await expect(person.alert).toContainText('got less, and the browser does not say how much');
  await expect(person.button('Use it from the disk, without keeping it')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Roomless' })).toHaveCount(0);
});

test('10: the browser’s cache is never asked for a model, however long it may keep it', async ({ site, person }) => {
  const model = noiseModel('Cacheable');
  const sent = { bytes: 0 };
  const server = await listen(async (request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    await sendFile(request, response, model.buffer, { fault: null, sent });
  });
  try {
    await person.open(site.url);
    for (const time of [1, 2]) {
      await person.lookUp(`${server.origin}/cacheable.gguf`);
      await person.loadChosen();
      expect(sent.bytes).toBeGreaterThanOrEqual(time * model.buffer.length);
      await person.page
        .locator('header')
        .getByRole('button', { name: /library/i })
        .click();
      await person.button('Delete Cacheable').click();
      await person.expectEngine('none');
      await person.page.keyboard.press('Escape');
    }
  } finally {
    await server.close();
  }
});

test('11: a second tab reads along, and takes the graphics processor over only when it is asked to', async ({
  site,
  person,
  context,
}) => {
  await person.open(site.url);
  await person.load(noiseModel('Noise', { contextLength: 16_384 }));
  const second = new Person(await context.newPage());
  await second.open(site.url);
  const notice = 'A model is at work in another tab of Freehold';
  await expect(second.page.getByRole('heading', { name: notice })).toBeVisible();
  await second.expectEngine('none');
  await person.expectEngine('ready');

  await person.send('Tell me a very long story');
  await expect(person.page.getByText(/tokens\/s$/)).toBeVisible();
  await second.page.getByRole('button', { name: 'Tell me a very long story', exact: true }).click();
  await expect(second.answers.first()).not.toHaveText('');

  await second.button('Use it here instead').click();
  await second.expectEngine('ready');
  await expect(second.page.getByRole('heading', { name: notice })).toHaveCount(0);
  await person.expectEngine('none');
  await expect(person.page.getByRole('heading', { name: notice })).toBeVisible();
  await expect(person.alert).toHaveCount(0);
  expect(await person.keptAnswer()).not.toBe('');

  // A tab that is closed takes nothing with it.
  await second.page.close();
  await person.button('Use it here instead').click();
  await person.expectEngine('ready');
});

test('13: an engine that dies says so, keeps the answer and starts again in place', async ({ site, person }) => {
  await person.open(site.url);
  await person.load(noiseModel('Noise', { contextLength: 16_384 }));
  await person.send('Tell me a very long story');
  await expect.poll(async () => (await person.keptAnswer()).length).toBeGreaterThan(20);
  const before = await person.keptAnswer();
  const engine = await workerOf(person.page, 'engine');
  await engine.evaluate(() => {
    setTimeout(() => {
      throw new Error('struck down');
    });
  });
  await expect(person.alert).toContainText('A part of Freehold stopped working');
  await expect(person.alert).toContainText('struck down');
  await expect(person.alert).toContainText('Your words are safe.');
  await expect(person.alert).not.toContainText('tabs');
  expect((await person.keptAnswer()).startsWith(before)).toBe(true);
  // Put away, the way on stays.
  await person.alert.getByRole('button', { name: 'Dismiss' }).click();
  await person.button('Start the engine again').click();
  await person.expectEngine('ready');
  await person.set({ 'Longest answer': '4' });
  await person.button('New chat').click();
  expect(await person.ask('Still there?')).not.toBe('');
});
