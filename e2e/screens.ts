/**
 * Looks at a state of the page as everyone may meet it: in light and dark, on a desk and on a phone. No finding of axe by
 * WCAG 2.2 AA and its best practices, nothing to scroll sideways, and a picture in `test-results/screens/`.
 */
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import axe from 'axe-core';
import { expect, test } from './site.ts';

const SCREENS = join(import.meta.dirname, '../test-results/screens');

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** All that another colour scheme can change. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** Looks at a state; `onPhone: false` where that shows nothing that another state has not shown. */
export function look(page: Page, state: string, { onPhone = true } = {}): Promise<void> {
  return test.step(state, async () => {
    for (const size of onPhone ? [PHONE, DESK] : [DESK]) {
      await page.setViewportSize(size);
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const where = `${state}-${size.width}-${colorScheme}`;
        // A phone has the colours of a desk.
        if (size === PHONE && colorScheme === 'dark') continue;
        await page.screenshot({ path: join(SCREENS, `${where}.png`) });
        expect(await page.evaluate(sideways), where).toEqual([]);
        expect(await findings(page, colorScheme === 'light'), where).toEqual([]);
      }
    }
  });
}

/** What is wider than its place. Runs in the page. */
function sideways(): string[] {
  const places = [document.documentElement, ...document.querySelectorAll('dialog[open] [data-panel-body]')];
  return places.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map(({ className }) => className);
}

/** The rules that are broken, each with its elements. */
async function findings(page: Page, all: boolean): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const runOnly: axe.RunOnly = all ? { type: 'tag', values: STANDARDS } : { type: 'rule', values: COLOURS };
  const { violations, passes } = await page.evaluate(
    (runOnly) =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(
        { exclude: [['iframe']] },
        { runOnly, resultTypes: ['violations'] },
      ),
    runOnly,
  );
  expect(passes.length).toBeGreaterThan(all ? 10 : 0);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
