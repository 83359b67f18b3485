/**
 * `npm run bench:page`: how the built page behaves in a browser, apart from the model: opening on a slow processor, layout
 * shift, search in 10,000 messages, opening chats, typing while an answer streams. Build first. Prints a table with medians.
 */
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import { launchOptions } from './browser.mjs';
import { parseOptions } from './arguments.ts';
import { serveFolder } from './servers/static-server.ts';
import { randomModel } from './testing/random-model.ts';
import { writeGguf } from './testing/write-gguf.ts';

const OPTIONS = { repeats: 'value' } as const;
const TIMEOUT_MS = 120_000;
/** What a slow laptop or phone is to this machine. */
const SLOWER = 4;
const CHATS = 500;
const MESSAGES_PER_CHAT = 20;
const LONG_CHAT_MESSAGES = 1000;

/** Runs the measurements and prints them. */
export async function main(argv: string[]): Promise<number> {
  const repeats = parseOptions(argv, OPTIONS).number('repeats') ?? 5;
  const site = await serveFolder({ root: 'dist', basePath: '/' });
  const browser = await chromium.launch(launchOptions());
  try {
    const opening = await measureOpening(browser, site.url, repeats);
    const chats = await measureChats(browser, site.url, repeats);
    const typing = await measureTyping(browser, site.url);
    const table: Record<string, string> = { ...opening, ...chats, ...typing };
    for (const [what, figure] of Object.entries(table)) console.log(`${what}: ${figure}`);
  } finally {
    await browser.close();
    await site.close();
  }
  return 0;
}

/** Opens the page in browsers that were never there, on a processor that is four times slower. */
async function measureOpening(browser: Browser, url: string, repeats: number): Promise<Record<string, string>> {
  const shown: number[] = [];
  const usable: number[] = [];
  const shifts: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const context = await browser.newContext();
    const page = await newPage(context);
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
    await page.addInitScript(() => {
      const seen = { shift: 0, usableMs: 0 };
      Object.assign(window, { seen });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) seen.shift += (entry as PerformanceEntry & { value: number }).value;
      }).observe({ type: 'layout-shift', buffered: true });
      const look = (): void => {
        if (document.querySelector('textarea[aria-label="Message"]')) seen.usableMs = performance.now();
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await page.goto(url);
    await page.getByRole('button', { name: 'Start Ember' }).and(page.locator(':enabled')).waitFor();
    const figures = await page.evaluate(() => {
      const { seen } = window as unknown as { seen: { shift: number; usableMs: number } };
      return { ...seen, shownMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN };
    });
    shown.push(figures.shownMs);
    usable.push(figures.usableMs);
    shifts.push(figures.shift);
    await context.close();
  }
  return {
    [`first paint, processor ${SLOWER} times slower`]: `${Math.round(median(shown))} ms`,
    [`can be typed into, processor ${SLOWER} times slower`]: `${Math.round(median(usable))} ms`,
    'layout shift while opening': median(shifts).toFixed(4),
  };
}

/** Search and opening with many chats, and with one that is very long. */
async function measureChats(browser: Browser, url: string, repeats: number): Promise<Record<string, string>> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await newPage(context);
  await page.goto(url);
  await page.evaluate(seedChats, { chats: CHATS, each: MESSAGES_PER_CHAT, long: LONG_CHAT_MESSAGES });
  await page.reload();
  const list = page.getByRole('navigation', { name: 'Chats' });
  await list.getByRole('button', { name: 'Chat 7 of apples', exact: true }).waitFor();

  const first = await page.evaluate(search, 'zeppelin417');
  const later: number[] = [];
  for (const query of ['apples 4', 'harbour', 'zeppelin41', 'message 13 sea', 'lantern har'].slice(0, repeats))
    later.push(await page.evaluate(search, query));
  await page.getByRole('searchbox').fill('');
  const opened: number[] = [];
  for (let chat = 1; chat <= repeats; chat++)
    opened.push(await page.evaluate(openChat, { name: `Chat ${chat * 13} of apples`, messages: MESSAGES_PER_CHAT }));
  const long = await page.evaluate(openChat, { name: 'The long chat', messages: LONG_CHAT_MESSAGES });
  await context.close();
  return {
    [`first search in ${CHATS * MESSAGES_PER_CHAT + LONG_CHAT_MESSAGES} messages, the index made for it`]: `${Math.round(first)} ms`,
    'each search after it, key to list': `${Math.round(median(later))} ms`,
    [`opening a chat of ${MESSAGES_PER_CHAT} messages`]: `${Math.round(median(opened))} ms`,
    [`opening a chat of ${LONG_CHAT_MESSAGES} messages`]: `${Math.round(long)} ms`,
  };
}

