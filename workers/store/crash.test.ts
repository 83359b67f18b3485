/** Tabs that die, disks that fill up and databases that go away: what was whole stays whole, and little is fetched twice. */
import { IDBObjectStore } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startHub } from '../../tools/servers/hub-server.ts';
import type { HubServer } from '../../tools/servers/hub-server.ts';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import type { FakeBrowser } from '../../tools/testing/fake-browser.ts';
import {
  ignoreProgress,
  noise,
  QUICK,
  readWhole,
  SMALL_CHUNK_BYTES,
  smallLibrary,
} from '../../tools/testing/library-case.ts';
import type { ModelSource } from '../protocol/model.ts';
import { storedChunks } from './chunk.ts';

const COUNT = 12;
const BYTES = noise((COUNT - 1) * SMALL_CHUNK_BYTES + 4321);
const OTHER = noise(3 * SMALL_CHUNK_BYTES);
const fromDisk: ModelSource = { kind: 'file', file: new Blob([OTHER]), fileName: 'other.gguf' };
let browser: FakeBrowser;
let hub: HubServer;
let source: ModelSource;

beforeAll(async () => {
  hub = await startHub({ 'owner/model': { 'model.gguf': BYTES } });
  source = { kind: 'hub', repository: 'owner/model', fileName: 'model.gguf', endpoint: hub.endpoint };
});
afterAll(() => hub.close());
beforeEach(async () => {
  browser = await fakeBrowser();
});
afterEach(() => {
  hub.heal();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function storedCount(): Promise<number> {
  const [only] = [...(await storedChunks()).values()];
  return only?.size ?? 0;
}

describe('a tab that dies', () => {
  const boundaries = Array.from({ length: COUNT }, (_, chunks) => chunks * SMALL_CHUNK_BYTES);
  const inside = boundaries.map((offset) => offset + 1 + Math.floor(Math.random() * (SMALL_CHUNK_BYTES - 2)));

  it.each([...boundaries, ...inside.slice(0, -1)])('after %i bytes: the next one fetches the rest', async (bytes) => {
    const sentBefore = hub.sentBytes();
    const requestsBefore = hub.fileRequests.length;
    hub.fail({ kind: 'stall', afterBytes: bytes });
    const dying = smallLibrary({ ...QUICK, stallMs: 60_000 });
    const neverSettles = dying.add(source, ignoreProgress);
    const whole = Math.floor(bytes / SMALL_CHUNK_BYTES);
    await vi.waitFor(async () => {
      expect(hub.fileRequests.length).toBe(requestsBefore + 1);
      expect(hub.sentBytes() - sentBefore).toBe(bytes);
      expect(await storedCount()).toBe(whole);
    });
    browser.locks.dropAll();

    const library = smallLibrary();
    const [partial] = await library.list();
    expect(partial).toMatchObject({ state: 'partial', storedBytes: whole * SMALL_CHUNK_BYTES });
    const outcome = await library.resume(partial!.id, ignoreProgress);
    expect(outcome.entry?.state).toBe('complete');
    expect(Buffer.compare(await readWhole(partial!.id), BYTES)).toBe(0);
    const fetchedTwice = hub.sentBytes() - sentBefore - BYTES.byteLength;
    expect(fetchedTwice).toBe(bytes - whole * SMALL_CHUNK_BYTES);
    await dying.pause();
    await neverSettles;
    // The dead tab's belated end must not have hurt what the next one finished.
    expect(Buffer.compare(await readWhole(partial!.id), BYTES)).toBe(0);
  });
});

/** Fails write number `failing` (from 0) into the store with `error`, as browsers do: the transaction aborts with it. */
function failWrite(failing: number, error: DOMException, times = 1): () => number {
  let writes = 0;
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
    const mine = writes++;
    if (mine >= failing && mine < failing + times) throw error;
    return put.call(this, value, key);
  });
  return () => writes;
}

describe('a full disk', () => {
  // Write 0 is the manifest, then a write a chunk, then the manifest again.
  it.each(Array.from({ length: COUNT + 2 }, (_, write) => write))('at write %i harms nothing else', async (write) => {
    const library = smallLibrary();
    const other = (await library.add(fromDisk, ignoreProgress)).entry!;
    failWrite(write, new DOMException('full', 'QuotaExceededError'));
    const sentBefore = hub.sentBytes();
    await expect(library.add(source, ignoreProgress)).rejects.toMatchObject({ name: 'StorageFull' });
    expect(Buffer.compare(await readWhole(other.id), OTHER)).toBe(0);
    const kept = (await library.list()).filter(({ id }) => id !== other.id);
    const keptChunks = Math.max(0, write - 1);
    expect(kept.map(({ state, storedBytes }) => [state, storedBytes])).toEqual(
      keptChunks === 0 ? [] : [['partial', Math.min(BYTES.byteLength, keptChunks * SMALL_CHUNK_BYTES)]],
    );
    vi.restoreAllMocks();
    const outcome = await library.add(source, ignoreProgress);
    expect(Buffer.compare(await readWhole(outcome.entry!.id), BYTES)).toBe(0);
    expect(hub.sentBytes() - sentBefore).toBeLessThanOrEqual(2 * BYTES.byteLength);
    await library.remove(outcome.entry!.id);
    expect(await storedCount()).toBe(3);
  });

  it('leaves nothing of a local file', async () => {
    const library = smallLibrary();
    failWrite(2, new DOMException('full', 'QuotaExceededError'));
    await expect(library.add(fromDisk, ignoreProgress)).rejects.toMatchObject({ name: 'StorageFull' });
    expect(await library.list()).toEqual([]);
    expect(await storedCount()).toBe(0);
  });
});

describe('a database in trouble', () => {
  it('takes an ArrayBuffer where a Blob is refused', async () => {
    const writes = failWrite(1, new DOMException('Failed to write blobs (InvalidBlob)', 'DataError'));
    const { entry } = await smallLibrary().add(fromDisk, ignoreProgress);
    expect(writes()).toBe(3 + 2 + 1);
    expect(Buffer.compare(await readWhole(entry!.id), OTHER)).toBe(0);
  });

  it('says so when it fails otherwise, and stores nothing half', async () => {
    failWrite(1, new DOMException('odd', 'NotAllowedError'), Infinity);
    const library = smallLibrary();
    await expect(library.add(fromDisk, ignoreProgress)).rejects.toMatchObject({ name: 'StorageFailed' });
    expect(await library.list()).toEqual([]);
  });

  it.each([0, 2, 4])('opens its connection again when it was lost at write %i', async (write) => {
    failWrite(write, new DOMException('Connection to Indexed Database server lost', 'UnknownError'));
    const { entry } = await smallLibrary().add(fromDisk, ignoreProgress);
    expect(Buffer.compare(await readWhole(entry!.id), OTHER)).toBe(0);
  });

  it('works on after another tab deleted everything', async () => {
    const library = smallLibrary();
    await library.add(fromDisk, ignoreProgress);
    await fakeBrowser();
    expect(await library.list()).toEqual([]);
    const { entry } = await library.add(fromDisk, ignoreProgress);
    expect(Buffer.compare(await readWhole(entry!.id), OTHER)).toBe(0);
  });
});

describe('a page that is not secure', () => {
  it('says what to do', async () => {
    vi.stubGlobal('navigator', {});
    await expect(smallLibrary().add(fromDisk, ignoreProgress)).rejects.toMatchObject({
      name: 'StorageFailed',
      message: expect.stringContaining('https') as string,
    });
    expect(await smallLibrary().list()).toEqual([]);
  });
});
