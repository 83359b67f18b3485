/**
 * The library: which models are kept, and how they come and go. It orders the steps (open, check, lock, fill,
 * complete); each step is another file's. It refuses a model that the engine could not run before storing any of it.
 */
import { readGguf } from '../format/gguf.ts';
import { summarize } from '../format/summary.ts';
import { EngineError, errorCode } from '../protocol/errors.ts';
import type { FoundModels, ListedFile, ModelPlace } from '../protocol/found.ts';
import type { AddOutcome, LibraryApi } from '../protocol/library.ts';
import type { LibraryEntry, ModelSource, ModelSummary, Repository, TransferProgress } from '../protocol/model.ts';
import { listRepository } from '../source/hub-source.ts';
import { baseName } from '../source/joined-source.ts';
import { openSource } from '../source/open-source.ts';
import type { OpenedSource } from '../source/opened-source.ts';
import type { RetryPolicy } from '../source/retry.ts';
import { CHUNK_BYTES, chunkLength, storedChunks } from './chunk.ts';
import { sha256Hex } from './digest.ts';
import { withExclusiveLock } from './file-lock.ts';
import { fill } from './fill.ts';
import { chunkDigests, fileId } from './identity.ts';
import { allManifests, deleteFile, findManifest, putManifest, requireManifest, sweepOrphans } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { findDamage, refetch } from './repair.ts';
import { TransferReporter } from './transfer-reporter.ts';

type OnProgress = (progress: TransferProgress) => void;

/** How a library works; the defaults are what the site uses, tests take smaller and quicker ones. */
export interface LibraryOptions {
  readonly chunkBytes?: number;
  readonly policy?: RetryPolicy;
  /** Reads a model's own description of itself; rejects if it is malformed. */
  readonly describe?: (source: OpenedSource, signal?: AbortSignal) => Promise<ModelSummary>;
}

/** The store's side of `LibraryApi`. Any number may run at once, in any tabs: Web Locks keep them apart. */
export class Library implements LibraryApi {
  readonly #chunkBytes: number;
  readonly #policy: { readonly policy?: RetryPolicy };
  readonly #describe: (source: OpenedSource, signal?: AbortSignal) => Promise<ModelSummary>;
  readonly #running = new Map<AbortController, Promise<unknown>>();
  #swept: Promise<void> | null = null;

  constructor({ chunkBytes = CHUNK_BYTES, policy, describe = describeModel }: LibraryOptions = {}) {
    this.#chunkBytes = chunkBytes;
    this.#policy = policy === undefined ? {} : { policy };
    this.#describe = describe;
  }

  async list(): Promise<LibraryEntry[]> {
    // Leftovers cost space, not correctness: a failed sweep must not hide the models.
    this.#swept ??= sweepOrphans().catch(() => undefined);
    await this.#swept;
    const [manifests, chunks] = [await allManifests(), await storedChunks()];
    return manifests.map((manifest) => entryOf(manifest, chunks)).sort((a, b) => b.addedAt - a.addedAt);
  }

  async find(place: ModelPlace): Promise<FoundModels> {
    const { commit, files } = place.kind === 'files' ? { commit: null, files: place.files } : await this.#list(place);
    const { findModels } = await severalFiles();
    const models = findModels(files, place.kind === 'files' ? undefined : baseName(place.repository));
    const used = new Set(models.flatMap(({ choices }) => choices.flatMap((choice) => choice.files.map(pathOf))));
    return { models, otherFiles: new Set(files.map(pathOf)).size - used.size, commit };
  }

  async inspect(source: ModelSource): Promise<ModelSummary> {
    return this.#describe(await this.#open(source));
  }

  add(source: ModelSource, onProgress: OnProgress): Promise<AddOutcome> {
    return this.#run(async (signal) => {
      let id: string | null = null;
      try {
        const opened = await this.#open(source, signal);
        const summary = await this.#describe(opened, signal);
        if (summary.unsupported !== null) throw new EngineError('FileUnsupported', { what: summary.unsupported });
        const reporter = new TransferReporter(opened.byteLength, onProgress);
        const target = (id = await this.#identify(opened, reporter, signal));
        return await withExclusiveLock(target, () => this.#keep(target, opened, summary, reporter, signal));
      } catch (error) {
        if (!signal.aborted) throw error;
        const manifest = id === null ? null : await findManifest(id);
        return { kind: 'paused', entry: manifest && entryOf(manifest, await storedChunks(manifest.id)) };
      }
    });
  }

  async resume(id: string, onProgress: OnProgress): Promise<AddOutcome> {
    const manifest = await requireManifest(id);
    if (manifest.state === 'complete') return { kind: 'added', entry: entryOf(manifest) };
    if (manifest.source === null) throw chooseAgain(manifest);
    return this.add(manifest.source, onProgress);
  }

