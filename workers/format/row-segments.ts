/**
 * A source that was never written: tensors end to end, each read by whole rows and laid out on the way. Nothing is held
 * between reads.
 */
import type { ByteSource } from '../source/byte-source.ts';
import { checkRange } from '../source/check-range.ts';

/** A tensor as it is read: whole rows, from one that a read begins in to one that it ends in. */
export interface RowSegment {
  readonly rowBytes: number;
  readonly rows: number;
  readRows(first: number, count: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** Segments as one source. Past the end of the whole, reads reject with `FileTruncated`. */
export function segmentSource(segments: readonly RowSegment[]): ByteSource {
  const starts = [0];
  for (const { rows, rowBytes } of segments) starts.push(starts.at(-1)! + rows * rowBytes);
  const byteLength = starts.at(-1)!;
  return {
    byteLength,
    async read(offset, length, signal) {
      checkRange(offset, length, byteLength);
      signal?.throwIfAborted();
      const bytes = new Uint8Array(length);
      let index = starts.findLastIndex((start) => start <= offset);
      for (let filled = 0; filled < length; index++) {
        const { rowBytes, rows, readRows } = segments[index]!;
        const within = offset + filled - starts[index]!;
        const end = Math.min(within + length - filled, rows * rowBytes);
        const first = Math.floor(within / rowBytes);
        const read = await readRows(first, Math.ceil(end / rowBytes) - first, signal);
        const piece = read.subarray(within - first * rowBytes, end - first * rowBytes);
        if (piece.length === length) return piece.length === read.length ? read : piece.slice();
        bytes.set(piece, filled);
        filled += piece.length;
      }
      return bytes;
    },
  };
}
