/** Freehold in the frame of another site: it asks, is allowed or not, answers, and cannot be tricked into either. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type FrameLocator, type Locator, type Page } from '@playwright/test';
import axe from 'axe-core';
import type * as Library from '../api/freehold.ts';
import { launchOptions } from '../tools/browser.mjs';
import { policyHeader } from '../tools/policies.ts';
import { type ServedFolder, serveFolder } from '../tools/servers/static-server.ts';
import { expect, noiseModel, test as base } from './site.ts';

const ROOT = join(import.meta.dirname, '..');
const LIBRARY = join(ROOT, 'dist-lib');
const SCREENS = join(ROOT, 'test-results/screens');
const DESK = { width: 1440, height: 900 };
/** Never ends by itself, and has room for an answer that outlasts what is done meanwhile. */
const MODEL = noiseModel('noise', { layers: 6, embedding: 256, feedForward: 512, contextLength: 8192 });
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

type PageWindow = typeof globalThis & { connected: () => Library.FramedFreehold };

interface Hosts {
  /** Of another site than Freehold: what the frame keeps is apart. */
  readonly foreign: string;
  /** Of the same host at other ports: what the frame keeps is one. */
  readonly near: readonly [string, string];
}

const test = base.extend<{ site: ServedFolder }, { hosts: Hosts }>({
  hosts: [
    async ({}, use) => {
      expect(existsSync(LIBRARY), '`npm run build:lib` comes first').toBe(true);
      const root = mkdtempSync(join(tmpdir(), 'freehold-frame-'));
      cpSync(join(ROOT, 'e2e/api'), root, { recursive: true });
      cpSync(LIBRARY, root, { recursive: true });
      const servers = await Promise.all([serveFolder({ root }), serveFolder({ root })]);
      const [first, second] = servers.map(({ url }) => url) as [string, string];
      await use({ foreign: first.replace('127.0.0.1', 'localhost'), near: [first, second] });
      await Promise.all(servers.map((server) => server.close()));
      rmSync(root, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  // With the headers that its hosts are to send: with them too a frame must be possible.
  site: async ({}, use) => {
    const base = '/some/where/freehold';
    const headersOf = (path: string): Record<string, string> => {
      if (!/(?:\.html|\/)$/.test(path)) return {};
      const document = path.endsWith('/') ? '/index.html' : path.slice(base.length);
      return { 'Content-Security-Policy': policyHeader(document) };
    };
    const site = await serveFolder({ root: join(ROOT, 'dist'), basePath: base, headersOf });
    await use(site);
    await site.close();
  },
});

/** A page with Freehold in a frame, and a person before both. */
class Framed {
  readonly page: Page;
  readonly inside: FrameLocator;
  constructor(page: Page) {
    this.page = page;
    this.inside = page.frameLocator('iframe');
  }

  get status(): Locator {
    return this.page.locator('p[role=status]');
  }
  get output(): Locator {
    return this.page.locator('output');
  }
  get question(): Locator {
    return this.inside.getByRole('dialog', { name: 'Let this site use your model?' });
  }
  get allow(): Locator {
    return this.question.getByRole('button', { name: 'Allow', exact: true });
  }
  get refuse(): Locator {
    return this.question.getByRole('button', { name: 'Don’t allow' });
  }
  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }
  within(name: string): Locator {
    return this.inside.getByRole('button', { name, exact: true });
  }

  async open(host: string, site: ServedFolder): Promise<void> {
    await this.page.goto(`${host}framing.html?freehold=${encodeURIComponent(site.url)}`);
    await expect(this.inside.getByRole('status').first()).not.toHaveText('Looking for a graphics processor.');
  }

  async expectEngine(state: string): Promise<void> {
    await expect(this.inside.locator('html')).toHaveAttribute('data-engine', state);
  }

  async load(): Promise<void> {
    await this.inside.getByLabel('Open a model file').setInputFiles(MODEL);
    await this.press(this.within('Load'));
    await this.expectEngine('ready');
  }

  /** Clicks in the frame, once that takes clicks: it does not before it has been seen for a while. */
  async press(button: Locator): Promise<void> {
    await expect(button).toBeVisible();
    await this.page.waitForTimeout(1000);
    await button.click();
  }

  async connect(): Promise<void> {
    await this.button('Connect').click();
    await expect(this.question).toBeVisible();
  }

  async agree(): Promise<void> {
    await this.connect();
    await expect(this.allow).toHaveAttribute('aria-disabled', 'false');
    await this.allow.click();
    await expect(this.status).toHaveText(/^(ready|none): /);
  }

  /** Puts something over the frame, through which clicks go. */
  async cover(style: string): Promise<void> {
    await this.page.evaluate((style) => {
      const cover = document.createElement('div');
      cover.id = 'cover';
      cover.style.cssText = `position: fixed; pointer-events: none; background: white; ${style}`;
      document.body.append(cover);
    }, style);
  }
  uncover(): Promise<void> {
    return this.page.evaluate(() => document.querySelector('#cover')!.remove());
  }

  /** Pictures of a state, on a desk and a phone, light and dark, and what axe finds inside the frame. */
  async look(state: string, restMs = 1500): Promise<void> {
    const frame = this.page.frames().find((one) => one.parentFrame() === this.page.mainFrame())!;
    for (const [name, size] of [
      ['390', { width: 390, height: 844 }],
      ['1440', DESK],
    ] as const) {
      for (const colorScheme of ['dark', 'light'] as const) {
        await this.page.setViewportSize(size);
        await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await this.page.waitForTimeout(restMs);
        await this.page.screenshot({ path: join(SCREENS, `frame-${state}-${name}-${colorScheme}.png`) });
        if (!(await frame.evaluate(() => 'axe' in globalThis))) await frame.evaluate(axe.source);
        const found = await frame.evaluate(async (values) => {
          const { violations, passes } = await (globalThis as unknown as { axe: typeof axe }).axe.run(
            { exclude: [['iframe']] },
            { runOnly: { type: 'tag', values }, resultTypes: ['violations'] },
          );
          const { scrollWidth, clientWidth } = document.documentElement;
          return {
            violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
            passes: passes.length,
            sideways: scrollWidth > clientWidth,
          };
        }, STANDARDS);
        expect(found.violations, `${state} ${name} ${colorScheme}`).toEqual([]);
        expect(found.passes).toBeGreaterThan(10);
        expect(found.sideways).toBe(false);
      }
    }
  }
}

test('a site asks, the person agrees, and the answer arrives as it is made', async ({ page, site, hosts }) => {
  const framed = new Framed(page);
  await framed.open(hosts.near[0], site);
  await framed.load();
  await framed.connect();
  const origin = new URL(hosts.near[0]).origin;
  await expect(framed.question).toContainText(origin);
  await expect(framed.refuse).toBeFocused();
  // Keys that were meant for the page around come at once.
  for (let times = 0; times < 4; times++) {
    await page.keyboard.press(times % 2 === 0 ? 'Enter' : 'Tab');
    await page.waitForTimeout(400);
  }
  await expect(framed.question).toBeVisible();
  await expect(framed.status).toHaveText('asking');
  await framed.look('question');
  await page.setViewportSize(DESK);
  // A frame of another size is to be read anew.
  await page.waitForTimeout(2500);
  await expect(framed.allow).toHaveAttribute('aria-disabled', 'false');
  await framed.allow.click();
  await expect(framed.status).toHaveText('ready: noise');
  await expect(framed.question).toHaveCount(0);

  await framed.button('Ask').click();
  await expect(framed.output).not.toBeEmpty();
  await expect(framed.inside.getByText('Uses your model now:')).toContainText(origin);
  await framed.look('using', 200);
  const early = (await framed.output.textContent())!.length;
  await expect.poll(async () => (await framed.output.textContent())!.length).toBeGreaterThan(early);

  // The page has enough, and may ask again at once.
  await framed.button('Enough').click();
  await expect(framed.status).toHaveText('done');
  await expect(framed.inside.getByText('Uses your model now:')).toHaveCount(0);
  const seen = await page.evaluate(async () => {
    const { chat, status } = (globalThis as PageWindow).connected();
    const asked = { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 6, seed: 3 } as const;
    const stream = await chat.completions.create({ ...asked, max_tokens: 4000, stream: true });
    for await (const { choices } of stream) if (choices[0]?.delta.content) break;
    const whole = await chat.completions.create(asked);
    let streamed = '';
    for await (const { choices } of await chat.completions.create({ ...asked, stream: true }))
      streamed += choices[0]?.delta.content ?? '';
    const refused = await chat.completions
      .create({ ...asked, n: 2 } as never)
      .catch(({ code, param }: Library.FreeholdError) => ({ code, param }));
    return { whole, streamed, refused, status: await status() };
  });
  expect(seen.whole).toMatchObject({ object: 'chat.completion', model: 'noise', usage: { completion_tokens: 6 } });
  expect(seen.streamed).toBe(seen.whole.choices[0].message.content);
  expect(seen.refused).toEqual({ code: 'SettingInvalid', param: 'n' });
  expect(seen.status).toMatchObject({ state: 'ready', model: { name: 'noise' } });
  // Nothing of it is the person's: no chat, and no message.
  await expect(framed.inside.getByRole('article')).toHaveCount(0);

  // The person ends an answer.
  await framed.button('Ask').click();
  await expect(framed.output).not.toBeEmpty();
  await framed.press(framed.within('Stop'));
  await expect(framed.status).toHaveText(/^RequestForbidden: The person at the frame stopped this answer/);

  // And asks something of their own, which goes first.
  await framed.button('Ask').click();
  await expect(framed.output).not.toBeEmpty();
  await page.waitForTimeout(1000);
  await framed.inside.getByRole('textbox', { name: 'Message' }).fill('Mine');
  await framed.within('Send').click();
  await expect(framed.status).toHaveText(/^FileBusy: /);
  await framed.expectEngine('generating');
});

test('in a site of another host the frame keeps models of its own', async ({ site, hosts }) => {
  const profile = mkdtempSync(join(tmpdir(), 'freehold-profile-'));
  const { args, executablePath } = launchOptions();
  // Playwright's own switches turn the partition of storage off; without them are only those that it cannot do without.
  const needed = [
    '--headless',
    '--no-sandbox',
    '--no-first-run',
    '--remote-debugging-pipe',
    `--user-data-dir=${profile}`,
  ];
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    ignoreDefaultArgs: true,
    args: [...needed, ...args, 'about:blank'],
    viewport: DESK,
  });
  try {
    const page = context.pages()[0]!;
    await page.goto(site.url);
    await page.evaluate(() => localStorage.setItem('freehold.preferences', '{"textSize":"larger"}'));
    const framed = new Framed(page);
    await framed.open(hosts.foreign, site);
    expect(await framed.inside.locator('html').evaluate(() => localStorage.getItem('freehold.preferences'))).toBeNull();
    await framed.load();
    await framed.agree();
    await framed.button('Ask').click();
    await expect(framed.output).not.toBeEmpty();
    await framed.button('Enough').click();
    await page.reload();
    await framed.expectEngine('ready');
    await framed.button('Connect').click();
    await expect(framed.status).toHaveText('ready: noise');
    await page.goto(site.url);
    expect(await page.evaluate(() => localStorage.getItem('freehold.sites'))).toBeNull();
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
});

test('a no is a no, and without a model there is nothing to ask', async ({ page, site, hosts }) => {
  const framed = new Framed(page);
  await framed.open(hosts.near[0], site);
  await framed.connect();
  await expect(framed.refuse).toHaveAttribute('aria-disabled', 'false');
  await framed.refuse.click();
  await expect(framed.status).toHaveText(/^RequestForbidden: /);
  await framed.button('Connect').click();
  await expect(framed.status).toHaveText(/^RequestForbidden: /);
  await expect(framed.question).toHaveCount(0);

  await page.reload();
  await framed.connect();
  await expect(framed.refuse).toHaveAttribute('aria-disabled', 'false');
  await page.keyboard.press('Escape');
  await expect(framed.status).toHaveText(/^RequestForbidden: /);

  await page.reload();
  await framed.agree();
  await framed.button('Ask').click();
  await expect(framed.status).toHaveText(/^NotFound: No model is loaded in the frame/);
});

test('each origin is asked about, and a word that is taken back ends an answer', async ({ page, site, hosts }) => {
  const framed = new Framed(page);
  await framed.open(hosts.near[0], site);
  await framed.load();
  await framed.agree();
  // Both ports are one host, and what this frame keeps is there for the other.
  await framed.open(hosts.near[1], site);
  await framed.connect();
  await expect(framed.question).toContainText(new URL(hosts.near[1]).origin);
  await framed.open(hosts.near[0], site);
  await framed.expectEngine('ready');
  await framed.button('Connect').click();
  await expect(framed.status).toHaveText('ready: noise');

  await framed.press(framed.within('Settings'));
  const dialog = framed.inside.getByRole('dialog', { name: 'Settings' });
  const remove = dialog.getByRole('button', { name: `Remove ${new URL(hosts.near[0]).origin}` });
  await remove.scrollIntoViewIfNeeded();
  await framed.look('sites');
  await page.setViewportSize(DESK);
  await remove.scrollIntoViewIfNeeded();
  await framed.button('Ask').click();
  await expect(framed.output).not.toBeEmpty();
  await framed.press(remove);
  await expect(framed.status).toHaveText('RequestForbidden: The person no longer lets this site use the model.');
  await expect(dialog.getByRole('heading', { name: 'Sites that may use this model' })).toHaveCount(0);
  const end = await framed.output.textContent();
  await page.waitForTimeout(500);
  expect(await framed.output.textContent()).toBe(end);
  await framed.button('Connect').click();
  await expect(framed.question).toBeVisible();
});

test('a frame that is covered, cut or see-through takes no click, and no consent', async ({ page, site, hosts }) => {
  const framed = new Framed(page);
  await framed.open(hosts.foreign, site);
  const settings = framed.inside.getByRole('dialog', { name: 'Settings' });
  const iframe = page.locator('iframe');
  await page.waitForTimeout(1000);
  await framed.cover('inset: 50% auto auto 50%; width: 30px; height: 30px');
  await page.waitForTimeout(500);
  await framed.within('Settings').click();
  await expect(
    framed.inside.getByRole('alert').filter({ hasText: 'Clicks and keys are not taken here' }),
  ).toBeVisible();
  await expect(settings).toHaveCount(0);
  await framed.look('not-seen');
  await framed.uncover();
  await framed.press(framed.within('Settings'));
  await expect(settings).toBeVisible();
  // With its own dialog in front the frame is seen as well as before.
  await framed.press(settings.getByRole('button', { name: 'Close' }));
  await expect(settings).toHaveCount(0);

  for (const style of ['opacity: 0.9', 'max-height: 150px', 'transform: rotate(1deg)']) {
    await iframe.evaluate((element, style) => (element.style.cssText = style), style);
    await page.waitForTimeout(800);
    await framed.within('Settings').click({ force: true });
    await page.waitForTimeout(300);
    await expect(settings, style).toHaveCount(0);
  }
  await iframe.evaluate((element) => (element.style.cssText = ''));

  await framed.connect();
  await expect(framed.allow).toHaveAttribute('aria-disabled', 'false');
  await framed.cover('inset: 0 0 auto 0; height: 60%');
  await expect(framed.allow).toHaveAttribute('aria-disabled', 'true');
  await framed.allow.click({ force: true });
  await page.waitForTimeout(300);
  await expect(framed.status).toHaveText('asking');
  await framed.uncover();
  await expect(framed.allow).toHaveAttribute('aria-disabled', 'false');
  // A frame that shows a part of the question only.
  await iframe.evaluate((element) => (element.style.cssText = 'flex: none; height: 200px'));
  await expect(framed.allow).toHaveAttribute('aria-disabled', 'true');
});
