/** Folders of models: offered, fetched and verified; and what a hub is asked for comes from there, also later. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startHub } from '../../tools/servers/hub-server.ts';
import type { HubServer } from '../../tools/servers/hub-server.ts';
import { listen } from '../../tools/servers/http-server.ts';
import { serveFolder } from '../../tools/servers/static-server.ts';
import type { ServedFolder } from '../../tools/servers/static-server.ts';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import {
  ignoreProgress,
  nodeSha256,
  noise,
  readWhole,
  SMALL_CHUNK_BYTES,
  smallLibrary,
} from '../../tools/testing/library-case.ts';
import type { LibraryEntry, ModelSource } from '../protocol/model.ts';
import { chunkRange, writeStore } from './database.ts';
import type { Library } from './library.ts';
import { putManifest, requireManifest } from './manifest.ts';

const REPOSITORY = 'owner/model';
const BYTES = noise(5 * SMALL_CHUNK_BYTES + 321);
const SHA256 = nodeSha256(BYTES);
/** Several files, small ones among them, as safetensors have. */
const PARTS = { 'config.json': noise(100), 'q4/a.bin': noise(SMALL_CHUNK_BYTES + 5), 'q4/b c.bin': noise(777) };

let hub: HubServer;
let served: ServedFolder;
let root: string;

beforeEach(async () => {
  await fakeBrowser();
  hub = await startHub({ [REPOSITORY]: { 'model.gguf': BYTES, ...PARTS } });
  root = mkdtempSync(join(tmpdir(), 'folder-'));
  served = await serveFolder({ root, basePath: '/models/' });
});
afterEach(async () => {
  await Promise.all([hub.close().catch(() => undefined), served.close().catch(() => undefined)]);
  rmSync(root, { recursive: true });
  vi.unstubAllGlobals();
});

function put(path: string, bytes: Uint8Array | string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), bytes);
}

const fileOf = (path: string, bytes: Uint8Array) => ({ path, byteLength: bytes.byteLength, sha256: nodeSha256(bytes) });

/** Puts both models into the folder, as from the repository. */
function fill(): void {
  const commit = hub.commit(REPOSITORY);
  const parts = Object.entries(PARTS).map(([path, bytes]) => [`several/${path}`, bytes] as const);
  put('one.gguf', BYTES);
  for (const [path, bytes] of parts) put(path, bytes);
  const models = [
    { name: 'One', files: [fileOf('one.gguf', BYTES)], license: 'mit' },
    {
      name: 'Several',
      files: parts.map(([path, bytes]) => fileOf(path, bytes)),
      origin: { repository: REPOSITORY, commit },
    },
  ];
  put('index.json', JSON.stringify({ version: 1, models }));
}

async function library(): Promise<Library> {
  const made = smallLibrary();
  await made.preferFolders([served.url]);
  return made;
}

async function add(to: Library, source: ModelSource): Promise<LibraryEntry> {
  const outcome = await to.add(source, ignoreProgress);
  if (outcome.kind !== 'added') throw new Error('paused');
  return outcome.entry;
}

/** Makes of a whole model one whose download was broken off: its second half is missing. */
async function unfinish(id: string): Promise<void> {
  const { chunkSha256, ...manifest } = await requireManifest(id);
  for (let index = Math.floor(chunkSha256.length / 2); index < chunkSha256.length; index++)
    await writeStore((store) => store.delete(['chunk', id, index]));
  await putManifest({ ...manifest, state: 'downloading', sha256: null, chunkSha256: [] });
}

const hubFile = (more: object = {}): ModelSource => ({
  ...{ kind: 'hub', repository: REPOSITORY, fileName: 'model.gguf', endpoint: hub.endpoint, ...more },
});
const hubFiles = (): ModelSource => ({
  ...{ kind: 'hub-files', name: 'Several', repository: REPOSITORY, endpoint: hub.endpoint },
  ...{ revision: hub.commit(REPOSITORY), fileNames: Object.keys(PARTS) },
});

