/** A `ByteSource` over bytes that are in memory already: for small files and for tests. */
import { EngineError } from '../protocol/errors.ts';
import type { ByteSource } from './byte-source.ts';

/** Reads from `bytes`, which must not change while the source is used. Past the end it rejects with `FileTruncated`. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    byteLength: bytes.byteLength,
    read(offset, length, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      if (offset + length > bytes.byteLength) {
        return Promise.reject(
          new EngineError('FileTruncated', {
            what: 'The file ends too early',
            offset,
            expected: `${length} bytes`,
            got: `${Math.max(0, bytes.byteLength - offset)}`,
          }),
        );
      }
      return Promise.resolve(bytes.slice(offset, offset + length));
    },
  };
}
