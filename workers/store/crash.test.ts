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
  readWhole,
  SMALL_CHUNK_BYTES,
  SMALL_SLICE_BYTES,
  smallLibrary,
  storedBytes,
  UNHURRIED,
} from '../../tools/testing/library-case.ts';
import type { ModelSource } from '../protocol/model.ts';
import { chunkLength, storedChunks } from './chunk.ts';
import type { Library } from './library.ts';

const COUNT = 12;
const BYTES = noise((COUNT - 1) * SMALL_CHUNK_BYTES + 4321);
const FEW = noise(3 * SMALL_CHUNK_BYTES + 4321);
const OTHER = noise(3 * SMALL_CHUNK_BYTES);
const fromDisk: ModelSource = { kind: 'file', file: new Blob([OTHER]), fileName: 'other.gguf' };
let browser: FakeBrowser;
/** What a busy machine may need. */
const PATIENCE_MS = 15_000;
let hub: HubServer;
let source: ModelSource;
let few: ModelSource;

beforeAll(async () => {
  hub = await startHub({ 'owner/model': { 'model.gguf': BYTES, 'few.gguf': FEW } });
  source = { kind: 'hub', repository: 'owner/model', fileName: 'model.gguf', endpoint: hub.endpoint };
  few = { ...source, fileName: 'few.gguf' };
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
    const dying = smallLibrary(UNHURRIED);
    const neverSettles = dying.add(source, ignoreProgress);
    const whole = Math.floor(bytes / SMALL_CHUNK_BYTES);
    await vi.waitFor(async () => {
      expect(hub.fileRequests.length).toBe(requestsBefore + 1);
      expect(hub.sentBytes() - sentBefore).toBe(bytes);
      expect(await storedCount()).toBe(whole);
      expect(await storedBytes()).toBe(bytes - (bytes % SMALL_SLICE_BYTES));
    }, PATIENCE_MS);
    browser.locks.dropAll();

    const library = smallLibrary();
    const [partial] = await library.list();
    expect(partial).toMatchObject({ state: 'partial', storedBytes: whole * SMALL_CHUNK_BYTES });
    const outcome = await library.resume(partial!.id, ignoreProgress);
    expect(outcome.entry?.state).toBe('complete');
    expect(Buffer.compare(await readWhole(partial!.id), BYTES)).toBe(0);
    const fetchedTwice = hub.sentBytes() - sentBefore - BYTES.byteLength;
    expect(fetchedTwice).toBe(bytes % SMALL_SLICE_BYTES);
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

describe.each([
  ['in one request', undefined],
  ['in spans', 2 * SMALL_CHUNK_BYTES],
])('a disk that is full from one write on, %s', (_way, spanBytes) => {
  // Write 0 is the manifest, then for each chunk as many of its slices as there is time for, itself and the hash; of the
  // last, which is smaller than a slice, only these two; then the manifest twice more.
  const fewest = 1 + 4 * 2 + 2;
  const writes = Array.from({ length: fewest + 3 * (SMALL_CHUNK_BYTES / SMALL_SLICE_BYTES - 1) }, (_, write) => write);
  const begin = () => smallLibrary(UNHURRIED, spanBytes);
  const full = () => new DOMException('full', 'QuotaExceededError');
  /** Adds a model to a disk that is full from `write` on; false where fewer writes were needed. */
  const addUntil = async (library: Library, write: number): Promise<boolean> => {
    failWrite(write, full(), Infinity);
    const outcome = await library.add(few, ignoreProgress).catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome.name).toBe('StorageFull');
    else expect(write).toBeGreaterThanOrEqual(fewest);
    return outcome instanceof Error;
  };

  it.each(writes)('loses nothing else at write %i, and what it has is gone on with', async (write) => {
    const library = begin();
    const other = (await library.add(fromDisk, ignoreProgress)).entry!;
    const sentBefore = hub.sentBytes();
    const wasFull = await addUntil(library, write);
    expect(Buffer.compare(await readWhole(other.id), OTHER)).toBe(0);
    const [partial, ...more] = (await library.list()).filter(({ id }) => id !== other.id);
    expect(more).toEqual([]);
    const stored = (await storedBytes()) - OTHER.byteLength;
    // Whole chunks, and slices of those that were on their way.
    const chunks = [...((await storedChunks()).get(partial?.id ?? '') ?? [])];
    const inChunks = chunks.reduce((sum, index) => sum + chunkLength(index, FEW.byteLength, SMALL_CHUNK_BYTES), 0);
    expect(partial?.storedBytes ?? 0).toBe(inChunks);
    expect(stored).toBeGreaterThanOrEqual(inChunks);
    expect(stored > 0).toBe(write >= 2);
    vi.restoreAllMocks();
    const sent = hub.sentBytes();
    const outcome = await begin().add(few, ignoreProgress);
    expect(Buffer.compare(await readWhole(outcome.entry!.id), FEW)).toBe(0);
    expect(hub.sentBytes() - sent).toBe(wasFull ? FEW.byteLength - stored : 0);
    expect(hub.sentBytes() - sentBefore).toBeLessThanOrEqual(2 * FEW.byteLength);
    expect(await storedBytes()).toBe(FEW.byteLength + OTHER.byteLength);
  });

  it.each(writes.slice(2))('gives back the space at write %i, though the disk is still full', async (write) => {
    const library = begin();
    const other = (await library.add(fromDisk, ignoreProgress)).entry!;
    await addUntil(library, write);
    const partial = (await library.list()).find(({ id }) => id !== other.id)!;
    await library.remove(partial.id);
    expect(await library.list()).toEqual([other]);
    expect(await storedBytes()).toBe(OTHER.byteLength);
    expect(Buffer.compare(await readWhole(other.id), OTHER)).toBe(0);
  });

  it('says at which byte, and how much room is missing', async () => {
    failWrite(1 + 2 * 3, full(), Infinity);
    browser.estimate.quota = BYTES.byteLength;
    await expect(begin().add(source, ignoreProgress)).rejects.toMatchObject({
      message: expect.stringMatching(/no room for this file at byte \d+: expected .* free/) as string,
    });
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
    expect(writes()).toBe(1 + 3 + 1 + 2);
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
