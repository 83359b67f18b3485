/**
 * How a model comes in: opened, identified, fetched or followed, and mended later. Here is what the library needs only
 * then; most visits only ask what is kept, so it comes when it is first asked for.
 */
import { EngineError } from '../protocol/errors.ts';
import type { FoundModels, ListedFile, ModelPlace } from '../protocol/found.ts';
import type { LibraryEntry, ModelSource, ModelSummary, TransferProgress } from '../protocol/model.ts';
import { listRepository } from '../source/hub-source.ts';
import { baseName } from '../source/joined-source.ts';
import type { OpenedSource } from '../source/opened-source.ts';
import type { RetryPolicy } from '../source/retry.ts';
import { note } from './about.ts';
import { severalFiles } from './describe.ts';
import { entryOf } from './entry.ts';
import { shareOfSpans, SPAN_BYTES } from './fetch-chunks.ts';
import { writeOrFollow } from './follow.ts';
import { distinctId, idOf, keep, keepAgain } from './keep.ts';
import { RECORD_NAME } from './library-record.ts';
import { nearCopies, readFolder } from './model-folders.ts';
import { findManifest, requireManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { asOfRecord, openRecorded, restoreOrigin } from './recorded-source.ts';
import { findDamage, refetch } from './repair.ts';
import { claimSpace } from './storage-errors.ts';
import type { SpaceClaim } from './storage-errors.ts';
import { TransferReporter } from './transfer-reporter.ts';

export { readFolder };

/** A transfer that can be paused. */
export interface Running extends SpaceClaim {
  /** The caller's own name for it. */
  readonly key: string | undefined;
  /** `null` until the source has told what it is. */
  id: string | null;
  readonly pausing: AbortController;
}

/** How chunks are asked for. */
export interface Asking {
  readonly chunkBytes: number;
  /** The default is 64 MiB. */
  readonly spanBytes: number | undefined;
  /** The transfers that go on now, this one included. */
  readonly transfers: () => readonly Running[];
}

/** How sources are opened. */
export interface Opening {
  readonly policy?: RetryPolicy;
  /** Folders of models, which are preferred to a hub. */
  readonly folders: readonly string[];
}

/** Opens a source; of what a hub is asked for, the copy in a folder. Rejects as its reader in `source/` does. */
export async function openSource(
  source: ModelSource,
  { folders, policy }: Opening,
  signal?: AbortSignal,
): Promise<OpenedSource> {
  const options = { ...(policy && { policy }), ...(signal && { signal }) };
  if (source.kind !== 'hub' && source.kind !== 'hub-files') return openRecorded(source, options);
  return openRecorded(source, { ...options, near: await nearCopies(folders, policy, signal) });
}

/** A model that was opened, and who hears of its way in. */
export interface Bringing {
  readonly opened: OpenedSource;
  readonly summary: ModelSummary;
  readonly onProgress: (progress: TransferProgress) => void;
}

/**
 * Stores a model, or follows the tab that does. Rejects with the source's error, `StorageFull`, `StorageFailed`,
 * `HashMismatch`, `FileBusy`, or the reason of `running.pausing`.
 */
export async function bringIn(
  { opened, summary, onProgress }: Bringing,
  running: Running,
  asking: Asking,
): Promise<LibraryEntry> {
  const { pausing } = running;
  const { signal } = pausing;
  const sampled = (running.id = await idOf(opened, signal));
  let tell = onProgress;
  const reporter = new TransferReporter(sampled, opened.byteLength, (progress) => {
    // What has been checked is on the disk, or never goes there.
    running.neededBytes = progress.phase === 'verifying' ? 0 : progress.totalBytes - progress.storedBytes;
    tell(progress);
  });
  const id = (running.id = reporter.id = await distinctId(sampled, opened, reporter, signal));
  const keeping = { id, opened, summary, chunkBytes: asking.chunkBytes };
  const others = () => asking.transfers().filter((other) => other !== running);
  const filling = {
    ...fetching(asking, signal),
    reporter,
    claimSpace: (neededBytes: number) => claimSpace(running, neededBytes, others),
  };
  const find = () => findCompleteEntry(id);
  if ((await find()) !== null) return restoreOrigin(await keepAgain(keeping, filling), opened);
  const write = (tellAll: typeof onProgress) => {
    tell = tellAll;
    return keep(keeping, filling);
  };
  const written = writeOrFollow(id, { find, write, onProgress, pausing }).catch((error: unknown) => {
    throw asOfRecord(error, opened);
  });
  return restoreOrigin(await written, opened);
}

/** Checks every chunk of a complete model, whose lock is held, and fetches what is missing or damaged. See `LibraryApi`. */
export async function mendStored(id: string, asking: Asking, opening: Opening): Promise<void> {
  const manifest = await requireManifest(id);
  const damaged = await findDamage(manifest);
  if (damaged.length === 0) return note(id, { verifiedAt: Date.now() });
  if (manifest.source === null) throw chooseAgain(manifest);
  const { signal } = new AbortController();
  await refetch(manifest, damaged, await openSource(manifest.source, opening), fetching(asking, signal));
}

/** The models of a place, by the names of its files. See `LibraryApi`. */
export async function findAt(place: ModelPlace, policy?: RetryPolicy): Promise<FoundModels> {
  let [commit, files]: [string | null, readonly ListedFile[]] = [null, []];
  if (place.kind === 'files') files = place.files;
  else {
    const listed = await listRepository(place, policy);
    commit = listed.commit;
    files = listed.files.map(({ path, size }) => ({ path, bytes: size }));
  }
  const { findModels } = await severalFiles();
  const models = findModels(files, place.kind === 'files' ? undefined : baseName(place.repository));
  const used = new Set(models.flatMap(({ choices }) => choices.flatMap((choice) => choice.files.map(pathOf))));
  // What an export wrote beside a model is no file too many.
  for (const { path } of files) if (baseName(path) === RECORD_NAME) used.add(path);
  return { models, otherFiles: new Set(files.map(pathOf)).size - used.size, commit };
}

/** The error where bytes are needed again that came from a person's disk. */
export function chooseAgain(manifest: Manifest): EngineError {
  return new EngineError('NotFound', {
    what: `${manifest.summary.name} came from your disk, where a page may open nothing by itself`,
    remedy: manifest.files === undefined ? 'Choose the same file again.' : 'Choose the same files again.',
  });
}

/** The more is brought in at once, the fewer spans each gets. */
function fetching({ spanBytes = SPAN_BYTES, transfers }: Asking, signal: AbortSignal) {
  return { spanBytes, spansAtOnce: () => shareOfSpans(Math.max(1, transfers().length)), signal };
}

async function findCompleteEntry(id: string): Promise<LibraryEntry | null> {
  const manifest = await findManifest(id);
  return manifest?.state === 'complete' ? entryOf(manifest) : null;
}

function pathOf({ path }: ListedFile): string {
  return path;
}
