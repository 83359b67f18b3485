/** Finding a model: the catalog asks nobody, the hub is asked once and only at the button, and what is found can be had. */
import { startHub } from '../tools/servers/hub-server.ts';
import { look } from './screens.ts';
import { recordRequests } from './record-requests.ts';
import { expect, noiseModel, type Person, test } from './site.ts';

const REPOSITORY = 'someone/tiny-noise-GGUF';

async function openFinder({ page }: Person) {
  await page
    .locator('header')
    .getByRole('button', { name: /library$/i })
    .click();
  const finder = page.getByRole('dialog').getByRole('region', { name: 'Find a model' });
  await expect(finder.getByText(/^\d+ models$/u)).toBeVisible();
  return finder;
}

test('the catalog shows what is known of each model, and whether it fits, and asks nobody', async ({
  site,
  person,
}) => {
  const { page } = person;
  await person.open(site.url);
  const finder = await openFinder(person);
  // All that is asked for as the library opens is here: parts of the page, the index of what lies beside it, and what the
  // service worker keeps.
  await expect.poll(() => site.requests.some(({ path }) => path.endsWith('models/index.json'))).toBe(true);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const requests = await recordRequests(page.context());

  await finder.getByRole('radio', { name: 'Code' }).check();
  await expect(finder.getByText('2 models', { exact: true })).toBeVisible();
  await finder.getByRole('radio', { name: 'All' }).check();
  await finder.getByLabel('Licence').selectOption('Apache or MIT only');
  await finder.getByLabel('Language').selectOption('German');
  await finder.getByLabel('Size').selectOption('Up to 500 MB');
  await finder.getByLabel('Name or maker').fill('qwen3');
  const card = finder.getByRole('group').filter({ hasText: 'Qwen3 0.6B' });
  await card.getByText('Qwen3 0.6B').click();
  await expect(card.getByText('Alibaba (Qwen), China')).toBeVisible();
  await expect(card.getByText('32,768 tokens')).toBeVisible();
  await expect(card.getByText('Made under China’s rules for AI.')).toBeVisible();
  await expect(card.getByText('Q4_K_M, 397 MB')).toBeVisible();
  // Half of it where the adapter has 16-bit floats.
  await expect(card.getByText(/a context of 4,096 tokens (470|940) MB/u).first()).toBeVisible();
  await expect(card.getByText(/^About [\d.]+ to [\d.]+ tokens a second/u).first()).toBeVisible();

  await finder.getByLabel('Name or maker').fill('no such model');
  await expect(finder.getByText('None of the recommended models is like that.')).toBeVisible();
  expect(requests).toEqual([]);
});

test('a source opens only after its whole address was shown', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  const finder = await openFinder(person);
  await finder.locator('summary').filter({ hasText: 'Phi-4 mini' }).first().click();
  await finder.getByRole('button', { name: 'MIT License' }).click();
  const dialog = page.getByRole('dialog', { name: 'Open this page?' });
  await expect(dialog.getByText('https://opensource.org/license/mit')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(finder).toBeVisible();
});

test('a model that is too large here gives way to a smaller one', async ({ site, person }) => {
  const { page } = person;
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'deviceMemory', { value: 2 });
  });
  await person.open(site.url);
  const finder = await openFinder(person);
  const large = finder.getByRole('group').filter({ hasText: 'Llama 3.1 8B' });
  await expect(large.getByText('Too large here').first()).toBeVisible();
  await large.getByText('Llama 3.1 8B').first().click();
  await expect(large.getByText(/this device has about 2.1 GB of memory/u)).toBeVisible();
  await large.getByRole('button', { name: /, Q/u }).click();
  // The keyboard goes along, to the card that opens.
  await expect(finder.locator('details[open] > summary:focus')).toContainText(/Fits|Tight/u);
  await finder.getByLabel('Also show what does not fit here').uncheck();
  await expect(large).toHaveCount(0);
});

test('the hub is asked at the button, and a model that it has can be had', async ({ site, person }) => {
  const { page } = person;
  const model = noiseModel('Tiny noise');
  const hub = await startHub(
    { [REPOSITORY]: { 'tiny-noise-F32.gguf': model.buffer }, 'someone/tiny-locked': { 'a.gguf': model.buffer } },
    { listings: { 'someone/tiny-locked': { gated: 'auto' }, [REPOSITORY]: { downloads: 5, tags: ['license:mit'] } } },
  );
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    const finder = await openFinder(person);
    const ask = finder.getByRole('button', { name: `Search ${new URL(hub.endpoint).host}` });
    await expect(ask).toBeDisabled();
    const words = finder.getByLabel('Name or maker');
    await words.fill('tiny');
    await words.press('Enter');
    await expect(ask).toBeEnabled();
    expect(hub.hubRequests).toEqual([]);

    await ask.click();
    await expect(finder.getByText(REPOSITORY, { exact: true })).toBeVisible();
    await expect(finder.getByText('licence: mit')).toBeVisible();
    await expect(finder.getByText('One more does not run here, or needs an account.')).toBeVisible();
    expect(hub.hubRequests).toHaveLength(1);

    await finder.getByRole('button', { name: `Show its sizes: ${REPOSITORY}` }).click();
    await expect(page.getByRole('heading', { name: 'Tiny noise' })).toBeVisible();
    await expect(page.getByText('Fits', { exact: true })).toBeVisible();
    await person.loadChosen();
    expect(hub.preflights()).toEqual([]);
  } finally {
    await hub.close();
  }
});

test('a search that fails says so, and can be tried again', async ({ site, person }) => {
  const hub = await startHub({ [REPOSITORY]: { 'tiny-noise-F32.gguf': noiseModel('Tiny noise').buffer } });
  try {
    await person.useHub(hub.endpoint);
    await person.open(site.url);
    const finder = await openFinder(person);
    await finder.getByLabel('Name or maker').fill('tiny');
    hub.fail({ kind: 'status', status: 404, at: 'hub' });
    const ask = finder.getByRole('button', { name: /^Search / });
    await ask.click();
    await expect(finder.getByRole('alert')).toBeVisible();
    await ask.click();
    await expect(finder.getByText(REPOSITORY, { exact: true })).toBeVisible();
    await expect(finder.getByRole('alert')).toHaveCount(0);
  } finally {
    await hub.close();
  }
});

test('everyone can find a model', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  const finder = await openFinder(person);
  await look(page, 'find');
  await finder.locator('summary').filter({ hasText: 'Gemma 3 4B' }).click();
  await finder.getByRole('region', { name: 'To have it' }).scrollIntoViewIfNeeded();
  await look(page, 'find-model');
});
