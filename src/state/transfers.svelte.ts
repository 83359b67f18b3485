/** Models on their way into the store, any number at once, and those that stopped on the way. What moves them: `LibraryState`. */
import type { LibraryEntry, ModelSummary, TransferProgress } from '../../workers/protocol/model.ts';

/** What tells one model from another before its source has. */
export type ModelFacts = Pick<ModelSummary, 'name' | 'fileBytes'>;

/** A model on its way into the store. */
export interface Transfer extends ModelFacts {
  /** The page's own name for it, which `LibraryApi.pause` takes. */
  readonly key: string;
  /** The entry that it will be; `null` until its source has told. */
  readonly id: string | null;
  /** Kept of it when it began. */
  readonly keptBytes: number;
  /** `null` until the first report. */
  readonly progress: TransferProgress | null;
  readonly pausing: boolean;
}

/** A transfer that ended before its time, for a reason that may pass. */
export interface Interruption extends ModelFacts {
  /** Kept; what came of a piece that is not whole is not counted. */
  readonly storedBytes: number;
  /** What ended it. */
  readonly error: Error;
  /** Begins anew what it was for. */
  readonly again: () => Promise<unknown>;
}

/** The transfers as state. */
export class Transfers {
  #all = $state.raw<readonly Transfer[]>([]);
  interrupted = $state.raw<readonly Interruption[]>([]);
  /** One for each model, in the order that they were asked for: who asks for one twice has it come once. */
  readonly shown = $derived(
    this.#all.filter((one, index) => !this.#all.slice(0, index).some((earlier) => isSame(earlier, one))),
  );

  /** What they still need of the storage. */
  get neededBytes(): number {
    return this.shown.reduce((sum, { fileBytes, keptBytes, progress }) => {
      if (progress === null) return sum + fileBytes - keptBytes;
      return progress.phase === 'verifying' ? sum : sum + progress.totalBytes - progress.storedBytes;
    }, 0);
  }

  /** The one with this key, also where another of the same model is shown in its place. */
  find(key: string): Transfer | undefined {
    return this.#all.find((one) => one.key === key);
  }

  /** Whether one of them brings this model in. */
  has(model: ModelFacts & { readonly id: string | null }): boolean {
    return this.#all.some((one) => isSame(one, model));
  }

  begin(transfer: Omit<Transfer, 'progress' | 'pausing'>): void {
    this.leave(transfer);
    this.#all = [...this.#all, { ...transfer, progress: null, pausing: false }];
  }

  report(key: string, progress: TransferProgress): void {
    this.#change((one) => (one.key === key ? { ...one, id: progress.id, progress } : one));
  }

  /** Says of one, or of all, that it is being paused. */
  markPausing(key?: string): void {
    this.#change((one) => (key === undefined || one.key === key ? { ...one, pausing: true } : one));
  }

  /** `interruption` where it may go on. */
  end(key: string, interruption: Interruption | null): void {
    this.#all = this.#all.filter((one) => one.key !== key);
    if (interruption === null) return;
    this.leave(interruption);
    this.interrupted = [...this.interrupted, interruption];
  }

  /** Forgets that this model's transfer was interrupted; what is kept stays. */
  leave({ name, fileBytes }: ModelFacts): void {
    this.interrupted = this.interrupted.filter((one) => one.name !== name || one.fileBytes !== fileBytes);
  }

  /** All have ended with what moved them. */
  clear(): void {
    this.#all = [];
  }

  #change(change: (one: Transfer) => Transfer): void {
    this.#all = this.#all.map(change);
  }
}

/** How much of a model is kept that is not whole. */
export function keptBytes(entries: readonly LibraryEntry[], { name, fileBytes }: ModelFacts): number {
  const partial = entries.find(
    ({ state, summary }) => state === 'partial' && summary.name === name && summary.fileBytes === fileBytes,
  );
  return partial?.storedBytes ?? 0;
}

/** Until both sources have told what they are, equal names and sizes are taken for one model. */
function isSame(a: ModelFacts & { readonly id: string | null }, b: typeof a): boolean {
  return a.id !== null && b.id !== null ? a.id === b.id : a.name === b.name && a.fileBytes === b.fileBytes;
}
