/** A run of bytes of a source, as a source of its own. */
import type { ByteSource } from './byte-source.ts';
import { checkRange } from './check-range.ts';

/** The `byteLength` bytes of `source` from `byteOffset` on. Past their end, reads reject with `FileTruncated`. */
export function sliceSource(source: ByteSource, byteOffset: number, byteLength: number): ByteSource {
  return {
    byteLength,
    async read(offset, length, signal, memory) {
      checkRange(offset, length, byteLength);
      return source.read(byteOffset + offset, length, signal, memory);
    },
  };
}