describe('a folder of models', () => {
  it('offers what its index lists, and what is fetched from it is what was offered', async () => {
    fill();
    const here = await library();
    const folder = await here.folder(served.url);
    expect(folder?.models.map(({ name, fileBytes, license }) => [name, fileBytes, license])).toEqual([
      ['One', BYTES.byteLength, 'mit'],
      ['Several', Object.values(PARTS).reduce((sum, { byteLength }) => sum + byteLength, 0), null],
    ]);
    for (const { source, storedSha256 } of folder!.models) {
      const entry = await add(here, source);
      expect(entry).toMatchObject({ state: 'complete', sha256: storedSha256 });
      // Kept once, however often it is asked for.
      expect((await add(here, source)).id).toBe(entry.id);
    }
    const [several, one] = await here.list();
    expect(one).toMatchObject({ sha256: SHA256, origin: `${served.url}one.gguf` });
    expect(Buffer.compare(await readWhole(one!.id), BYTES)).toBe(0);
    expect(Buffer.compare(await readWhole(several!.id), Buffer.concat(Object.values(PARTS)))).toBe(0);
    expect(hub.hubRequests).toEqual([]);
  });

  it('has no models where there is no index, and is asked again each time', async () => {
    const here = await library();
    expect(await here.folder(served.url)).toBe(null);
    fill();
    expect((await here.folder(served.url))?.models).toHaveLength(2);
  });

  it.each([
    ['index of another version', '{"version": 9, "models": []}', 'FileMalformed', 'models/index.json'],
    ['broken index', '{"version": 1, "mod', 'FileMalformed', 'models/index.json'],
    ['text of another encoding', Buffer.from([0x7b, 0xff, 0xfe]), 'FileMalformed', 'is not valid text'],
  ])('says what is wrong with an %s', async (_, text, name, part) => {
    put('index.json', text);
    const asked = (await library()).folder(served.url);
    await expect(asked).rejects.toMatchObject({ name, message: expect.stringContaining(part) as string });
  });

  it('says so where nobody is there, where a web page is, and where the index has no end', async () => {
    const here = smallLibrary();
    const other = await listen((request, response) => {
      if (request.url?.startsWith('/page/'))
        return void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>Welcome');
      response.writeHead(200, { 'Content-Type': 'application/json' });
      const more = (): void => void (response.destroyed || response.write(' '.repeat(2 ** 18), more));
      more();
    });
    await expect(here.folder(`${other.origin}/page/`)).rejects.toMatchObject({ name: 'SourceRefused' });
    await expect(here.folder(`${other.origin}/endless/`)).rejects.toThrow('is too long: expected at most');
    await other.close();
    await expect(here.folder(`${other.origin}/`)).rejects.toMatchObject({ name: 'SourceUnreachable' });
  });

  it('refuses a file with one flipped bit, by its name, and keeps nothing of it', async () => {
    fill();
    const here = await library();
    const [one, several] = (await here.folder(served.url))!.models;
    const flipped = BYTES.slice();
    flipped[200_000]! ^= 4;
    put('one.gguf', flipped);
    const shard = PARTS['q4/a.bin'].slice();
    shard[7]! ^= 1;
    put('several/q4/a.bin', shard);
    const refusal = (part: string) => ({ name: 'HashMismatch', message: expect.stringContaining(part) as string });
    await expect(add(here, one!.source)).rejects.toMatchObject(refusal('one.gguf'));
    await expect(add(here, several!.source)).rejects.toMatchObject(refusal('a.bin'));
    expect((await here.list()).filter(({ state }) => state === 'complete')).toEqual([]);
    // Mended there, it can be had.
    fill();
    await add(here, one!.source);
    await add(here, several!.source);
  });

  it('refuses a file that is shorter or longer than its index says', async () => {
    fill();
    const here = await library();
    const [one] = (await here.folder(served.url))!.models;
    for (const bytes of [BYTES.subarray(0, -1), new Uint8Array([...BYTES, 0])]) {
      put('one.gguf', bytes);
      await expect(add(here, one!.source)).rejects.toMatchObject({ name: 'SourceChanged' });
    }
  });
});

