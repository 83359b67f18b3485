/** Makes a complete file whole again: finds its missing and altered chunks, and fetches those alone. */
import { EngineError } from '../protocol/errors.ts';
import type { OpenedSource } from '../source/opened-source.ts';
import { chunkLength, putChunk, readChunk } from './chunk.ts';
import { sha256Hex } from './digest.ts';
import type { Manifest } from './manifest.ts';

/** The chunks of a complete file that are missing or altered. Reads the whole file. */
export async function findDamage(manifest: Manifest, signal?: AbortSignal): Promise<number[]> {
  const damaged: number[] = [];
  for (const [index, sha256] of manifest.chunkSha256.entries()) {
    signal?.throwIfAborted();
    const length = chunkLength(index, manifest.byteLength, manifest.chunkBytes);
    const chunk = await readChunk(manifest.id, index, length, sha256);
    if (chunk.kind !== 'whole') damaged.push(index);
  }
  return damaged;
}

/**
 * Fetches the chunks again and stores each that is what it was. Rejects with `SourceChanged` if the source has other
 * bytes now, with the source's error, `StorageFull`, or the signal's reason.
 */
export async function refetch(
  manifest: Manifest,
  indices: readonly number[],
  source: OpenedSource,
  signal?: AbortSignal,
): Promise<void> {
  for (const index of indices) {
    const offset = index * manifest.chunkBytes;
    const length = chunkLength(index, manifest.byteLength, manifest.chunkBytes);
    const bytes = source.byteLength === manifest.byteLength ? await source.read(offset, length, signal) : null;
    const sha256 = bytes === null ? null : await sha256Hex(bytes);
    if (bytes === null || sha256 !== manifest.chunkSha256[index]) {
      throw new EngineError('SourceChanged', {
        what: `${manifest.summary.name} cannot be repaired: ${source.origin} has other bytes now than when it was stored`,
        offset,
        remedy: 'Delete the model and add it again.',
      });
    }
    await putChunk(manifest.id, index, bytes, sha256, length);
  }
}
