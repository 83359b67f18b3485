/** The library's promises: what is added is there byte for byte, once, and nothing else is touched. */
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listen, parseRange } from '../../tools/servers/http-server.ts';
import { startHub } from '../../tools/servers/hub-server.ts';
import type { HubServer } from '../../tools/servers/hub-server.ts';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import type { FakeBrowser } from '../../tools/testing/fake-browser.ts';
import {
  ignoreProgress,
  nodeSha256,
  noise,
  plainSummary,
  readWhole,
  SMALL_CHUNK_BYTES,
  smallLibrary,
} from '../../tools/testing/library-case.ts';
import { formatBytes } from '../protocol/format-bytes.ts';
import type { LibraryEntry, ModelSource, TransferProgress } from '../protocol/model.ts';
import { hashed } from './chunk-hasher.ts';
import { putChunk, storedChunks } from './chunk.ts';
import { withExclusiveLock } from './file-lock.ts';
import { Library } from './library.ts';
import { openStored } from './stored-file.ts';

const BYTES = noise(5 * SMALL_CHUNK_BYTES + 777);
let browser: FakeBrowser;
let hub: HubServer;

beforeEach(async () => {
  browser = await fakeBrowser();
  hub = await startHub({ 'owner/model': { 'model.gguf': BYTES, 'nested/other file.gguf': noise(1000) } });
});
afterEach(async () => {
  await hub.close();
  vi.unstubAllGlobals();
});

const fromDisk = (bytes: Uint8Array<ArrayBuffer>, fileName = 'local.gguf'): ModelSource => ({
  kind: 'file',
  file: new Blob([bytes]),
  fileName,
});
const fromHub = (fileName = 'model.gguf'): ModelSource => ({
  kind: 'hub',
  repository: 'owner/model',
  fileName,
  endpoint: hub.endpoint,
});
const fromUrl = (): ModelSource => ({ kind: 'url', url: `${hub.endpoint}/owner/model/resolve/main/model.gguf` });

async function add(library: Library, source: ModelSource): Promise<LibraryEntry> {
  const outcome = await library.add(source, ignoreProgress);
  if (outcome.kind !== 'added') throw new Error('paused');
  return outcome.entry;
}

async function chunkCount(): Promise<number> {
  let count = 0;
  for (const indices of (await storedChunks()).values()) count += indices.size;
  return count;
}

