/**
 * The browser is killed in the middle of answers, at random moments: at most a second of an answer is lost, and nothing of
 * what was there before. `CRASHES=50` kills it more often than a test run has time for.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { launchOptions } from '../tools/browser.mjs';
import { expect, noiseModel, Person, test } from './site.ts';

const CRASHES = Number(process.env.CRASHES ?? 4);
const LOST_MS_MAX = 1000;

/** Kills every process that was started with `argument`, without a word to it. Linux need not have `pkill`. */
function kill(argument: string): void {
  if (!existsSync('/proc/self/cmdline')) return void execFileSync('pkill', ['-9', '-f', argument]);
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(argument)) process.kill(Number(id), 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** What the line under a streaming answer says. */
async function streamed(page: Page): Promise<{ tokens: number; perSecond: number }> {
  const line = await page.getByText(/^[\d,]+ tokens · [\d.]+ tokens\/s$/).innerText();
  const [tokens, perSecond] = line
    .replaceAll(',', '')
    .match(/[\d.]+/g)!
    .map(Number);
  return { tokens: tokens!, perSecond: perSecond! };
}

/** Every chat's messages, as they are kept: role and tokens generated. */
function keptChats(page: Page): Promise<{ role: string; tokens: number; length: number }[][]> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('freehold-chats');
      request.onsuccess = () => {
        resolve(request.result);
      };
    });
    const all = <Kept>(name: string) =>
      new Promise<Kept[]>((resolve) => {
        const request = database.transaction(name).objectStore(name).getAll();
        request.onsuccess = () => {
          resolve(request.result as Kept[]);
        };
      });
    const chats = await all<{ id: string; createdAt: number }>('chats');
    const messages = await all<{
      chatId: string;
      role: string;
      content: string;
      createdAt: number;
      answer: { generatedTokens: number } | null;
    }>('messages');
    database.close();
    return chats
      .sort((a, b) => a.createdAt - b.createdAt)
      .map(({ id }) =>
        messages
          .filter(({ chatId }) => chatId === id)
          .sort((a, b) => a.createdAt - b.createdAt)
          .map(({ role, content, answer }) => ({ role, tokens: answer?.generatedTokens ?? 0, length: content.length })),
      );
  });
}

/** By then a model that was used last is loaded again. */
const READY_MS = 15_000;

test(`a browser that is killed ${CRASHES} times loses a second of each answer at most`, async ({ site }) => {
  test.setTimeout(60_000 + CRASHES * 30_000);
  const profile = mkdtempSync(join(tmpdir(), 'freehold-crash-'));
  const lostMs: number[] = [];
  /** What was shown when the browser was killed last. */
  let seen: { tokens: number; perSecond: number } | null = null;
  let before: Awaited<ReturnType<typeof keptChats>> = [];
  try {
    for (let crash = 0; crash <= CRASHES; crash++) {
      const context = await chromium.launchPersistentContext(profile, launchOptions());
      const person = new Person(await context.newPage());
      await person.open(site.url);
      if (crash === 0) await person.load(noiseModel('Noise', { contextLength: 16_384 }));
      // Chromium writes localStorage seconds late: which model was used last may be lost with the browser.
      const ready = person.page.locator('html[data-engine="ready"]');
      const isReady = await ready.waitFor({ timeout: READY_MS }).then(
        () => true,
        () => false,
      );
      // One that is being loaded only takes its time.
      const isOffered = !isReady && (await person.page.locator('html').getAttribute('data-engine')) === 'none';
      if (isOffered) await person.button('Load Noise').click();
      await person.expectEngine('ready');
      const kept = await keptChats(person.page);
      expect(kept).toHaveLength(crash);
      expect(kept.slice(0, -1)).toEqual(before);
      if (crash > 0) {
        const last = kept.at(-1)!;
        // Both may have come in the same millisecond.
        expect(last.map(({ role }) => role).sort()).toEqual(['assistant', 'user']);
        const answer = last.find(({ role }) => role === 'assistant');
        const { tokens, perSecond } = seen!;
        lostMs.push((Math.max(0, tokens - answer!.tokens) * 1000) / perSecond);
      }
      before = kept;
      if (crash === CRASHES) {
        await context.close();
        break;
      }
      await person.button('New chat').click();
      await person.send(`Tell me story number ${crash}`);
      await expect(person.page.getByText(/tokens\/s$/)).toBeVisible();
      await person.page.waitForTimeout(200 + Math.random() * 3500);
      seen = await streamed(person.page);
      kill(profile);
      await context.close().catch(() => undefined);
    }
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  console.log(`lost of ${CRASHES} answers, in ms: ${lostMs.map(Math.round).join(', ')}`);
  expect(lostMs).toHaveLength(CRASHES);
  expect(Math.max(...lostMs)).toBeLessThan(LOST_MS_MAX);
});
