/**
 * Every state of the page, in light and dark, on a desk and on a phone: no finding of axe, nothing to scroll sideways.
 * Each state is also a picture in `test-results/screens/`; UPDATE_SCREENSHOT=1 renews the one in the README.
 */
import { join } from 'node:path';
import axe from 'axe-core';
import { expect, noiseModel, test, upload } from './site.ts';

const SCREENS = join(import.meta.dirname, '../test-results/screens');
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, reducedMotion: 'reduce' });

    test('every state can be read by everyone', async ({ site, person }) => {
      test.setTimeout(300_000);
      const { page } = person;
      const look = (state: string) =>
        test.step(state, async () => {
          for (const size of SIZES) {
            await page.setViewportSize(size);
            const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            expect(overflow, `${state} at ${size.width} px`).toBeLessThanOrEqual(0);
            await page.screenshot({ path: join(SCREENS, `${state}-${size.width}-${colorScheme}.png`) });
            const { violations, passes } = await page.evaluate(() =>
              (globalThis as unknown as { axe: typeof axe }).axe.run({ exclude: [['iframe']] }),
            );
            const findings = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
            expect(findings, `${state} at ${size.width} px`).toEqual([]);
            expect(passes.length).toBeGreaterThan(10);
          }
          await page.setViewportSize(SIZES[0]!);
        });

      await person.open(site.url);
      await page.evaluate(axe.source);
      await look('first');
      await person.pick(upload('letter.gguf', new TextEncoder().encode('no model at all, but a letter '.repeat(9))));
      await expect(person.alert).toBeVisible();
      await look('alert');
      await person.alert.getByRole('button', { name: 'Dismiss' }).click();

      await person.pick(noiseModel('Noise', { embedding: 128, feedForward: 320 }));
      await expect(person.button('Load')).toBeVisible();
      await look('candidate');
      await person.button('Cancel').click();
      const part = upload('Parts-Q8_0-00001-of-00002.gguf', new Uint8Array(9));
      await person.pick(noiseModel('Fine-Q4_0'), noiseModel('Fine-Q4_K_M'), part);
      await expect(person.button('Choose')).toBeVisible();
      await look('choice');
      await person.button('Cancel').click();
      await person.button('What is Ember?').click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await look('ember');
      await page.keyboard.press('Escape');
      await person.button('Start Ember').click();
      await person.expectEngine('ready');
      await look('ready');

      await person.set({ Temperature: '0' });
      await person.ask('What is Freehold?');
      await person.ask('Why does it matter to own an AI model?');
      await person.ask('Why is the sky blue?');
      await look('chat');
      if (process.env['UPDATE_SCREENSHOT'] === '1' && colorScheme === 'light')
        await page.screenshot({ path: join(import.meta.dirname, 'screenshot.png') });
      for (const [name, state] of [
        [/library$/i, 'library'],
        ['Settings', 'settings'],
        [/Nothing you type/, 'privacy'],
      ] as const) {
        await page.getByRole('button', { name }).click();
        await expect(page.getByRole('dialog')).toBeVisible();
        await look(state);
        await page.keyboard.press('Escape');
      }

      await person.load(noiseModel('Noise', { contextLength: 16_384 }));
      await person.set({ 'Longest answer': '16000' });
      await person.send('Tell me a very long story.');
      await expect(person.answers.last()).not.toBeEmpty();
      await look('answering');
      await person.expectEngine('generating');
      await person.button('Stop').click();
      await person.expectEngine('ready');
    });
  });
}

test('the keyboard alone is enough', async ({ site, person }) => {
  const { page } = person;
  await person.open(site.url);
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 30; presses++) {
      await page.keyboard.press('Tab');
      const focused = page.locator(':focus');
      const names = await focused.evaluateAll((elements) =>
        elements.map(
          (element) => element.getAttribute('aria-label') ?? element.closest('label')?.innerText ?? element.textContent,
        ),
      );
      if (names.some((found) => found?.trim() === name)) return;
    }
    throw new Error(`Tab does not reach "${name}"`);
  };
  await tabTo('Open a model file');
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('Space');
  await (await chooser).setFiles(noiseModel('Noise'));
  await expect(person.button('Load')).toBeVisible();
  await tabTo('Load');
  await page.keyboard.press('Enter');
  await person.expectEngine('ready');
  await tabTo('Message');
  await page.keyboard.type('Hello there');
  await page.keyboard.press('Enter');
  await person.expectEngine('generating');
  await page.keyboard.press('Escape');
  await person.expectEngine('ready');
  await tabTo('New chat');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article')).toHaveCount(0);
});
