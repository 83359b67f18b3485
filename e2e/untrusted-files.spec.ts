/**
 * Hostile files: hundreds of model files under NAMES, picked together and listed by a hub; models whose own words are
 * hostile (name, author, licence, source, architecture, kind, tokenizer, template), looked at, loaded, asked and deleted;
 * attached text, table, web page and DOCX under such names, with all PAYLOADS in them; addresses typed; and what another
 * app shares, with hostile hash routes. In a browser without any policy a watch looks on: nothing runs, nothing is asked for,
 * and at each place the text is there as text. How many were seen at which place is counted.
 */
import type { Page } from '@playwright/test';
import { startHub } from '../tools/servers/hub-server.ts';
import { randomModel } from '../tools/testing/random-model.ts';
import { paragraph, writeDocx } from '../tools/testing/write-office.ts';
import { writeGguf } from '../tools/testing/write-gguf.ts';
import { bare, nameAt } from './hostile-files.ts';
import { NAMES, PAYLOADS } from './payloads.ts';
import { drop, expect, type ModelUpload, type Person, test, upload } from './site.ts';
import { Watch } from './watch.ts';

// What holds must hold by itself: the site's policy would hide what it refuses.
test.use({ bypassCSP: true, actionTimeout: 60_000 });

const KNOWN = new Set(NAMES.map(bare));
/** Names of files that lie in no folder: a folder that is dropped is a model's. */
const ATTACHED = NAMES.filter((name) => !name.includes('/'));
/** What a file list shows of a name: what stands behind its folders. */
const LAST_PARTS = NAMES.map((name) => bare(name.slice(name.lastIndexOf('/') + 1)) || '.gguf');

async function textsOf(page: Page, selector: string): Promise<string[]> {
  await expect(page.locator(selector).first()).toBeVisible();
  return page.evaluate((one) => [...document.querySelectorAll(one)].map((element) => element.textContent), selector);
}

/** A model in which every text is hostile; it answers all the same. */
function hostileModel(index: number, more: Record<string, string> = {}): ModelUpload {
  const name = nameAt(index);
  const sizes = { layers: 2, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2, contextLength: 4096 };
  const words = ['name', 'author', 'organization', 'license', 'license.name', 'license.link', 'description', 'url'];
  const metadata = {
    ...Object.fromEntries([...words, 'source.url', 'repo_url', 'basename'].map((key) => [`general.${key}`, name])),
    'tokenizer.chat_template':
      '<b onclick=self.executed=1><img src=x onerror=self.executed=1>' +
      '{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}' +
      '{% if add_generation_prompt %}<|assistant|>{% endif %}',
    ...more,
  };
  return upload(`${nameAt(index + 1)}.gguf`, writeGguf(randomModel({ name, ...sizes, metadata })));
}

const cancel = (person: Person) => person.button('Cancel').click();

