/** The models on this device, the one that is being looked at, and those that are being brought in. */
import type { ExportOutcome } from '../../workers/protocol/export.ts';
import type { AddOutcome, LibraryApi } from '../../workers/protocol/library.ts';
import { EngineError, errorCode, type ErrorCode } from '../../workers/protocol/errors.ts';
import type { ChunkPort, OfferedModel } from '../../workers/protocol/hand-over.ts';
import type { FoundModels, HubModels, HubQuery, ModelPlace } from '../../workers/protocol/found.ts';
import type { LibraryEntry, ModelSource, ModelSummary, TransferProgress } from '../../workers/protocol/model.ts';
import type { WorkerLink } from '../engine/link.ts';
import { newId } from '../lib/new-id.ts';
import { visibleLine } from '../lib/visible-text.ts';
import type { Connect } from './engine.svelte.ts';
import { type Interruption, keptBytes, type ModelFacts, type Transfer, Transfers } from './transfers.svelte.ts';

/** A model that a person chose and has not decided on. */
export interface Candidate {
  readonly source: ModelSource;
  readonly summary: ModelSummary;
}

/** A model that is to be stored: where it is, and as much of its summary as its transfer shows. */
export interface Addition {
  readonly source: ModelSource;
  readonly summary: ModelFacts;
  /** The caller's own name for its transfer. */
  readonly key?: string;
  /** What the transfer was for, begun anew after an interruption; `null` where it is not gone on with from here. */
  readonly again?: (() => Promise<unknown>) | null;
}

/** After these a transfer goes on where it was, once the network or the worker is back. */
const MAY_PASS: readonly (ErrorCode | null)[] = ['SourceUnreachable', 'SourceRateLimited', 'WorkerFailed'];

/** What the browser says of this site's storage; `null` where it does not say. */
export interface StorageReport {
  readonly usedBytes: number | null;
  readonly quotaBytes: number | null;
  readonly persisted: boolean | null;
  /** What models on their way still needed of it when that was said. */
  readonly neededBytes: number;
}

/** The library as the page sees it. Methods reject with what the worker rejects with. */
export class LibraryState {
  entries = $state.raw<readonly LibraryEntry[]>([]);
  /** False until the store has been read. */
  known = $state(false);
  /** A name of what is being looked at, or `null`. */
  inspecting = $state<string | null>(null);
  candidate = $state.raw<Candidate | null>(null);
  /** Name of the model that is being made whole again, or `null`. */
  repairing = $state<string | null>(null);
  storage = $state.raw<StorageReport>({
    usedBytes: null,
    quotaBytes: null,
    persisted: null,
    neededBytes: 0,
  });

  /** Ends what takes room and need not, before something is brought in. */
  makeRoom: () => Promise<void> = () => Promise.resolve();

  readonly #transfers = new Transfers();
  /** Whose transfer a failure ended. */
  readonly #failed = new WeakMap<Error, string>();
  readonly #connect: Connect<LibraryApi>;
  #link: Promise<WorkerLink<LibraryApi>> | null = null;
  #inspections = 0;

  constructor(connect: Connect<LibraryApi>) {
    this.#connect = connect;
  }

  /** The models on their way into the store, each once. */
  get transfers(): readonly Transfer[] {
    return this.#transfers.shown;
  }

  /** The transfers that were interrupted, until each begins again or is left. */
  get interruptions(): readonly Interruption[] {
    return this.#transfers.interrupted;
  }

  /** What is kept and not on its way just now. */
  get resting(): readonly LibraryEntry[] {
    return this.entries.filter((entry) => entry.state === 'complete' || !this.isComing(entry.summary, entry.id));
  }

  /** Whether a model is on its way into the store; `id` is its entry's, where there is one. */
  isComing({ name, fileBytes }: ModelFacts, id: string | null = null): boolean {
    return this.#transfers.has({ id, name, fileBytes });
  }

  /** The transfer that was begun with this key. */
  transfer(key: string): Transfer | undefined {
    return this.#transfers.find(key);
  }

