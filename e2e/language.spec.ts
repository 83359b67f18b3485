/** German from the first screen on for who asks for it, English at a press and back, on a phone too; and nothing is lost. */
import { join } from 'node:path';
import axe from 'axe-core';
import type { Locator } from '@playwright/test';
import { expect, type Person, test } from './site.ts';

const SCREENS = join(import.meta.dirname, '../test-results/screens');
const QUESTION = 'What is the capital of France?';

test.use({ locale: 'de-DE' });

const language = (person: Person): Locator => person.page.locator('html');

/** Opens the page and starts the model that comes with it, in German. */
async function startEmber(person: Person, url: string): Promise<void> {
  await person.page.goto(url);
  await person.button('Ember starten').click();
  await person.expectEngine('ready');
}

/** Asks in German words of the page, and waits for the answer. */
async function ask(person: Person, text: string): Promise<string> {
  await person.page.getByRole('textbox', { name: 'Nachricht' }).fill(text);
  await person.button('Senden').click();
  const answer = person.page.getByRole('article', { name: 'Assistent' }).last();
  await expect(answer).not.toBeEmpty();
  await person.expectEngine('ready');
  return answer.innerText();
}

test('the page speaks German to who asks for it, and English at a press, with nothing lost', async ({
  site,
  person,
}) => {
  const { page } = person;
  await startEmber(person, site.url);
  await expect(language(person)).toHaveAttribute('lang', 'de');
  const question = page.getByRole('textbox', { name: 'Nachricht' });
  await expect(question).toHaveAttribute('placeholder', 'Hier schreiben');
  expect(await ask(person, QUESTION)).toContain('Paris');
  await question.fill('Not sent yet');
  await page.evaluate(() => Object.assign(globalThis, { isTheSamePage: true }));

  // Also with the fewest settings: who cannot read the page does not look for more.
  await person.button('Einstellungen').click();
  const settings = page.getByRole('dialog', { name: 'Einstellungen' });
  await expect(settings.getByRole('radio', { name: 'Einfach' })).toBeChecked();
  await expect(settings.getByRole('radio', { name: 'Automatisch' })).toBeChecked();
  await expect(settings.getByLabel('Lange Einfügungen')).toHaveCount(0);
  await settings.getByLabel('Voreinstellung', { exact: true }).selectOption('Genau');
  await expect(settings.getByText('Legt fest: System-Prompt, Temperatur 0,2 und Top-p 0,9.')).toBeVisible();
  await settings.getByRole('radio', { name: 'English' }).check();

  const inEnglish = page.getByRole('dialog', { name: 'Settings' });
  await expect(inEnglish.getByText('Sets: system prompt, temperature 0.2, and top-p 0.9.')).toBeVisible();
  await expect(language(person)).toHaveAttribute('lang', 'en');
  await person.closePanel();
  await expect(person.answers).toContainText('Paris');
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('Not sent yet');
  expect(await page.evaluate(() => 'isTheSamePage' in globalThis)).toBe(true);

  await page.reload();
  await expect(language(person)).toHaveAttribute('lang', 'en');
  await expect(person.answers).toContainText('Paris');
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('Not sent yet');
  await person.button('Settings').click();
  await expect(inEnglish.getByRole('radio', { name: 'English' })).toBeChecked();
  await inEnglish.getByRole('radio', { name: 'Deutsch' }).check();
  await expect(settings).toBeVisible();
  await page.reload();
  await expect(language(person)).toHaveAttribute('lang', 'de');
  await expect(settings.getByRole('radio', { name: 'Deutsch' })).toBeChecked();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });

  test('German fits, and everyone can use it', async ({ site, person }) => {
    test.setTimeout(300_000);
    const { page } = person;
    const look = (state: string) =>
      test.step(state, async () => {
        await page.screenshot({ path: join(SCREENS, `german-${state}.png`) });
        // What is wider than its place is cut off, or makes the page or the panel move sideways.
        const wide = await page.evaluate(() =>
          [...document.querySelectorAll('dialog[open], dialog[open] *, main, main *, header *')]
            .filter(({ scrollWidth, clientWidth }) => clientWidth > 1 && scrollWidth > clientWidth)
            .filter((element) => {
              const { overflowX, textOverflow } = getComputedStyle(element);
              return overflowX !== 'visible' && textOverflow !== 'ellipsis';
            })
            .filter((element) => !element.matches('pre, table, input, textarea'))
            .map((element) => element.outerHTML.slice(0, 200)),
        );
        const outside = await page.evaluate(() =>
          [...document.querySelectorAll('dialog[open], :popover-open')]
            .filter((element) => element.getBoundingClientRect().right > innerWidth)
            .map((element) => element.outerHTML.slice(0, 200)),
        );
        expect(outside, state).toEqual([]);
        expect(wide, state).toEqual([]);
        await expect
          .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
          .toBeLessThanOrEqual(0);
        const { violations, passes } = await page.evaluate(() =>
          (globalThis as unknown as { axe: typeof axe }).axe.run({ exclude: [['iframe']] }),
        );
        expect(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
          state,
        ).toEqual([]);
        expect(passes.length).toBeGreaterThan(10);
      });
    const show = (panel: string) => page.evaluate((name) => (location.hash = `#/${name}`), panel);
    const dialog = page.getByRole('dialog');

    await page.goto(site.url);
    await expect(person.button('Ember starten')).toBeVisible();
    await page.evaluate(axe.source);
    await look('first');
    await person.button('Ember starten').click();
    await person.expectEngine('ready');
    await ask(person, QUESTION);
    await look('chat');
    for (const panel of ['library', 'privacy', 'commands', 'keys', 'data', 'ember', 'chats']) {
      await show(panel);
      await expect(dialog).toBeVisible();
      await look(panel);
      await page.keyboard.press('Escape');
      await expect(dialog).toHaveCount(0);
    }
    await show('settings');
    for (const level of ['Einfach', 'Mehr', 'Alles']) {
      await dialog.getByRole('radio', { name: level, exact: true }).check();
      await look(`settings-${level}`);
    }
    await dialog.getByRole('button', { name: 'Mehr zu Voreinstellungen' }).click();
    await look('presets');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);

    await page.getByRole('button', { name: /^Kontext zu/ }).click();
    await expect(dialog).toBeVisible();
    await look('context');
    await page.keyboard.press('Escape');
    await page.getByRole('textbox', { name: 'Nachricht' }).fill('/');
    await expect(page.getByRole('option', { name: '/zusammenfassen' })).toBeVisible();
    await look('prompts');
    await page.getByRole('option', { name: 'Ihre eigenen Prompts …' }).click();
    await expect(dialog).toBeVisible();
    await look('own-prompts');
  });
});
