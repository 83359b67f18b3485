import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sparseSource } from '../../tools/testing/sparse-source.ts';
import { errorCode } from '../protocol/errors.ts';
import { bytesSource } from './bytes-source.ts';
import { baseName, joinSources, partNamed } from './joined-source.ts';

describe('joinSources', () => {
  it('reads any range as from one file, empty parts included', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 9 }), { minLength: 1, maxLength: 6 }),
        fc.nat(60),
        fc.nat(60),
        async (parts, from, count) => {
          const whole = Uint8Array.from(parts.flatMap((part) => [...part]));
          const offset = Math.min(from, whole.length);
          const length = Math.min(count, whole.length - offset);
          const joined = joinSources(parts.map(bytesSource));
          expect(joined.byteLength).toBe(whole.length);
          expect(await joined.read(offset, length)).toEqual(whole.slice(offset, offset + length));
        },
      ),
    );
  });

  it('asks each part only for what it has, in one read a part', async () => {
    const reads: [part: number, offset: number, length: number][] = [];
    const parts = [10, 20, 30].map((byteLength, part) => ({
      byteLength,
      read: (offset: number, length: number) => {
        reads.push([part, offset, length]);
        return Promise.resolve(new Uint8Array(length).fill(part));
      },
    }));
    const joined = joinSources(parts);
    expect(joined.partOffsets).toEqual([0, 10, 30, 60]);
    const bytes = await joined.read(8, 30);
    expect(reads).toEqual([
      [0, 8, 2],
      [1, 0, 20],
      [2, 0, 8],
    ]);
    expect([...bytes]).toEqual([
      ...Array<number>(2).fill(0),
      ...Array<number>(20).fill(1),
      ...Array<number>(8).fill(2),
    ]);
  });

  it('keeps offsets exact past 4 GiB, in the whole and within a part', async () => {
    const parts = [6 * 2 ** 30, 5 * 2 ** 30 + 3].map((byteLength, part) =>
      sparseSource(byteLength, [[byteLength - 4, Uint8Array.of(part + 1, part + 2, part + 3, part + 4)]]),
    );
    const joined = joinSources(parts);
    expect([...(await joined.read(6 * 2 ** 30 - 2, 3))]).toEqual([3, 4, 0]);
    expect([...(await joined.read(11 * 2 ** 30 - 1, 4))]).toEqual([2, 3, 4, 5]);
  });

  it('refuses reads past the end, passes on the failure of a part, and stops for a signal', async () => {
    const broken = { byteLength: 4, read: () => Promise.reject(new Error('the disk is gone')) };
    const joined = joinSources([bytesSource(new Uint8Array(4)), broken]);
    expect(errorCode(await joined.read(4, 5).catch((error: unknown) => error))).toBe('FileTruncated');
    expect(errorCode(await joined.read(-1, 2).catch((error: unknown) => error))).toBe('FileTruncated');
    await expect(joined.read(2, 4)).rejects.toThrow('the disk is gone');
    await expect(joined.read(0, 2, AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});

it('finds parts by name, whatever folder they lie in', () => {
  const part = { ...bytesSource(new Uint8Array(1)), fileName: 'folder/config.json' };
  expect(partNamed([part], 'config.json')).toBe(part);
  expect(partNamed([part], 'other.json')).toBeUndefined();
  const inside = { ...part, fileName: 'folder/1_Pooling/config.json' };
  expect([partNamed([inside, part], 'config.json'), partNamed([inside, part], '1_Pooling/config.json')]).toEqual([
    part,
    inside,
  ]);
  const weights = { ...part, fileName: 'folder/model.safetensors' };
  expect(partNamed([inside, weights], 'config.json')).toBeUndefined();
  expect(partNamed([], 'config.json')).toBeUndefined();
  expect(baseName('a/b/c.bin')).toBe('c.bin');
});