  async pause(): Promise<void> {
    for (const controller of this.#running.keys()) controller.abort();
    await Promise.allSettled(this.#running.values());
  }

  remove(id: string): Promise<void> {
    return withExclusiveLock(id, async () => {
      await requireManifest(id);
      await deleteFile(id);
    });
  }

  repair(id: string): Promise<void> {
    return withExclusiveLock(id, async () => {
      const manifest = await requireManifest(id);
      const damaged = await findDamage(manifest);
      if (damaged.length === 0) return;
      if (manifest.source === null) throw chooseAgain(manifest);
      await refetch(manifest, damaged, await this.#open(manifest.source));
    });
  }

  /** Stores a file under its lock, or finds it stored already. */
  async #keep(
    id: string,
    opened: OpenedSource,
    summary: ModelSummary,
    reporter: TransferReporter,
    signal: AbortSignal,
  ): Promise<AddOutcome> {
    const found = await findManifest(id);
    if (found?.state === 'complete') {
      await mend(found, opened, signal);
      return { kind: 'added', entry: entryOf(found) };
    }
    await forgetOlder(id, opened);
    const partial: Manifest = found ?? {
      id,
      origin: opened.origin,
      source: opened.again,
      summary,
      byteLength: opened.byteLength,
      ...(opened.files.length > 1 && {
        files: opened.files.map(({ fileName, byteLength }) => ({ fileName, byteLength })),
      }),
      chunkBytes: this.#chunkBytes,
      state: 'partial',
      sha256: null,
      chunkSha256: [],
      addedAt: Date.now(),
    };
    try {
      await putManifest(partial);
      const md5 = await promisedMd5(opened, signal);
      const complete = await fill(partial, { source: opened, md5 }, reporter, signal);
      const twin = await findComplete(complete.sha256);
      if (twin === null) await putManifest(complete);
      else await deleteFile(id);
      return { kind: 'added', entry: entryOf(twin ?? complete) };
    } catch (error) {
      // What can be fetched on from here stays; a half copy of local files, or a damaged whole, is of no use.
      const damagedWhole = opened.files.length === 1 && errorCode(error) === 'HashMismatch';
      const useless = opened.again === null || damagedWhole;
      await discard(id, useless).catch(() => undefined);
      throw error;
    }
  }

  async #identify(opened: OpenedSource, reporter: TransferReporter, signal: AbortSignal): Promise<string> {
    const twin = await findComplete(opened.sha256);
    if (twin !== null) return twin.id;
    const id = await fileId(opened, signal);
    if (opened.again !== null) return id;
    const found = await findManifest(id);
    if (found?.state !== 'complete') return id;
    // The samples agree with a file that is stored whole. Only equal bytes make it the same file.
    const arrived = (bytes: number) => {
      reporter.advance('verifying', bytes);
    };
    const digests = (await chunkDigests(opened, found.chunkBytes, arrived, signal)).join(' ');
    return digests === found.chunkSha256.join(' ') ? id : sha256Hex(`${id} ${digests}`);
  }

  async #list(repository: Repository): Promise<{ commit: string; files: ListedFile[] }> {
    const { commit, files } = await listRepository(repository, this.#policy.policy);
    return { commit, files: files.map(({ path, size }) => ({ path, bytes: size })) };
  }

  #open(source: ModelSource, signal?: AbortSignal): Promise<OpenedSource> {
    return openSource(source, { ...(signal && { signal }), ...this.#policy });
  }

  /** Runs something that `pause` can stop. */
  async #run<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const running = run(controller.signal);
    this.#running.set(controller, running);
    try {
      return await running;
    } finally {
      this.#running.delete(controller);
    }
  }
}

/** What one GGUF file never needs comes when it is asked for: it weighs as much as all the rest here. */
async function severalFiles() {
  const [{ findModels }, { shardDigests }, { readModel }] = await Promise.all([
    import('../format/find-models.ts'),
    import('../format/mlc.ts'),
    import('../format/read-model.ts'),
  ]);
  return { findModels, shardDigests, readModel };
}

async function promisedMd5({ files }: OpenedSource, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  return files.length === 1 ? new Map<string, string>() : (await severalFiles()).shardDigests(files, signal);
}

function pathOf({ path }: ListedFile): string {
  return path;
}

async function describeModel(source: OpenedSource, signal?: AbortSignal): Promise<ModelSummary> {
  const { files } = source;
  const file = await (files.length === 1 ? readGguf(source, signal) : (await severalFiles()).readModel(files, signal));
  return { ...summarize(file, source.fileName), fileBytes: source.byteLength };
}

/** Deletes what a failed transfer left: all of it if it is useless, else only a manifest that has no chunk yet. */
async function discard(id: string, useless: boolean): Promise<void> {
  if (useless || !(await storedChunks(id)).has(id)) await deleteFile(id);
}

/** A complete file whose source is at hand again: a local one is checked whole, others for chunks that are gone. */
async function mend(manifest: Manifest, opened: OpenedSource, signal: AbortSignal): Promise<void> {
  const stored = (await storedChunks(manifest.id)).get(manifest.id)?.size ?? 0;
  if (opened.again !== null && stored === manifest.chunkSha256.length) return;
  await refetch(manifest, await findDamage(manifest, signal), opened, signal);
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

function entryOf(manifest: Manifest, chunks?: ReadonlyMap<string, ReadonlySet<number>>): LibraryEntry {
  const { id, summary, origin, sha256, state, addedAt, byteLength, chunkBytes } = manifest;
  let storedBytes = state === 'complete' ? byteLength : 0;
  if (state === 'partial') {
    for (const index of chunks?.get(id) ?? []) storedBytes += chunkLength(index, byteLength, chunkBytes);
  }
  return { id, summary, origin, sha256, storedBytes, state, addedAt };
}

function chooseAgain(manifest: Manifest): EngineError {
  return new EngineError('NotFound', {
    what: `${manifest.summary.name} came from your disk, where a page may open nothing by itself`,
    remedy: manifest.files === undefined ? 'Choose the same file again.' : 'Choose the same files again.',
  });
}
