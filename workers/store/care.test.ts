/** What is known of kept models, checks, and deletions with a way back: nothing is lost that a person has not let go. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startHub } from '../../tools/servers/hub-server.ts';
import type { HubServer } from '../../tools/servers/hub-server.ts';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import type { FakeBrowser } from '../../tools/testing/fake-browser.ts';
import {
  ignoreProgress,
  noise,
  putInstead,
  readWhole,
  SMALL_CHUNK_BYTES,
  smallLibrary,
  UNHURRIED,
} from '../../tools/testing/library-case.ts';
import type { CheckProgress } from '../protocol/care.ts';
import type { LibraryEntry, ModelSource } from '../protocol/model.ts';
import { allAbout } from './about.ts';
import { storedChunks } from './chunk.ts';
import { writeStore } from './database.ts';
import type { Library } from './library.ts';
import { allManifests } from './manifest.ts';
import { openStored } from './stored-file.ts';

const COUNT = 6;
const LAST_BYTES = 777;
const BYTES = noise((COUNT - 1) * SMALL_CHUNK_BYTES + LAST_BYTES);
const OTHER = noise(2 * SMALL_CHUNK_BYTES);
let browser: FakeBrowser;
let hub: HubServer;
let library: Library;

beforeEach(async () => {
  browser = await fakeBrowser();
  hub = await startHub({ 'owner/model': { 'model.gguf': BYTES } });
  library = smallLibrary(UNHURRIED);
});
afterEach(async () => {
  await hub.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const fromHub = (): ModelSource => ({
  kind: 'hub',
  repository: 'owner/model',
  fileName: 'model.gguf',
  endpoint: hub.endpoint,
});
const fromDisk = (): ModelSource => ({ kind: 'file', file: new Blob([OTHER]), fileName: 'other.gguf' });

async function add(source: ModelSource): Promise<LibraryEntry> {
  const outcome = await library.add(source, ignoreProgress);
  if (outcome.kind !== 'added') throw new Error('paused');
  return outcome.entry;
}

const alter = (id: string, index: number, bytes = new Uint8Array(SMALL_CHUNK_BYTES)) =>
  putInstead(['chunk', id, index], bytes);

describe('remarks', () => {
  it('has a name of a person’s own beside the file’s, and takes it back', async () => {
    const { id, summary } = await add(fromDisk());
    await library.remark(id, { ownName: 'Granny’s writer' });
    expect(await library.list()).toEqual([expect.objectContaining({ ownName: 'Granny’s writer', summary })]);
    await library.remark(id, { ownName: '' });
    expect((await library.list())[0]).not.toHaveProperty('ownName');
  });

  it('writes each remark beside the others, at the same time too', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(1_000_000);
    const disk = await add(fromDisk());
    await Promise.all([
      library.remark(disk.id, { notes: 'good at verse' }),
      library.remark(disk.id, { usedAt: 5 }),
      library.remark(disk.id, { ownName: 'Verse' }),
    ]);
    const hubs = await add(fromHub());
    const abouts = await library.abouts();
    expect(abouts).toHaveLength(2);
    expect(abouts).toContainEqual({
      ...{ id: disk.id, notes: 'good at verse', usedAt: 5, verifiedAt: 1_000_000, fromDisk: true },
    });
    expect(abouts).toContainEqual({ id: hubs.id, notes: '', usedAt: null, verifiedAt: 1_000_000, fromDisk: false });
  });

  it('reads what was kept before there were remarks as before', async () => {
    const { id } = await add(fromDisk());
    const [manifest] = await allManifests();
    const older = Object.fromEntries(Object.entries(manifest!).filter(([field]) => field !== 'verifiedAt'));
    await writeStore((store) => store.put(older, ['file', id]));
    const [about] = await library.abouts();
    expect(about).toEqual({ id, notes: '', usedAt: null, verifiedAt: null, fromDisk: true });
    expect(await library.list()).toHaveLength(1);
    expect(Buffer.compare(await readWhole(id), OTHER)).toBe(0);
  });

  it('goes with the model, and a later remark does not bring it back', async () => {
    const { id } = await add(fromDisk());
    await library.remark(id, { notes: 'private' });
    await library.remove(id);
    expect((await allAbout()).size).toBe(0);
    await library.remark(id, { usedAt: 7 });
    expect((await allAbout()).size).toBe(0);
    await add(fromDisk());
    expect((await library.abouts())[0]?.notes).toBe('');
  });

  it('is swept where a crash has left it alone', async () => {
    await writeStore((store) => store.put({ id: 'gone', notes: 'left' }, ['about', 'gone']));
    await library.list();
    expect((await allAbout()).size).toBe(0);
  });
});

describe('check', () => {
  it('finds an intact model intact, with progress, beside a reader, and writes down when', async () => {
    const { id } = await add(fromHub());
    const reader = await openStored(id);
    const seen: CheckProgress[] = [];
    vi.spyOn(Date, 'now').mockReturnValue(9e12);
    const requests = hub.fileRequests.length;
    expect(await library.check(id, (progress) => seen.push(progress))).toEqual({ kind: 'intact' });
    expect(hub.fileRequests).toHaveLength(requests);
    expect(seen).toHaveLength(COUNT);
    expect(seen[0]).toEqual({ checkedBytes: SMALL_CHUNK_BYTES, totalBytes: BYTES.byteLength });
    expect(seen.at(-1)).toEqual({ checkedBytes: BYTES.byteLength, totalBytes: BYTES.byteLength });
    expect((await library.abouts())[0]?.verifiedAt).toBe(9e12);
    await reader.release();
  });

  it('counts what is gone and what is altered, and a repair fetches that alone', async () => {
    const { id } = await add(fromHub());
    await alter(id, 1);
    await writeStore((store) => store.delete(['chunk', id, COUNT - 1]));
    const before = (await library.abouts())[0]?.verifiedAt;
    vi.spyOn(Date, 'now').mockReturnValue(9e12);
    expect(await library.check(id, () => undefined)).toEqual({
      ...{ kind: 'damaged', damaged: 2, damagedBytes: SMALL_CHUNK_BYTES + LAST_BYTES, chunks: COUNT },
    });
    expect((await library.abouts())[0]?.verifiedAt).toBe(before);
    const sentBefore = hub.sentBytes();
    await library.repair(id);
    expect(hub.sentBytes() - sentBefore).toBe(SMALL_CHUNK_BYTES + LAST_BYTES);
    expect((await library.abouts())[0]?.verifiedAt).toBe(9e12);
    expect(await library.check(id, () => undefined)).toEqual({ kind: 'intact' });
  });

  it('can be stopped, and lets the model go', async () => {
    const { id } = await add(fromHub());
    let stopped: Promise<void> | null = null;
    const seen: number[] = [];
    const outcome = await library.check(id, ({ checkedBytes }) => {
      seen.push(checkedBytes);
      stopped ??= library.stopCheck(id);
    });
    await stopped;
    expect(outcome).toEqual({ kind: 'stopped' });
    expect(seen.length).toBeLessThan(COUNT);
    await library.remove(id);
    expect(await library.list()).toEqual([]);
  });

  it('keeps other tabs’ writers away while it reads, and is refused while one writes', async () => {
    const { id } = await add(fromHub());
    const elsewhere = smallLibrary();
    const refusals: Promise<unknown>[] = [];
    await library.check(id, () => {
      refusals.push(elsewhere.remove(id).catch((error: unknown) => error));
    });
    expect(refusals).toHaveLength(COUNT);
    for (const refused of refusals) await expect(refused).resolves.toMatchObject({ name: 'FileBusy' });
    await elsewhere.hide(id);
    await expect(library.check(id, () => undefined)).rejects.toMatchObject({ name: 'FileBusy' });
    await elsewhere.bringBack(id);
  });

  it('gives way to what this tab does with the model', async () => {
    const { id } = await add(fromHub());
    let deleting: Promise<void> | null = null;
    const outcome = await library.check(id, () => (deleting ??= library.hide(id)));
    await deleting;
    expect(outcome).toEqual({ kind: 'stopped' });
    expect(await library.list()).toEqual([]);
    await library.remove(id);
  });

  it('refuses what is not there', async () => {
    await expect(library.check('nothing', () => undefined)).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('deleting with a way back', () => {
  it('hides a model at once from every tab, and brings it back byte for byte with its remarks', async () => {
    const { id } = await add(fromHub());
    await library.remark(id, { notes: 'mine', ownName: 'Mine' });
    const [before] = await library.list();
    await library.hide(id);
    expect(await library.list()).toEqual([]);
    expect(await smallLibrary().list()).toEqual([]);
    expect(await library.abouts()).toEqual([]);
    await expect(openStored(id)).rejects.toMatchObject({ name: 'FileBusy' });
    expect((await storedChunks(id)).get(id)?.size).toBe(COUNT);

    await library.bringBack(id);
    expect(await library.list()).toEqual([before]);
    expect((await allManifests())[0]).not.toHaveProperty('hiddenFrom');
    expect((await library.abouts())[0]?.notes).toBe('mine');
    const sent = hub.sentBytes();
    expect(Buffer.compare(await readWhole(id), BYTES)).toBe(0);
    expect(hub.sentBytes()).toBe(sent);
  });

  it('brings one back that was not wholly here, to go on with', async () => {
    hub.fail({ kind: 'stall', afterBytes: 2.5 * SMALL_CHUNK_BYTES });
    const adding = library.add(fromHub(), ignoreProgress);
    await vi.waitFor(async () => expect([...(await storedChunks()).values()][0]?.size).toBe(2));
    await library.pause();
    await adding;
    hub.heal();
    const [partial] = await library.list();
    await library.hide(partial!.id);
    await library.bringBack(partial!.id);
    expect(await library.list()).toEqual([partial]);
    expect(await library.resume(partial!.id, ignoreProgress)).toMatchObject({ entry: { state: 'complete' } });
  });

  it('frees the bytes, and everything else of it, once it is removed', async () => {
    const { id } = await add(fromHub());
    const { id: other } = await add(fromDisk());
    for (const kept of [id, other]) await library.remark(kept, { notes: 'mine' });
    await library.hide(id);
    await library.remove(id);
    expect([...(await storedChunks()).keys()]).toEqual([other]);
    expect([...(await allAbout()).keys()]).toEqual([other]);
    await expect(library.bringBack(id)).rejects.toMatchObject({ name: 'NotFound' });
    expect(await add(fromHub())).toMatchObject({ id, state: 'complete' });
  });

  it('is refused while the model is in use, and leaves it as it was', async () => {
    const { id } = await add(fromHub());
    const reader = await openStored(id);
    await expect(library.hide(id)).rejects.toMatchObject({ name: 'FileBusy' });
    expect(await library.list()).toHaveLength(1);
    await reader.release();
    await expect(library.hide('nothing')).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('is carried out by the next start where the tab has gone, and not by one that opens beside it', async () => {
    const { id } = await add(fromHub());
    const { id: other } = await add(fromDisk());
    await library.hide(id);
    const beside = smallLibrary();
    expect((await beside.list()).map((entry) => entry.id)).toEqual([other]);
    expect((await storedChunks(id)).get(id)?.size).toBe(COUNT);

    browser.locks.dropAll();
    const next = smallLibrary();
    expect((await next.list()).map((entry) => entry.id)).toEqual([other]);
    expect([...(await storedChunks()).keys()]).toEqual([other]);
    await expect(next.bringBack(id)).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('can be undone after its worker has died, until the next start', async () => {
    const { id } = await add(fromHub());
    await library.hide(id);
    browser.locks.dropAll();
    await smallLibrary().bringBack(id);
    expect(await library.list()).toHaveLength(1);
    expect(Buffer.compare(await readWhole(id), BYTES)).toBe(0);
  });
});
