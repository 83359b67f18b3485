/**
 * `npm run bench:visit`: what a visit with a model is like in the built page: how long until the first word of a kept model, how
 * much JavaScript holds while a model comes in and while it loads, and how long the page stands still while a long prompt is
 * read. Build first. Prints Markdown; the browser's profile is deleted.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { parseOptions } from './arguments.ts';
import { countFrames, framesSoFar, worstGapMs } from './bench/frames.ts';
import { withModelFile } from './bench/model-file.ts';
import { openBrowser } from './bench/open-browser.ts';
import { type Visit, type VisitFigures, visitReport, type VisitSetting } from './bench/visit-report.ts';
import { heldBytes, watchWorkerHeap } from './bench/worker-heap.ts';
import { launchOptions } from './browser.mjs';
import { promptText } from './harness/bench/bench-engine.ts';
import { serveFolder } from './servers/static-server.ts';

const OPTIONS = { model: 'value', prompt: 'value', repeats: 'value', software: 'switch', flags: 'value' } as const;
const TIMEOUT_MS = 600_000;
const LOOK_EVERY_MS = 100;
/** For what the page writes down a moment later. */
const LOOKS = 100;
/** How long a page with nothing to do is watched, to tell its own gaps from those of a prompt. */
const IDLE_MS = 2000;

/** Measures and prints. */
export async function main(argv: string[]): Promise<number> {
  const options = parseOptions(argv, OPTIONS);
  return withModelFile(options.text('model'), async (modelPath) => {
    const { setting, figures } = await benchVisit({
      modelPath,
      promptTokens: options.number('prompt') ?? 2000,
      repeats: options.number('repeats') ?? 5,
      software: options.has('software'),
      hardwareFlags: options.text('flags')?.split(' '),
    });
    console.log(visitReport(setting, figures).join('\n'));
    return 0;
  });
}

/** What to measure. */
export interface VisitPlan {
  readonly modelPath: string;
  /** Of the long prompt; 0 leaves it out. */
  readonly promptTokens: number;
  readonly repeats: number;
  readonly software: boolean;
  /** Of Chromium, where a GPU needs others than usual. */
  readonly hardwareFlags?: readonly string[] | undefined;
}

/** Opens site and browser, and measures. */
export async function benchVisit(plan: VisitPlan): Promise<{ setting: VisitSetting; figures: VisitFigures }> {
  const profile = mkdtempSync(join(tmpdir(), 'freehold-bench-'));
  const site = await serveFolder({ root: join(import.meta.dirname, '../dist'), basePath: '/' });
  let context: BrowserContext | null = null;
  try {
    const { browser, ...found } = await openBrowser(site.url, plan);
    await browser.close();
    // A model is kept on the disk, as it would be: a browser without a profile keeps it in memory.
    const { executablePath } = launchOptions();
    context = await chromium.launchPersistentContext(profile, { executablePath, args: [...found.flags] });
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    const figures = await visit(page, await watchHeap(context, page), site.url, plan);
    const setting = { ...found, browser: found.name, cores: availableParallelism(), model: basename(plan.modelPath) };
    return { setting, figures };
  } finally {
    await context?.close();
    await site.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function visit(
  page: Page,
  heap: Awaited<ReturnType<typeof watchHeap>>,
  url: string,
  { modelPath, promptTokens, repeats }: VisitPlan,
): Promise<VisitFigures> {
  await page.goto(url);
  const pickedAt = performance.now();
  const comingIn = await heap.whileAt(async () => {
    await page.getByLabel('Open a model file').setInputFiles(modelPath);
    await page.getByRole('button', { name: 'Load', exact: true }).click();
    await ready(page);
  });
  const broughtInMs = performance.now() - pickedAt;
  const visits: Visit[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const startedAt = performance.now();
    let readyMs = 0;
    const loading = await heap.whileAt(async () => {
      await page.reload();
      await ready(page);
      readyMs = performance.now() - startedAt;
    });
    await page.getByRole('button', { name: 'New chat' }).click();
    await send(page, 'What is there?');
    const firstTextMs = performance.now() - startedAt;
    await stop(page);
    const reading = promptTokens === 0 ? null : await readLong(page, promptText(promptTokens, repeat + 1));
    visits.push({ readyMs, firstTextMs, loading, reading });
  }
  return { broughtInMs, comingIn, visits };
}

async function readLong(page: Page, prompt: string): Promise<NonNullable<Visit['reading']>> {
  await page.getByRole('button', { name: 'New chat' }).click();
  await countFrames(page);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const idleGapMs = worstGapMs(await framesSoFar(page));
  const sentAt = await page.evaluate(() => Date.now());
  await send(page, prompt, () => countFrames(page));
  const gapMs = worstGapMs(await framesSoFar(page));
  await stop(page);
  return { gapMs, idleGapMs, ...(await answerSince(page, sentAt)) };
}

async function ready(page: Page): Promise<void> {
  await page.locator('html[data-engine="ready"]').waitFor();
}

/** Sends a message and waits for the answer's first text. Throws what the page complains of instead. */
async function send(page: Page, text: string, before: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await before();
  await page.getByRole('button', { name: 'Send' }).click();
  const written = page.getByRole('article', { name: 'Assistant' }).filter({ hasText: /\w/u });
  const refused = page.getByRole('alert').filter({ hasText: /\w/u });
  await written.or(refused).first().waitFor();
  if (!(await written.first().isVisible())) throw new Error(`the page says: ${await refused.first().innerText()}`);
}

/** Ends the answer, unless it ended by itself. */
async function stop(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: 'Stop' })
    .click({ timeout: 2000 })
    .catch(() => undefined);
  await ready(page);
}

