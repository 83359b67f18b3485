/** Downloads in spans: few requests, few at once, each byte once, and nothing read twice when one goes on. */
import { IDBObjectStore } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startHub } from '../../tools/servers/hub-server.ts';
import type { HubServer } from '../../tools/servers/hub-server.ts';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import {
  ignoreProgress,
  nodeSha256,
  noise,
  putInstead,
  readWhole,
  SMALL_CHUNK_BYTES,
  SMALL_SLICE_BYTES,
  smallLibrary,
  storedBytes,
  UNHURRIED,
} from '../../tools/testing/library-case.ts';
import type { ModelSource, TransferProgress } from '../protocol/model.ts';
import { storedChunks } from './chunk.ts';
import { writeStore } from './database.ts';
import { SPAN_BYTES } from './fetch-chunks.ts';
import { findManifest } from './manifest.ts';
import type { SavedHash } from './running-hash.ts';

const COUNT = 23;
const BYTES = noise((COUNT - 1) * SMALL_CHUNK_BYTES + 4321);
const SPAN_CHUNKS = 3;
const SPAN = SPAN_CHUNKS * SMALL_CHUNK_BYTES;
/** Each answer; so slow that requests overlap. */
const SLOW = { bytesPerSecond: 2 ** 20 };
/** What a busy machine may need. */
const PATIENCE_MS = 15_000;
let hub: HubServer;

