/** What a browser asks of a page before it offers to install it, and what the page's policies forbid. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { launchOptions } from '../tools/browser.mjs';
import { expect, Person, test, workerOf } from './site.ts';

test('the page can be installed', async ({ site }) => {
  // Nothing can be installed in a private window, which is what Playwright opens otherwise.
  const profile = mkdtempSync(join(tmpdir(), 'freehold-'));
  const context = await chromium.launchPersistentContext(profile, launchOptions());
  try {
    const person = new Person(await context.newPage());
    await person.open(site.url);
    await person.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    const devtools = await context.newCDPSession(person.page);
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    expect(installabilityErrors).toEqual([]);
    const { errors, url, data } = await devtools.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    expect(url).toBe(`${site.url}manifest.webmanifest`);
    expect(JSON.parse(data ?? '')).toMatchObject({ name: 'Freehold', display: 'standalone' });
    const state = await person.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      const worker = registration.active!;
      while (worker.state === 'activating')
        await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }));
      return { state: worker.state, scope: registration.scope };
    });
    expect(state).toEqual({ state: 'activated', scope: site.url });
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
});

test('the engine can reach nothing, and the page only what it must', async ({ site, person }) => {
  await person.open(site.url);
  await expect(person.page.getByText('engine sealed')).toBeVisible();
  const policyOf = (frame: { locator: (selector: string) => { getAttribute(name: string): Promise<string | null> } }) =>
    frame.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(await policyOf(person.page)).toContain("default-src 'none'");
  const engineFrame = person.page.frames().find((frame) => frame.url().endsWith('engine.html'))!;
  expect(await policyOf(engineFrame)).toContain("connect-src 'none'");

  const workers = [await workerOf(person.page, 'engine'), await workerOf(person.page, 'library')];
  expect(person.page.workers()).toHaveLength(workers.length);
  const attempts = await Promise.all(
    workers.map((worker) =>
      worker.evaluate(async (url) => {
        const refused = (attempt: () => Promise<unknown>) =>
          attempt().then(
            () => false,
            () => true,
          );
        return {
          fetch: await refused(() => fetch(url)),
          socket: await refused(
            () =>
              new Promise((resolve, reject) => {
                const socket = new WebSocket(url.replace('http', 'ws'));
                socket.onopen = resolve;
                socket.onerror = reject;
              }),
          ),
          import: await refused(() => import(`data:text/javascript,export default ${Date.now()}`)),
        };
      }, site.url),
    ),
  );
  const [engine, library] = attempts;
  expect(engine).toEqual({ fetch: true, socket: true, import: true });
  // It may fetch, as models must come from somewhere.
  expect(library).toMatchObject({ fetch: false, import: true });
});
