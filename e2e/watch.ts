/**
 * Looks on while a page shows what strangers have written, at every moment and not only at the end: whether anything of it ran,
 * was asked for, opened, or became an element that loads or could run something. What stands in the page as text is fine.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, expect, test } from '@playwright/test';
import type { ServedFolder } from '../tools/servers/static-server.ts';

const DIST = join(import.meta.dirname, '../dist');

/** What the page tells the test, from any document in it. */
const BINDING = 'tellOffence';

/** A watch over all pages of a context. */
export class Watch {
  /** What was seen that must never be. */
  readonly offences: string[] = [];
  readonly #shown = new Map<string, number>();
  /** Where documents and their parts may come from, each an address with a slash at the end. */
  readonly #homes: string[];

  private constructor(site: ServedFolder) {
    this.#homes = [site.url];
  }

  /** Begins, before the context has opened the site. */
  static async over(context: BrowserContext, site: ServedFolder): Promise<Watch> {
    const watch = new Watch(site);
    const tell = (what: string) => watch.offences.push(what.slice(0, 500));
    await context.exposeBinding(BINDING, ({ frame }, what: string) => tell(`${what} in ${frame.url().slice(0, 100)}`));
    await context.addInitScript(lookOn, BINDING);
    context.on('request', (request) => {
      const url = request.url();
      // A worker's own code, and the icon in the tab while an answer is made.
      const isOwn = /^blob:/.test(url) || /^data:image\/svg\+xml,.*%231d5a45/.test(url) || watch.#isHome(url);
      if (!isOwn || request.method() !== 'GET') tell(`request: ${request.method()} ${url}`);
    });
    context.on('dialog', (dialog) => {
      tell(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on('weberror', (error) => tell(`error: ${error.error().message}`));
    const follow = (page: Awaited<ReturnType<BrowserContext['newPage']>>) => {
      page.on('popup', (popup) => tell(`window: ${popup.url()}`));
      page.on('framenavigated', (frame) => {
        const url = frame.url();
        if (url !== 'about:blank' && !watch.#isHome(url)) tell(`navigation: ${url}`);
      });
    };
    for (const page of context.pages()) follow(page);
    context.on('page', follow);
    return watch;
  }

  /** Lets another folder be opened, such as one with exported files. */
  allow({ url }: ServedFolder): void {
    this.#homes.push(url);
  }

  /** Notes that so many hostile texts are shown at a place. */
  saw(place: string, count: number): void {
    expect(count, place).toBeGreaterThan(0);
    this.#shown.set(place, (this.#shown.get(place) ?? 0) + count);
  }

  /** How many were shown, at all places together; the report of a run has them by place. */
  get total(): number {
    const description = [...this.#shown].map(([place, count]) => `${place}: ${count}`).join(', ');
    test.info().annotations.push({ type: 'shown', description });
    return [...this.#shown.values()].reduce((sum, count) => sum + count, 0);
  }

  #isHome(url: string): boolean {
    return this.#homes.some((home) => url.startsWith(home));
  }

  /** The paths, with their queries, that the site's server was asked for and that are no file of the site's. */
  strangePaths({ url, requests }: ServedFolder): string[] {
    const base = new URL(url).pathname;
    return requests.flatMap(({ method, path }) => {
      const own = method === 'GET' && path.startsWith(base) && existsSync(join(DIST, path.slice(base.length)));
      // Asked for by a browser itself.
      return own || path === '/favicon.ico' ? [] : [`${method} ${path}`];
    });
  }
}

/** Runs in every document, before anything of its own. */
function lookOn(binding: string): void {
  const tell = (what: string): void => {
    (globalThis as unknown as Record<string, ((what: string) => void) | undefined>)[binding]?.(what);
  };
  for (const scope of [globalThis, Object.prototype])
    Object.defineProperty(scope, 'executed', {
      configurable: true,
      get: () => undefined,
      set: () => {
        tell('executed');
      },
    });
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    tell(`refused by the policy: ${violatedDirective} ${blockedURI}`);
  });

  const home = location.protocol.startsWith('http') ? new URL('./', location.href).href : null;
  const atHome = (value: string): boolean =>
    home !== null && URL.canParse(value, home) && new URL(value, home).href.startsWith(home);
  const forbidden =
    /^(applet|audio|base|embed|feimage|form\[action\]|foreignobject|frame|frameset|marquee|object|picture|portal|set|animate.*|source|track|use|video)$/;
  const loading = /^(src|srcset|srcdoc|href|xlink:href|action|formaction|poster|data|background|ping|manifest)$/;
  const isOwn = (element: Element, name: string, value: string): boolean => {
    const tag = element.localName;
    if (name === 'src' && ['script', 'img', 'iframe'].includes(tag)) return atHome(value);
    if (name !== 'href') return false;
    if (tag === 'link' && /\bicon\b/.test(element.getAttribute('rel') ?? ''))
      return value.startsWith('data:image/svg+xml,') || atHome(value);
    if (tag === 'link') return atHome(value);
    return tag === 'a' && value === 'https://huggingface.co/models?library=gguf';
  };
  const look = (element: Element): void => {
    const tag = element.localName;
    if (forbidden.test(tag)) tell(`<${tag}>`);
    if (tag === 'script' && !element.hasAttribute('src')) tell(`<script>${element.textContent}`);
    if (tag === 'meta' && /refresh/i.test(element.getAttribute('http-equiv') ?? '')) tell('<meta refresh>');
    if (tag === 'style' && /@import|url\(/i.test(element.textContent)) tell(`<style>${element.textContent}`);
    for (const { name, value } of element.attributes) {
      if (name.startsWith('on')) tell(`<${tag} ${name}>`);
      if (name === 'style' && /url\(|image|expression|@/i.test(value)) tell(`<${tag} style=${value}>`);
      if (loading.test(name) && !isOwn(element, name, value)) tell(`<${tag} ${name}=${value}>`);
    }
  };
  new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records) {
      if (type === 'attributes') look(target as Element);
      for (const node of addedNodes) {
        if (!(node instanceof Element)) continue;
        look(node);
        for (const inside of node.querySelectorAll('*')) look(inside);
      }
    }
  }).observe(document, { subtree: true, childList: true, attributes: true });
}