describe('add', () => {
  it.each([
    ['a file', () => fromDisk(BYTES)],
    ['the hub', () => fromHub()],
    ['a URL', () => fromUrl()],
  ])('stores %s byte for byte, with its SHA-256', async (_, source) => {
    const library = smallLibrary();
    const entry = await add(library, source());
    expect(entry).toMatchObject({ state: 'complete', storedBytes: BYTES.byteLength, sha256: nodeSha256(BYTES) });
    expect(Buffer.compare(await readWhole(entry.id), BYTES)).toBe(0);
    expect(await library.list()).toEqual([entry]);
  });

  it('fetches each byte once and asks no browser for permission', async () => {
    await add(smallLibrary(), fromHub());
    expect(hub.sentBytes()).toBe(BYTES.byteLength);
    expect(hub.fileRequests).toHaveLength(1);
    expect(hub.preflights()).toEqual([]);
  });

  it('reads a description once between looking and keeping, and again where the bytes may have changed', async () => {
    const read: string[] = [];
    const library = new Library({
      chunkBytes: SMALL_CHUNK_BYTES,
      describe: (source) => {
        read.push(source.fileName);
        return Promise.resolve(plainSummary(source.fileName, source.byteLength));
      },
    });
    for (const source of [fromHub(), fromHub('nested/other file.gguf'), fromDisk(BYTES.slice(1))]) {
      const summary = await library.inspect(source);
      expect((await add(library, source)).summary).toEqual(summary);
    }
    expect(read).toEqual(['model.gguf', 'other file.gguf', 'local.gguf', 'local.gguf']);
  });

  it('finds a file in a folder of the repository, blanks and all', async () => {
    expect((await add(smallLibrary(), fromHub('nested/other file.gguf'))).summary.fileName).toBe('other file.gguf');
  });

  it('reports bytes that only grow, up to the whole', async () => {
    const seen: TransferProgress[] = [];
    await smallLibrary().add(fromHub(), (progress) => seen.push(progress));
    const stored = seen.map(({ storedBytes }) => storedBytes);
    expect(stored).toEqual([...stored].sort((a, b) => a - b));
    expect(seen.at(-1)).toMatchObject({ phase: 'downloading', storedBytes: BYTES.byteLength, remainingMs: 0 });
  });

  it('stores the same bytes once, from wherever they come', async () => {
    const library = smallLibrary();
    const first = await add(library, fromDisk(BYTES));
    for (const source of [fromDisk(BYTES, 'renamed.gguf'), fromHub(), fromUrl()]) {
      expect((await add(library, source)).id).toBe(first.id);
    }
    expect(await library.list()).toHaveLength(1);
    expect(await chunkCount()).toBe(6);
  });

  it('tells two local files apart that agree in every sample', async () => {
    const large = noise(64 * 128 * 1024);
    const twin = large.slice();
    twin[100_000]! ^= 1; // Between the first two samples, which are 64 KiB each and about 132 KiB apart.
    const library = smallLibrary();
    const [a, b] = [await add(library, fromDisk(large)), await add(library, fromDisk(twin))];
    expect(a.id).not.toBe(b.id);
    expect(Buffer.compare(await readWhole(a.id), large)).toBe(0);
    expect(Buffer.compare(await readWhole(b.id), twin)).toBe(0);
  });

  it('stores nothing of a file that is malformed or unsupported', async () => {
    await expect(new Library().add(fromDisk(BYTES), ignoreProgress)).rejects.toMatchObject({
      name: expect.stringMatching(/^File/) as string,
    });
    const refusing = new Library({
      describe: (source) =>
        Promise.resolve({ ...plainSummary(source.fileName, source.byteLength), unsupported: 'It is a duck' }),
    });
    await expect(refusing.add(fromHub(), ignoreProgress)).rejects.toMatchObject({ name: 'FileUnsupported' });
    expect(await refusing.list()).toEqual([]);
    expect(await chunkCount()).toBe(0);
  });

  it('stores a real model in chunks of the real size', async () => {
    const path = new URL('../../../shared/models/stories260K.gguf', import.meta.url);
    if (!existsSync(path)) return console.warn('SKIPPED: stories260K.gguf is not here');
    const bytes = new Uint8Array(readFileSync(path));
    const library = new Library();
    const source = fromDisk(bytes, 'stories260K.gguf');
    expect(await library.inspect(source)).toMatchObject({ architecture: 'llama', unsupported: null });
    const entry = await add(library, source);
    expect(entry.summary.fileBytes).toBe(bytes.byteLength);
    expect(Buffer.compare(await readWhole(entry.id), bytes)).toBe(0);
  });

  it('refuses before it begins when the estimate rules the file out', async () => {
    browser.estimate.quota = BYTES.byteLength - 1;
    await expect(smallLibrary().add(fromHub(), ignoreProgress)).rejects.toMatchObject({
      name: 'StorageFull',
      message: expect.stringContaining(`expected ${formatBytes(BYTES.byteLength)} free`) as string,
    });
    expect(hub.sentBytes()).toBe(0);
    expect(await smallLibrary().list()).toEqual([]);
  });
});

