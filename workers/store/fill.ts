/** Fills a partial model from its source: every chunk that is not there whole, in order, and the verdict on each file. */
import type { OpenedSource } from '../source/opened-source.ts';
import { chunkLength, deleteChunks, putChunk, readChunk, storedChunks } from './chunk.ts';
import { cutChunks } from './cut-chunks.ts';
import { sha256Hex } from './digest.ts';
import { DamagedFile, FileDigests } from './file-digests.ts';
import { identityOf } from './identity.ts';
import type { Manifest } from './manifest.ts';
import { checkSpace } from './storage-errors.ts';
import type { TransferReporter } from './transfer-reporter.ts';

/** What to fill from. */
export interface Supply {
  readonly source: OpenedSource;
  /** MD5 that a model's own list promises, by file name. */
  readonly md5: ReadonlyMap<string, string>;
}

/**
 * Stores what is missing of a model and gives its complete manifest, not yet written. Rejects with the source's error,
 * `StorageFull`, `StorageFailed`, or the signal's reason; with `HashMismatch` if a file is not what is promised: its
 * chunks are deleted then, those of the other files stay.
 */
export async function fill(
  manifest: Manifest,
  { source, md5 }: Supply,
  reporter: TransferReporter,
  signal: AbortSignal,
): Promise<Manifest> {
  const { id, byteLength, chunkBytes } = manifest;
  const count = Math.ceil(byteLength / chunkBytes);
  // Stored chunks are only worth keeping if the source can be known to be the same as when they were fetched.
  const sameSource = source.again !== null && (source.sha256 ?? source.validator) !== null;
  const stored = sameSource ? ((await storedChunks(id)).get(id) ?? new Set<number>()) : new Set<number>();
  await checkSpace(byteLength - stored.size * chunkBytes);

  const digests = await FileDigests.of(
    source.files.map(({ fileName, byteLength: bytes, sha256 }) => ({
      ...{ fileName, sha256, byteLength: bytes },
      md5: md5.get(fileName) ?? null,
    })),
  );
  const take = async (bytes: Uint8Array): Promise<void> => {
    try {
      digests.update(bytes);
    } catch (error) {
      if (!(error instanceof DamagedFile)) throw error;
      await deleteChunks(id, error.start, error.end, chunkBytes);
      throw error.verdict;
    }
  };
  const chunkSha256: string[] = [];
  const neededBytes = () => byteLength - chunkSha256.length * chunkBytes;

  while (chunkSha256.length < count) {
    const first = chunkSha256.length;
    signal.throwIfAborted();
    const length = chunkLength(first, byteLength, chunkBytes);
    const kept = stored.has(first) ? await readChunk(id, first, length, null) : null;
    if (kept?.kind === 'whole') {
      await take(kept.bytes);
      chunkSha256.push(kept.sha256);
      reporter.advance('verifying', length);
      continue;
    }
    let end = first + 1;
    while (end < count && !stored.has(end)) end++;
    const endOffset = Math.min(end * chunkBytes, byteLength);
    const pieces = source.stream(first * chunkBytes, endOffset, signal);
    const phase = source.again === null ? 'copying' : 'downloading';
    const arrived = (bytes: number) => {
      reporter.advance(phase, bytes);
    };
    for await (const chunk of cutChunks(pieces, endOffset - first * chunkBytes, chunkBytes, arrived)) {
      const digest = sha256Hex(chunk);
      await take(chunk);
      const sha256 = await digest;
      await putChunk(id, chunkSha256.length, chunk, sha256, neededBytes());
      chunkSha256.push(sha256);
      signal.throwIfAborted();
    }
  }

  const sha256 = await identityOf(source.files, digests.sha256);
  return { ...manifest, state: 'complete', sha256, chunkSha256 };
}
