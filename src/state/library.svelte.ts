/** The models on this device, the one that is being looked at, and the one that is being brought in. */
import type { AddOutcome, LibraryApi } from '../../workers/protocol/library.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import type { FoundModels, ModelPlace } from '../../workers/protocol/found.ts';
import type { LibraryEntry, ModelSource, ModelSummary, TransferProgress } from '../../workers/protocol/model.ts';
import type { WorkerLink } from '../engine/link.ts';
import type { Connect } from './engine.svelte.ts';

/** A model that a person chose and has not decided on. */
export interface Candidate {
  readonly source: ModelSource;
  readonly summary: ModelSummary;
}

/** A model that is to be stored: where it is, and as much of its summary as its transfer shows. */
export interface Addition {
  readonly source: ModelSource;
  readonly summary: Pick<ModelSummary, 'name' | 'fileBytes'>;
}

/** A model on its way into the store. */
export interface Transfer {
  readonly name: string;
  readonly fileBytes: number;
  /** `null` until the first report. */
  readonly progress: TransferProgress | null;
  readonly pausing: boolean;
}

/** What the browser says of this site's storage; `null` where it does not say. */
export interface StorageReport {
  readonly usedBytes: number | null;
  readonly quotaBytes: number | null;
  readonly persisted: boolean | null;
}

/** The library as the page sees it. Methods reject with what the worker rejects with. */
export class LibraryState {
  entries = $state.raw<readonly LibraryEntry[]>([]);
  /** False until the store has been read. */
  known = $state(false);
  /** A name of what is being looked at, or `null`. */
  inspecting = $state<string | null>(null);
  candidate = $state.raw<Candidate | null>(null);
  transfer = $state.raw<Transfer | null>(null);
  /** Name of the model that is being made whole again, or `null`. */
  repairing = $state<string | null>(null);
  storage = $state.raw<StorageReport>({ usedBytes: null, quotaBytes: null, persisted: null });

  readonly #connect: Connect<LibraryApi>;
  #link: Promise<WorkerLink<LibraryApi>> | null = null;
  #inspections = 0;

  constructor(connect: Connect<LibraryApi>) {
    this.#connect = connect;
  }

  /** Bytes of all stored models, complete or not. */
  get storedBytes(): number {
    return this.entries.reduce((sum, entry) => sum + entry.storedBytes, 0);
  }

  /** The complete entry with this id, if there is one. */
  complete(id: unknown): LibraryEntry | undefined {
    return this.entries.find((entry) => entry.id === id && entry.state === 'complete');
  }

  /** Reads the store again. */
  async refresh(): Promise<void> {
    this.entries = await (await this.#api()).list();
    this.known = true;
    await this.refreshStorage();
  }

  /** Looks at a source's description; the result is `candidate`. A later look overtakes an earlier one. */
  async inspect(source: ModelSource): Promise<void> {
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

  /** Shows `name` while it looks. What it gives is done if no later look has begun; failures of an earlier one are none. */
  async #look(name: string, look: (api: LibraryApi) => Promise<() => void>): Promise<void> {
    const inspection = ++this.#inspections;
    this.candidate = null;
    this.inspecting = name;
    try {
      const accept = await look(await this.#api());
      if (inspection === this.#inspections) accept();
    } catch (error) {
      if (inspection === this.#inspections) throw error;
    } finally {
      if (inspection === this.#inspections) this.inspecting = null;
    }
  }

  /** Forgets the candidate. */
  dismiss(): void {
    this.#inspections++;
    this.inspecting = null;
    this.candidate = null;
  }

  /** Brings a model into the store. The complete entry, or `null` if it was paused. */
  async add({ source, summary }: Addition): Promise<LibraryEntry | null> {
    await this.persist();
    return this.#transfer(summary, async (api, onProgress) => api.add(source, onProgress));
  }

  /** Goes on with a partial entry. */
  async resume(entry: LibraryEntry): Promise<LibraryEntry | null> {
    return this.#transfer(entry.summary, async (api, onProgress) => api.resume(entry.id, onProgress));
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

  /** Holds the running transfer; what is stored stays. */
  async pause(): Promise<void> {
    if (this.transfer === null) return;
    this.transfer = { ...this.transfer, pausing: true };
    await (await this.#api()).pause();
  }

  /** Deletes an entry. */
  async remove(id: string): Promise<void> {
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
    this.storage = { usedBytes: estimate?.usage ?? null, quotaBytes: estimate?.quota ?? null, persisted };
  }

  async #transfer(
    summary: Addition['summary'],
    run: (api: LibraryApi, onProgress: (progress: TransferProgress) => void) => Promise<AddOutcome>,
  ): Promise<LibraryEntry | null> {
    this.transfer = { name: summary.name, fileBytes: summary.fileBytes, progress: null, pausing: false };
    try {
      const outcome = await run(await this.#api(), (progress) => {
        if (this.transfer !== null) this.transfer = { ...this.transfer, progress };
      });
      return outcome.kind === 'added' ? outcome.entry : null;
    } finally {
      // The list first: between the transfer and the load that follows, the page must not say that nothing goes on.
      await this.refresh().catch(() => undefined);
      this.transfer = null;
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
      this.transfer = null;
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
