/** What page and workers say to each other about taking a model along: where to, how far, and what came of it. */
import type { FileBytes } from './model.ts';

/** What a `FileSystemWritableFileStream` offers, named here because this room knows no DOM. Nothing shows before `close`. */
export interface WritableTarget {
  /** Takes text or a `Blob`. */
  write(data: object | string): Promise<void>;
  close(): Promise<void>;
  /** Leaves what was there before. */
  abort(reason?: unknown): Promise<void>;
}

/** What a `FileSystemFileHandle` offers of itself. Structured clone keeps it. */
export interface FileTarget {
  getFile(): Promise<FileBytes>;
  createWritable(): Promise<WritableTarget>;
  /** Not everywhere. */
  remove?(): Promise<void>;
}

/** What a `FileSystemDirectoryHandle` offers of itself. Structured clone keeps it. */
export interface FolderTarget {
  getFileHandle(name: string, options?: { readonly create?: boolean }): Promise<FileTarget>;
  getDirectoryHandle(name: string, options?: { readonly create?: boolean }): Promise<FolderTarget>;
  removeEntry(name: string, options?: { readonly recursive?: boolean }): Promise<void>;
}

/** Where a model is saved. */
export type ExportTarget =
  /** For a model in one file. */
  | { readonly kind: 'file'; readonly file: FileTarget }
  /** Its files and a record of it, in a folder of its own within: `name`, or `name (2)` where that is another's. */
  | { readonly kind: 'folder'; readonly folder: FolderTarget; readonly name: string }
  /** Nowhere yet: its files are checked and given back as the browser keeps them, for it to save. */
  | { readonly kind: 'browser' };

/** How saving ended; stopping is an outcome, not an error. */
export type ExportOutcome =
  | { readonly kind: 'written' }
  | { readonly kind: 'checked'; readonly files: readonly FileBytes[] }
  | { readonly kind: 'stopped' };
