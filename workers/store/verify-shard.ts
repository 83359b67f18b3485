/** Holds a shard to the MD5 that its list promises. MD5 proves nothing against a forger, but finds broken downloads. */
import { createMD5 } from 'hash-wasm';
import { EngineError } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';

const PIECE_BYTES = 4 * 2 ** 20;

/** Reads the whole file, in pieces. Rejects with `HashMismatch`, or with the source's own error. */
export async function verifyShard(file: NamedSource, md5: string, signal?: AbortSignal): Promise<void> {
  const digest = await createMD5();
  for (let offset = 0; offset < file.byteLength; offset += PIECE_BYTES)
    digest.update(await file.read(offset, Math.min(PIECE_BYTES, file.byteLength - offset), signal));
  const got = digest.digest('hex');
  if (got === md5) return;
  throw new EngineError('HashMismatch', {
    what: `The file ${file.fileName} is not the one that the model’s list describes`,
    expected: `the MD5 ${md5}`,
    got,
    remedy: 'Fetch the file again.',
  });
}
