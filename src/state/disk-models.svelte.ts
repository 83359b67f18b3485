/**
 * Models that are used where they lie on a person's disk, without a copy: chosen, remembered by their handles, opened again
 * after the browser has asked. A file that is not what it was is refused, never read as if it were.
 */
import { EngineError } from '../../workers/protocol/errors.ts';
import type { LocalModel } from '../../workers/protocol/engine.ts';
import { DiskBook, type DiskFile, type DiskModel } from '../disk/disk-book.ts';
import { pickOpenFiles } from '../lib/disk-pickers.ts';
import { newId } from '../lib/new-id.ts';
import type { PickedFile } from '../lib/picked-files.ts';

/** What Chromium's handles have beyond what TypeScript knows. */
type AskingHandle = FileSystemFileHandle & {
  requestPermission(options: { readonly mode: 'read' }): Promise<PermissionState>;
};

/** Handles of files that were chosen on this visit, by the file that a source has. */
const handles = new WeakMap<object, FileSystemFileHandle>();

/** The models as state. */
export class DiskModels {
  models = $state.raw<readonly DiskModel[]>([]);
  #book: Promise<DiskBook> | null = null;

  /** Reads what is remembered; nothing where the browser keeps nothing. */
  async refresh(): Promise<void> {
    this.models = await this.#open().then(
      (book) => book.all(),
      () => [],
    );
  }

  /** Has the person choose files, whose handles are known from then on; `null` where they closed the dialog. */
  async pick(): Promise<readonly PickedFile[] | null> {
    const picked = await pickOpenFiles();
    if (picked === null) return null;
    return Promise.all(
      picked.map(async (handle) => {
        const file = await handle.getFile();
        handles.set(file, handle);
        return { path: file.name, file };
      }),
    );
  }

  /** Remembers a model whose files were all chosen by `pick`; does nothing for another. */
  async remember({ source, summary }: LocalModel): Promise<void> {
    const files: DiskFile[] = [];
    for (const { file, fileName } of source.kind === 'file' ? [source] : source.files) {
      const handle = handles.get(file);
      if (handle === undefined || !(file instanceof File)) return;
      files.push({ handle, fileName, byteLength: file.size, modifiedAt: file.lastModified });
    }
    const book = await this.#open();
    const known = await this.#find(await book.all(), files);
    await book.put({ id: known?.id ?? newId(), summary, files, addedAt: Date.now() });
    await this.refresh();
  }

  /**
   * Opens the files of a model again; `null` where the person refused. In the event of a click, for the browser asks then.
   * Rejects with `SourceChanged` where a file was moved, deleted or changed.
   */
  async open({ summary, files }: DiskModel): Promise<LocalModel | null> {
    const opened = [];
    for (const { handle, fileName, byteLength, modifiedAt } of files) {
      if ((await (handle as AskingHandle).requestPermission({ mode: 'read' })) !== 'granted') return null;
      const file = await handle.getFile().catch(() => {
        throw changed(
          `${fileName} is not where it was: it was moved, renamed or deleted, or its disk is not connected`,
        );
      });
      if (file.size !== byteLength || file.lastModified !== modifiedAt)
        throw changed(`${fileName} has been changed since it was chosen`);
      handles.set(file, handle);
      opened.push({ file, fileName });
    }
    const [only, ...more] = opened;
    const source =
      only !== undefined && more.length === 0
        ? ({ kind: 'file', ...only } as const)
        : ({ kind: 'files', name: summary.fileName, files: opened } as const);
    return { source, summary };
  }

  /** Forgets where a model is; its files stay as they are. */
  async forget({ id }: DiskModel): Promise<void> {
    await (await this.#open()).forget(id);
    await this.refresh();
  }

  /** Lets the database go. */
  close(): void {
    void this.#book?.then(
      (book) => book.close(),
      () => undefined,
    );
    this.#book = null;
  }

  /** The model that is the same files. */
  async #find(models: readonly DiskModel[], files: readonly DiskFile[]): Promise<DiskModel | undefined> {
    for (const model of models) {
      if (model.files.length !== files.length) continue;
      const same = await Promise.all(files.map(({ handle }, at) => handle.isSameEntry(model.files[at]!.handle)));
      if (same.every(Boolean)) return model;
    }
    return undefined;
  }

  #open(): Promise<DiskBook> {
    this.#book ??= DiskBook.open();
    return this.#book;
  }
}

function changed(what: string): EngineError {
  return new EngineError('SourceChanged', { what, remedy: 'Open it again, and forget it here if it is gone.' });
}
