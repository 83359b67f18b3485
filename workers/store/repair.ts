/** Makes a complete file whole again: finds its missing and altered chunks, and fetches those alone. */
import { EngineError } from '../protocol/errors.ts';
import type { OpenedSource } from '../source/opened-source.ts';
import { note } from './about.ts';
import { chunkLength, isChunkWhole, putChunk } from './chunk.ts';
import { hashed } from './chunk-hasher.ts';
import { fetchChunks } from './fetch-chunks.ts';
import type { Fetching } from './fetch-chunks.ts';
import type { Manifest } from './manifest.ts';

/** The chunks of a complete file that are missing or altered. Reads the whole file; `onChecked` hears how far it is. */
export async function findDamage(
  manifest: Manifest,
  signal?: AbortSignal,
  onChecked: (checkedBytes: number) => void = () => undefined,
): Promise<number[]> {
  const damaged: number[] = [];
  for (const [index, sha256] of manifest.chunkSha256.entries()) {
    signal?.throwIfAborted();
    const length = chunkLength(index, manifest.byteLength, manifest.chunkBytes);
    if (!(await isChunkWhole(manifest.id, index, length, sha256))) damaged.push(index);
    onChecked(index * manifest.chunkBytes + length);
  }
  return damaged;
}

/**
 * Fetches the chunks again and stores each that is what it was: with those, the model is found whole. Rejects with `SourceChanged` if the source has other
 * bytes now, with the source's error, `StorageFull`, or the signal's reason.
 */
export async function refetch(
  manifest: Manifest,
  indices: readonly number[],
  source: OpenedSource,
  { spanBytes, spansAtOnce, signal }: Pick<Fetching<never>, 'spanBytes' | 'spansAtOnce' | 'signal'>,
): Promise<void> {
  const { id, byteLength, chunkBytes, chunkSha256 } = manifest;
  if (indices.length > 0 && source.byteLength !== byteLength) throw changed(manifest, source);
  await fetchChunks(source, indices, {
    ...{ chunkBytes, spanBytes, spansAtOnce, signal },
    arrived: () => undefined,
    hash: (_, bytes) => hashed(bytes),
    store: async (index, chunk) => {
      const { bytes } = chunk;
      const offset = index * chunkBytes;
      if (chunk.sha256 !== chunkSha256[index]) throw changed(manifest, source, offset);
      await putChunk({ id, index, offset, neededBytes: bytes.byteLength }, chunk);
      return bytes.buffer;
    },
  });
  await note(id, { verifiedAt: Date.now() });
}

function changed(manifest: Manifest, source: OpenedSource, offset?: number): EngineError {
  return new EngineError('SourceChanged', {
    what: `${manifest.summary.name} cannot be repaired: ${source.origin} has other bytes now than when it was stored`,
    ...(offset !== undefined && { offset }),
    remedy: 'Delete the model and add it again.',
  });
}
