/**
 * `npm run screenshots`: eight pictures of the built page, for `e2e/screenshots/`. Build first. Every word in them that a model
 * said is Ember's, at temperature 0: the same on every run, as long as Ember is the same.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from '@playwright/test';
import { launchOptions } from './browser.mjs';
import { serveFolder } from './servers/static-server.ts';

const FOLDER = 'e2e/screenshots';
const TIMEOUT_MS = 120_000;
const DESK = { width: 1440, height: 900 };
const TABLET = { width: 768, height: 1024 };
const PHONE = { width: 390, height: 844 };

/** What is asked in chats of their own, the last one first in the list. */
const EARLIER = [
  'What should I pack for a trip?',
  'How does a rainbow form?',
  'How do I sleep better?',
  'Write a poem about the sea.',
  'What is a GGUF file?',
  'What does quantization mean?',
] as const;
/** What is asked in the chat that is open. */
const CONVERSATION = ['What is Freehold?', 'Why does it matter to own an AI model?', 'Give me a recipe for pancakes.'];
/** Long enough that it does not fit beside a conversation. */
const LONG_FILE = 'public/models/ember/README.md';

/** Takes the pictures and prints their sizes. */
export async function main(): Promise<number> {
  const site = await serveFolder({ root: 'dist', basePath: '/' });
  const browser = await chromium.launch(launchOptions());
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await open(browser, colorScheme);
      const page = await context.newPage();
      page.setDefaultTimeout(TIMEOUT_MS);
      await page.goto(site.url);
      await (colorScheme === 'light' ? takeLight(page) : takeDark(page));
      await context.close();
    }
  } finally {
    await browser.close();
    await site.close();
  }
  return 0;
}

async function open(browser: Browser, colorScheme: 'light' | 'dark'): Promise<BrowserContext> {
  const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce', locale: 'en', viewport: DESK });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  return context;
}

async function takeLight(page: Page): Promise<void> {
  await button(page, 'Start Ember').and(page.locator(':enabled')).waitFor();
  await take(page, 'welcome', DESK);
  await startEmber(page);
  for (const question of EARLIER) {
    await ask(page, question);
    await button(page, 'New chat').click();
  }
  for (const question of CONVERSATION) await ask(page, question);

  await take(page, 'conversation', PHONE);
  await page.getByRole('searchbox').fill('model');
  await page.getByRole('list', { name: 'Found' }).getByRole('listitem').first().waitFor();
  await take(page, 'search', DESK);
  await page.getByRole('searchbox').fill('');

  await button(page, 'Settings').click();
  await dialog(page).getByRole('radio', { name: 'More' }).check();
  await take(page, 'settings', TABLET);
  await close(page);

  await page.getByLabel('Attach files').setInputFiles(LONG_FILE);
  await page.getByRole('textbox', { name: 'Message' }).fill('What does this say of its limits?');
  await page.getByText('The conversation no longer fits').waitFor();
  await page.getByRole('button', { name: /^Context \d/ }).click();
  await dialog(page).waitFor();
  await take(page, 'context', TABLET);
}

async function takeDark(page: Page): Promise<void> {
  await startEmber(page);
  for (const question of CONVERSATION) await ask(page, question);
  await take(page, 'answer', DESK);

  await button(page, 'New chat').click();
  await ask(page, CONVERSATION[1]!);
  await page.getByRole('button', { name: 'More about this answer' }).click();
  await button(page, 'Look at its words').click();
  // Its first word: later ones follow from it, with hardly a choice.
  await page.getByRole('article', { name: 'Assistant' }).getByRole('button').first().click();
  await page.getByRole('row').nth(1).waitFor();
  await take(page, 'words', DESK);
  await button(page, 'Done').click();

  await page.getByRole('navigation', { name: 'Chats' }).getByRole('button', { name: 'Your data' }).click();
  await page.setViewportSize(PHONE);
  await dialog(page)
    .locator('.body')
    .evaluate((body) => {
      body.scrollTop = body.scrollHeight;
    });
  await take(page, 'vault', PHONE);
}

/** Has Ember answer with what it finds likeliest, so that it always says the same. */
async function startEmber(page: Page): Promise<void> {
  await button(page, 'Start Ember').click();
  await ready(page);
  await button(page, 'Settings').click();
  await dialog(page).getByLabel('Temperature').fill('0');
  await close(page);
}

async function ask(page: Page, question: string): Promise<void> {
  const answers = page.getByRole('article', { name: 'Assistant' });
  const before = await answers.count();
  await page.getByRole('textbox', { name: 'Message' }).fill(question);
  await button(page, 'Send').click();
  await answers.nth(before).waitFor();
  await ready(page);
}

async function ready(page: Page): Promise<void> {
  await page.locator('html[data-engine="ready"]').waitFor();
}

/** Writes what the page shows in a window of this size. */
async function take(page: Page, name: string, size: { width: number; height: number }): Promise<void> {
  await page.setViewportSize(size);
  // Nothing under the mouse looks different from the rest.
  await page.mouse.move(0, 0);
  const path = join(FOLDER, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  console.log(`${path}: ${Math.round(statSync(path).size / 1024)} kB`);
  await page.setViewportSize(DESK);
}

async function close(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
}

function dialog(page: Page): Locator {
  return page.getByRole('dialog');
}

function button(page: Page, name: string): Locator {
  return page.getByRole('button', { name, exact: true });
}