describe('what a hub is asked for', () => {
  it('comes from the folder by its hash, and nobody asks the hub', async () => {
    fill();
    const expected = { byteLength: BYTES.byteLength, sha256: SHA256 };
    for (const more of [{ expected }, { expected, revision: hub.commit(REPOSITORY) }]) {
      const entry = await add(await library(), hubFile(more));
      expect(entry).toMatchObject({
        sha256: SHA256,
        origin: expect.stringContaining('owner/model/model.gguf') as string,
      });
    }
    expect(hub.hubRequests).toEqual([]);
    expect(hub.sentBytes()).toBe(0);
  });

  it('comes from the folder by repository, commit and path', async () => {
    fill();
    const entry = await add(await library(), hubFiles());
    expect(Buffer.compare(await readWhole(entry.id), Buffer.concat(Object.values(PARTS)))).toBe(0);
    expect(hub.hubRequests).toEqual([]);
  });

  it('comes from the folder too where only the hub can say which bytes are meant', async () => {
    fill();
    await add(await library(), hubFile());
    expect(hub.hubRequests.length).toBeGreaterThan(0);
    expect(hub.sentBytes()).toBe(0);
  });

  it('comes from the hub where the folder has something else, or its index is broken or gone', async () => {
    fill();
    const expected = { sha256: nodeSha256(noise(10)) };
    // What the hub has is not what was expected either: the hub was asked, and said so.
    await expect(add(await library(), hubFile({ expected }))).rejects.toMatchObject({ name: 'SourceChanged' });
    await expect(add(await library(), hubFile({ revision: 'f'.repeat(40) }))).rejects.toMatchObject({
      name: 'SourceRefused',
    });
    put('index.json', '{');
    const here = await library();
    await here.folder(served.url).catch(() => undefined);
    await add(here, hubFile());
    expect(hub.sentBytes()).toBeGreaterThanOrEqual(BYTES.byteLength);
    await served.close();
    await add(await library(), hubFiles());
  });

  it('goes on from the folder after the hub, and the other way round', async () => {
    fill();
    const expected = { byteLength: BYTES.byteLength, sha256: SHA256 };
    for (const source of [hubFile({ expected }), hubFiles()]) {
      for (const [first, second] of [
        [smallLibrary(), await library()],
        [await library(), smallLibrary()],
      ] as const) {
        await fakeBrowser();
        const whole = await add(first, source);
        await unfinish(whole.id);
        expect(await second.list()).toMatchObject([{ id: whole.id, state: 'partial' }]);
        const outcome = await second.resume(whole.id, ignoreProgress);
        expect(outcome).toEqual({ kind: 'added', entry: { ...whole, addedAt: expect.any(Number) as number } });
      }
    }
  });

  it('goes on from the folder when the hub is gone, though only the hub had said which bytes are meant', async () => {
    const { id } = await add(await library(), hubFile());
    await unfinish(id);
    fill();
    await hub.close();
    const here = await library();
    await here.folder(served.url);
    expect(await here.resume(id, ignoreProgress)).toMatchObject({ kind: 'added', entry: { id, sha256: SHA256 } });
  });

  it('is mended from the folder when the hub is gone', async () => {
    const here = await library();
    await here.folder(served.url);
    const one = await add(here, hubFile());
    const several = await add(here, hubFiles());
    expect(hub.sentBytes()).toBeGreaterThan(0);
    fill();
    await here.folder(served.url);
    await hub.close();
    for (const { id } of [one, several]) {
      await writeStore((store) => store.delete(chunkRange(id)));
      await here.repair(id);
    }
    expect(Buffer.compare(await readWhole(several.id), Buffer.concat(Object.values(PARTS)))).toBe(0);
    expect(Buffer.compare(await readWhole(one.id), BYTES)).toBe(0);
  });
});
