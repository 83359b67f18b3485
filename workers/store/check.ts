/**
 * Reads a complete model again and says whether it is what it was. It takes a reader's lock, so it goes beside the engine's
 * reading and keeps writers away; one chunk is in memory at a time. Nothing is fetched: mending is `repair.ts`'s.
 */
import { EngineError } from '../protocol/errors.ts';
import type { CheckOutcome, CheckProgress } from '../protocol/care.ts';
import { note } from './about.ts';
import { chunkLength } from './chunk.ts';
import { holdSharedLock } from './file-lock.ts';
import { requireManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { findDamage } from './repair.ts';

/** Checks every chunk against its SHA-256 and writes down when all were whole. See `CareApi.check`. */
export async function checkStored(
  id: string,
  onProgress: (progress: CheckProgress) => void,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const release = await holdSharedLock(id);
  try {
    const manifest = await requireManifest(id);
    if (manifest.state !== 'complete') {
      throw new EngineError('NotFound', {
        what: `${manifest.summary.name} is not wholly downloaded yet`,
        remedy: 'Finish the download first.',
      });
    }
    const damaged = await findDamage(manifest, signal, (checkedBytes) => {
      onProgress({ checkedBytes, totalBytes: manifest.byteLength });
    });
    if (damaged.length > 0) return verdict(manifest, damaged);
    await note(id, { verifiedAt: Date.now() });
    return { kind: 'intact' };
  } catch (error) {
    if (signal.aborted) return { kind: 'stopped' };
    throw error;
  } finally {
    await release();
  }
}

function verdict({ byteLength, chunkBytes, chunkSha256 }: Manifest, damaged: readonly number[]): CheckOutcome {
  const damagedBytes = damaged.reduce((sum, index) => sum + chunkLength(index, byteLength, chunkBytes), 0);
  return { kind: 'damaged', damaged: damaged.length, damagedBytes, chunks: chunkSha256.length };
}
