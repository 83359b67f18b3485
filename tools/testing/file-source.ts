/** A `ByteSource` over a file on this machine's disk, for the Node tools and for tests on real files. */
import { open } from 'node:fs/promises';
import { EngineError } from '../../workers/protocol/errors.ts';
import type { ByteSource } from '../../workers/source/byte-source.ts';

/** A source that holds a file descriptor until `close`. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/** Opens a file for positional reads. Rejects with `NotFound` if it cannot be opened. */
export async function openFileSource(path: string): Promise<FileSource> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw new EngineError('NotFound', { what: `The file ${path} could not be opened`, got: String(cause) });
  });
  const { size: byteLength } = await handle.stat();
  return {
    byteLength,
    async read(offset, length, signal) {
      const bytes = new Uint8Array(offset + length > byteLength ? 0 : length);
      let readBytes = 0;
      while (readBytes < bytes.length) {
        signal?.throwIfAborted();
        const { bytesRead } = await handle.read(bytes, readBytes, length - readBytes, offset + readBytes);
        if (bytesRead === 0) break;
        readBytes += bytesRead;
      }
      if (readBytes < length) {
        throw new EngineError('FileTruncated', {
          what: `The file ${path} ends too early`,
          offset,
          expected: `${length} bytes`,
          got: `${Math.max(0, byteLength - offset)}`,
        });
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}
