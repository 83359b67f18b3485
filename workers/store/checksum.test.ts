/** Checksums against values that were published for xxHash64, and of Blobs against those of their bytes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksumOf, checksumOfBlob } from './checksum.ts';

const text = (value: string) => new TextEncoder().encode(value);

describe('checksumOf', () => {
  it.each([
    ['', 'ef46db3751d8e999'],
    ['a', 'd24ec4f1a98c6e5b'],
    ['abc', '44bc2cf5ad770999'],
  ])('of “%s” is %s', async (value, expected) => {
    expect(await checksumOf(text(value))).toBe(expected);
  });

  it('is that of its own bytes, however many are asked for at once', async () => {
    const alone = await checksumOf(text('abc'));
    const together = await Promise.all(['a', 'abc', 'b'].map((value) => checksumOf(text(value))));
    expect(together[1]).toBe(alone);
    expect(new Set(together).size).toBe(3);
  });

  it('finds any single bit that turned', async () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.nat(), async (bytes, place) => {
        const flipped = bytes.slice();
        flipped[Math.floor(place / 8) % bytes.length]! ^= 1 << (place % 8);
        expect(await checksumOf(flipped)).not.toBe(await checksumOf(bytes));
      }),
    );
  });
});

it('a Blob has the checksum of its bytes, in one part or in several', async () => {
  for (const length of [0, 1, 4 * 2 ** 20, 4 * 2 ** 20 + 3, 9 * 2 ** 20]) {
    const bytes = new Uint8Array(length).map((_, index) => index % 251);
    expect(await checksumOfBlob(new Blob([bytes]))).toBe(await checksumOf(bytes));
  }
});
