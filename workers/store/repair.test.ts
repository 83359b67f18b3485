/** What is stored and then harmed: every flipped bit and every lost chunk is found, and only those are fetched again. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startHub } from '../../tools/servers/hub-server.ts';
import type { HubServer } from '../../tools/servers/hub-server.ts';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import {
  ignoreProgress,
  noise,
  putInstead,
  readWhole,
  SMALL_CHUNK_BYTES,
  smallLibrary,
  UNHURRIED,
} from '../../tools/testing/library-case.ts';
import type { LibraryEntry, ModelSource } from '../protocol/model.ts';
import { chunkLength } from './chunk.ts';
import { writeStore } from './database.ts';
import type { Library } from './library.ts';
import { openStored } from './stored-file.ts';

const COUNT = 20;
const LAST_BYTES = 777;
const BYTES = noise((COUNT - 1) * SMALL_CHUNK_BYTES + LAST_BYTES);
let hub: HubServer;

beforeAll(async () => {
  hub = await startHub({ 'owner/model': { 'model.gguf': BYTES } });
});
afterAll(() => hub.close());
beforeEach(async () => {
  await fakeBrowser();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const fromHub = (): ModelSource => ({
  ...{ kind: 'hub', repository: 'owner/model', fileName: 'model.gguf', endpoint: hub.endpoint },
});
const fromUrl = (endpoint: string): ModelSource => ({
  kind: 'url',
  url: `${endpoint}/owner/model/resolve/main/model.gguf`,
});
const fromDisk = (): ModelSource => ({ kind: 'file', file: new Blob([BYTES]), fileName: 'local.gguf' });
const inSpans = () => smallLibrary(UNHURRIED, 3 * SMALL_CHUNK_BYTES);

async function add(library: Library, source: ModelSource): Promise<LibraryEntry> {
  const outcome = await library.add(source, ignoreProgress);
  if (outcome.kind !== 'added') throw new Error('paused');
  return outcome.entry;
}

/** Turns one bit of what is stored around, and leaves the record's hashes as they were. */
async function flipBit(id: string, byteOffset: number, bit: number): Promise<void> {
  const index = Math.floor(byteOffset / SMALL_CHUNK_BYTES);
  const offset = index * SMALL_CHUNK_BYTES;
  const bytes = BYTES.slice(offset, offset + SMALL_CHUNK_BYTES);
  bytes[byteOffset - offset]! ^= 1 << bit;
  await putInstead(['chunk', id, index], bytes);
}

function deleteChunk(id: string, index: number): Promise<undefined> {
  return writeStore((store) => store.delete(['chunk', id, index]));
}

const lengthOf = (index: number) => chunkLength(index, BYTES.byteLength, SMALL_CHUNK_BYTES);

