/** Sources as sources: every read is exact, names are safe, and what goes over the wire is what was promised. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listen } from '../../tools/servers/http-server.ts';
import { startHub } from '../../tools/servers/hub-server.ts';
import type { HubServer } from '../../tools/servers/hub-server.ts';
import { serveFolder } from '../../tools/servers/static-server.ts';
import type { ServedFolder } from '../../tools/servers/static-server.ts';
import { filesFromDisk, nodeSha256, noise, QUICK } from '../../tools/testing/library-case.ts';
import type { ModelSource } from '../protocol/model.ts';
import { listRepository } from './hub-source.ts';
import { openSource } from './open-source.ts';
import type { OpenedSource } from './opened-source.ts';

const BYTES = noise(300_001);
/** The same, as files end to end. */
const PARTS = {
  'a.json': BYTES.slice(0, 7),
  'sub/b.bin': BYTES.slice(7, 200_000),
  'empty.bin': new Uint8Array(0),
  'sub/c.bin': BYTES.slice(200_000),
};
const gitHash = (bytes: Uint8Array) =>
  createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');
const options = { policy: QUICK };
const folder = mkdtempSync(join(tmpdir(), 'source-test-'));
let hub: HubServer;
let files: ServedFolder;

beforeAll(async () => {
  writeFileSync(join(folder, 'model one.gguf'), BYTES);
  writeFileSync(join(folder, 'empty.gguf'), '');
  hub = await startHub({ 'owner/model': { 'model.gguf': BYTES, 'a/b.gguf': BYTES }, 'owner/parts': PARTS });
  files = await serveFolder({ root: folder, basePath: '/some/where/' });
});
afterAll(async () => {
  await Promise.all([hub.close(), files.close()]);
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  hub.heal();
});

const sources: [string, () => ModelSource][] = [
  ['a file', () => ({ kind: 'file', file: new Blob([BYTES]), fileName: 'x.gguf' })],
  ['a URL', () => ({ kind: 'url', url: `${files.url}model%20one.gguf` })],
  ['the hub', () => ({ kind: 'hub', repository: 'owner/model', fileName: 'model.gguf', endpoint: hub.endpoint })],
  ['files of a disk', () => filesFromDisk('x', PARTS)],
  [
    'files of a repository',
    () => ({
      ...{ kind: 'hub-files', name: 'x', repository: 'owner/parts', endpoint: hub.endpoint },
      fileNames: Object.keys(PARTS),
    }),
  ],
];

it('knows what a URL must hold where it is told, and asks for the same again', async () => {
  const source = { kind: 'url', url: `${files.url}model%20one.gguf`, sha256: nodeSha256(BYTES) } as const;
  expect(await openSource(source, options)).toMatchObject({ sha256: source.sha256, again: source });
});

