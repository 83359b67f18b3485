/** Chunks as this version and earlier ones keep them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import { nodeSha256, noise, putInstead } from '../../tools/testing/library-case.ts';
import { isChunkWhole, keptChunk, putChunk, readChunk } from './chunk.ts';
import { hashed } from './chunk-hasher.ts';
import { writeStore } from './database.ts';

const BYTES = noise(5000);
const SHA256 = nodeSha256(BYTES);
const OTHER_SHA256 = nodeSha256(noise(5));
const KEY = ['chunk', 'model', 0];

beforeEach(async () => {
  await fakeBrowser();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const flipped = () => BYTES.map((byte, index) => (index === 4321 ? byte ^ 1 : byte));
const read = (sha256: string | null = SHA256, length = BYTES.length) => readChunk('model', 0, length, sha256);
const kept = (sha256 = SHA256, length = BYTES.length) => keptChunk('model', 0, length, sha256);

describe.each([
  ['this version', async () => putChunk({ id: 'model', index: 0, offset: 0, neededBytes: 0 }, await hashed(BYTES))],
  [
    'an earlier version, without a checksum,',
    () =>
      writeStore((store) => {
        store.put({ bytes: new Blob([BYTES]), sha256: SHA256 }, KEY);
      }),
  ],
  [
    'a browser that keeps no Blobs',
    () =>
      writeStore((store) => {
        store.put({ bytes: BYTES.slice().buffer, sha256: SHA256 }, KEY);
      }),
  ],
])('a chunk of %s', (_, put) => {
  beforeEach(async () => {
    await put();
  });

  it('is read, given as it is kept, and found whole', async () => {
    expect(await read()).toEqual({ kind: 'whole', bytes: BYTES, sha256: SHA256 });
    expect(await read(null)).toEqual({ kind: 'whole', bytes: BYTES, sha256: SHA256 });
    const found = await kept();
    if (found.kind !== 'whole') throw new Error(found.kind);
    expect(new Uint8Array(await found.kept.arrayBuffer())).toEqual(BYTES);
    expect(await isChunkWhole('model', 0, BYTES.length, SHA256)).toBe(true);
  });

  it('is altered where a bit has turned, it is another, or it has another length', async () => {
    for (const altered of [
      await read(OTHER_SHA256),
      await kept(OTHER_SHA256),
      await read(SHA256, 4999),
      await kept(SHA256, 4999),
    ])
      expect(altered).toEqual({ kind: 'altered' });
    expect(await isChunkWhole('model', 0, BYTES.length, OTHER_SHA256)).toBe(false);
    await putInstead(KEY, flipped());
    expect([await read(), await kept()]).toEqual([{ kind: 'altered' }, { kind: 'altered' }]);
    expect(await isChunkWhole('model', 0, BYTES.length, SHA256)).toBe(false);
  });

  it('is missing where it is gone', async () => {
    await writeStore((store) => store.delete(KEY));
    expect([await read(), await kept()]).toEqual([{ kind: 'missing' }, { kind: 'missing' }]);
    expect(await isChunkWhole('model', 0, BYTES.length, SHA256)).toBe(false);
  });
});

it('a chunk whose bytes and checksum were both replaced is found by its SHA-256', async () => {
  const place = { id: 'model', index: 0, offset: 0, neededBytes: 0 };
  await putChunk(place, { ...(await hashed(flipped())), sha256: SHA256 });
  expect((await read()).kind).toBe('whole');
  expect(await isChunkWhole('model', 0, BYTES.length, SHA256)).toBe(false);
});

it('a chunk is held to its SHA-256 where a policy forbids the checksum', async () => {
  await putChunk({ id: 'model', index: 0, offset: 0, neededBytes: 0 }, await hashed(BYTES));
  vi.resetModules();
  vi.doMock('hash-wasm', () => ({
    createXXHash64: () => Promise.reject(new WebAssembly.CompileError('forbidden')),
  }));
  const { readChunk } = await import('./chunk.ts');
  expect((await readChunk('model', 0, BYTES.length, SHA256)).kind).toBe('whole');
  await putInstead(KEY, flipped());
  expect((await readChunk('model', 0, BYTES.length, SHA256)).kind).toBe('altered');
  vi.doUnmock('hash-wasm');
});
