/**
 * `npm run bench:first-token`: how long a person waits for Ember's first word, from opening the built site in a browser
 * that was never there, and again when Ember is kept. Build first. The median of a few rounds, with the adapter.
 */
import { chromium, type Page } from '@playwright/test';
import { launchOptions } from './browser.mjs';
import { parseOptions } from './arguments.ts';
import { serveFolder } from './servers/static-server.ts';

const OPTIONS = { repeats: 'value' } as const;
const TIMEOUT_MS = 60_000;

/** Milliseconds since the page was asked for. */
interface Round {
  /** Ember can be started, or is being loaded by itself. */
  readonly openMs: number;
  readonly readyMs: number;
  readonly firstTextMs: number;
}

/** Runs the rounds and prints a table. */
export async function main(argv: string[]): Promise<number> {
  const repeats = parseOptions(argv, OPTIONS).number('repeats') ?? 3;
  const site = await serveFolder({ root: 'dist', basePath: '/' });
  const browser = await chromium.launch(launchOptions());
  try {
    const rounds: Record<'first visit' | 'second visit', Round[]> = { 'first visit': [], 'second visit': [] };
    let adapter = '';
    for (let repeat = 0; repeat < repeats; repeat++) {
      const context = await browser.newContext();
      const page = await context.newPage();
      page.setDefaultTimeout(TIMEOUT_MS);
      rounds['first visit'].push(await visit(page, site.url, true));
      rounds['second visit'].push(await visit(page, site.url, false));
      adapter = await page.evaluate(describeAdapter);
      await context.close();
    }
    console.log(`Ember on ${adapter}, median of ${repeats}`);
    for (const [name, all] of Object.entries(rounds)) {
      const [open, ready, text] = (['openMs', 'readyMs', 'firstTextMs'] as const).map((key) =>
        median(all.map((round) => round[key])),
      );
      console.log(`${name}: usable after ${open} ms, Ember ready after ${ready} ms, first word after ${text} ms`);
    }
  } finally {
    await browser.close();
    await site.close();
  }
  return 0;
}

/** One visit: opens, starts Ember with a click on the first, asks, and waits for the first text. */
async function visit(page: Page, url: string, isFirst: boolean): Promise<Round> {
  const startedAt = performance.now();
  const since = (): number => Math.round(performance.now() - startedAt);
  await page.goto(url);
  if (isFirst) {
    const start = page.getByRole('button', { name: 'Start Ember' });
    await start.and(page.locator(':enabled')).waitFor();
  }
  const openMs = since();
  if (isFirst) await page.getByRole('button', { name: 'Start Ember' }).click();
  await page.locator('html[data-engine="ready"]').waitFor();
  const readyMs = since();
  await page.getByRole('button', { name: 'New chat' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('What is Freehold?');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('article', { name: 'Assistant' }).filter({ hasText: /\w/u }).waitFor();
  const firstTextMs = since();
  await page.locator('html[data-engine="ready"]').waitFor();
  return { openMs, readyMs, firstTextMs };
}

async function describeAdapter(): Promise<string> {
  const adapter = await navigator.gpu.requestAdapter();
  return adapter?.info.description || adapter?.info.vendor || 'an adapter without a name';
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
