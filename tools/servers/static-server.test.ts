/** The static server is what the e2e tests trust: types, ranges, sub-paths, and nothing outside its folder. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveFolder } from './static-server.ts';
import type { ServedFolder } from './static-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'static-test-'));
let site: ServedFolder;

beforeAll(async () => {
  mkdirSync(join(folder, 'root', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'root', 'index.html'), '<p>hello');
  for (const name of ['a.js', 'b.wasm', 'c.webmanifest', 'd.css'])
    writeFileSync(join(folder, 'root', 'assets', name), '0123456789');
  site = await serveFolder({ root: join(folder, 'root'), basePath: 'deep/er' });
});
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

it.each([
  ['', 'text/html; charset=utf-8'],
  ['assets/a.js', 'text/javascript; charset=utf-8'],
  ['assets/b.wasm', 'application/wasm'],
  ['assets/c.webmanifest', 'application/manifest+json'],
  ['assets/d.css', 'text/css; charset=utf-8'],
])('serves %j as %s', async (path, type) => {
  const response = await fetch(site.url + path);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});

it('serves parts', async () => {
  const part = (range: string) => fetch(`${site.url}assets/a.js`, { headers: { Range: range } });
  const middle = await part('bytes=2-4');
  expect([middle.status, middle.headers.get('content-range'), await middle.text()]).toEqual([
    206,
    'bytes 2-4/10',
    '234',
  ]);
  expect(await (await part('bytes=8-')).text()).toBe('89');
  const outside = await part('bytes=10-11');
  expect([outside.status, outside.headers.get('content-range')]).toEqual([416, 'bytes */10']);
});

it('answers only for files below its folder and path', async () => {
  const { origin, port } = new URL(site.url);
  for (const path of ['/', '/deep/er', '/deep/er/none', '/deep/er/assets']) {
    expect((await fetch(origin + path)).status).toBe(404);
  }
  // Written by hand, because fetch tidies such paths up before it asks.
  for (const path of ['/deep/er/../secret.txt', '/deep/er/..%2fsecret.txt', '/deep/er/%2e%2e/secret.txt']) {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.0\r\n\r\n`));
      socket.once('data', (data) => {
        resolve(data.toString());
        socket.destroy();
      });
    });
    expect(answer).toMatch(/^HTTP\/1.1 404/);
  }
  expect((await fetch(site.url, { method: 'POST' })).status).toBe(405);
  expect((await fetch(site.url, { method: 'OPTIONS' })).status).toBe(405);
});
