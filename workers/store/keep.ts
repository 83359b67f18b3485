/** How one model is kept: stored under its lock, found stored already, or mended. Each step is another file's. */
import { EngineError, errorCode } from '../protocol/errors.ts';
import type { LibraryEntry, ModelSummary } from '../protocol/model.ts';
import type { OpenedSource } from '../source/opened-source.ts';
import { storedChunks } from './chunk.ts';
import { promisedMd5 } from './describe.ts';
import { sha256Hex } from '../source/digest.ts';
import { entryOf } from './entry.ts';
import { busy, tryExclusiveLock, withExclusiveLock } from './file-lock.ts';
import { fill } from './fill.ts';
import type { Filling } from './fill.ts';
import { chunkDigests, fileId } from './identity.ts';
import { allManifests, beginFile, completeFile, deleteFile, findManifest, putManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { findDamage, refetch } from './repair.ts';
import type { TransferReporter } from './transfer-reporter.ts';

/** A model that is to be kept. */
export interface Keeping {
  readonly id: string;
  readonly opened: OpenedSource;
  readonly summary: ModelSummary;
  /** For one that is new here. */
  readonly chunkBytes: number;
}

/** Stores a model, or finds it stored already; its lock is held. Rejects as `fill` does. */
export async function keep({ id, opened, summary, chunkBytes }: Keeping, filling: Filling): Promise<LibraryEntry> {
  const { signal } = filling;
  const found = await findManifest(id);
  if (found?.state === 'complete') {
    await mend(found, opened, filling);
    return entryOf(found);
  }
  await forgetOlder(id, opened);
  try {
    const partial: Manifest = { ...(found ?? newManifest(id, opened, summary, chunkBytes)), state: 'downloading' };
    await (found === null ? beginFile(partial) : putManifest(partial));
    const md5 = await promisedMd5(opened, signal);
    const complete = await fill(partial, { source: opened, md5 }, filling);
    if (opened.identity !== undefined && opened.identity !== complete.sha256)
      throw notAsPromised(complete, opened.identity);
    const twin = await findComplete(complete.sha256);
    if (twin === null) await completeFile(complete);
    else await deleteFile(id);
    return entryOf(twin ?? complete);
  } catch (error) {
    // What can be fetched on from here stays; a half copy of local files, or a damaged whole, is of no use.
    const judgedWhole = opened.files.length === 1 || opened.identity !== undefined;
    const damagedWhole = judgedWhole && errorCode(error) === 'HashMismatch';
    const useless = opened.again === null || damagedWhole;
    await discard(id, useless).catch(() => undefined);
    throw error;
  }
}

/**
 * A model that is complete already: it is mended if nobody uses it. One in use is given as it is if that needs no look at
 * its bytes; else this rejects with `FileBusy`.
 */
export async function keepAgain(keeping: Keeping, filling: Filling): Promise<LibraryEntry> {
  const { id, opened } = keeping;
  const mended = await tryExclusiveLock(id, () => keep(keeping, filling));
  if (mended !== null) return mended.result;
  const found = await findManifest(id);
  if (found?.state === 'complete' && opened.again !== null && (await hasAllChunks(found))) return entryOf(found);
  throw busy();
}

/** The id of a source: that of a complete model that has its promised SHA-256, else its own. */
export async function idOf(opened: OpenedSource, signal: AbortSignal): Promise<string> {
  return (await findComplete(opened.sha256))?.id ?? fileId(opened, signal);
}

/**
 * The id again, or another one where local files agree with a stored model in every sample and in not every byte. Reads
 * all of them then.
 */
export async function distinctId(
  id: string,
  opened: OpenedSource,
  reporter: TransferReporter,
  signal: AbortSignal,
): Promise<string> {
  const found = opened.again === null ? await findManifest(id) : null;
  if (found?.state !== 'complete') return id;
  reporter.begin('verifying', 0);
  const arrived = (bytes: number) => {
    reporter.advance(bytes);
  };
  const digests = (await chunkDigests(opened, found.chunkBytes, arrived, signal)).join(' ');
  return digests === found.chunkSha256.join(' ') ? id : sha256Hex(`${id} ${digests}`);
}

function notAsPromised({ sha256, summary }: Manifest, promised: string): EngineError {
  return new EngineError('HashMismatch', {
    what: `${summary.name} is not as a whole what was promised, so it was deleted`,
    expected: promised,
    ...(sha256 !== null && { got: sha256 }),
  });
}

function newManifest(id: string, opened: OpenedSource, summary: ModelSummary, chunkBytes: number): Manifest {
  return {
    id,
    origin: opened.origin,
    source: opened.again,
    summary,
    byteLength: opened.byteLength,
    ...(opened.files.length > 1 && {
      files: opened.files.map(({ fileName, byteLength }) => ({ fileName, byteLength })),
    }),
    chunkBytes,
    state: 'downloading',
    sha256: null,
    chunkSha256: [],
    addedAt: Date.now(),
  };
}

/** Deletes what a failed transfer left: all of it if it is useless, else only a manifest that has no chunk yet. */
async function discard(id: string, useless: boolean): Promise<void> {
  if (useless || !(await storedChunks(id)).has(id)) await deleteFile(id);
}

/** A complete file whose source is at hand again: a local one is checked whole, others for chunks that are gone. */
async function mend(manifest: Manifest, opened: OpenedSource, filling: Filling): Promise<void> {
  if (opened.again !== null && (await hasAllChunks(manifest))) return;
  await refetch(manifest, await findDamage(manifest, filling.signal), opened, filling);
}

async function hasAllChunks({ id, chunkSha256 }: Manifest): Promise<boolean> {
  return (await storedChunks(id)).get(id)?.size === chunkSha256.length;
}

/** Deletes partial files of the same origin whose file has changed there since: they can never be finished. */
async function forgetOlder(id: string, opened: OpenedSource): Promise<void> {
  const again = JSON.stringify(opened.again);
  for (const other of await allManifests()) {
    if (other.id === id || other.state === 'complete' || other.source === null) continue;
    if (JSON.stringify(other.source) !== again) continue;
    await withExclusiveLock(other.id, () => deleteFile(other.id)).catch(() => undefined);
  }
}

async function findComplete(sha256: string | null): Promise<Manifest | null> {
  if (sha256 === null) return null;
  return (await allManifests()).find((other) => other.state === 'complete' && other.sha256 === sha256) ?? null;
}