test('no model, file or shared text is ever more than text', async ({ site, person, context }) => {
  test.setTimeout(600_000);
  const { page } = person;
  const watch = await Watch.over(context, site);
  const hub = await startHub({
    'someone/hostile': Object.fromEntries(
      NAMES.filter((name) => !/[/\\%?#]|[\p{Cc}\p{Cs}]/u.test(name)).map((name) => [`${name}.gguf`, new Uint8Array(9)]),
    ),
  });
  watch.allow({ ...site, url: `${hub.endpoint}/` });
  await person.useHub(hub.endpoint);
  await person.open(site.url);
  await page.evaluate(() => navigator.serviceWorker.ready);

  await test.step('files among which to choose', async () => {
    await drop(
      page,
      NAMES.map((name) => [`${name}.gguf`, new Uint8Array(9)]),
    );
    const names = (await textsOf(page, 'form.offer legend')).map(bare);
    expect(names.length).toBeGreaterThan(300);
    // A name is cut at a quantization that it may hold.
    expect(names.filter((name) => !LAST_PARTS.includes(name))).toEqual([]);
    watch.saw('model files to choose from', names.length);
    await cancel(person);
    await person.lookUp('someone/hostile');
    const listed = (await textsOf(page, 'form.offer legend')).map(bare);
    expect(listed.length).toBeGreaterThan(100);
    expect(listed.filter((name) => !KNOWN.has(name))).toEqual([]);
    watch.saw('files of a repository', listed.length);
    await cancel(person);
  });

  await test.step('addresses', async () => {
    const field = page.getByLabel('Or from the web');
    for (const address of NAMES.filter((name) =>
      /^\s*(javascript|data|vbscript|file|blob|ws|about|intent):/i.test(name),
    )) {
      await field.fill(address);
      await field.press('Enter');
      await expect(page.getByText(/^(Type an address|Only https addresses)/)).toBeVisible();
      await field.fill('');
      watch.saw('addresses', 1);
    }
  });

  await test.step('models that are looked at, and that cannot run', async () => {
    for (const [index, key] of ['general.architecture', 'general.type', 'tokenizer.ggml.model'].entries()) {
      const name = nameAt(50 * index + 5);
      await drop(page, [[`${name}.gguf`, hostileModel(0, { [key]: name }).buffer]]);
      await expect.poll(async () => bare(await person.alert.innerText())).toContain(bare(name.slice(0, 80)));
      watch.saw('why a model cannot run', 1);
    }
    for (let index = 0; index < NAMES.length; index += 70) {
      const { name, buffer } = hostileModel(index);
      await drop(page, [[name, buffer]]);
      const card = page.locator('section.offer');
      await expect.poll(async () => bare(await card.getByRole('heading').innerText())).toBe(bare(nameAt(index)));
      const words = bare(await card.innerText());
      expect(words).toContain(bare(`${name} · by ${nameAt(index)}`));
      expect(words).toContain(bare(`Licence${nameAt(index)}`));
      await expect(person.status).toContainText('can be loaded');
      await cancel(person);
      watch.saw('cards of models', 3);
    }
  });

  const model = 8;
  const called = bare(nameAt(model));
  await test.step('a model that is loaded', async () => {
    const { name, buffer } = hostileModel(model);
    await drop(page, [[name, buffer]]);
    await person.button('Load').click();
    await expect(page.locator('html')).toHaveAttribute('data-engine', 'ready', { timeout: 240_000 });
    expect(bare(await page.locator('header .model-name').innerText())).toBe(called);
    expect(bare(await person.status.innerText())).toContain(called);
    const settings = await person.openSettings();
    await settings.getByLabel('Longest answer').fill('4');
    await settings.getByText('The template itself').click();
    await settings.getByText('What it puts before every conversation').click();
    for (const text of await textsOf(page, 'dialog pre')) expect(text).toContain('<img src=x onerror=self.executed=1>');
    await page.keyboard.press('Escape');
    watch.saw('a loaded model', 5);
  });

  await test.step('attached files, and the message that they go with', async () => {
    // A zero would say that it is no text.
    const all = PAYLOADS.join('\n\n').replaceAll('\0', '');
    const escaped = (text: string) =>
      text.replace(/[^\P{Cc}\n]|\p{Cs}/gu, '').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
    const files: [string, Uint8Array][] = [
      [`${ATTACHED[11]!}.txt`, Buffer.from(all)],
      [
        `${ATTACHED[12]!}.csv`,
        Buffer.from(PAYLOADS.map((text) => `"${text.replaceAll('\0', '').replaceAll('"', '""')}",1`).join('\n')),
      ],
      [`${ATTACHED[13]!}.html`, Buffer.from(`<!doctype html><title>${ATTACHED[13]!}</title><p>The page</p>${all}`)],
      [`${ATTACHED[14]!}.docx`, writeDocx(PAYLOADS.map((text) => paragraph(escaped(text))).join(''))],
      [`${ATTACHED[15]!}.png`, Buffer.from('\x89PNG', 'latin1')],
    ];
    await drop(page, files);
    const tray = page.locator('form').getByRole('list', { name: 'Attached files' });
    await expect(tray.locator('button.file, .failed')).toHaveCount(files.length);
    const buttons = await tray.locator('button.file').all();
    expect(buttons.length).toBe(4);
    for (const [index, button] of buttons.entries()) {
      expect(bare((await button.getAttribute('title'))!)).toBe(bare(`Show the text of ${files[index]![0]}`));
      await button.click();
      const dialog = page.getByRole('dialog');
      const text = bare((await dialog.locator('pre').textContent())!);
      if (index === 0 || index === 3) expect(text).toContain(bare(PAYLOADS[500]!));
      if (index === 2) expect(text).toContain('Thepage');
      await page.keyboard.press('Escape');
      await expect(dialog).toHaveCount(0);
    }
    watch.saw('texts of attached files', 3 * PAYLOADS.length);
    // All that would be far more than this model can hold.
    for (let count = files.length; count > 0; count--)
      await tray
        .getByRole('button', { name: /^Remove/ })
        .first()
        .click();
    const small = [20, 21, 22].map((index) => [ATTACHED[index]!, Buffer.from(ATTACHED[index]!)] as const);
    await drop(page, small);
    await expect(tray.locator('button.file')).toHaveCount(3);
    await person.ask(ATTACHED[23]!);
    const sent = await page.evaluate(() =>
      [...document.querySelectorAll('[role=log] button.file')].map((button) => button.getAttribute('title')!),
    );
    expect(sent.map(bare)).toEqual(small.map(([name]) => bare(`Show the text of ${name}`)));
    expect(bare((await textsOf(page, '.turn.assistant .figures'))[0]!)).toContain(called);
    await page.getByRole('button', { name: 'More about this answer' }).click();
    await person.button('About this answer').click();
    expect((await textsOf(page, 'dialog dd')).map(bare)).toContain(called);
    await page.keyboard.press('Escape');
    watch.saw('an answer of a hostile model', 5);
    await drop(page, [[ATTACHED[24]!, Buffer.from('text')]]);
    await expect(tray.locator('button.file')).toHaveCount(1);
  });

  await test.step('the library, and after a reload', async () => {
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('data-engine', 'ready', { timeout: 240_000 });
    const attached = page.getByRole('list', { name: 'Attached files' }).last();
    await expect.poll(async () => bare(await attached.innerText())).toContain('Attachitagain');
    await page.evaluate(() => (location.hash = '#/library'));
    const entry = page.getByRole('dialog').getByRole('listitem');
    await expect(entry.locator('.name')).toBeVisible();
    expect(bare(await entry.locator('.name').innerText())).toContain(called);
    expect(bare(await entry.locator('.origin').innerText())).toBe(bare(`From ${nameAt(model + 1)}.gguf`));
    await entry.getByRole('button', { name: /^Delete/ }).click();
    const undo = page
      .getByRole('dialog')
      .getByRole('group')
      .filter({ has: page.getByRole('button', { name: 'Undo' }) });
    expect(bare(await undo.innerText())).toContain(bare(`“${nameAt(model)}” deleted`));
    await undo.getByRole('button', { name: 'Undo' }).click();
    await expect(entry.locator('.name')).toBeVisible();
    await page.keyboard.press('Escape');
    watch.saw('the library', 4);
  });

  await test.step('what another app shares, and where an address leads in the page', async () => {
    // From here on the service worker answers: what is shared must not reach the server.
    const hashes = [
      '#/library"><img src=x onerror=self.executed=1>',
      '#javascript:self.executed=1',
      '#/__proto__',
      '#/new',
    ];
    const batch = Math.ceil(NAMES.length / hashes.length);
    for (const [index, hash] of hashes.entries()) {
      const some = NAMES.slice(index * batch, (index + 1) * batch).map((name) => name.toWellFormed());
      const shared = { title: some[0]!, text: some.slice(1).join('\n'), url: some[1]!, [some[2]!]: some[2]! };
      await page.goto(`${site.url}?${new URLSearchParams(shared).toString()}${hash}`);
      const message = page.getByRole('textbox', { name: 'Message' });
      await expect(message).not.toHaveValue('');
      const value = bare(await message.inputValue());
      expect(some.filter((name, at) => at !== 2 && !value.includes(bare(name)))).toEqual([]);
      await expect(page).not.toHaveURL(/\?/u);
      await expect(page.getByRole('dialog')).toHaveCount(0);
      watch.saw('what another app shares', some.length);
    }
  });

  await hub.close();
  expect(watch.offences).toEqual([]);
  expect(watch.strangePaths(site)).toEqual([]);
  expect(context.pages()).toHaveLength(1);
  expect(watch.total).toBeGreaterThan(4000);
});
