/** A person who has a keyboard and nothing else: finds things by pressing Tab, and always sees where the keyboard is. */
import { expect, type Locator, type Page } from '@playwright/test';

/** Why the place of the keyboard cannot be seen; `null` where it can. Runs in the page. */
function whyNotSeen(): string | null {
  const element = document.activeElement;
  if (element === null || element === document.body) return 'the keyboard is nowhere';
  const around: Element[] = [];
  for (let at: Element | null = element; at !== null && around.length < 4; at = at.parentElement) around.push(at);
  const ringed = around.findLast((one) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  });
  if (ringed === undefined) return 'nothing shows that it has the keyboard';
  // What scrolls may show a part: some point of it must be on the top of the page.
  const { left, top, right, bottom } = ringed.getClientRects()[0] ?? ringed.getBoundingClientRect();
  for (const [x, y] of [
    [(Math.max(left, 0) + Math.min(right, innerWidth)) / 2, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2],
    [left + 4, top + 4],
    [right - 4, bottom - 4],
  ] as const) {
    const there = document.elementFromPoint(x, y);
    if (there !== null && (ringed.contains(there) || there === element)) return null;
  }
  return 'it is outside of the window or under something else';
}

/** Keys, and what has them. */
export class Keyboard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    // The browser takes a moment until it hands file choosers over, longer than a key.
    page.on('filechooser', () => undefined);
  }

  /** What has the keyboard. */
  get focus(): Locator {
    return this.#page.locator(':focus');
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text);
  }

  /** Presses Tab, or `Shift+Tab`, until this has the keyboard; each stop on the way must be seen. */
  async tabTo(role: Role, name: string | RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab', limit = 40): Promise<void> {
    const wanted = this.#page.getByRole(role, { name, exact: true }).and(this.focus);
    const passed: string[] = [];
    for (let presses = 0; presses < limit; presses++) {
      await this.press(key);
      // After the last stop a browser without a window has one more, itself.
      if ((await this.focus.count()) === 0) {
        passed.push('(the browser)');
        continue;
      }
      const stop = (await this.focus.ariaSnapshot()).split('\n')[0]!;
      expect(await this.#page.evaluate(whyNotSeen), stop).toBeNull();
      if ((await wanted.count()) > 0) return;
      passed.push(stop);
    }
    throw new Error(`${key} does not reach ${role} "${String(name)}". It passes:\n${passed.join('\n')}`);
  }

  /** Expects that this has the keyboard and shows it. */
  async expectAt(role: Role, name: string | RegExp): Promise<void> {
    await expect(this.#page.getByRole(role, { name, exact: true }).and(this.focus)).toHaveCount(1);
    await expect.poll(() => this.#page.evaluate(whyNotSeen)).toBeNull();
  }

  /** Expects that where a person writes has the keyboard. */
  expectAtMessage(): Promise<void> {
    return this.expectAt('textbox', 'Message');
  }
}

type Role = Parameters<Page['getByRole']>[0];
