/**
 * The library: which models are kept, and how they come and go. It says what may run and what is paused; each step is
 * another file's. It refuses a model that the engine could not run before storing any of it.
 */
import { EngineError } from '../protocol/errors.ts';
import type { AboutModel, CheckOutcome, CheckProgress, Remarks } from '../protocol/care.ts';
import type { FoundModels, HubModels, HubQuery, ModelPlace } from '../protocol/found.ts';
import type { ExportOutcome } from '../protocol/export.ts';
import type { ChunkPort, OfferedModel } from '../protocol/hand-over.ts';
import type { AddOutcome, LibraryApi } from '../protocol/library.ts';
import type { ModelFolder } from '../protocol/model-folder.ts';
import type { LibraryEntry, ModelSource, ModelSummary, TransferProgress } from '../protocol/model.ts';
import type { NetworkSource, OpenedSource } from '../source/opened-source.ts';
import type { RetryPolicy } from '../source/retry.ts';
import { allAbout } from './about.ts';
import type { Asking, Opening, Running } from './bring.ts';
import type { Care } from './care.ts';
import { CHUNK_BYTES, storedChunks } from './chunk.ts';
import { describeModel } from './describe.ts';
import { entryOf } from './entry.ts';
import { withExclusiveLock, withExclusiveLockSoon } from './file-lock.ts';
import { allManifests, deleteFile, findManifest, requireManifest, sweep } from './manifest.ts';
import type { Manifest } from './manifest.ts';

type OnProgress = (progress: TransferProgress) => void;

/** How a library works; the defaults are what the site uses, tests take smaller and quicker ones. */
export interface LibraryOptions {
  readonly chunkBytes?: number;
  /** A multiple of the chunk. */
  readonly spanBytes?: number;
  readonly policy?: RetryPolicy;
  /** Reads a model's own description of itself; rejects if it is malformed. */
  readonly describe?: (source: OpenedSource, signal?: AbortSignal) => Promise<ModelSummary>;
}

/** The store's side of `LibraryApi`. Any number may run at once, in any tabs: Web Locks keep them apart. */
export class Library implements LibraryApi {
  readonly #asking: Asking;
  #opening: Opening;
  readonly #describe: (source: OpenedSource, signal?: AbortSignal) => Promise<ModelSummary>;
  readonly #running = new Map<Running, Promise<unknown>>();
  #swept: Promise<void> | null = null;
  #care: Care | null = null;
  /** What the latest source at hand says of itself: between looking at a model and keeping it, it is not read again. */
  #described: { readonly bytes: string; readonly summary: ModelSummary } | null = null;

  constructor({ chunkBytes = CHUNK_BYTES, spanBytes, policy, describe }: LibraryOptions = {}) {
    this.#asking = { chunkBytes, spanBytes, transfers: () => [...this.#running.keys()] };
    this.#opening = { ...(policy && { policy }), folders: [] };
    this.#describe = describe ?? describeModel;
  }

  async list(): Promise<LibraryEntry[]> {
    // Leftovers cost space, not correctness: a failed sweep must not hide the models.
    this.#swept ??= sweep()
      .then(async (hidden) => {
        if (hidden.length > 0) await (await import('./care.ts')).carryOutLeft(hidden);
      })
      .catch(() => undefined);
    await this.#swept;
    const [manifests, chunks, about] = [await allManifests(), await storedChunks(), await allAbout()];
    const entryNamed = (manifest: Manifest): LibraryEntry => {
      const entry = entryOf(manifest, chunks);
      const ownName = about.get(entry.id)?.ownName;
      return ownName ? { ...entry, ownName } : entry;
    };
    return manifests.map(entryNamed).sort((a, b) => b.addedAt - a.addedAt);
  }

