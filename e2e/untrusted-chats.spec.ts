/**
 * Hostile names and texts where the page keeps and lists what people bring in: a browser without any policy imports a
 * backup, ChatGPT's and llama.cpp's exports and presets in which every string is hostile (NAMES, in titles, folders, prompts,
 * presets, models, attached files, thoughts, records of answers and fields that there are not; all PAYLOADS in messages),
 * then opens every place where they are shown, and the files that it exports. A watch looks on all the while: nothing runs,
 * nothing is asked for, nothing opens, no element loads anything; and at each place the text is there as text. How many
 * were seen at which place is counted at the end.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import type { Locator, Page } from '@playwright/test';
import { serveFolder } from '../tools/servers/static-server.ts';
import {
  bare,
  chatNameAt,
  file,
  FOLDERS,
  hostileBackup,
  hostileChatGpt,
  hostileLlama,
  LONG_CHAT,
  nameAt,
  PRESETS,
  PROMPTS,
} from './hostile-files.ts';
import { NAMES, PAYLOADS } from './payloads.ts';
import { expect, type Person, test } from './site.ts';
import { Watch } from './watch.ts';

// What holds must hold by itself: the site's policy would hide what it refuses.
test.use({ bypassCSP: true, actionTimeout: 60_000 });

const FOREIGN = NAMES.filter((_, index) => index % 12 === 0);

const panel = (person: Person): Locator => person.page.getByRole('dialog', { name: 'Your data' });
const list = (person: Person): Locator => person.page.getByRole('navigation', { name: 'Chats' });
const sorted = (texts: readonly string[]): string[] => texts.map(bare).sort();

/** The same with each text once. */
const distinct = (texts: readonly string[]): string[] => [...new Set(sorted(texts))];

/** The texts of all elements that a selector finds. */
function textsOf(page: Page, selector: string): Promise<string[]> {
  return page.evaluate((one) => [...document.querySelectorAll(one)].map((element) => element.textContent), selector);
}

/** The same, once there are some. */
async function shownTexts(page: Page, selector: string): Promise<string[]> {
  await expect(page.locator(selector).first()).toBeAttached();
  return textsOf(page, selector);
}

async function importFile(person: Person, chosen: ReturnType<typeof file>, added: number): Promise<void> {
  const input = panel(person).getByLabel('Import a file');
  await expect(input).toBeEnabled();
  await input.setInputFiles(chosen);
  const report = panel(person).getByRole('status');
  await expect(report).toContainText(`${added} chats are new here`);
  // The file before may have had as many.
  await expect.poll(async () => bare(await report.innerText())).toContain(bare(chosen.name));
}

