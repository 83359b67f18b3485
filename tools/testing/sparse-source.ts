/** A `ByteSource` of any size that holds only a few bytes: for offsets that no test could afford to store. */
import type { ByteSource } from '../../workers/source/byte-source.ts';
import { checkRange } from '../../workers/source/check-range.ts';

/** Zeros, apart from the given runs of bytes. */
export function sparseSource(
  byteLength: number,
  runs: readonly (readonly [offset: number, bytes: Uint8Array])[],
): ByteSource {
  return {
    byteLength,
    async read(offset, length) {
      checkRange(offset, length, byteLength);
      const window = new Uint8Array(length);
      for (const [start, bytes] of runs) {
        const from = Math.max(offset, start);
        const to = Math.min(offset + length, start + bytes.length);
        if (from < to) window.set(bytes.subarray(from - start, to - start), from - offset);
      }
      return Promise.resolve(window);
    },
  };
}
