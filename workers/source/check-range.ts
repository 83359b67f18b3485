/** The bounds that every read is held to, before a byte is asked for. */
import { EngineError } from '../protocol/errors.ts';

/** Rejects a read that is not wholly inside a file of `byteLength` bytes, with `FileTruncated`. */
export function checkRange(offset: number, length: number, byteLength: number): void {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new EngineError('FileTruncated', {
      what: 'A read needs whole, non-negative numbers',
      got: `${length} bytes at byte ${offset}`,
    });
  }
  if (offset + length > byteLength) {
    throw new EngineError('FileTruncated', {
      what: 'The file ends too early',
      offset,
      expected: `${length} more bytes`,
      got: `${Math.max(0, byteLength - offset)}`,
    });
  }
}
