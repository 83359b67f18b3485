/** How the page looks to those who set their system otherwise: more contrast, their own colours, large text, no motion. */
import axe from 'axe-core';
import type { Locator, Page } from '@playwright/test';
import { expect, keepAnswers, noiseModel, type Person, test } from './site.ts';

/** A computed style of an element. */
const styleOf = (locator: Locator, property: string): Promise<string> =>
  locator.evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), property);

/** A system colour as the browser computes it now. */
const systemColour = (page: Page, name: string): Promise<string> =>
  page.evaluate((name) => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.cssText = `color: ${name}; forced-color-adjust: none`;
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  }, name);

/** Opens a panel by its address, and closes it again after a look. */
async function inPanel(page: Page, hash: string, look: () => Promise<void>): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), hash);
  await expect(page.getByRole('dialog')).toBeVisible();
  await look();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  // The step back that closes a panel would close the next one with it.
  await expect(page).not.toHaveURL((url) => url.hash === hash);
}

/** The page with two chats, a model that writes noise, and the newer chat open. */
async function begin(person: Person, url: string): Promise<void> {
  await keepAnswers(person.page, 'A word with `code`.\n\n```js\nconst a = 1; // one\n```');
  await person.open(url);
  await person.load(noiseModel('Noise', { contextLength: 256 }));
  await person.set({ Temperature: '0', 'Longest answer': '3' });
}

test('in a person’s own colours states are told by lines, fillings and forms', async ({ site, person }) => {
  const { page } = person;
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  await begin(person, site.url);
  const highlight = await systemColour(page, 'Highlight');

  // The chat that is open, against one that is not.
  await person.button('New chat').click();
  await person.ask('Hello');
  const rows = page.getByRole('navigation', { name: 'Chats' }).getByRole('listitem');
  await expect(rows).toHaveCount(2);
  const open = rows.filter({ has: page.locator('[aria-current]') });
  expect(await styleOf(open, 'outline-style')).toBe('solid');
  expect(await styleOf(rows.filter({ hasNot: page.locator('[aria-current]') }), 'outline-style')).toBe('none');

  // A pressed button, and the button of what comes next.
  await rows.last().getByRole('button').first().click();
  const wrap = person.button('Wrap');
  await expect(wrap).not.toHaveCSS('background-color', highlight);
  await wrap.click();
  await expect(wrap).toHaveCSS('background-color', highlight);
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.fill('he');
  await expect(person.button('Send')).toHaveCSS('background-color', highlight);
  expect(await styleOf(page.locator('form').filter({ has: message }), 'outline-style')).toBe('solid');
  // What a person said stands in a frame, where its ground is gone.
  const bubble = page.getByRole('article', { name: 'You' }).first();
  expect(await styleOf(bubble, 'border-top-color')).toBe(await systemColour(page, 'CanvasText'));

  // How full the context is, by width and not by colour alone.
  const taken = page.getByRole('button', { name: /^Context / }).locator('.taken');
  const low = await styleOf(taken, 'stroke-width');
  await message.fill('!'.repeat(235));
  await expect(taken.locator('..')).toHaveAttribute('data-fullness', 'full');
  expect(parseFloat(await styleOf(taken, 'stroke-width'))).toBeGreaterThan(parseFloat(low));
  expect(await styleOf(taken, 'stroke')).toBe(highlight);
  await message.fill('');

  // A ring around what has the keyboard.
  await message.press('Tab');
  const focused = page.locator(':focus');
  expect(await styleOf(focused, 'outline-style')).toBe('solid');
  expect(await styleOf(focused, 'outline-color')).toBe(highlight);

  await inPanel(page, '#/settings', async () => {
    const labels = page.getByRole('dialog').locator('.segments').first().locator('label');
    const chosen = labels.filter({ has: page.locator(':checked') });
    expect(await styleOf(chosen, 'background-color')).toBe(highlight);
    expect(await styleOf(labels.filter({ hasNot: page.locator(':checked') }), 'background-color')).not.toBe(highlight);
  });
  await inPanel(page, '#/commands', async () => {
    const option = page.getByRole('option', { selected: true });
    expect(await styleOf(option, 'outline-style')).toBe('solid');
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`asked for more contrast, all text is 7 to 1 or better, ${colorScheme}`, async ({ site, person }) => {
    const { page } = person;
    await page.emulateMedia({ contrast: 'more', colorScheme, reducedMotion: 'reduce' });
    await person.open(site.url);
    await page.evaluate(axe.source);
    /** A panel is looked at alone, for what lies behind it is dimmed; it has a heading, a text and a button at least. */
    const look = async (state: string, place = 'body', texts = 6): Promise<void> => {
      const measure = () =>
        page.evaluate(async (place) => {
          const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
          const found = await run(
            { include: [[place]], exclude: [['iframe']] },
            { runOnly: ['color-contrast-enhanced'] },
          );
          return {
            findings: found.violations.flatMap(({ nodes }) =>
              nodes.map(({ html, any }) => `${html} ${any[0]?.message}`),
            ),
            passes: found.passes.flatMap(({ nodes }) => nodes).length,
          };
        }, place);
      let seen: Awaited<ReturnType<typeof measure>> | null = null;
      // What a panel holds may come a moment after it.
      await expect.poll(async () => (seen = await measure()).passes, state).toBeGreaterThanOrEqual(texts);
      expect(seen!.findings, state).toEqual([]);
    };
    await look('welcome');
    await begin(person, site.url);
    await page.evaluate(axe.source);
    await person.ask('Hello');
    await look('conversation');
    for (const panel of ['settings', 'library', 'data', 'privacy', 'commands', 'keys', 'ember', 'benchmark'])
      await inPanel(page, `#/${panel}`, () => look(panel, 'dialog', 3));
  });
}

test('text of double size is neither cut nor pushed off a phone', async ({ site, person }) => {
  const { page } = person;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.addInitScript(() => {
    addEventListener('DOMContentLoaded', () => {
      const large = new CSSStyleSheet();
      large.replaceSync('html { font-size: 200% !important }');
      document.adoptedStyleSheets = [large];
    });
  });
  /** Elements with words of which something lies outside the window, past what scrolls. */
  const outside = () =>
    page.evaluate(() => {
      const scope = document.querySelector('dialog[open]') ?? document.body;
      return [...scope.querySelectorAll<HTMLElement>('button, label, p, h1, h2, h3, input, select, textarea')]
        .filter((element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
        .filter((element) => element.closest('.visually-hidden, pre, [aria-label="Table"], .frame[role]') === null)
        .filter((element) => {
          const { left, right, width } = element.getBoundingClientRect();
          return width > 2 && (left < -1 || right > innerWidth + 1);
        })
        .map((element) => element.outerHTML.slice(0, 160));
    });
  await begin(person, site.url);
  await person.ask('Hello');
  expect(await outside()).toEqual([]);
  await person.button('New chat').click();
  expect(await outside()).toEqual([]);
  for (const panel of ['chats', 'settings', 'library', 'data', 'privacy', 'commands', 'keys', 'ember', 'benchmark'])
    await inPanel(page, `#/${panel}`, async () => {
      expect(await outside(), panel).toEqual([]);
    });
});
