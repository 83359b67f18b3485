/** What a page asks of any network, as a test hears it. */
import { type BrowserContext, expect, type Page } from '@playwright/test';

/** How long nothing is asked for before a page is taken to be at rest. */
const REST_MS = 500;

/**
 * Every request that a browser context makes from now on, once it is at rest: a model that is ready is noted as used, for
 * which a part of the library's worker comes. Apart from `blob:` and `data:`, which leave no machine, and the browser's own
 * look for a newer service worker, which follows some page loads by a second and nothing that a person does.
 */
export async function recordRequests(context: BrowserContext): Promise<string[]> {
  for (const page of context.pages()) await expect.poll(() => isUseNoted(page)).toBe(true);
  // Each worker tells of its requests by itself: an answer from it comes after all that it has told before.
  for (const worker of context.serviceWorkers()) await worker.evaluate(() => undefined);
  const urls: string[] = [];
  context.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && !isUpdateCheck(request.url())) urls.push(request.url());
  });
  for (let before = -1; before !== urls.length;) {
    before = urls.length;
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
  urls.length = 0;
  return urls;
}

/** Whether the page has written down that its model is used, if it has a stored one ready: it does so in its own time. */
function isUseNoted(page: Page): Promise<boolean> {
  return page.evaluate(async () => {
    if (document.documentElement.dataset['engine'] !== 'ready') return true;
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('IndexedDB refused the test'));
      });
    const database = await settled(indexedDB.open('freehold'));
    const store = database.transaction('library').objectStore('library');
    const found = await settled(store.getAll(IDBKeyRange.bound(['about'], ['about', []])));
    database.close();
    return (found as { usedAt?: number }[]).some(({ usedAt = 0 }) => usedAt >= performance.timeOrigin);
  });
}

/** Whether a URL or a path is the service worker's script, or what that imports. */
export function isUpdateCheck(url: string): boolean {
  return /\/(?:sw|request-gate)\.js$/.test(url);
}
