/**
 * Saving stored models as files, one or all. One goes after another; where it can be chosen, a person says where, else the
 * browser saves them. It goes on while the panel that began it is closed, and ends with the page.
 */
import { errorCode, type ErrorCode } from '../../workers/protocol/errors.ts';
import type { ExportOutcome, ExportTarget } from '../../workers/protocol/export.ts';
import type { LibraryEntry, TransferProgress } from '../../workers/protocol/model.ts';
import { safeFileName } from '../chats/export/file-names.ts';
import { canPickFile, canPickFolder, pickFile, pickFolder } from '../lib/disk-pickers.ts';
import { saveFile } from '../lib/save-file.ts';
import type { LibraryState } from './library.svelte.ts';

/** A model that is being saved. */
export interface Saving {
  readonly name: string;
  /** Which of how many it is, from 1. */
  readonly number: number;
  readonly count: number;
  readonly progress: TransferProgress | null;
  readonly stopping: boolean;
}

/** What came of the last time. */
export interface SaveReport {
  readonly saved: readonly string[];
  /** Whether the browser goes on saving them by itself. */
  readonly byBrowser: boolean;
  readonly stopped: boolean;
  /** The one that was damaged, and is whole again since. */
  readonly mended: string | null;
  readonly failed: readonly { readonly entry: LibraryEntry; readonly error: unknown; readonly isDamaged: boolean }[];
}

const IS_DAMAGED: readonly (ErrorCode | null)[] = ['ChunkMissing', 'HashMismatch'];

/** Saving as state. Failures are in the report; only what a dialog of the browser's throws is thrown. */
export class ModelExport {
  saving = $state.raw<Saving | null>(null);
  report = $state.raw<SaveReport | null>(null);

  readonly #library: Pick<LibraryState, 'export'>;

  constructor(library: Pick<LibraryState, 'export'>) {
    this.#library = library;
  }

  /** Saves one model: a file where the person says, several into a folder of their own within the one that they choose. */
  async save(entry: LibraryEntry): Promise<void> {
    if (this.saving !== null) return;
    if (entry.fileCount !== undefined) {
      const folder = canPickFolder() ? await pickFolder() : undefined;
      if (folder !== null) await this.#run([entry], folder && within(folder));
      return;
    }
    const file = canPickFile() ? await pickFile(entry.summary.fileName) : undefined;
    if (file !== null) await this.#run([entry], file && (() => ({ kind: 'file', file })));
  }

  /** Saves models into a folder that the person chooses, each in a folder of its own. */
  async saveAll(entries: readonly LibraryEntry[]): Promise<void> {
    if (this.saving !== null) return;
    const folder = await pickFolder();
    if (folder !== null) await this.#run(entries, within(folder));
  }

  /** Ends what goes on; what is half saved is taken away. */
  stop(): void {
    if (this.saving !== null) this.saving = { ...this.saving, stopping: true };
  }

  /** Forgets that a model could not be saved: it is whole again. */
  forgive({ id, summary }: LibraryEntry): void {
    if (this.report === null) return;
    const failed = this.report.failed.filter(({ entry }) => entry.id !== id);
    this.report = { ...this.report, failed, mended: summary.name };
  }

  async #run(
    entries: readonly LibraryEntry[],
    targetOf: (entry: LibraryEntry) => ExportTarget = () => ({ kind: 'browser' }),
  ): Promise<void> {
    const report = {
      saved: [] as string[],
      byBrowser: false,
      stopped: false,
      mended: null,
      failed: [] as SaveReport['failed'][number][],
    };
    this.report = null;
    addEventListener('beforeunload', askToStay);
    try {
      for (const [index, entry] of entries.entries()) {
        const { name } = entry.summary;
        this.saving = { name, number: index + 1, count: entries.length, progress: null, stopping: false };
        let outcome: ExportOutcome;
        try {
          outcome = await this.#library.export(entry.id, targetOf(entry), (progress) => this.#hear(progress));
        } catch (error) {
          const isDamaged = IS_DAMAGED.includes(errorCode(error));
          report.failed.push({ entry, error, isDamaged });
          // The others may be whole; a disk that takes no more takes none of them.
          if (isDamaged) continue;
          break;
        }
        report.stopped = outcome.kind === 'stopped';
        if (report.stopped) break;
        if (outcome.kind === 'checked') {
          report.byBrowser = true;
          for (const file of outcome.files) if (file instanceof File) saveFile(file);
        }
        report.saved.push(name);
      }
    } finally {
      removeEventListener('beforeunload', askToStay);
      this.saving = null;
      this.report = report;
    }
  }

  #hear(progress: TransferProgress): boolean {
    if (this.saving === null) return false;
    this.saving = { ...this.saving, progress };
    return !this.saving.stopping;
  }
}

const madeFor = new WeakMap<LibraryState, ModelExport>();

/** The one of a library: made when it is first asked for, as most visits save nothing. */
export function exportOf(library: LibraryState): ModelExport {
  const made = madeFor.get(library) ?? new ModelExport(library);
  madeFor.set(library, made);
  return made;
}

function within(folder: FileSystemDirectoryHandle): (entry: LibraryEntry) => ExportTarget {
  return ({ summary }) => ({ kind: 'folder', folder, name: safeFileName(summary.name, 'model') });
}

/** What is half saved would be lost. */
function askToStay(event: Event): void {
  event.preventDefault();
}
