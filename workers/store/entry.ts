/** What the page is told of a stored model. */
import type { LibraryEntry } from '../protocol/model.ts';
import { chunkLength } from './chunk.ts';
import type { Manifest } from './manifest.ts';

/** What the page is told of a model; `chunks` are needed of one that is not complete. */
export function entryOf(manifest: Manifest, chunks?: ReadonlyMap<string, ReadonlySet<number>>): LibraryEntry {
  const { id, summary, origin, sha256, addedAt, byteLength, chunkBytes } = manifest;
  const state = manifest.state === 'complete' ? 'complete' : 'partial';
  let storedBytes = state === 'complete' ? byteLength : 0;
  if (state === 'partial') {
    for (const index of chunks?.get(id) ?? []) storedBytes += chunkLength(index, byteLength, chunkBytes);
  }
  const several = manifest.files && { fileCount: manifest.files.length };
  return { id, summary, origin, sha256, ...several, storedBytes, state, addedAt };
}
