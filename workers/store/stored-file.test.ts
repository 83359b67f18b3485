/** A stored model read in ranges, as the engine does: into memory that it lends again and again, and without. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import {
  filesFromDisk,
  ignoreProgress,
  noise,
  SMALL_CHUNK_BYTES,
  smallLibrary,
} from '../../tools/testing/library-case.ts';
import { joinSources } from '../source/joined-source.ts';
import { sliceSource } from '../source/slice-source.ts';
import { openStored } from './stored-file.ts';
import type { StoredFile } from './stored-file.ts';

const BYTES = noise(5 * SMALL_CHUNK_BYTES + 321);
const SECOND = 2 * SMALL_CHUNK_BYTES + 17;
let stored: StoredFile;

beforeEach(async () => {
  await fakeBrowser();
  const files = { 'a.gguf': BYTES.slice(0, SECOND), 'b.gguf': BYTES.slice(SECOND) };
  const outcome = await smallLibrary().add(filesFromDisk('two files', files), ignoreProgress);
  stored = await openStored(outcome.entry!.id);
});
afterEach(async () => {
  await stored.release();
  vi.unstubAllGlobals();
});

it('gives any range, several at once, whether memory for it is lent or not', async () => {
  const end = fc.nat(BYTES.length);
  const range = fc.tuple(end, end).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const sources = [stored, joinSources(stored.files), sliceSource(stored, 0, BYTES.length)];
  await fc.assert(
    fc.asyncProperty(range, range, fc.nat(BYTES.length), async (first, second, memoryBytes) => {
      for (const source of sources) {
        const [lent, plain] = await Promise.all([
          source.read(first[0], first[1] - first[0], undefined, noise(memoryBytes)),
          source.read(second[0], second[1] - second[0]),
        ]);
        expect(Buffer.compare(lent, BYTES.subarray(...first))).toBe(0);
        expect(Buffer.compare(plain, BYTES.subarray(...second))).toBe(0);
      }
    }),
    { numRuns: 40 },
  );
});

it('takes no new memory where it is lent enough', async () => {
  const memory = new Uint8Array(2 * SMALL_CHUNK_BYTES);
  const across = await stored.read(SMALL_CHUNK_BYTES - 5, SMALL_CHUNK_BYTES + 10, undefined, memory);
  expect(across.buffer).toBe(memory.buffer);
  const ofFile = await joinSources(stored.files).read(SECOND + 3, 100, undefined, memory);
  expect(ofFile.buffer).toBe(memory.buffer);
  const little = await stored.read(0, 100, undefined, new Uint8Array(99));
  expect(Buffer.compare(little, BYTES.subarray(0, 100))).toBe(0);
});

it('gives bytes that stay as they are while others are read', async () => {
  const first = await stored.read(10, 1000);
  for (let offset = 0; offset + 1000 <= BYTES.length; offset += 1000) await stored.read(offset, 1000);
  expect(Buffer.compare(first, BYTES.subarray(10, 1010))).toBe(0);
});

it('refuses reads once it is let go', async () => {
  await stored.release();
  await expect(stored.read(0, 10)).rejects.toMatchObject({ name: 'NotFound' });
});
