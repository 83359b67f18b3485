/** Hostile answers, token by token through the components, in a page without any policy: nothing runs, nothing is asked for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';
import type { StreamAnswers } from '../tools/harness/answer/answer.svelte.ts';
import { serveFolder } from '../tools/servers/static-server.ts';
import { PAYLOADS } from './payloads.ts';
import { expect, test } from './site.ts';

test('no answer runs anything, loads anything or opens what is no web or mail address', async ({ page, context }) => {
  test.setTimeout(600_000);
  const folder = mkdtempSync(join(tmpdir(), 'freehold-answer-'));
  await build({
    root: join(import.meta.dirname, '../tools/harness/answer'),
    configFile: false,
    base: './',
    logLevel: 'error',
    plugins: [svelte({ configFile: false })],
    build: { outDir: folder, emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0 },
  });
  const server = await serveFolder({ root: folder });
  const requests: string[] = [];
  const dialogs: string[] = [];
  context.on('request', (request) => {
    if (!request.url().startsWith(`${server.url}assets/`)) requests.push(request.url());
  });
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  try {
    await page.goto(server.url);
    const stream = (answers: readonly string[]) =>
      page.evaluate((some) => (globalThis as unknown as { streamAnswers: StreamAnswers }).streamAnswers(some), answers);
    // Everything that comes later is there once this is drawn.
    await stream(['Text $x$\n\n```js\nlet a;\n```']);
    await page.waitForTimeout(3000);
    await stream(['Text $x$\n\n```js\nlet a;\n```']);
    await page.waitForTimeout(1000);
    requests.length = 0;

    expect(PAYLOADS.length).toBeGreaterThan(500);
    let links = 0;
    for (let from = 0; from < PAYLOADS.length; from += 50) {
      const some = PAYLOADS.slice(from, from + 50);
      for (const [index, { offences, addresses }] of (await stream(some)).entries()) {
        expect(offences, some[index]).toEqual([]);
        for (const address of addresses) expect(address, some[index]).toMatch(/^(https?:\/\/|mailto:)/);
        links += addresses.length;
      }
    }
    // The honest addresses among them are links: what was looked at is what the page draws.
    expect(links).toBeGreaterThan(100);
    expect(await page.evaluate(() => 'executed' in globalThis)).toBe(false);
    expect(requests).toEqual([]);
    expect(dialogs).toEqual([]);
    expect(context.pages()).toHaveLength(1);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