  async find(place: ModelPlace): Promise<FoundModels> {
    return (await bringing()).findAt(place, this.#opening.policy);
  }

  async search(query: HubQuery): Promise<HubModels> {
    return (await import('./search.ts')).search(query, this.#opening.policy);
  }

  async folder(address: string): Promise<ModelFolder | null> {
    return (await bringing()).readFolder(address, this.#opening.policy);
  }

  preferFolders(folders: readonly string[]): Promise<void> {
    this.#opening = { ...this.#opening, folders };
    return Promise.resolve();
  }

  async inspect(source: ModelSource): Promise<ModelSummary> {
    return this.#summary(await this.#open(source));
  }

  add(source: ModelSource, onProgress: OnProgress, key?: string): Promise<AddOutcome> {
    return this.#run(key, (running) => this.#add(source, onProgress, running));
  }

  resume(id: string, onProgress: OnProgress, key?: string): Promise<AddOutcome> {
    return this.#run(key, async (running) => {
      const manifest = await requireManifest(id);
      if (manifest.state === 'complete') return { kind: 'added', entry: entryOf(manifest) };
      if (manifest.source === null) throw (await bringing()).chooseAgain(manifest);
      // A commit's files do not change, so the header that was read when this began need not be fetched again.
      if ('revision' in manifest.source)
        this.#described = { bytes: sameBytes(manifest.source, manifest.source.revision), summary: manifest.summary };
      return this.#add(manifest.source, onProgress, running);
    });
  }

  async pause(key?: string): Promise<void> {
    const meant = [...this.#running].filter(([running]) => key === undefined || running.key === key);
    for (const [{ pausing }] of meant) pausing.abort();
    await Promise.allSettled(meant.map(([, ended]) => ended));
  }

  async lend(id: string, port: ChunkPort): Promise<OfferedModel> {
    return (await import('./lend.ts')).lend(id, port);
  }

  async remove(id: string): Promise<void> {
    await this.stopCheck(id);
    if (this.#care?.offered.has(id)) return this.#care.offered.carryOut(id);
    await withExclusiveLock(id, async () => {
      await requireManifest(id);
      await deleteFile(id);
    });
  }

  async repair(id: string): Promise<void> {
    await this.stopCheck(id);
    await withExclusiveLockSoon(id, async () => (await bringing()).mendStored(id, this.#asking, this.#opening));
  }

  async export(...asked: Parameters<LibraryApi['export']>): Promise<ExportOutcome> {
    return (await import('./export-model.ts')).exportModel(...asked);
  }

  async abouts(): Promise<AboutModel[]> {
    return (await this.#caring()).abouts();
  }

  async remark(id: string, remarks: Remarks): Promise<void> {
    return (await this.#caring()).remark(id, remarks);
  }

  async check(id: string, onProgress: (progress: CheckProgress) => void): Promise<CheckOutcome> {
    return (await this.#caring()).check(id, onProgress);
  }

  async stopCheck(id: string): Promise<void> {
    await this.#care?.stopCheck(id);
  }

  async hide(id: string): Promise<void> {
    return (await this.#caring()).hide(id);
  }

  async bringBack(id: string): Promise<void> {
    return (await this.#caring()).bringBack(id);
  }

  async #caring(): Promise<Care> {
    const { Care } = await import('./care.ts');
    return (this.#care ??= new Care());
  }

  async #add(source: ModelSource, onProgress: OnProgress, running: Running): Promise<AddOutcome> {
    const { signal } = running.pausing;
    try {
      const opened = await this.#open(source, signal);
      const summary = await this.#summary(opened, signal);
      if (summary.unsupported !== null) throw new EngineError('FileUnsupported', { what: summary.unsupported });
      const { bringIn } = await bringing();
      return { kind: 'added', entry: await bringIn({ opened, summary, onProgress }, running, this.#asking) };
    } catch (error) {
      if (!signal.aborted) throw error;
      const manifest = running.id === null ? null : await findManifest(running.id);
      return { kind: 'paused', entry: manifest && entryOf(manifest, await storedChunks(manifest.id)) };
    }
  }

  async #summary(opened: OpenedSource, signal?: AbortSignal): Promise<ModelSummary> {
    const { again, validator } = opened;
    // A commit or an ETag stands for bytes that do not change; without one they may have.
    const bytes = again === null || validator === null ? null : sameBytes(again, validator);
    if (bytes !== null && bytes === this.#described?.bytes) return this.#described.summary;
    const summary = await this.#describe(opened, signal);
    if (bytes !== null) this.#described = { bytes, summary };
    return summary;
  }

  async #open(source: ModelSource, signal?: AbortSignal): Promise<OpenedSource> {
    return (await bringing()).openSource(source, this.#opening, signal);
  }

  /** Runs something that `pause` can stop. */
  async #run<T>(key: string | undefined, run: (running: Running) => Promise<T>): Promise<T> {
    const running: Running = { key, id: null, pausing: new AbortController(), neededBytes: 0 };
    const ended = run(running);
    this.#running.set(running, ended);
    try {
      return await ended;
    } finally {
      this.#running.delete(running);
    }
  }
}

/** What sources have in common that give the same bytes. */
function sameBytes(again: NetworkSource, validator: string | undefined): string {
  return JSON.stringify([again, validator]);
}

/** What most visits do not need: they only ask what is kept. */
function bringing() {
  return import('./bring.ts');
}