async function save(person: Person, act: () => Promise<unknown>): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([person.page.waitForEvent('download'), act()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

test('no name or text that is imported is ever more than text', async ({ site, person, context }) => {
  test.setTimeout(600_000);
  const { page } = person;
  const watch = await Watch.over(context, site);
  await person.open(site.url);
  await page.evaluate(() => navigator.serviceWorker.ready);

  await test.step('imports, and what they say was left out', async () => {
    await person.page.getByRole('button', { name: /^Nothing you type leaves this device/ }).click();
    await person.button('Your data: take along, lock, delete').click();
    await importFile(person, file(`${nameAt(1)}.json`, hostileBackup()), NAMES.length + 1);
    const lines = await textsOf(page, 'dialog details li');
    expect(lines.length).toBeGreaterThan(50);
    expect(bare(lines.join(''))).toContain(bare('<script>'));
    watch.saw('what an import left out', lines.length);
    await importFile(person, file(`${nameAt(3)}.zip`, hostileChatGpt(FOREIGN)), FOREIGN.length);
    await importFile(person, file(`${nameAt(5)}.json`, hostileLlama(FOREIGN)), FOREIGN.length);
    for (let index = 0; index < NAMES.length; index += 40) {
      const name = nameAt(index);
      await panel(person)
        .getByLabel('Import a file')
        .setInputFiles(file(name, { [name]: name }));
      await expect.poll(async () => bare(await panel(person).getByRole('alert').innerText())).toContain(bare(name));
      watch.saw('why an import is refused', 1);
    }
    await page.keyboard.press('Escape');
  });

  await test.step('the list of chats, their menus, folders and the archive', async () => {
    await page.getByRole('button', { name: /^Archive/ }).click();
    await page.evaluate(() => {
      for (const fold of document.querySelectorAll<HTMLElement>('nav button.fold')) fold.click();
    });
    const folders = await shownTexts(page, 'nav button.fold bdi');
    const names = await shownTexts(page, 'nav li button.name bdi');
    // Folders of names that look alike are one.
    expect(distinct(folders)).toEqual(distinct(NAMES.slice(0, FOLDERS)));
    const all = [...NAMES.map((_, index) => chatNameAt(index)), LONG_CHAT, ...FOREIGN, ...FOREIGN];
    // A chat's first line is cut at a word.
    const begins = (texts: readonly string[]) => sorted(texts.map((text) => bare(text.slice(0, 40)).slice(0, 20)));
    expect(begins(names)).toEqual(begins(all));
    watch.saw('folders', folders.length);
    watch.saw('the list of chats', names.length);
    for (const at of [3, 200, 400]) {
      const row = page.locator('nav li').nth(at);
      await row.hover();
      await row.getByRole('button', { name: /^More about/ }).click();
      await row.getByRole('button', { name: 'Folder…' }).click();
      const choices = await shownTexts(page, 'nav li .menu:popover-open [role=group] bdi');
      expect(choices).toEqual(expect.arrayContaining(folders));
      watch.saw('the menus of chats', choices.length);
      await page.keyboard.press('Escape');
      await row.hover();
      await row.getByRole('button', { name: /^More about/ }).click();
      await row.getByRole('button', { name: 'Rename' }).click();
      const field = page.getByRole('textbox', { name: 'Name of the chat' });
      expect(bare(await field.inputValue())).toBe(bare(names[at]!));
      await field.press('Escape');
    }
  });

  await test.step('what is found, by the search and among the commands', async () => {
    const known = new Set(sorted(await textsOf(page, 'nav li button.name bdi')));
    for (const query of ['executed', 'beacon example', 'javascript self', 'etc passwd']) {
      await page.getByRole('searchbox').fill(query);
      const found = await shownTexts(page, 'ul[aria-label="Found"] .hit .name');
      expect(found.map(bare).filter((name) => !known.has(name))).toEqual([]);
      const snippets = await textsOf(page, 'ul[aria-label="Found"] .hit .snippet');
      watch.saw('the search', found.length + snippets.length);
    }
    await page.getByRole('searchbox').fill('');
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'What would you like to do?' });
    for (const query of ['<', 'javascript', '"', 'on', 'etc/passwd', 'style', '://']) {
      await field.fill(query);
      const options = await shownTexts(page, 'dialog [role=option]:has(.hint) bdi');
      expect(options.map(bare).filter((name) => !known.has(name))).toEqual([]);
      watch.saw('the commands', options.length);
    }
    await page.keyboard.press('Escape');
  });

  await test.step('chats one by one, and the window that is called by them', async () => {
    // What shows messages is fetched with the first of them.
    await page.locator('nav li button.name').last().click();
    await expect(page.locator('[role=log] article').first()).toBeAttached();
    const opened = await page.evaluate(async () => {
      const rows = [...document.querySelectorAll<HTMLElement>('nav li button.name')];
      const result: { name: string; title: string; words: string[]; fields: string[] }[] = [];
      for (let at = 0; at < rows.length; at += 12) {
        const name = rows[at]!.textContent;
        const before = document.title;
        rows[at]!.click();
        // Its messages are read, and are shown with the title; two chats may have one name.
        for (let waited = 0; document.title === before && waited < 100; waited++)
          await new Promise((resolve) => setTimeout(resolve, 20));
        const words = [...document.querySelectorAll('[role=log] article')].map((article) => article.textContent);
        const fields = [...document.querySelectorAll('textarea')].map(({ value }) => value);
        result.push({ name, title: document.title, words, fields });
      }
      return result;
    });
    for (const { name, title } of opened) expect(bare(title)).toBe(bare(`${name} · Freehold`));
    expect(opened.every(({ words }) => words.length >= 2)).toBe(true);
    const typed = new Set(NAMES.map(bare));
    const drafts = opened.map(({ fields }) => bare(fields.at(-1)!)).filter((draft) => draft !== '');
    expect(drafts.length).toBeGreaterThan(40);
    expect(drafts.filter((draft) => !typed.has(draft))).toEqual([]);
    watch.saw('the title of the window', opened.length);
    watch.saw('drafts', drafts.length);
    watch.saw('messages of short chats', opened.flatMap(({ words }) => words).length);
  });

  await test.step('what can be brought back', async () => {
    const bar = page.locator('[aria-live=polite] .bar p');
    for (const at of [300]) {
      const row = page.locator('nav li').nth(at);
      const name = await row.locator('bdi').textContent();
      await row.hover();
      await row.getByRole('button', { name: /^More about/ }).click();
      await row.getByRole('button', { name: 'Delete', exact: true }).click();
      await expect.poll(async () => bare(await bar.innerText())).toBe(bare(`“${name}” deleted`));
      await person.button('Undo').click();
      watch.saw('what can be brought back', 1);
    }
    for (const at of [30]) {
      const folder = page.locator('nav section .head').nth(at);
      const name = await folder.locator('bdi').textContent();
      await folder.hover();
      await folder.getByRole('button', { name: /^More about/ }).click();
      await folder.getByRole('button', { name: /^Delete the folder/ }).click();
      await expect.poll(async () => bare(await bar.innerText())).toBe(bare(`Folder “${name}” deleted`));
      await person.button('Undo').click();
      watch.saw('what can be brought back', 1);
    }
  });

  await test.step('messages with attachments, thoughts and records', async () => {
    await page.getByRole('searchbox').fill(LONG_CHAT);
    await page.locator('.hit').first().click();
    await page.getByRole('searchbox').fill('');
    await page.getByRole('banner').getByRole('button', { name: 'Chats' }).click();
    await expect(list(person)).toHaveCount(0);
    await expect(page.locator('.turn')).toHaveCount(40);
    const asked = new Set(PAYLOADS);
    const names = new Set(NAMES.map(bare));
    for (let at = 0; at < 20; at += 7) {
      await page
        .locator('.turn.user button.file')
        .nth(-1 - at)
        .click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.locator('pre').textContent()).not.toBe('');
      expect(await dialog.locator('*:not(path, svg, h2, p, pre, button, div, dialog)').count()).toBe(0);
      await page.keyboard.press('Escape');
      watch.saw('texts of attached files', 1);
      const answer = page.locator('.turn.assistant').nth(-1 - at);
      const choose = async (choice: string) => {
        await answer.getByRole('button', { name: 'More about this answer' }).click();
        await answer.getByRole('button', { name: choice, exact: true }).click();
      };
      await choose('About this answer');
      const facts = (await shownTexts(page, 'dialog dd')).map(bare);
      expect(facts.filter((fact) => names.has(fact)).length).toBeGreaterThanOrEqual(4);
      watch.saw('details of answers', facts.length);
      await page.keyboard.press('Escape');
      await choose('Show the source');
      expect(asked).toContain(await answer.locator('article p').textContent());
      await choose('Edit');
      expect(asked).toContain(await answer.getByRole('textbox').inputValue());
      await page.keyboard.press('Escape');
      watch.saw('sources and edited answers', 2);
    }
    for (let drawn = 40; drawn < 240; drawn += 40) {
      await page.evaluate(() => document.querySelector<HTMLElement>('button.earlier')?.click());
      await expect.poll(() => page.locator('.turn').count()).toBeGreaterThan(drawn);
    }
    const questions = await textsOf(page, '.turn.user .typed');
    expect(questions.filter((question) => !asked.has(question))).toEqual([]);
    expect(questions.length).toBeGreaterThan(100);
    const models = (await textsOf(page, '.turn.assistant .figures')).map((text) => bare(text).split('·2tokens')[0]!);
    expect(models.filter((name) => !names.has(name))).toEqual([]);
    const thoughts = (await textsOf(page, '.turn.assistant details p')).map((text) => bare(text.split('\n')[0]!));
    expect(thoughts.filter((thought) => ![...names].some((name) => name.startsWith(thought)))).toEqual([]);
    const files = await page.evaluate(() =>
      [...document.querySelectorAll('.turn.user button.file')].map((button) => button.getAttribute('title')!),
    );
    expect(
      files.map((title) => bare(title.replace('Show the text of ', ''))).filter((name) => !names.has(name)),
    ).toEqual([]);
    watch.saw('messages', questions.length);
    watch.saw('heads of answers', models.length);
    watch.saw('thoughts', thoughts.length);
    watch.saw('attached files', files.length);
  });

  await test.step('prompts', async () => {
    await person.button('New chat').click();
    const message = page.getByRole('textbox', { name: 'Message' });
    await message.fill('/');
    const options = await shownTexts(page, '[role=listbox][aria-label=Prompts] .name');
    expect(options).toEqual(expect.arrayContaining(PROMPTS.map(({ name }) => `/${name}`)));
    await message.press('Enter');
    await expect(message).not.toHaveValue('/');
    await message.fill('/');
    await page.getByRole('option', { name: 'Your own prompts' }).click();
    const own = await shownTexts(page, 'dialog li .name');
    expect(sorted(own)).toEqual(sorted(PROMPTS.map(({ name }) => `/${name}`)));
    watch.saw('prompts', options.length + own.length);
    await page.keyboard.press('Escape');
  });

  await test.step('presets', async () => {
    const dialog = await person.openSettings();
    const input = dialog.getByLabel('Import presets');
    await input.setInputFiles(file(nameAt(7), { format: 'freehold-presets', version: 1, [nameAt(7)]: 1 }));
    await expect(dialog.getByText('Nothing was taken')).toBeVisible();
    expect(bare(await dialog.getByText('Nothing was taken').innerText())).toContain(bare(nameAt(7)));
    await input.setInputFiles(file('p.json', { format: 'freehold-presets', version: 1, presets: PRESETS }));
    await expect(dialog.getByText('Imported:')).toBeVisible();
    const options = await textsOf(page, 'dialog select option');
    const chosen = options.filter((option) => option.length > 20);
    expect(sorted(options)).toEqual(expect.arrayContaining(sorted(PRESETS.map(({ name }) => name)).slice(0, 100)));
    watch.saw('presets', options.length);
    for (const name of [chosen[10]!, chosen[150]!]) {
      await dialog.getByLabel('Preset', { exact: true }).selectOption({ label: name.trim() });
      await expect(dialog.getByText('Sets:')).toBeVisible();
      const menu = async (item: RegExp) => {
        await dialog.getByRole('button', { name: 'More about presets' }).click();
        await dialog.getByRole('button', { name: item }).click();
      };
      const { name: fileName } = await save(person, () => menu(/^Export “/));
      expect(fileName).toMatch(/^[^\p{Cc}\p{Cf}\\/:*?"<>|.-][^\p{Cc}\p{Cf}\\/:*?"<>|]*\.presets\.json$/u);
      await person.button('Set all chats to this').click();
      const bar = dialog.locator('.bar p');
      await expect.poll(async () => bare(await bar.innerText())).toBe(bare(`All chats set to “${name}”`));
      await menu(/^Delete “/);
      await expect.poll(async () => bare(await bar.innerText())).toBe(bare(`Preset “${name}” deleted`));
      watch.saw('what can be brought back', 2);
    }
    await page.keyboard.press('Escape');
  });

  await test.step('exports: their names, and HTML files as a browser reads them', async () => {
    await page.evaluate(() => (location.hash = '#/data'));
    const as = panel(person).getByLabel('As', { exact: true });
    const all = panel(person).getByRole('button', { name: 'Export all chats' });
    await as.selectOption('markdown');
    const markdown = unzipSync((await save(person, () => all.click())).bytes);
    await as.selectOption('html');
    const html = unzipSync((await save(person, () => all.click())).bytes);
    await as.selectOption('json');
    const { bytes } = await save(person, () => all.click());
    expect(JSON.parse(bytes.toString())).toMatchObject({ format: 'freehold-chats' });
    for (const name of [...Object.keys(markdown), ...Object.keys(html)])
      expect(name).toMatch(/^[^\p{Cc}\p{Cf}\\/:*?"<>|.-][^\p{Cc}\p{Cf}\\/:*?"<>|]*\.(md|html)$/u);
    expect(Object.keys(markdown).length).toBe(NAMES.length + 1 + 2 * FOREIGN.length);
    watch.saw('names of exported files', Object.keys(markdown).length + Object.keys(html).length);

    // Each document as the browser's own parser understands it, which runs and loads nothing.
    const documents = Object.values(html).map((document) => strFromU8(document));
    const read = await page.evaluate(
      (sources) =>
        sources.map((source) => {
          const parsed = new DOMParser().parseFromString(source, 'text/html');
          const elements = new Set<string>();
          for (const { localName, attributes } of parsed.querySelectorAll('*'))
            elements.add([localName, ...[...attributes].map(({ name }) => name)].join(' '));
          return { title: parsed.title, heading: parsed.querySelector('h1')!.textContent, elements: [...elements] };
        }),
      documents,
    );
    const usual = new Set(
      [
        'html lang',
        'head',
        'meta charset',
        'meta http-equiv content',
        'meta name content',
        'title',
        'style',
        'body',
      ].concat(['h1 dir', 'article', 'h2', 'time', 'details', 'summary', 'div class dir', 'div class', 'em']),
    );
    for (const { title, heading, elements } of read) {
      expect(elements.filter((element) => !usual.has(element))).toEqual([]);
      expect(bare(title)).toBe(bare(heading));
    }
    watch.saw('exported documents', read.length);

    const folder = mkdtempSync(join(tmpdir(), 'freehold-export-'));
    try {
      const opened = [
        ...documents.filter((_, index) => index % 100 === 0),
        documents.find((one) => one.length > 500_000)!,
      ];
      for (const [index, source] of opened.entries()) writeFileSync(join(folder, `${index}.html`), source);
      const exported = await serveFolder({ root: folder });
      watch.allow(exported);
      const reader = await context.newPage();
      for (const index of opened.keys()) {
        await reader.goto(`${exported.url}${index}.html`);
        await reader.waitForTimeout(100);
      }
      // The last one is the chat of all payloads.
      const text = bare((await reader.locator('body').textContent()) ?? '');
      expect(PAYLOADS.filter((payload) => !text.includes(bare(payload)))).toEqual([]);
      expect(NAMES.filter((name) => !text.includes(bare(name)))).toEqual([]);
      expect(exported.requests.filter(({ path }) => path !== '/favicon.ico')).toHaveLength(opened.length);
      watch.saw('an exported document that is opened', PAYLOADS.length + NAMES.length);
      await reader.close();
      await exported.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  await test.step('all of it again from what is kept', async () => {
    await page.keyboard.press('Escape');
    await expect(panel(person)).toHaveCount(0);
    await page.reload();
    await expect(person.status).not.toHaveText('Looking for a graphics processor.');
    await page.getByRole('banner').getByRole('button', { name: 'Chats' }).click();
    await expect.poll(() => page.locator('nav li').count()).toBeGreaterThan(NAMES.length / 2);
  });

  expect(watch.offences).toEqual([]);
  expect(context.pages()).toHaveLength(1);
  expect(watch.strangePaths(site)).toEqual([]);
  expect(watch.total).toBeGreaterThan(5000);
});

test('the watch sees what it is there to see', async ({ site, person, context }) => {
  const { page } = person;
  const watch = await Watch.over(context, site);
  await person.open(site.url);
  const doings: readonly (readonly [what: RegExp, act: () => void])[] = [
    [
      /^executed/,
      () => Object.assign(document.createElement('div'), { innerHTML: '<img src=x onerror=self.executed=1>' }),
    ],
    [/^<div onclick>/, () => document.body.insertAdjacentHTML('beforeend', '<div onclick=1></div>')],
    [/^<img src=/, () => document.body.insertAdjacentHTML('beforeend', '<img src="https://beacon.example/">')],
    [/^request: GET https:\/\/beacon\.example\/$/, () => undefined],
    [
      /^<link href=/,
      () => document.head.insertAdjacentHTML('beforeend', '<link rel=dns-prefetch href=//beacon.example>'),
    ],
    [
      /^<iframe srcdoc=/,
      () => document.body.insertAdjacentHTML('beforeend', '<iframe srcdoc="<script>self.executed=1</script>">'),
    ],
    [/^executed in about:srcdoc/, () => undefined],
    [/^<p style=/, () => document.body.insertAdjacentHTML('beforeend', '<p style="background:url(x)">')],
    [/^<a href=javascript:/, () => document.body.insertAdjacentHTML('beforeend', '<a href="javascript:1">x</a>')],
    [
      /^<a href=/,
      () => document.body.querySelector('p')!.replaceWith(Object.assign(document.createElement('a'), { href: '//x' })),
    ],
    [/^dialog: hello/, () => setTimeout(() => alert('hello'))],
    [/^error: broken/, () => setTimeout(() => Promise.reject(new Error('broken')))],
    [/^window: /, () => open('about:blank#opened')],
  ];
  for (const [what, act] of doings) {
    await page.evaluate(act);
    await expect.poll(() => watch.offences.some((offence) => what.test(offence)), { message: String(what) }).toBe(true);
  }
});