describe.each(sources)('%s', (_, make) => {
  let source: OpenedSource;
  beforeAll(async () => {
    source = await openSource(make(), options);
  });

  it('reads exactly what is asked for, anywhere', async () => {
    expect(source.byteLength).toBe(BYTES.byteLength);
    const range = fc.tuple(fc.nat({ max: BYTES.byteLength }), fc.nat({ max: BYTES.byteLength }));
    await fc.assert(
      fc.asyncProperty(range, async ([a, b]) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const bytes = await source.read(start, end - start);
        expect(Buffer.compare(bytes, BYTES.subarray(start, end))).toBe(0);
        expect(bytes.byteOffset).toBe(0);
      }),
      { numRuns: 25, examples: [[[0, BYTES.byteLength]], [[BYTES.byteLength, BYTES.byteLength]]] },
    );
  });

  it('streams a span whole and in order', async () => {
    const pieces: Uint8Array[] = [];
    for await (const piece of source.stream(1000, BYTES.byteLength - 1)) pieces.push(piece.slice());
    expect(Buffer.compare(Buffer.concat(pieces), BYTES.subarray(1000, -1))).toBe(0);
  });

  it.each([
    [0, BYTES.byteLength + 1],
    [BYTES.byteLength, 1],
    [-1, 2],
    [0.5, 1],
    [0, Number.NaN],
    [2 ** 60, 1],
  ])('refuses to read from %d for %d bytes', async (offset, length) => {
    await expect(source.read(offset, length)).rejects.toMatchObject({ name: 'FileTruncated' });
  });

  it('stops when told to', async () => {
    await expect(source.read(0, 10, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('a URL', () => {
  const open = (url: string) => openSource({ kind: 'url', url }, options);

  it('is known by its name and address, without fragment or password', async () => {
    const url = `${files.url}model%20one.gguf`;
    const source = await open(`${url.replace('//', '//me:secret@')}#part`);
    expect(source).toMatchObject({
      fileName: 'model one.gguf',
      origin: url,
      again: { kind: 'url', url },
      sha256: null,
    });
    expect(source.validator).not.toBeNull();
  });

  it('asks with a Range from a to b and with nothing that needs a preflight', async () => {
    const seen: string[][] = [];
    const server = await listen((request, response) => {
      seen.push(Object.keys(request.headers));
      response.writeHead(206, { 'Content-Range': 'bytes 0-0/1' }).end('x');
    });
    await open(`${server.origin}/x`);
    expect(server.requests).toEqual([{ method: 'GET', path: '/x', range: 'bytes=0-0' }]);
    // What a browser sends by itself, `Range` in its simple form aside: see the Fetch standard, "CORS-safelisted".
    const unasked = ['host', 'connection', 'accept', 'accept-language', 'accept-encoding', 'user-agent'];
    const bySelf = [...unasked, 'sec-fetch-mode', 'cache-control', 'pragma'];
    expect(seen[0]!.filter((name) => !bySelf.includes(name))).toEqual(['range']);
    await server.close();
  });

  it.each(['', 'model.gguf', './model.gguf', 'file:///etc/passwd', 'javascript:alert(1)', 'data:,x'])(
    'refuses %j as no web address',
    async (url) => {
      await expect(open(url)).rejects.toMatchObject({ name: 'SettingInvalid' });
    },
  );

  it('refuses an empty file and one that is not there', async () => {
    await expect(open(`${files.url}empty.gguf`)).rejects.toMatchObject({ name: 'FileTruncated' });
    await expect(open(`${files.url}none.gguf`)).rejects.toMatchObject({ name: 'SourceRefused' });
  });

  it('says when nobody is there', async () => {
    const server = await listen(() => undefined);
    await server.close();
    await expect(open(`${server.origin}/x`)).rejects.toMatchObject({ name: 'SourceUnreachable' });
  });

  it('finds the size from Content-Length where Content-Range is hidden', async () => {
    const server = await listen((request, response) => {
      if (request.headers.range === undefined)
        return void response.writeHead(200, { 'Content-Length': 5 }).end('hello');
      const [, start = 0, last = 0] = /(\d+)-(\d+)/.exec(request.headers.range)?.map(Number) ?? [];
      response.writeHead(206).end('hello'.slice(start, last + 1));
    });
    const source = await open(`${server.origin}/x`);
    expect(source.byteLength).toBe(5);
    expect(await source.read(1, 3)).toEqual(new TextEncoder().encode('ell'));
    await server.close();
  });

  it('reads from a server that knows no ranges, and refuses one that tells no size', async () => {
    let told = true;
    const server = await listen((_, response) => {
      response.writeHead(200, told ? { 'Content-Length': BYTES.byteLength } : {}).end(BYTES);
    });
    const source = await open(`${server.origin}/x`);
    expect(Buffer.compare(await source.read(250_000, 1000), BYTES.subarray(250_000, 251_000))).toBe(0);
    told = false;
    await expect(open(`${server.origin}/x`)).rejects.toMatchObject({ name: 'SourceRefused' });
    await server.close();
  });
});

describe('the hub', () => {
  const open = (source: object) =>
    openSource(
      { kind: 'hub', repository: 'owner/model', fileName: 'model.gguf', endpoint: hub.endpoint, ...source },
      options,
    );

  it('pins the commit and knows the hash before a byte is fetched', async () => {
    const sent = hub.sentBytes();
    const source = await open({ fileName: 'a/b.gguf', endpoint: `${hub.endpoint}/` });
    const commit = hub.commit('owner/model');
    expect(source).toMatchObject({
      byteLength: BYTES.byteLength,
      fileName: 'b.gguf',
      origin: `owner/model/a/b.gguf@${commit.slice(0, 7)}`,
      sha256: nodeSha256(BYTES),
      again: { kind: 'hub', repository: 'owner/model', fileName: 'a/b.gguf', revision: commit },
    });
    expect(hub.sentBytes()).toBe(sent);
  });

  it.each([
    { repository: '../model' },
    { repository: 'owner//model' },
    { repository: '' },
    { fileName: '../secret' },
    { fileName: 'a/./b.gguf' },
    { fileName: '/model.gguf' },
  ])('refuses the name %j', async (names) => {
    await expect(open(names)).rejects.toMatchObject({ name: 'SettingInvalid' });
  });

  it.each([
    { fileName: 'none.gguf' },
    { fileName: 'MODEL.gguf' },
    { fileName: 'a' },
    { repository: 'owner/none' },
    { revision: 'no-such-branch' },
    { revision: '../../../x' },
  ])('says that there is no %j', async (names) => {
    await expect(open(names)).rejects.toMatchObject({ name: 'SourceRefused' });
  });

  it('refuses a server that is no hub', async () => {
    await expect(open({ endpoint: files.url })).rejects.toMatchObject({ name: 'SourceRefused' });
  });

  it('lists a whole repository at its commit, folders too, and hashes only where the hub has them', async () => {
    const listing = await startHub(
      { 'o/n': { 'm.gguf': BYTES, 'a/b/c.json': BYTES, 'a/d.bin': BYTES } },
      { entriesPerPage: 2 },
    );
    const { commit, files: listed } = await listRepository({ repository: 'o/n', endpoint: listing.endpoint }, QUICK);
    const [size, sha256] = [BYTES.byteLength, nodeSha256(BYTES)];
    expect(commit).toBe(listing.commit('o/n'));
    expect(listed).toEqual([
      { path: 'm.gguf', size, sha256 },
      { path: 'a/b/c.json', size, sha256: null, gitSha1: gitHash(BYTES) },
      { path: 'a/d.bin', size, sha256 },
    ]);
    expect(listing.hubRequests).toHaveLength(4);
    await listing.close();
  });

  it('gives up on an address that has always expired', async () => {
    const strict = await startHub({ 'owner/model': { 'model.gguf': BYTES } }, { expiresAfterMs: -1 });
    const source = await open({ endpoint: strict.endpoint });
    await expect(source.read(0, 1)).rejects.toMatchObject({ name: 'SourceRefused' });
    await strict.close();
  });
});

describe('a file on disk', () => {
  it('says when it can no longer be read, or has become shorter', async () => {
    const gone = { size: 10, slice: () => gone, arrayBuffer: () => Promise.reject(new Error('NotReadableError')) };
    const shrunk = { size: 10, slice: () => shrunk, arrayBuffer: () => Promise.resolve(new ArrayBuffer(3)) };
    for (const file of [gone, shrunk]) {
      const source = await openSource({ kind: 'file', file, fileName: 'x.gguf' });
      await expect(source.read(0, 10)).rejects.toMatchObject({ name: 'SourceChanged' });
    }
  });
});
