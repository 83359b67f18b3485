/**
 * `npm run bench:store`: how fast models are stored and read in a browser, beside IndexedDB alone in the same run, round by
 * round; medians, and the median of each round's ratio. `--large 4096` instead brings in one model of so many MiB that nobody
 * holds, checks it, reads it, saves it as a file, and says how much memory each takes at most. Everything runs on this
 * machine, in a browser profile that is deleted.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { build } from 'vite';
import { parseOptions } from './arguments.ts';
import { watchWorkerHeap } from './bench/worker-heap.ts';
import { launchOptions } from './browser.mjs';
import type { Store } from './harness/store/harness.ts';
import { type HubServer, startHub } from './servers/hub-server.ts';
import { digestOf } from './servers/served-bytes.ts';
import { serveFolder } from './servers/static-server.ts';
import { largeModel } from './testing/large-model.ts';

const OPTIONS = { mib: 'value', repeats: 'value', large: 'value' } as const;
const MIB = 2 ** 20;
const REPOSITORY = 'someone/large-model';
const FILE_NAME = 'large.gguf';
const LOOK_EVERY_MS = 250;

/** Measures and prints. */
export async function main(argv: string[]): Promise<number> {
  const options = parseOptions(argv, OPTIONS);
  const large = options.number('large');
  const model = largeModel({ bytes: (large ?? options.number('mib') ?? 256) * MIB });
  const folder = mkdtempSync(join(tmpdir(), 'freehold-bench-'));
  const root = join(import.meta.dirname, 'harness/store');
  await build({
    ...{ root, configFile: false, base: './', logLevel: 'error', worker: { format: 'es' } },
    build: { outDir: join(folder, 'site'), target: 'es2023' },
  });
  const site = await serveFolder({ root: join(folder, 'site') });
  // The server knows them before it is asked, as a hub does.
  const sha256 = digestOf('sha256', model);
  digestOf('md5', model);
  const hub = await startHub({ [REPOSITORY]: { [FILE_NAME]: model } }, { expiresAfterMs: 3_600_000 });
  const browser = await chromium.launchPersistentContext(join(folder, 'profile'), {
    ...{ executablePath: launchOptions().executablePath, args: ['--disable-gpu'] },
  });
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    if (large === undefined) await compare(page, hub, model.byteLength, options.number('repeats') ?? 5);
    else await bringInLarge(browser, page, hub, { byteLength: model.byteLength, sha256 });
  } finally {
    await browser.close();
    await Promise.all([hub.close(), site.close()]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  return 0;
}

async function compare(page: Page, hub: HubServer, bytes: number, repeats: number): Promise<void> {
  const url = `${hub.endpoint}/${REPOSITORY}/resolve/main/${FILE_NAME}`;
  const source = { kind: 'hub', repository: REPOSITORY, fileName: FILE_NAME, endpoint: hub.endpoint } as const;
  await page.evaluate((url) => (globalThis as unknown as { store: Store }).store.take(url), url);
  console.log(`${Math.round(bytes / MIB)} MiB, ${repeats} rounds, ${await version(page)}`);
  for (const [from, plainFrom, oursFrom] of [
    ['from the disk', null, null],
    ['from a server on this machine', url, source],
  ] as const) {
    const plain = () =>
      page.evaluate(([from, bytes]) => (globalThis as unknown as { store: Store }).store.plain(from, bytes), [
        plainFrom,
        bytes,
      ] as const);
    const ours = () => page.evaluate((from) => (globalThis as unknown as { store: Store }).store.ours(from), oursFrom);
    const rounds: Record<'storeMs' | 'loadMs', { plain: number; ours: number }>[] = [];
    for (let round = 0; round < repeats; round++) {
      // Whichever is second finds a warmer machine.
      const first = round % 2 === 0 ? await plain() : await ours();
      const second = round % 2 === 0 ? await ours() : await plain();
      const [a, b] = round % 2 === 0 ? [first, second] : [second, first];
      rounds.push({
        storeMs: { plain: a.storeMs, ours: b.storeMs },
        loadMs: { plain: a.loadMs, ours: b.loadMs },
      });
    }
    for (const [what, key] of [
      ['stored', 'storeMs'],
      ['read', 'loadMs'],
    ] as const) {
      const rate = (who: 'plain' | 'ours') => bytes / MIB / (median(rounds.map((round) => round[key][who])) / 1000);
      const ratio = median(rounds.map((round) => round[key].plain / round[key].ours));
      console.log(
        `${what} ${from}: ${rate('ours').toFixed(0)} MiB/s, IndexedDB alone ${rate('plain').toFixed(0)} MiB/s, ` +
          `${ratio.toFixed(2)} times (${rounds.map((round) => (round[key].plain / round[key].ours).toFixed(2)).join(', ')})`,
      );
    }
  }
}

async function bringInLarge(
  browser: BrowserContext,
  page: Page,
  hub: HubServer,
  { byteLength, sha256 }: { readonly byteLength: number; readonly sha256: string },
): Promise<void> {
  const devtools = await browser.newCDPSession(page);
  const workerHeap = await watchWorkerHeap(devtools);
  const quota = await page.evaluate(() => navigator.storage.estimate());
  console.log(
    `${(byteLength / MIB).toFixed(0)} MiB, ${await version(page)}; quota ${((quota.quota ?? 0) / MIB).toFixed(0)} MiB`,
  );
  const processes = await rendererIds(browser);
  const before = residentBytes(processes);
  let [heapMost, residentMost] = [0, 0];
  const timer = setInterval(() => {
    residentMost = Math.max(residentMost, residentBytes(processes));
    void workerHeap().then((bytes) => (heapMost = Math.max(heapMost, bytes)));
  }, LOOK_EVERY_MS);
  // What one of them leaves for the collector is not the next one's.
  const tell = async (what: string, ms: number) => {
    const rate = (byteLength / MIB / (ms / 1000)).toFixed(0);
    console.log(`${what} at ${rate} MiB/s; heap of the workers, array buffers included: ${mib(heapMost)} at most`);
    await workerHeap('HeapProfiler.collectGarbage');
    heapMost = 0;
  };
  const source = { kind: 'hub', repository: REPOSITORY, fileName: FILE_NAME, endpoint: hub.endpoint } as const;
  const kept = await page.evaluate((source) => (globalThis as unknown as { store: Store }).store.keep(source), source);
  if (kept.sha256 !== sha256) throw new Error(`it arrived as ${kept.sha256}, and is ${sha256}`);
  await tell(`stored (SHA-256 ${sha256} is the server's)`, kept.storeMs);
  const checkMs = await page.evaluate((id) => (globalThis as unknown as { store: Store }).store.check(id), kept.id);
  await tell('checked', checkMs);
  const loadMs = await page.evaluate((id) => (globalThis as unknown as { store: Store }).store.load(id), kept.id);
  await tell('read', loadMs);
  const saved = await page.evaluate((id) => (globalThis as unknown as { store: Store }).store.save(id), kept.id);
  if (saved.savedBytes !== byteLength) throw new Error(`${saved.savedBytes} of ${byteLength} bytes were saved`);
  await tell('saved as a file', saved.saveMs);
  clearInterval(timer);
  console.log(`memory of the page's process: ${mib(before)} before, ${mib(residentMost)} at most`);
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}

async function rendererIds(browser: BrowserContext): Promise<number[]> {
  const devtools = await browser.browser()!.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

/** Of the largest of these processes, as Linux counts; elsewhere not known. */
function residentBytes(processes: readonly number[]): number {
  const each = processes.map((id) => {
    try {
      return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? NaN) * 1024;
    } catch {
      return NaN;
    }
  });
  return Math.max(...each.filter((bytes) => !Number.isNaN(bytes)));
}

function version(page: Page): Promise<string> {
  return page.evaluate(() => /Chrome\/[\d.]+/.exec(navigator.userAgent)?.[0] ?? navigator.userAgent);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
