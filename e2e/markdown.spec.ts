/** An answer as Markdown: everything that there can be, in light and dark, wide and narrow, by keyboard, and offline. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { recordRequests } from './record-requests.ts';
import { expect, keepAnswers, test } from './site.ts';

const SCREENS = join(import.meta.dirname, '../test-results/screens');
const ANSWER = readFileSync(join(import.meta.dirname, 'markdown-answer.txt'), 'utf8');

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, reducedMotion: 'reduce' });

    test('everything can be read by everyone, and nothing overflows', async ({ site, person }) => {
      const { page } = person;
      await keepAnswers(page, ANSWER);
      await person.open(site.url);
      await expect(person.answers.locator('.katex').first()).toBeVisible();
      await expect(person.answers.locator('pre .keyword').first()).toBeVisible();
      await page.evaluate(axe.source);
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 });
        const overflow = () =>
          page.evaluate(() => {
            const article = document.querySelector('article[aria-label=Assistant]')!;
            const scroller = article.closest('.scroller')!;
            return Math.max(scroller.scrollWidth - scroller.clientWidth, article.scrollWidth - article.clientWidth);
          });
        // The page follows a new width in its own time.
        await expect.poll(overflow, `at ${width} px`).toBeLessThanOrEqual(0);
        await page.setViewportSize({ width, height: 3600 });
        await page.screenshot({ path: join(SCREENS, `markdown-${width}-${colorScheme}.png`) });
        const { violations } = await page.evaluate(() =>
          (globalThis as unknown as { axe: typeof axe }).axe.run({ exclude: [['iframe']] }),
        );
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
      }
    });
  });
}

test('a link shows its whole address and opens only on a word', async ({ site, person, context }) => {
  const { page } = person;
  const bank = '[a bank](https://user@\u0430pple.example/path?secret=1)';
  await keepAnswers(page, `See ${bank}, [run](javascript:alert(1)) or [the mark](${site.url}icons/mark.svg).`);
  await person.open(site.url);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const link = page.getByRole('link', { name: 'a bank' });
  await link.focus();
  const requests = await recordRequests(context);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Open this page?' });
  await expect(dialog).toContainText('https://user@xn--pple-43d.example/path?secret=1');
  await expect(dialog).toContainText('letters that may look like others');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(link).toBeFocused();
  expect(requests).toEqual([]);
  await expect(page.getByRole('link', { name: 'run' })).toHaveCount(0);
  await expect(person.answers).toContainText('run (javascript:alert(1))');

  const opened = context.waitForEvent('page');
  await page.getByRole('link', { name: 'the mark' }).click();
  await dialog.getByRole('button', { name: 'Open' }).click();
  const other = await opened;
  await other.waitForURL(`${site.url}icons/mark.svg`);
  expect(await other.evaluate(() => opener === null && document.referrer === '')).toBe(true);
  await expect(dialog).toHaveCount(0);
});

test('footnotes work by keyboard and leave the address of the page alone', async ({ site, person }) => {
  const { page } = person;
  const note = 'A claim[^a] and one more[^a].\n\n[^a]: Its source.';
  await keepAnswers(page, note, note);
  await person.open(site.url);
  const second = person.answers.nth(1);
  const call = second.getByRole('button', { name: 'Footnote 1', exact: true }).last();
  await call.focus();
  await page.keyboard.press('Enter');
  await expect(second.getByRole('list', { name: 'Footnotes' }).getByRole('listitem')).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(call).toBeFocused();
  expect(new URL(page.url()).hash).toBe('');
  const ids = await page.evaluate(() => [...document.querySelectorAll('article [id]')].map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
});

test('code can be copied and wrapped', async ({ site, person, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(site.url).origin });
  const { page } = person;
  await keepAnswers(page, '```js\nconst a = "<b>";\n```');
  await person.open(site.url);
  await person.button('Copy the code').click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('const a = "<b>";');
  const wrap = page.getByRole('button', { name: 'Wrap' });
  await expect(wrap).toHaveAttribute('aria-pressed', 'false');
  await wrap.click();
  await expect(wrap).toHaveAttribute('aria-pressed', 'true');
  expect(await page.locator('article pre').evaluate((pre) => getComputedStyle(pre).whiteSpace)).toBe('pre-wrap');
});

test('once the page is kept, formulas and code need no server', async ({ site, person, context }) => {
  const { page } = person;
  await person.open(site.url);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await site.close();
  await context.setOffline(true);
  await keepAnswers(page, 'Text $x^2$ and\n\n```js\nlet a = 1;\n```');
  await page.reload();
  await expect(person.answers.locator('.katex').first()).toBeVisible();
  await expect(person.answers.locator('pre .keyword')).toHaveText('let');
  const loaded = await page.evaluate(() =>
    document.fonts.ready.then(() => [...document.fonts].filter(({ status }) => status === 'loaded').length),
  );
  expect(loaded).toBeGreaterThan(0);
});