describe('repair', () => {
  it.each([
    ['missing', 'delete', 'ChunkMissing'],
    ['altered', 'flip', 'HashMismatch'],
  ] as const)('names a chunk that is %s, and fetches it alone again', async (_, how, code) => {
    const library = smallLibrary(UNHURRIED);
    const { id } = await add(library, fromHub());
    for (const index of [3, COUNT - 1]) {
      if (how === 'delete') await deleteChunk(id, index);
      else await flipBit(id, index * SMALL_CHUNK_BYTES + 500, 4);
    }
    const file = await openStored(id);
    await expect(file.read(3 * SMALL_CHUNK_BYTES, 1)).rejects.toMatchObject({
      name: code,
      message: expect.stringContaining('Chunk 3') as string,
    });
    expect(await file.read(0, 1)).toEqual(BYTES.slice(0, 1));
    await expect(library.repair(id)).rejects.toMatchObject({ name: 'FileBusy' });
    await file.release();
    const sentBefore = hub.sentBytes();
    await library.repair(id);
    expect(hub.sentBytes() - sentBefore).toBe(SMALL_CHUNK_BYTES + LAST_BYTES);
    expect(Buffer.compare(await readWhole(id), BYTES)).toBe(0);
  });

  it('waits for a reader that is about to go, as the worker of a page that was loaded again', async () => {
    const library = smallLibrary(UNHURRIED);
    const { id } = await add(library, fromHub());
    await deleteChunk(id, 5);
    const file = await openStored(id);
    const repairing = library.repair(id);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await file.release();
    await repairing;
    expect(Buffer.compare(await readWhole(id), BYTES)).toBe(0);
  });

  it('needs the file again if it came from disk, and takes it', async () => {
    const library = smallLibrary(UNHURRIED);
    const { id } = await add(library, fromDisk());
    await flipBit(id, 2 * SMALL_CHUNK_BYTES + 9, 0);
    await expect(library.repair(id)).rejects.toMatchObject({ name: 'NotFound' });
    await add(library, fromDisk());
    expect(Buffer.compare(await readWhole(id), BYTES)).toBe(0);
  });

  it('does not mix in bytes of a file that has changed at its address', async () => {
    const changing = await startHub({ 'owner/model': { 'model.gguf': BYTES } });
    const library = smallLibrary(UNHURRIED);
    const { id } = await add(library, fromUrl(changing.endpoint));
    await deleteChunk(id, 1);
    changing.update('owner/model', 'model.gguf', noise(BYTES.byteLength));
    await expect(library.repair(id)).rejects.toMatchObject({ name: 'SourceChanged' });
    await expect(readWhole(id)).rejects.toMatchObject({ name: 'ChunkMissing' });
    await changing.close();
  });

  it('finds one flipped bit at any of 200 places, and mends it by its chunk alone', async () => {
    const library = inSpans();
    const { id } = await add(library, fromHub());
    const ends = [0, SMALL_CHUNK_BYTES - 1, SMALL_CHUNK_BYTES, BYTES.byteLength - 1];
    const place = fc.tuple(fc.integer({ min: 0, max: BYTES.byteLength - 1 }), fc.integer({ min: 0, max: 7 }));
    await fc.assert(
      fc.asyncProperty(place, async ([byteOffset, bit]) => {
        await flipBit(id, byteOffset, bit);
        const file = await openStored(id);
        await expect(file.read(byteOffset, 1)).rejects.toMatchObject({ name: 'HashMismatch' });
        await file.release();
        const sentBefore = hub.sentBytes();
        await library.repair(id);
        expect(hub.sentBytes() - sentBefore).toBe(lengthOf(Math.floor(byteOffset / SMALL_CHUNK_BYTES)));
        const mended = await openStored(id);
        expect((await mended.read(byteOffset, 1))[0]).toBe(BYTES[byteOffset]);
        await mended.release();
      }),
      { numRuns: 200, examples: ends.map((offset): [[number, number]] => [[offset, 7]]) },
    );
    expect(Buffer.compare(await readWhole(id), BYTES)).toBe(0);
  });

  it.each([
    ['one of them', [7]],
    ['a tenth of them', [4, 13]],
    ['all of them', Array.from({ length: COUNT }, (_, index) => index)],
  ])('fetches chunks that vanished beneath the database, and no others: %s', async (_, gone) => {
    const library = inSpans();
    const { id } = await add(library, fromHub());
    for (const index of gone) await deleteChunk(id, index);
    const [sentBefore, requestsBefore] = [hub.sentBytes(), hub.fileRequests.length];
    await library.repair(id);
    expect(hub.sentBytes() - sentBefore).toBe(gone.reduce((sum, index) => sum + lengthOf(index), 0));
    expect(hub.fileRequests.length - requestsBefore).toBe(gone.length === COUNT ? Math.ceil(COUNT / 3) : gone.length);
    expect(Buffer.compare(await readWhole(id), BYTES)).toBe(0);
  });

  it('keeps what it has mended where the network goes away in between', async () => {
    const library = inSpans();
    const { id } = await add(library, fromHub());
    for (const index of [2, 9, 15]) await deleteChunk(id, index);
    hub.fail({ kind: 'ignore-range' });
    hub.fail({ kind: 'status', status: 503 }, Infinity);
    await expect(library.repair(id)).rejects.toMatchObject({ name: 'SourceUnreachable' });
    hub.heal();
    const sentBefore = hub.sentBytes();
    await library.repair(id);
    expect(hub.sentBytes() - sentBefore).toBe(2 * SMALL_CHUNK_BYTES);
    expect(Buffer.compare(await readWhole(id), BYTES)).toBe(0);
  });
});
