/** Several tabs that want one model: one fetches it, the others follow, and none of them is left behind. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
  UNHURRIED,
} from '../../tools/testing/library-case.ts';
import type { ModelSource, TransferProgress } from '../protocol/model.ts';
import { storedChunks } from './chunk.ts';
import { writeStore } from './database.ts';
import { openStored } from './stored-file.ts';

const COUNT = 6;
const BYTES = noise((COUNT - 1) * SMALL_CHUNK_BYTES + 99);
let browser: FakeBrowser;
let hub: HubServer;

beforeEach(async () => {
  browser = await fakeBrowser();
  hub = await startHub({ 'owner/model': { 'model.gguf': BYTES } });
});
afterEach(async () => {
  await hub.close();
  vi.unstubAllGlobals();
});

const source = (): ModelSource => ({
  ...{ kind: 'hub', repository: 'owner/model', fileName: 'model.gguf', endpoint: hub.endpoint },
});

async function chunksArrive(count: number): Promise<string> {
  return vi.waitFor(async () => {
    const [[id, chunks] = ['', new Set()]] = [...(await storedChunks())];
    expect(chunks.size).toBe(count);
    return id;
  });
}

describe.each([2, 5])('%i tabs', (tabs) => {
  it('fetch each byte once, and all have the model', async () => {
    const seen = Array.from({ length: tabs }, () => [] as TransferProgress[]);
    const outcomes = await Promise.all(
      seen.map((list) => smallLibrary(UNHURRIED).add(source(), (each) => list.push(each))),
    );
    const [first] = outcomes;
    expect(first?.entry?.state).toBe('complete');
    for (const outcome of outcomes) expect(outcome).toEqual(first);
    expect(hub.sentBytes()).toBe(BYTES.byteLength);
    for (const list of seen) expect(list.at(-1)).toMatchObject({ id: first?.entry?.id, storedBytes: BYTES.byteLength });
    expect(Buffer.compare(await readWhole(first!.entry!.id), BYTES)).toBe(0);
  });

  it('are all told what failed', async () => {
    hub.fail({ kind: 'status', status: 503 }, Infinity);
    const adding = Array.from({ length: tabs }, () => smallLibrary(UNHURRIED).add(source(), ignoreProgress));
    const failures = await Promise.all(adding.map((each) => each.catch((error: unknown) => error as Error)));
    for (const failure of failures) expect(failure).toMatchObject({ name: 'SourceUnreachable' });
    expect(new Set(failures.map((failure) => (failure as Error).message)).size).toBe(1);
    expect(hub.fileRequests).toHaveLength(QUICK.maxTries);
  });

  it('go on when the one that fetched dies', async () => {
    hub.fail({ kind: 'stall', afterBytes: 3 * SMALL_CHUNK_BYTES + 10 });
    const dying = smallLibrary(UNHURRIED);
    const neverSettles = dying.add(source(), ignoreProgress);
    await chunksArrive(3);
    const others = Array.from({ length: tabs - 1 }, () => smallLibrary(UNHURRIED).add(source(), ignoreProgress));
    // They wait, and ask for nothing.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(hub.fileRequests).toHaveLength(1);
    browser.locks.dropAll();
    for (const outcome of await Promise.all(others)) expect(outcome.entry?.state).toBe('complete');
    expect(hub.sentBytes()).toBe(BYTES.byteLength + 10);
    await dying.pause();
    await neverSettles;
  });

  it.each(['the one that fetches', 'one that follows'])('pause together, whoever asks: %s', async (who) => {
    hub.fail({ kind: 'stall', afterBytes: 2 * SMALL_CHUNK_BYTES });
    const libraries = Array.from({ length: tabs }, () => smallLibrary(UNHURRIED));
    const adding = [libraries[0]!.add(source(), ignoreProgress, 'mine')];
    const id = await chunksArrive(2);
    const [requestsBefore, opened] = [hub.hubRequests.length, 2];
    for (const other of libraries.slice(1)) adding.push(other.add(source(), ignoreProgress, 'mine'));
    await vi.waitFor(() => {
      expect(hub.hubRequests.length - requestsBefore).toBe(opened * (tabs - 1));
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await libraries[who === 'the one that fetches' ? 0 : 1]!.pause('mine');
    for (const outcome of await Promise.all(adding))
      expect(outcome).toMatchObject({ kind: 'paused', entry: { id, storedBytes: 2 * SMALL_CHUNK_BYTES } });
    await smallLibrary(UNHURRIED).resume(id, ignoreProgress);
    expect(hub.sentBytes()).toBe(BYTES.byteLength);
  });
});

describe('a model that is whole and being used', () => {
  it('is given as it is, where it came from the web and nothing of it is gone', async () => {
    const { entry } = await smallLibrary(UNHURRIED).add(source(), ignoreProgress);
    const reader = await openStored(entry!.id);
    expect(await smallLibrary(UNHURRIED).add(source(), ignoreProgress)).toEqual({ kind: 'added', entry });
    await writeStore((store) => store.delete(['chunk', entry!.id, 1]));
    const busy = { name: 'FileBusy' };
    await expect(smallLibrary(UNHURRIED).add(source(), ignoreProgress)).rejects.toMatchObject(busy);
    await reader.release();
    await smallLibrary(UNHURRIED).add(source(), ignoreProgress);
    expect(Buffer.compare(await readWhole(entry!.id), BYTES)).toBe(0);
  });

  it('is said to be in use, where only its bytes could tell whether the same file was chosen', async () => {
    const local: ModelSource = { kind: 'file', file: new Blob([BYTES]), fileName: 'model.gguf' };
    const { entry } = await smallLibrary(UNHURRIED).add(local, ignoreProgress);
    const reader = await openStored(entry!.id);
    const busy = { name: 'FileBusy' };
    await expect(smallLibrary(UNHURRIED).add(local, ignoreProgress)).rejects.toMatchObject(busy);
    await reader.release();
  });
});

it('waits for a model that is being deleted, and then fetches it', async () => {
  const { entry } = await smallLibrary(UNHURRIED).add(source(), ignoreProgress);
  const [, outcome] = await Promise.all([
    smallLibrary(UNHURRIED).remove(entry!.id),
    smallLibrary(UNHURRIED).add(source(), ignoreProgress),
  ]);
  expect(outcome.entry?.state).toBe('complete');
  expect(Buffer.compare(await readWhole(entry!.id), BYTES)).toBe(0);
});

describe('two models at once', () => {
  it('are paused and resumed each by itself', async () => {
    const other = noise(4 * SMALL_CHUNK_BYTES);
    const second = await startHub({ 'owner/other': { 'other.gguf': other } });
    hub.fail({ kind: 'stall', afterBytes: 2 * SMALL_CHUNK_BYTES });
    second.fail({ kind: 'stall', afterBytes: SMALL_CHUNK_BYTES });
    const library = smallLibrary({ ...QUICK, stallMs: 1500 });
    const adding = library.add(source(), ignoreProgress, 'first');
    const id = await chunksArrive(2);
    const otherSource: ModelSource = { kind: 'url', url: `${second.endpoint}/owner/other/resolve/main/other.gguf` };
    const addingOther = library.add(otherSource, ignoreProgress, 'other');
    await vi.waitFor(() => {
      expect(second.fileRequests.length).toBeGreaterThan(0);
    });
    await library.pause('first');
    expect(await adding).toMatchObject({ kind: 'paused', entry: { id } });
    const { kind, entry } = await addingOther;
    expect([kind, entry?.state]).toEqual(['added', 'complete']);
    expect(Buffer.compare(await readWhole(entry!.id), other)).toBe(0);
    expect((await library.resume(id, ignoreProgress)).kind).toBe('added');
    expect(Buffer.compare(await readWhole(id), BYTES)).toBe(0);
    await second.close();
  });

  it('that fit alone and not together: the second is refused, and has room once the first is paused', async () => {
    const other = noise(4 * SMALL_CHUNK_BYTES);
    browser.estimate.quota = BYTES.byteLength + other.byteLength - 1;
    hub.fail({ kind: 'stall', afterBytes: SMALL_CHUNK_BYTES });
    const library = smallLibrary(UNHURRIED);
    const adding = library.add(source(), ignoreProgress, 'first');
    const id = await chunksArrive(1);
    browser.estimate.usage = SMALL_CHUNK_BYTES;
    const local: ModelSource = { kind: 'file', file: new Blob([other]), fileName: 'other.gguf' };
    await expect(library.add(local, ignoreProgress)).rejects.toMatchObject({
      name: 'StorageFull',
      message: expect.stringMatching(
        /beside those that are on their way.* and .* for the others.*Pause another/,
      ) as string,
    });
    await library.pause('first');
    expect(await adding).toMatchObject({ kind: 'paused', entry: { id } });
    expect((await library.add(local, ignoreProgress)).kind).toBe('added');
  });

  it('that begin at the same moment do not both take the same room', async () => {
    const second = await startHub({ 'owner/other': { 'other.gguf': noise(BYTES.byteLength) } });
    // Neither is there, nor has it begun to fill the storage, when the other asks for room.
    for (const each of [hub, second]) each.fail({ kind: 'stall', afterBytes: SMALL_CHUNK_BYTES / 2 });
    browser.estimate.quota = 2 * BYTES.byteLength - 1;
    const library = smallLibrary(UNHURRIED);
    const other: ModelSource = { kind: 'url', url: `${second.endpoint}/owner/other/resolve/main/other.gguf` };
    const adding = [library.add(source(), ignoreProgress, 'first'), library.add(other, ignoreProgress, 'other')];
    await expect(Promise.race(adding)).rejects.toMatchObject({ name: 'StorageFull' });
    await Promise.all([library.pause('first'), library.pause('other')]);
    const ends = await Promise.allSettled(adding);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await second.close();
  });
});

it('is paused before it has begun to go on', async () => {
  hub.fail({ kind: 'stall', afterBytes: 2 * SMALL_CHUNK_BYTES });
  const library = smallLibrary(UNHURRIED);
  const adding = library.add(source(), ignoreProgress);
  const id = await chunksArrive(2);
  await library.pause();
  expect((await adding).kind).toBe('paused');
  const sentBytes = hub.sentBytes();
  const resuming = library.resume(id, ignoreProgress);
  await library.pause();
  expect((await resuming).kind).toBe('paused');
  expect(hub.sentBytes()).toBe(sentBytes);
  expect(await library.list()).toMatchObject([{ id, state: 'partial', storedBytes: 2 * SMALL_CHUNK_BYTES }]);
  expect((await library.resume(id, ignoreProgress)).kind).toBe('added');
  expect(Buffer.compare(await readWhole(id), BYTES)).toBe(0);
});