beforeEach(async () => {
  await fakeBrowser();
  hub = await startHub({ 'owner/model': { 'model.gguf': BYTES } }, SLOW);
});
afterEach(async () => {
  await hub.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const source = (): ModelSource => ({
  ...{ kind: 'hub', repository: 'owner/model', fileName: 'model.gguf', endpoint: hub.endpoint },
});
const inSpans = () => smallLibrary(UNHURRIED, SPAN);
const rangeOf = (start: number) => `bytes=${start}-${Math.min(BYTES.byteLength, start + SPAN) - 1}`;

async function storedIndices(): Promise<number[]> {
  const [only] = [...(await storedChunks()).values()];
  return [...(only ?? [])].sort((a, b) => a - b);
}

/** Indices of chunks that are read out of the store from now on. */
function watchReads(): number[] {
  const read: number[] = [];
  const get = IDBObjectStore.prototype.get;
  vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (this: IDBObjectStore, key) {
    if (Array.isArray(key) && key[0] === 'chunk') read.push(key[2] as number);
    return get.call(this, key);
  });
  return read;
}

describe('a download in spans', () => {
  it('asks for 64 MiB or more at a time where nobody says otherwise', () => {
    expect(SPAN_BYTES).toBeGreaterThanOrEqual(64 * 2 ** 20);
  });

  it('asks for each span once, at most four at a time, and for nothing that needs a preflight', async () => {
    const { entry } = await inSpans().add(source(), ignoreProgress);
    expect(entry).toMatchObject({ state: 'complete', sha256: nodeSha256(BYTES) });
    expect(Buffer.compare(await readWhole(entry!.id), BYTES)).toBe(0);
    const starts = Array.from({ length: Math.ceil(COUNT / SPAN_CHUNKS) }, (_, span) => span * SPAN);
    expect(hub.fileRequests.map(({ range }) => range).sort()).toEqual(starts.map(rangeOf).sort());
    expect(hub.mostAtOnce()).toBe(4);
    expect(hub.sentBytes()).toBe(BYTES.byteLength);
    expect(hub.preflights()).toEqual([]);
  });

  it('leaves room for another download', async () => {
    const bytes = noise(COUNT * SMALL_CHUNK_BYTES);
    const other = await startHub({ 'owner/other': { 'other.gguf': bytes } }, SLOW);
    const library = inSpans();
    const otherSource = { ...source(), repository: 'owner/other', fileName: 'other.gguf', endpoint: other.endpoint };
    const outcomes = await Promise.all([
      library.add(source(), ignoreProgress),
      library.add(otherSource as ModelSource, ignoreProgress),
    ]);
    for (const { entry } of outcomes) expect(entry?.state).toBe('complete');
    expect(Math.min(hub.mostAtOnce(), other.mostAtOnce())).toBe(3);
    await other.close();
  });

  it('reports bytes that only grow, up to the whole, and then what it verifies', async () => {
    const seen: TransferProgress[] = [];
    await inSpans().add(source(), (progress) => seen.push(progress));
    const downloaded = seen.filter(({ phase }) => phase === 'downloading').map(({ storedBytes }) => storedBytes);
    expect(downloaded).toEqual([...downloaded].sort((a, b) => a - b));
    expect(downloaded.at(-1)).toBe(BYTES.byteLength);
    expect(seen.at(-1)?.storedBytes).toBe(BYTES.byteLength);
  });

  it('takes one request at a time from a server that gives no parts, and at most one span twice', async () => {
    hub.fail({ kind: 'ignore-range' }, Infinity);
    const { entry } = await inSpans().add(source(), ignoreProgress);
    expect(Buffer.compare(await readWhole(entry!.id), BYTES)).toBe(0);
    expect(hub.mostAtOnce()).toBeLessThanOrEqual(2);
    expect(hub.fileRequests).toHaveLength(2);
  });

  it('asks nothing while a server that it asked wants quiet', async () => {
    hub.fail({ kind: 'short', afterBytes: SPAN });
    hub.fail({ kind: 'status', status: 429, headers: { 'Retry-After': '1' } });
    const times: number[] = [];
    const realFetch = fetch;
    vi.stubGlobal('fetch', (...request: Parameters<typeof fetch>) => {
      times.push(performance.now());
      return realFetch(...request);
    });
    const { entry } = await inSpans().add(source(), ignoreProgress);
    expect(entry?.state).toBe('complete');
    const gaps = times.slice(1).map((time, index) => time - times[index]!);
    expect(Math.max(...gaps)).toBeGreaterThan(700);
  });
});

describe('a download that goes on', () => {
  it('reads nothing again that it has hashed, and fetches only what is missing', async () => {
    hub.fail({ kind: 'stall', afterBytes: 7 * SMALL_CHUNK_BYTES + 50 });
    const first = smallLibrary(UNHURRIED);
    const adding = first.add(source(), ignoreProgress);
    await vi.waitFor(async () => {
      expect(await storedIndices()).toHaveLength(7);
    }, PATIENCE_MS);
    await first.pause();
    expect((await adding).kind).toBe('paused');
    const [sentBefore, read] = [hub.sentBytes(), watchReads()];
    const { entry } = await smallLibrary(UNHURRIED).add(source(), ignoreProgress);
    expect(read).toEqual([]);
    expect(hub.sentBytes() - sentBefore).toBe(BYTES.byteLength - 7 * SMALL_CHUNK_BYTES);
    expect(entry?.sha256).toBe(nodeSha256(BYTES));
  });

  it.each([
    ['is of another build', alterHash],
    ['has counted a chunk that is gone', (id: string) => writeStore((store) => store.delete(['chunk', id, 2]))],
    ['is gone', (id: string) => writeStore((store) => store.delete(['hash', id]))],
  ])('hashes what is kept anew where the state that it kept %s', async (_, harm) => {
    hub.fail({ kind: 'stall', afterBytes: 7 * SMALL_CHUNK_BYTES + 50 });
    const first = smallLibrary(UNHURRIED);
    const adding = first.add(source(), ignoreProgress);
    await vi.waitFor(async () => {
      expect(await storedIndices()).toHaveLength(7);
    }, PATIENCE_MS);
    await first.pause();
    const { entry: partial } = await adding;
    await harm(partial!.id);
    const kept = await storedBytes();
    const [sentBefore, read] = [hub.sentBytes(), watchReads()];
    const { entry } = await inSpans().add(source(), ignoreProgress);
    expect([...new Set(read)]).toEqual(expect.arrayContaining([0, 1, 3, 4, 5, 6]));
    expect(hub.sentBytes() - sentBefore).toBe(BYTES.byteLength - kept);
    expect(entry?.sha256).toBe(nodeSha256(BYTES));
    expect(Buffer.compare(await readWhole(entry!.id), BYTES)).toBe(0);
  });

  it('fetches a chunk again that was altered before it was hashed', async () => {
    // The first span hangs behind its first chunk, so that those after it are stored and not yet counted.
    hub.fail({ kind: 'stall', afterBytes: SMALL_CHUNK_BYTES + 10 });
    const first = inSpans();
    const adding = first.add(source(), ignoreProgress);
    await vi.waitFor(async () => {
      expect(await storedIndices()).toEqual([...Array(COUNT).keys()].filter((index) => index !== 1 && index !== 2));
    }, PATIENCE_MS);
    await first.pause();
    const { entry: partial } = await adding;
    await writeStore((store) => {
      store.put({ bytes: noise(SMALL_CHUNK_BYTES).buffer, sha256: nodeSha256(BYTES) }, ['chunk', partial!.id, 8]);
    });
    const sentBefore = hub.sentBytes();
    const { entry } = await inSpans().add(source(), ignoreProgress);
    expect(hub.sentBytes() - sentBefore).toBe(3 * SMALL_CHUNK_BYTES);
    expect(Buffer.compare(await readWhole(entry!.id), BYTES)).toBe(0);
  });

  it.each([
    ['was altered', 3, (key: IDBValidKey) => putInstead(key, noise(SMALL_SLICE_BYTES))],
    ['is of another length', 3, (key: IDBValidKey) => putInstead(key, BYTES.slice(0, 5))],
    ['is gone', 3, (key: IDBValidKey) => writeStore((store) => store.delete(key))],
    ['was the first', 0, (key: IDBValidKey) => writeStore((store) => store.delete(key))],
  ])('takes no slice of a chunk from one on that %s', async (_, slice, harm) => {
    hub.fail({ kind: 'stall', afterBytes: 2 * SMALL_CHUNK_BYTES + 6 * SMALL_SLICE_BYTES + 50 });
    const first = smallLibrary(UNHURRIED);
    const adding = first.add(source(), ignoreProgress);
    const kept = 2 * SMALL_CHUNK_BYTES + 6 * SMALL_SLICE_BYTES;
    await vi.waitFor(async () => {
      expect(await storedBytes()).toBe(kept);
    }, PATIENCE_MS);
    await first.pause();
    const { id } = (await adding).entry!;
    await harm(['chunk', id, 2, slice * SMALL_SLICE_BYTES]);
    const sentBefore = hub.sentBytes();
    const seen: TransferProgress[] = [];
    const { entry } = await smallLibrary(UNHURRIED).add(source(), (progress) => seen.push(progress));
    expect(hub.sentBytes() - sentBefore).toBe(BYTES.byteLength - kept + (6 - slice) * SMALL_SLICE_BYTES);
    expect(seen.filter(({ phase }) => phase === 'downloading').at(-1)?.storedBytes).toBe(BYTES.byteLength);
    expect(Buffer.compare(await readWhole(entry!.id), BYTES)).toBe(0);
    expect(await storedBytes()).toBe(BYTES.byteLength);
  });

  /** All but the last bring enough to show that there is time for one more. */
  const randomEnds = () =>
    [SMALL_CHUNK_BYTES, SMALL_CHUNK_BYTES, SMALL_CHUNK_BYTES, 1].map(
      (least) => least + Math.floor(Math.random() * (SPAN - 1 - least)),
    );

  it.each(Array.from({ length: 6 }, randomEnds))(
    'fetches at most one slice of each span again after an end at bytes %i, %i, %i and %i of four spans',
    async (...ends) => {
      for (const afterBytes of ends) hub.fail({ kind: 'stall', afterBytes });
      const dying = inSpans();
      const adding = dying.add(source(), ignoreProgress);
      const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
      const whole = sum(ends.map((end) => Math.floor(end / SMALL_CHUNK_BYTES)));
      await vi.waitFor(async () => {
        expect(hub.sentBytes()).toBe(sum(ends));
        expect(await storedIndices()).toHaveLength(whole);
        expect(await storedBytes()).toBe(sum(ends.map((end) => end - (end % SMALL_SLICE_BYTES))));
      }, PATIENCE_MS);
      await dying.pause();
      await adding;
      const outcome = await inSpans().add(source(), ignoreProgress);
      expect(Buffer.compare(await readWhole(outcome.entry!.id), BYTES)).toBe(0);
      expect(hub.sentBytes() - BYTES.byteLength).toBe(sum(ends.map((end) => end % SMALL_SLICE_BYTES)));
    },
  );
});

/** Makes the kept state one that hash-wasm refuses. */
async function alterHash(id: string): Promise<void> {
  await writeStore((store) => {
    const request = store.get(['hash', id]) as IDBRequest<SavedHash>;
    request.onsuccess = () => {
      request.result.digests.states.sha256[0]! ^= 0xff;
      store.put(request.result, ['hash', id]);
    };
  });
}

describe('the state of a model', () => {
  it('is downloading, verifying and complete in turn, and what was half done is nobody’s', async () => {
    const states: string[] = [];
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
      if (Array.isArray(key) && key[0] === 'file') states.push((value as { state: string }).state);
      return put.call(this, value, key);
    });
    const library = inSpans();
    const { entry } = await library.add(source(), ignoreProgress);
    await library.remove(entry!.id);
    expect(states).toEqual(['downloading', 'verifying', 'complete', 'deleting']);
    expect(await storedIndices()).toEqual([]);
  });

  it('where deletion was cut short, is finished by the next sweep, and seen by nobody before', async () => {
    const { entry } = await inSpans().add(source(), ignoreProgress);
    const { id } = entry!;
    const manifest = (await findManifest(id))!;
    await writeStore((store) => {
      store.put({ ...manifest, state: 'deleting' }, ['file', id]);
      store.delete(['chunk', id, 0]);
      store.put({ chunkSha256: [], digests: null }, ['hash', 'nobody']);
    });
    expect(await findManifest(id)).toBeNull();
    expect(await smallLibrary().list()).toEqual([]);
    expect(await storedIndices()).toEqual([]);
    const keys = await new Promise((resolve) => {
      void writeStore((store) => {
        const request = store.getAllKeys();
        request.onsuccess = () => {
          resolve(request.result);
        };
      });
    });
    expect(keys).toEqual([]);
  });

  it('begins from nothing where it is fetched again in the middle of its deletion', async () => {
    const library = inSpans();
    const { id } = (await library.add(source(), ignoreProgress)).entry!;
    const manifest = (await findManifest(id))!;
    await writeStore((store) => store.put({ ...manifest, state: 'deleting' }, ['file', id]));
    const sentBefore = hub.sentBytes();
    const { entry } = await library.add(source(), ignoreProgress);
    expect(hub.sentBytes() - sentBefore).toBe(BYTES.byteLength);
    expect(Buffer.compare(await readWhole(entry!.id), BYTES)).toBe(0);
  });

  it('of earlier versions, “partial”, is gone on with', async () => {
    hub.fail({ kind: 'stall', afterBytes: 4 * SMALL_CHUNK_BYTES });
    const first = smallLibrary(UNHURRIED);
    const adding = first.add(source(), ignoreProgress);
    await vi.waitFor(async () => {
      expect(await storedIndices()).toHaveLength(4);
    }, PATIENCE_MS);
    await first.pause();
    const { id } = (await adding).entry!;
    const manifest = (await findManifest(id))!;
    await writeStore((store) => {
      store.put({ ...manifest, state: 'partial' }, ['file', id]);
      store.delete(['hash', id]);
    });
    const library = inSpans();
    expect(await library.list()).toMatchObject([{ state: 'partial', storedBytes: 4 * SMALL_CHUNK_BYTES }]);
    const sentBefore = hub.sentBytes();
    expect((await library.resume(id, ignoreProgress)).kind).toBe('added');
    expect(hub.sentBytes() - sentBefore).toBe(BYTES.byteLength - 4 * SMALL_CHUNK_BYTES);
  });
});