describe('remove', () => {
  it('takes one model and leaves the other', async () => {
    const library = smallLibrary();
    const other = noise(2 * SMALL_CHUNK_BYTES);
    const [gone, kept] = [await add(library, fromDisk(BYTES)), await add(library, fromDisk(other))];
    await library.remove(gone.id);
    expect(await library.list()).toEqual([kept]);
    expect(Buffer.compare(await readWhole(kept.id), other)).toBe(0);
    expect(await chunkCount()).toBe(2);
    await expect(library.remove(gone.id)).rejects.toMatchObject({ name: 'NotFound' });
    await expect(openStored(gone.id)).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('is refused while a model is read, and works once it is let go', async () => {
    const library = smallLibrary();
    const { id } = await add(library, fromDisk(BYTES));
    const readers = [await openStored(id), await openStored(id)];
    for (const reader of readers) {
      await expect(library.remove(id)).rejects.toMatchObject({ name: 'FileBusy' });
      await reader.release();
    }
    await library.remove(id);
    expect(await library.list()).toEqual([]);
  });
});

describe('two tabs', () => {
  it('does not open a file while it is written', async () => {
    const { id } = await add(smallLibrary(), fromHub());
    await withExclusiveLock(id, async () => {
      await expect(openStored(id)).rejects.toMatchObject({ name: 'FileBusy' });
    });
    await (await openStored(id)).release();
  });
});

describe('pause and resume', () => {
  it('keeps what was fetched and fetches only the rest', async () => {
    hub.fail({ kind: 'stall', afterBytes: 2 * SMALL_CHUNK_BYTES + 100 });
    const library = smallLibrary({
      maxTries: 3,
      firstWaitMs: 1,
      longestWaitMs: 1,
      longestAskedWaitMs: 1,
      stallMs: 60_000,
    });
    const adding = library.add(fromHub(), ignoreProgress);
    await vi.waitFor(async () => {
      expect(await chunkCount()).toBe(2);
    });
    await library.pause();
    const outcome = await adding;
    if (outcome.kind !== 'paused' || outcome.entry === null) throw new Error('not paused');
    expect(outcome.entry).toMatchObject({ state: 'partial', storedBytes: 2 * SMALL_CHUNK_BYTES, sha256: null });
    await expect(openStored(outcome.entry.id)).rejects.toMatchObject({ name: 'NotFound' });

    const sentBefore = hub.sentBytes();
    const resumed = await smallLibrary().resume(outcome.entry.id, ignoreProgress);
    expect(resumed.kind).toBe('added');
    expect(hub.sentBytes() - sentBefore).toBe(BYTES.byteLength - 2 * SMALL_CHUNK_BYTES);
    expect(Buffer.compare(await readWhole(outcome.entry.id), BYTES)).toBe(0);
  });

  it('leaves nothing of a local file that was paused: choosing it again is as quick', async () => {
    const library = smallLibrary();
    const adding = library.add(fromDisk(noise(200 * SMALL_CHUNK_BYTES)), () => void library.pause());
    expect(await adding).toEqual({ kind: 'paused', entry: null });
    expect(await chunkCount()).toBe(0);
  });

  it('resumes a pinned commit although the repository has moved on', async () => {
    hub.fail({ kind: 'cut', afterBytes: SMALL_CHUNK_BYTES });
    hub.fail({ kind: 'status', status: 503 }, 3);
    const library = smallLibrary();
    await expect(add(library, fromHub())).rejects.toMatchObject({ name: 'SourceUnreachable' });
    hub.heal();
    hub.update('owner/model', 'model.gguf', noise(BYTES.byteLength));
    const [partial] = await library.list();
    await library.resume(partial!.id, ignoreProgress);
    expect(Buffer.compare(await readWhole(partial!.id), BYTES)).toBe(0);
  });

  it('starts over where the file at a URL has changed, and keeps no half of the old one', async () => {
    const library = smallLibrary();
    hub.fail({ kind: 'short', afterBytes: 1 });
    hub.fail({ kind: 'short', afterBytes: 2 * SMALL_CHUNK_BYTES });
    hub.fail({ kind: 'etag', etag: '"newer"' });
    await expect(add(library, fromUrl())).rejects.toMatchObject({ name: 'SourceChanged' });
    const [partial] = await library.list();
    expect(partial).toMatchObject({ state: 'partial', storedBytes: 2 * SMALL_CHUNK_BYTES });
    const newer = noise(BYTES.byteLength);
    hub.update('owner/model', 'model.gguf', newer);
    const outcome = await library.resume(partial!.id, ignoreProgress);
    expect(await library.list()).toEqual([outcome.entry]);
    expect(Buffer.compare(await readWhole(outcome.entry!.id), newer)).toBe(0);
  });
});

describe('a server that gives nothing to know a file by', () => {
  it('is asked for the whole file again, because its parts may be of another', async () => {
    let [bytes, limit] = [BYTES, 3 * SMALL_CHUNK_BYTES];
    const server = await listen((request, response) => {
      const range = parseRange(request.headers.range, bytes.byteLength);
      if (range === null || range === 'outside') return void response.writeHead(404).end();
      if (range.start >= limit) return void response.writeHead(503).end();
      const headers = { 'Content-Range': `bytes ${range.start}-${range.end - 1}/${bytes.byteLength}` };
      response.writeHead(206, headers).end(bytes.subarray(range.start, Math.min(range.end, limit)));
    });
    const library = smallLibrary();
    const source: ModelSource = { kind: 'url', url: `${server.origin}/model.gguf` };
    await expect(library.add(source, ignoreProgress)).rejects.toMatchObject({ name: 'SourceUnreachable' });
    const [partial] = await library.list();
    expect(partial?.storedBytes).toBe(3 * SMALL_CHUNK_BYTES);
    [bytes, limit] = [noise(BYTES.byteLength), Infinity];
    await library.resume(partial!.id, ignoreProgress);
    expect(Buffer.compare(await readWhole(partial!.id), bytes)).toBe(0);
    await server.close();
  });
});

describe('sweep', () => {
  it('deletes chunks that belong to no file, at the first list, and no others', async () => {
    const { id } = await add(smallLibrary(), fromDisk(BYTES));
    const stray = noise(100);
    for (const index of [0, 9]) await putChunk({ id: 'nobody', index, offset: 0, neededBytes: 0 }, await hashed(stray));
    await smallLibrary().list();
    expect([...(await storedChunks()).keys()]).toEqual([id]);
    expect(Buffer.compare(await readWhole(id), BYTES)).toBe(0);
  });
});
