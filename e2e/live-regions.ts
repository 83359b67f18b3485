/**
 * What a screen reader would say of a page by itself: the changes of its live regions, in their order, by the rules of
 * WAI-ARIA 1.2 (aria-live, aria-atomic, aria-busy and the roles that imply them). It stands in for no screen reader's own
 * ways; it is stricter than most: a region that comes with its words says nothing, but for an alert.
 */
import type { Page } from '@playwright/test';

/** Runs in the page, before its first script. */
function listen(): void {
  const said: string[] = [];
  const last = new WeakMap<Element, string>();
  Object.assign(globalThis, { said });

  const words = (node: Node) => (node.textContent ?? '').replace(/\s+/g, ' ').trim();
  const isAlert = (element: Element) => element.role === 'alert';
  const liveOf = (element: Element): string | null => {
    if (element.ariaLive !== null) return element.ariaLive;
    if (isAlert(element)) return 'assertive';
    return element.role === 'status' || element.role === 'log' ? 'polite' : null;
  };
  const regionOf = (node: Node): Element | null => {
    for (let at: Node | null = node; at !== null; at = at.parentNode) {
      if (!(at instanceof Element)) continue;
      const live = liveOf(at);
      if (at.ariaBusy === 'true' || live === 'off' || at.closest('[inert]') !== null) return null;
      if (live !== null) return at;
    }
    return null;
  };
  const say = (text: string) => {
    if (text !== '') said.push(text);
  };

  new MutationObserver((records) => {
    const changed = new Map<Element, Set<Node>>();
    const come = new Set<Node>();
    for (const { type, target, addedNodes } of records) {
      for (const node of addedNodes) {
        come.add(node);
        if (!(node instanceof Element)) continue;
        for (const alert of [node, ...node.querySelectorAll('[role="alert"]')]) if (isAlert(alert)) say(words(alert));
      }
      const parts = type === 'characterData' ? [target] : [...addedNodes];
      const region = regionOf(target);
      if (region === null || isAlert(region) || parts.length === 0) continue;
      changed.set(region, new Set([...(changed.get(region) ?? []), ...parts]));
    }
    for (const [region, parts] of changed) {
      if (!region.isConnected || [...come].some((node) => node.contains(region))) continue;
      if (region.role === 'status' || region.ariaAtomic === 'true') {
        const text = words(region);
        if (text !== last.get(region)) say(text);
        last.set(region, text);
      } else {
        const shown = [...parts].filter((part) => part.isConnected && regionOf(part) === region);
        // What is within another part is said with it.
        const whole = shown.filter((part) => !shown.some((other) => other !== part && other.contains(part)));
        say(whole.map(words).join(' ').trim());
      }
    }
  }).observe(document, { childList: true, characterData: true, subtree: true });
}

/** What is said on a page from its opening on. */
export class Listener {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Before the page is opened. */
  static async on(page: Page): Promise<Listener> {
    await page.addInitScript(listen);
    return new Listener(page);
  }

  /** All that was said since it was last asked for. */
  heard(): Promise<string[]> {
    return this.#page.evaluate(() => (globalThis as unknown as { said: string[] }).said.splice(0));
  }
}