/** What is written down of the answer that began then: how much of the prompt ran, and for how long. */
async function answerSince(page: Page, sentAt: number): Promise<{ prefilledTokens: number; prefillMs: number }> {
  for (let look = 0; look < LOOKS; look++) {
    const found = await page.evaluate(findAnswer, sentAt);
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error('the page wrote nothing down of an answer: its records are not where this bench looks for them');
}

/** In the page: it keeps an answer a moment after its end. */
async function findAnswer(sentAt: number): Promise<{ prefilledTokens: number; prefillMs: number } | null> {
  const settled = <Result>(request: IDBRequest<Result>) =>
    new Promise<Result>((resolve, reject) => {
      request.onsuccess = () => {
        resolve(request.result);
      };
      request.onerror = () => {
        reject(new Error('the page keeps no chats'));
      };
    });
  const database = await settled(indexedDB.open('freehold-chats'));
  interface Kept {
    readonly createdAt: number;
    readonly answer: { readonly prefilledTokens: number; readonly prefillMs: number } | null;
  }
  const kept = (await settled(database.transaction('messages').objectStore('messages').getAll())) as Kept[];
  database.close();
  const answer = kept.find(
    ({ createdAt, answer }) => createdAt >= sentAt && (answer?.prefilledTokens ?? 0) > 0,
  )?.answer;
  return answer ? { prefilledTokens: answer.prefilledTokens, prefillMs: answer.prefillMs } : null;
}

/** The most that page and workers hold in JavaScript, looked at again and again while something goes on. */
async function watchHeap(context: BrowserContext, page: Page) {
  const devtools = await context.newCDPSession(page);
  const workersBytes = await watchWorkerHeap(devtools);
  return {
    async whileAt(work: () => Promise<void>): Promise<{ pageBytes: number; workersBytes: number }> {
      const most = { pageBytes: 0, workersBytes: 0 };
      let looking: Promise<void> = Promise.resolve();
      const look = async (): Promise<void> => {
        const [ofPage, ofWorkers] = await Promise.all([
          // A page that is being left answers nothing.
          devtools.send('Runtime.getHeapUsage').then(heldBytes, () => 0),
          workersBytes(),
        ]);
        most.pageBytes = Math.max(most.pageBytes, ofPage);
        most.workersBytes = Math.max(most.workersBytes, ofWorkers);
      };
      const timer = setInterval(() => {
        looking = Promise.all([looking, look()]).then(() => undefined);
      }, LOOK_EVERY_MS);
      try {
        await work();
      } finally {
        clearInterval(timer);
      }
      await looking;
      return most;
    },
  };
}