  /** Name of the model whose transfer ended with this error; `null` if none did. */
  failedName(error: unknown): string | null {
    return error instanceof Error ? (this.#failed.get(error) ?? null) : null;
  }

  /** Bytes of all stored models, complete or not. */
  get storedBytes(): number {
    return this.entries.reduce((sum, entry) => sum + entry.storedBytes, 0);
  }

  /** The complete entry with this id, if there is one. */
  complete(id: unknown): LibraryEntry | undefined {
    return this.entries.find((entry) => entry.id === id && entry.state === 'complete');
  }

  /** What a person calls a model, or else what its file does. */
  nameOf({ id, summary }: Pick<LibraryEntry, 'id' | 'summary'>): string {
    return this.entries.find((entry) => entry.id === id)?.ownName ?? summary.name;
  }

  /** Asks the worker for what this class has no part in. */
  async ask<T>(question: (api: LibraryApi) => Promise<T>): Promise<T> {
    return question(await this.#api());
  }

  /** Reads the store again. */
  async refresh(): Promise<void> {
    this.entries = await (await this.#api()).list();
    this.known = true;
    await this.refreshStorage();
  }

  /** Looks at a source's description; the result is `candidate`. A later look overtakes an earlier one. */
  async inspect(source: ModelSource): Promise<void> {
    // Whether it fits is judged by what there is now.
    void this.refreshStorage();
    await this.#look(sourceName(source), async (api) => {
      const summary = await api.inspect(source);
      if (summary.unsupported !== null) {
        throw new EngineError('FileUnsupported', { what: summary.unsupported.replace(/\.$/, '') });
      }
      return () => (this.candidate = { source, summary });
    });
  }

  /** Looks for models at a place that a person calls `name`; `null` if a later look has overtaken this one. */
  async find(place: ModelPlace, name: string): Promise<FoundModels | null> {
    let found: FoundModels | null = null;
    await this.#look(name, async (api) => {
      const models = await api.find(place);
      return () => (found = models);
    });
    return found;
  }

  /** Searches a hub by words, which asks it once. */
  async search(query: HubQuery): Promise<HubModels> {
    return (await this.#api()).search(query);
  }

  /** The worker itself, for what changes nothing here. */
  get worker(): Promise<LibraryApi> {
    return this.#api();
  }

  /** Shows `name` while it looks. What it gives is done if no later look has begun; failures of an earlier one are none. */
  async #look(name: string, look: (api: LibraryApi) => Promise<() => void>): Promise<void> {
    const inspection = ++this.#inspections;
    this.candidate = null;
    this.inspecting = visibleLine(name);
    try {
      const accept = await look(await this.#api());
      if (inspection === this.#inspections) accept();
    } catch (error) {
      if (inspection === this.#inspections) throw error;
    } finally {
      // A second look may follow the first at once, and between both nothing has ended.
      setTimeout(() => {
        if (inspection === this.#inspections) this.inspecting = null;
      });
    }
  }

  /** Forgets the candidate. */
  dismiss(): void {
    this.#inspections++;
    this.inspecting = null;
    this.candidate = null;
  }

  /** Brings a model into the store, beside others. The complete entry, or `null` if it was paused. */
  async add(addition: Addition): Promise<LibraryEntry | null> {
    await this.persist();
    const again = () => this.add(addition);
    return this.#bring({ again, ...addition }, null, (api, ...rest) => api.add(addition.source, ...rest));
  }

  /** Goes on with a partial entry. `again` is as in `Addition`. */
  async resume(
    entry: LibraryEntry,
    again: () => Promise<unknown> = () => this.resume(entry),
  ): Promise<LibraryEntry | null> {
    const { id, summary } = entry;
    return this.#bring({ summary, again }, id, (api, ...rest) => api.resume(id, ...rest));
  }

  /** Checks every piece of a stored model and fetches again those that are damaged. */
  async repair({ id, summary }: LibraryEntry): Promise<void> {
    this.repairing = summary.name;
    try {
      await (await this.#api()).repair(id);
    } finally {
      this.repairing = null;
    }
  }

  /** Gives the chunks of a complete model at the port, for another device. */
  async lend(id: string, port: ChunkPort): Promise<OfferedModel> {
    return (await this.#api()).lend(id, port);
  }

  /** Holds the transfer of this key, or all; what is stored stays. */
  async pause(key?: string): Promise<void> {
    if (this.transfers.length === 0) return;
    this.#transfers.markPausing(key);
    await (await this.#api()).pause(key);
  }

  /** Forgets that a model's transfer was interrupted; what is kept stays in the list, to go on with at any time. */
  leaveInterrupted(model: ModelFacts): void {
    this.#transfers.leave(model);
  }

  /** Saves a stored model as files. See `LibraryApi`. */
  async export(...asked: Parameters<LibraryApi['export']>): Promise<ExportOutcome> {
    return (await this.#api()).export(...asked);
  }

  /** Deletes an entry. */
  async remove(id: string): Promise<void> {
    const entry = this.entries.find((one) => one.id === id);
    if (entry !== undefined) this.leaveInterrupted(entry.summary);
    await (await this.#api()).remove(id);
    await this.refresh();
  }

  /** Asks the browser what is used and allowed. */
  async refreshStorage(): Promise<void> {
    const manager = storageManager();
    const [estimate, persisted] = await Promise.all([
      manager?.estimate().catch(() => null) ?? null,
      manager?.persisted().catch(() => null) ?? null,
    ]);
    this.storage = {
      usedBytes: estimate?.usage ?? null,
      quotaBytes: estimate?.quota ?? null,
      persisted,
      neededBytes: this.#transfers.neededBytes,
    };
  }

  async #bring(
    { summary, key = newId(), again = null }: Omit<Addition, 'source'>,
    id: string | null,
    run: (api: LibraryApi, onProgress: (progress: TransferProgress) => void, key: string) => Promise<AddOutcome>,
  ): Promise<LibraryEntry | null> {
    const { name, fileBytes } = summary;
    const transfers = this.#transfers;
    transfers.begin({ key, id, name, fileBytes, keptBytes: keptBytes(this.entries, summary) });
    let failure: unknown = null;
    try {
      await this.makeRoom();
      const api = await this.#api();
      if (transfers.find(key)?.pausing) return null;
      void this.refreshStorage();
      const report = (progress: TransferProgress) => {
        transfers.report(key, progress);
      };
      const outcome = await run(api, report, key);
      return outcome.kind === 'added' ? outcome.entry : null;
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      // The list first: between the transfer and the load that follows, the page must not say that nothing goes on.
      await this.refresh().catch(() => undefined);
      const passes = failure instanceof Error && MAY_PASS.includes(errorCode(failure)) && again !== null;
      const storedBytes = keptBytes(this.entries, summary);
      transfers.end(key, passes ? { name, fileBytes, storedBytes, error: failure as Error, again: again! } : null);
      if (failure instanceof Error && !passes) this.#failed.set(failure, name);
      void this.refreshStorage();
    }
  }

  /** Asks the browser to keep what is stored, if it has not promised that yet; the answer is in `storage`. */
  async persist(): Promise<void> {
    if (this.storage.persisted === true) return;
    await storageManager()
      ?.persist()
      .catch(() => false);
    await this.refreshStorage();
  }

  async #api(): Promise<LibraryApi> {
    this.#link ??= this.#connect(() => {
      this.#link = null;
      this.#transfers.clear();
    });
    try {
      return (await this.#link).api;
    } catch (error) {
      this.#link = null;
      throw error;
    }
  }
}

/** Insecure contexts have no storage manager, whatever the types say. */
function storageManager(): StorageManager | undefined {
  return (globalThis.navigator as Partial<Navigator> | undefined)?.storage;
}

/** What to call a source before its metadata is known. */
function sourceName(source: ModelSource): string {
  if (source.kind === 'url') return source.url;
  return 'name' in source ? source.name : source.fileName;
}
