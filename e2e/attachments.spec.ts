/** Files are dropped on the built tray in a real browser: what they become, what is asked of the network, and how it looks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Page } from '@playwright/test';
import axe from 'axe-core';
import { build } from 'vite';
import type { AttachmentsHarness } from '../tools/harness/attachments/harness.svelte.ts';
import { type ServedFolder, serveFolder } from '../tools/servers/static-server.ts';
import { listItem, paragraph, styled, wordTable, writeDocx } from '../tools/testing/write-office.ts';
import { pdfColumn, writePdf } from '../tools/testing/write-pdf.ts';
import { isUpdateCheck, recordRequests } from './record-requests.ts';
import { drop, expect, test } from './site.ts';

const ROOT = join(import.meta.dirname, '..');
const SCREENS = join(ROOT, 'test-results/screens');

const PDF = writePdf([
  pdfColumn(['The first page', 'has two lines.']),
  [
    { text: '第二页', x: 72, y: 700, font: 'cjk' },
    { text: 'and Latin', x: 72, y: 600 },
  ],
  'picture',
]);
const PDF_TEXT = '[page 1]\n\nThe first page\nhas two lines.\n\n[page 2]\n\n第二页\nand Latin';
const DOCX = writeDocx(
  paragraph('A letter', styled('berschrift1')) +
    listItem('one', 1) +
    listItem('two', 1) +
    wordTable([
      ['a', 'b'],
      ['1', '2'],
    ]),
);
const DOCX_TEXT = '# A letter\n\n1. one\n2. two\n\n| a | b |\n| --- | --- |\n| 1 | 2 |';
const CSV = Buffer.from('name,age\nAnn,5\n');

let folder: string;
let site: ServedFolder;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'freehold-attachments-'));
  await build({
    root: join(ROOT, 'tools/harness/attachments'),
    configFile: join(ROOT, 'vite.config.ts'),
    // The service worker's gate is a file there.
    publicDir: join(ROOT, 'public'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  });
  site = await serveFolder({ root: folder, basePath: '/some/where/' });
});
test.afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

const readInPage = (page: Page, name: string, bytes: Uint8Array) =>
  page.evaluate(
    ([name, base64]) => (globalThis as unknown as { harness: AttachmentsHarness }).harness.read(name, base64),
    [name, Buffer.from(bytes).toString('base64')] as const,
  );
const chip = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });

test('a PDF, a DOCX and a CSV file become the words that a model is asked with', async ({ page, context }) => {
  const refused: string[] = [];
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) refused.push(message.text());
  });
  await page.goto(site.url);
  // On the very first visit: the service worker takes the page over as soon as it can.
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  expect(site.requests.some(({ path }) => /read-pdf|pdf\.worker|bcmap/.test(path))).toBe(false);

  const requests = await recordRequests(context);
  await drop(page, [
    ['report.pdf', PDF],
    ['letter.docx', DOCX],
    ['figures.csv', CSV],
    ['photo.png', Buffer.from('\x89PNG', 'latin1')],
  ]);
  await expect(chip(page, 'report.pdf')).toContainText('PDF, 3 pages');
  await expect(chip(page, 'report.pdf')).toContainText('check the text');
  await expect(chip(page, 'letter.docx')).toContainText('Word document');
  await expect(chip(page, 'figures.csv')).toContainText('table, 2 rows, 2 columns');
  await expect(chip(page, 'photo.png')).toContainText('This is a picture.');
  // The worker has no network of its own: what it needs, the page asked its own site for.
  for (const url of requests) expect(url).toContain(site.url);
  expect(requests.filter((url) => url.endsWith('.bcmap')).length).toBeGreaterThan(0);
  expect(requests.filter((url) => /\.(pfb|ttf|wasm)$/.test(url))).toEqual([]);
  // The probe of the seal is one refused fetch by a worker.
  expect(refused.filter((text) => !/connect-src/.test(text))).toEqual([]);

  const message = await page.evaluate(() =>
    (globalThis as unknown as { harness: AttachmentsHarness }).harness.message('Sum it up.'),
  );
  const note = 'Note: No text was found on page 3: empty, or scanned as a picture.';
  expect(message).toBe(
    [
      `Attached file 1 of 3: report.pdf (PDF, 3 pages)\n${note}\n\`\`\`\n${PDF_TEXT}\n\`\`\``,
      `Attached file 2 of 3: letter.docx (Word document)\n\`\`\`\n${DOCX_TEXT}\n\`\`\``,
      'Attached file 3 of 3: figures.csv (table, 2 rows, 2 columns)\n```\nname,age\nAnn,5\n\n```',
      'Sum it up.',
    ].join('\n\n'),
  );

  // What was needed once is kept: with the server gone another file is read.
  await site.close();
  await context.setOffline(true);
  await drop(page, [['again.pdf', PDF]]);
  await expect(chip(page, 'again.pdf')).toContainText('PDF, 3 pages');
  site = await serveFolder({ root: folder, basePath: '/some/where/' });
});

test('a PDF that was never read before says offline what to do', async ({ page, context }) => {
  await page.goto(site.url);
  await context.setOffline(true);
  await drop(page, [['report.pdf', PDF]]);
  await expect(chip(page, 'report.pdf')).toContainText('not on this device yet');
});

test('the worker that reads PDF files can reach nothing', async ({ page }) => {
  await page.goto(site.url);
  expect(await page.evaluate(() => (globalThis as unknown as { harness: AttachmentsHarness }).harness.isSealed())).toBe(
    true,
  );
});

test('a web page becomes its text, and runs and loads nothing', async ({ page }) => {
  await page.goto(site.url);
  // What the page and its service worker need of themselves comes first.
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  expect(await readInPage(page, 'a.html', Buffer.from('<p>one<p>two'))).toBe('one\n\ntwo');
  const before = site.requests.length;
  const cases: [string, string, string][] = [
    ['<title>T</title><p>One <b>two</b>\n three</p><p>Four<br>five', '# T\n\nOne two three\n\nFour\nfive', 'a.html'],
    ['<h1>H</h1><h3>Sub <i>head</i></h3>text', '# H\n\n### Sub head\n\ntext', 'a.html'],
    [
      '<ul><li>a<ul><li>b</ul><li>c</ul><ol start=3><li>x<p>more<li>y</ol>',
      '- a\n  - b\n- c\n3. x\n  more\n4. y',
      'a.html',
    ],
    [
      '<table><tr><th>a<th>b|<tr><td>1<td><p>2</p><p>3</p></table>',
      '| a | b\\| |\n| --- | --- |\n| 1 | 2 3 |',
      'a.html',
    ],
    ['<pre>  x\n    y\n</pre>', '  x\n    y', 'a.html'],
    [
      '<p hidden>no<p style="display: none">no</p><script>no</script><style>no</style><noscript>no</noscript><template>no</template>yes',
      'yes',
      'a.html',
    ],
    ['<!doctype html><p>by its content', 'by its content', 'a.txt'],
    [
      '<img src="x.png" alt="a cat" onerror="fetch(\'x\')"><link rel=stylesheet href=y.css><iframe src=z></iframe><p>text',
      'a cat\n\ntext',
      'a.html',
    ],
    ['<meta charset=windows-1251><p>\xCF\xF0\xE8', 'При', 'a.html'],
    [`${'<div>'.repeat(5000)}deep`, 'deep', 'a.html'],
    ['<p>&lt;script&gt; &amp; &eacute;', '<script> & é', 'a.html'],
    ['<p>unclosed <b>tags <i>everywhere', 'unclosed tags everywhere', 'a.html'],
    ['<script>only()</script>', 'FileUnsupported: This file has no text in it.', 'a.html'],
    ['<p>zero\0', 'FileUnsupported: This file is not text', 'a.html'],
  ];
  for (const [source, text, name] of cases) {
    const found = await readInPage(page, name, Buffer.from(source, 'latin1'));
    expect(text.startsWith('File') ? found.slice(0, text.length) : found, source.slice(0, 60)).toBe(text);
  }
  expect(site.requests.slice(before).filter(({ path }) => !isUpdateCheck(path))).toEqual([]);
});

test('Latin-1 and damaged files are told apart in a browser as they are in Node', async ({ page }) => {
  await page.goto(site.url);
  expect(await readInPage(page, 'a.txt', Buffer.from('caf\xE9 \x80', 'latin1'))).toBe('café €');
  expect(await readInPage(page, 'a.pdf', PDF.slice(0, 700))).toContain('FileMalformed: This PDF file is damaged');
  expect(await readInPage(page, 'a.docx', DOCX.slice(0, 700))).toContain('FileMalformed: This file is cut off');
  const locked = writePdf([pdfColumn(['Secret'])], { userPassword: 'x' });
  expect(await readInPage(page, 'a.pdf', locked)).toContain(
    'FileUnsupported: This PDF file is protected by a password',
  );
  // Each reading takes its frame and its worker away again.
  await expect.poll(() => page.locator('iframe').count()).toBe(0);
  await expect.poll(() => page.workers()).toEqual([]);
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [390, 1440]) {
    test.describe(`${colorScheme} at ${width} px`, () => {
      test.use({ colorScheme, reducedMotion: 'reduce', viewport: { width, height: 844 } });

      test('the tray can be used by everyone', async ({ page }) => {
        await page.goto(site.url);
        await page.evaluate(axe.source);
        const look = async (state: string) => {
          await expect
            .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
            .toBeLessThanOrEqual(0);
          await page.screenshot({ path: join(SCREENS, `attachments-${state}-${width}-${colorScheme}.png`) });
          const rules = { region: { enabled: false }, 'page-has-heading-one': { enabled: false } };
          const findings = await page.evaluate(async (rules) => {
            const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(
              { exclude: [['iframe']] },
              { rules },
            );
            return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
          }, rules);
          expect(findings, state).toEqual([]);
        };
        const long = `${'a-very-long-name-'.repeat(8)}of-a-report.txt`;
        await drop(page, [
          [long, Buffer.from('words '.repeat(60_000))],
          ['figures.csv', CSV],
          ['photo.png', Buffer.from('\x89PNG', 'latin1')],
          ['last.md', Buffer.from('# Last')],
        ]);
        await expect(chip(page, 'last.md')).toContainText('text');
        await expect(chip(page, 'a-very-long-name')).toContainText('a-very-long-name…of-a-report.txt');
        await look('tray');

        await page
          .getByRole('button', { name: /a-very-long-name/ })
          .first()
          .click();
        const dialog = page.getByRole('dialog');
        await expect(dialog).toContainText('360,000 characters');
        await dialog.getByRole('button', { name: 'Show more (260,000 characters)' }).click();
        await expect(dialog.getByRole('button', { name: 'Show more (160,000 characters)' })).toBeVisible();
        await dialog.evaluate((element) => element.querySelector('.body')!.scrollTo(0, 0));
        await look('text');
        await page.keyboard.press('Escape');
        await expect(dialog).toHaveCount(0);

        // The keyboard goes on where it was.
        await page.getByRole('button', { name: 'Remove figures.csv' }).focus();
        await page.keyboard.press('Enter');
        await expect(chip(page, 'figures.csv')).toHaveCount(0);
        await expect(page.getByRole('button', { name: 'Remove photo.png' })).toBeFocused();
        await page.evaluate(() => (globalThis as unknown as { harness: AttachmentsHarness }).harness.send());
        await expect(page.getByRole('button', { name: /^Remove/ })).toHaveCount(0);
        await expect(page.getByRole('listitem')).toHaveCount(2);
        await look('sent');
      });
    });
  }
}
