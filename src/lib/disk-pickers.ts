/** The browser's dialogs for a place on the disk, where it has them: Chromium does, on a computer. TypeScript knows none. */

interface Pickers {
  readonly showOpenFilePicker?: (options: { readonly multiple: true }) => Promise<readonly FileSystemFileHandle[]>;
  readonly showSaveFilePicker?: (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>;
  readonly showDirectoryPicker?: (options: {
    readonly id: string;
    readonly mode: 'readwrite';
  }) => Promise<FileSystemDirectoryHandle>;
}

const browser = globalThis as Pickers;

/** Whether a person can choose a folder to write into. */
export function canPickFolder(): boolean {
  return browser.showDirectoryPicker !== undefined;
}

/** Whether a person can choose where to save a file; else the browser saves it by itself. */
export function canPickFile(): boolean {
  return browser.showSaveFilePicker !== undefined;
}

/** Whether files can be chosen so that they can be opened again on another visit. */
export function canPickOpenFiles(): boolean {
  return browser.showOpenFilePicker !== undefined;
}

/** Files to read; `null` where the person closed the dialog. In the event of a click. */
export function pickOpenFiles(): Promise<readonly FileSystemFileHandle[] | null> {
  return unlessClosed(() => browser.showOpenFilePicker!({ multiple: true }));
}

/** The place for a file; `null` where the person closed the dialog. In the event of a click, which browsers demand. */
export function pickFile(suggestedName: string): Promise<FileSystemFileHandle | null> {
  return unlessClosed(() => browser.showSaveFilePicker!({ suggestedName }));
}

/** A folder to write into; `null` where the person closed the dialog or refused. In the event of a click. */
export function pickFolder(): Promise<FileSystemDirectoryHandle | null> {
  return unlessClosed(() => browser.showDirectoryPicker!({ id: 'freehold-models', mode: 'readwrite' }));
}

async function unlessClosed<T>(pick: () => Promise<T>): Promise<T | null> {
  try {
    return await pick();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    throw error;
  }
}