/** Types while an answer streams into a long chat: what the browser calls the duration of an event, up to the next paint. */
async function measureTyping(browser: Browser, url: string): Promise<Record<string, string>> {
  const context = await browser.newContext();
  const page = await newPage(context);
  await page.goto(url);
  const model = randomModel({
    name: 'Noise',
    layers: 2,
    embedding: 64,
    feedForward: 96,
    heads: 4,
    kvHeads: 2,
    contextLength: 8192,
  });
  await page
    .getByLabel('Open a model file')
    .setInputFiles({ name: 'noise.gguf', mimeType: 'application/octet-stream', buffer: Buffer.from(writeGguf(model)) });
  await page.getByRole('button', { name: 'Load', exact: true }).click();
  await page.locator('html[data-engine="ready"]').waitFor();
  const message = page.getByRole('textbox', { name: 'Message' });
  await message.fill('Tell me a very long story');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('article', { name: 'Assistant' }).filter({ hasText: /\w{3}/u }).waitFor();
  await page.evaluate(() => {
    const durations: number[] = [];
    Object.assign(window, { durations });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.name === 'keydown') durations.push(entry.duration);
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  });
  const keys = 'and what comes after that, please, in one sentence';
  await message.pressSequentially(keys, { delay: 60 });
  await page.waitForTimeout(300);
  const durations = await page.evaluate(() => (window as unknown as { durations: number[] }).durations);
  const streaming = (await page.locator('html').getAttribute('data-engine')) === 'generating';
  await context.close();
  // What the browser does not report took less than its threshold.
  const all = [...durations, ...Array.from({ length: Math.max(0, keys.length - durations.length) }, () => 16)];
  const sorted = all.toSorted((a, b) => a - b);
  return {
    [`a key to the next paint while an answer ${streaming ? 'streams' : 'has streamed'}`]: `${median(all)} ms, 95 of 100 within ${sorted[Math.floor(sorted.length * 0.95)]!} ms`,
  };
}

async function newPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  return page;
}

/** Writes chats into the page's own database. In the page. */
async function seedChats(size: { chats: number; each: number; long: number }): Promise<void> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('freehold-chats');
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(new Error('no database'));
    };
  });
  const words = ['apples', 'harbour', 'lantern', 'sea', 'quiet', 'garden', 'letter', 'winter', 'copper', 'river'];
  const transaction = database.transaction(['chats', 'messages'], 'readwrite');
  const write = (id: string, name: string, count: number, at: number): void => {
    for (let index = 0; index < count; index++) {
      const text = Array.from({ length: 40 }, (_, k) => words[(index * 7 + k * 3 + at) % words.length]).join(' ');
      transaction.objectStore('messages').put({
        id: `${id}-${index}`,
        chatId: id,
        parentId: index === 0 ? null : `${id}-${index - 1}`,
        role: index % 2 === 0 ? 'user' : 'assistant',
        content: `message ${index} ${text} zeppelin${at}`,
        createdAt: index,
        answer: null,
      });
    }
    const traits = { title: name, firstLine: name, folderId: null, pinned: false, archived: false, draft: '' };
    const times = { createdAt: Date.now() - at * 1000, changedAt: Date.now() - at * 1000 };
    transaction.objectStore('chats').put({ id, ...traits, ...times, leafId: `${id}-${count - 1}` });
  };
  for (let chat = 0; chat < size.chats; chat++) write(`c${chat}`, `Chat ${chat} of apples`, size.each, chat);
  write('long', 'The long chat', size.long, size.chats);
  await new Promise<void>((resolve) => {
    transaction.oncomplete = () => {
      resolve();
    };
  });
  database.close();
}

/** Types a query in one go; milliseconds until what was found is painted. In the page. */
async function search(query: string): Promise<number> {
  const field = document.querySelector<HTMLInputElement>('input[type="search"]')!;
  field.focus();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const changed = new Promise<void>((resolve) => {
    const observer = new MutationObserver(() => {
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(resolve));
    });
    observer.observe(document.querySelector('nav')!, { childList: true, subtree: true, characterData: true });
  });
  const startedAt = performance.now();
  field.value = query;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  await changed;
  return performance.now() - startedAt;
}

/** Opens a chat from the list; milliseconds until its last message is painted. In the page. */
async function openChat({ name, messages }: { name: string; messages: number }): Promise<number> {
  const row = [...document.querySelectorAll<HTMLButtonElement>('nav button')].find((one) => one.title === name)!;
  const last = messages - 1;
  const ending = `zeppelin${/\d+/.exec(name)?.[0] ?? ''}`;
  const startedAt = performance.now();
  row.click();
  await new Promise<void>((resolve) => {
    const look = (): void => {
      const articles = document.querySelectorAll('article');
      const text = articles[articles.length - 1]?.textContent ?? '';
      if (text.includes(`message ${last} `) && text.includes(ending)) setTimeout(resolve);
      else requestAnimationFrame(look);
    };
    look();
  });
  return performance.now() - startedAt;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
