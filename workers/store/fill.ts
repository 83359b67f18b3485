/** Fills a partial file from its source: every chunk that is not there whole, in order, then the verdict on them all. */
import { createSHA256 } from 'hash-wasm';
import { EngineError } from '../protocol/errors.ts';
import type { OpenedSource } from '../source/opened-source.ts';
import { chunkLength, putChunk, readChunk, storedChunks } from './chunk.ts';
import { cutChunks } from './cut-chunks.ts';
import { sha256Hex } from './digest.ts';
import type { Manifest } from './manifest.ts';
import { checkSpace } from './storage-errors.ts';
import type { TransferReporter } from './transfer-reporter.ts';

/**
 * Stores what is missing of a file and gives its complete manifest, not yet written. Rejects with the source's error,
 * `StorageFull`, `StorageFailed`, `HashMismatch` if the whole is not what the hub promises, or the signal's reason.
 */
export async function fill(
  manifest: Manifest,
  source: OpenedSource,
  reporter: TransferReporter,
  signal: AbortSignal,
): Promise<Manifest> {
  const { id, byteLength, chunkBytes } = manifest;
  const count = Math.ceil(byteLength / chunkBytes);
  // Stored chunks are only worth keeping if the source can be known to be the same as when they were fetched.
  const sameSource = source.again !== null && (source.sha256 ?? source.validator) !== null;
  const stored = sameSource ? ((await storedChunks(id)).get(id) ?? new Set<number>()) : new Set<number>();
  await checkSpace(byteLength - stored.size * chunkBytes);

  const whole = await createSHA256();
  const chunkSha256: string[] = [];
  const neededBytes = () => byteLength - chunkSha256.length * chunkBytes;

  while (chunkSha256.length < count) {
    const first = chunkSha256.length;
    signal.throwIfAborted();
    const length = chunkLength(first, byteLength, chunkBytes);
    const kept = stored.has(first) ? await readChunk(id, first, length, null) : null;
    if (kept?.kind === 'whole') {
      whole.update(kept.bytes);
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
      whole.update(chunk);
      const sha256 = await digest;
      await putChunk(id, chunkSha256.length, chunk, sha256, neededBytes());
      chunkSha256.push(sha256);
      signal.throwIfAborted();
    }
  }

  const sha256 = whole.digest('hex');
  if (source.sha256 !== null && sha256 !== source.sha256) {
    throw new EngineError('HashMismatch', {
      what: 'The file arrived damaged, and nothing says which part of it, so it was deleted',
      expected: `SHA-256 ${source.sha256}`,
      got: sha256,
      remedy: 'Download it again.',
    });
  }
  return { ...manifest, state: 'complete', sha256, chunkSha256 };
}
