/** Hashes are made elsewhere where that can be, and give the same wherever they are made. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import { ignoreProgress, nodeSha256, noise, readWhole, smallLibrary } from '../../tools/testing/library-case.ts';
import { ChunkHasher } from './chunk-hasher.ts';
import { hashElsewhere } from './hashing.ts';

const BYTES = noise(300_000);
const add = () => smallLibrary().add({ kind: 'file', file: new Blob([BYTES]), fileName: 'a.gguf' }, ignoreProgress);

beforeEach(async () => {
  await fakeBrowser();
});
afterEach(() => {
  hashElsewhere(() => Promise.resolve(null));
  vi.unstubAllGlobals();
});

it('sends chunks there and stores what comes back, and lets go of it at the end', async () => {
  const end = vi.fn();
  hashElsewhere(() => {
    const hasher = new ChunkHasher();
    return Promise.resolve({
      begin: (files, saved) => hasher.begin(structuredClone(files), structuredClone(saved)),
      // What goes to a worker is gone here, and what comes back is another array.
      take: async (index, bytes) => {
        const { chunk, state } = await hasher.take(index, structuredClone(bytes, { transfer: [bytes.buffer] }));
        return structuredClone({ chunk, state }, { transfer: [chunk.bytes.buffer] });
      },
      end,
    });
  });
  const { entry } = await add();
  expect(entry!.sha256).toBe(nodeSha256(BYTES));
  expect(Buffer.compare(await readWhole(entry!.id), BYTES)).toBe(0);
  expect(end).toHaveBeenCalledOnce();
});

it('makes them here where nothing can be started', async () => {
  hashElsewhere(() => Promise.reject(new DOMException('no workers', 'SecurityError')));
  const { entry } = await add();
  expect(entry!.sha256).toBe(nodeSha256(BYTES));
});

it('stores nothing more where they end before their time, and lets go of them', async () => {
  const end = vi.fn();
  hashElsewhere(() => {
    const hasher = new ChunkHasher();
    const take: ChunkHasher['take'] = (index, bytes) =>
      index < 2 ? hasher.take(index, bytes) : Promise.reject(new Error('it ended'));
    return Promise.resolve({ begin: (...asked) => hasher.begin(...asked), take, end });
  });
  await expect(add()).rejects.toThrow('it ended');
  expect(end).toHaveBeenCalledOnce();
  expect(await smallLibrary().list()).toEqual([]);
});
