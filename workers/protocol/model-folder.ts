/**
 * A folder of model files on any static server, with a small index beside them: what page and library worker say of it.
 * One lies beside the page, as `models/`; `npm run mirror` writes the index.
 */
import type { ModelSource } from './model.ts';

/** The index's name in its folder. */
export const FOLDER_INDEX = 'index.json';

/** A file of a model in a folder. */
export interface FolderFile {
  /** Relative to the folder, divided by "/"; it never leads out of it. */
  readonly path: string;
  readonly byteLength: number;
  /** Of the whole file, lower-case hex. */
  readonly sha256: string;
}

/** The repository that a model's files are from; their paths there end as they do in the folder. */
export interface FolderOrigin {
  /** `owner/name`. */
  readonly repository: string;
  /** 40 hex digits, or `null` where it is not known. */
  readonly commit: string | null;
}

/** A model in a folder, as the index has it. Texts are a stranger's: to show, nothing more. */
export interface FolderModel {
  readonly name: string;
  /** In the order in which they are read as one. */
  readonly files: readonly FolderFile[];
  /** `null` where nobody knows it, as are the facts below. */
  readonly origin: FolderOrigin | null;
  readonly architecture: string | null;
  /** The tensor type that most weights have. */
  readonly quantization: string | null;
  /** Number of weights. */
  readonly parameters: number | null;
  /** Tokens. */
  readonly contextLength: number | null;
  readonly license: string | null;
  readonly author: string | null;
}

/** `index.json`. */
export interface FolderIndex {
  readonly version: 1;
  readonly models: readonly FolderModel[];
}

/** A model that a folder offers. */
export interface OfferedModel extends FolderModel {
  readonly fileBytes: number;
  /** What `LibraryEntry.sha256` says of the same model once it is stored. */
  readonly storedSha256: string;
  readonly source: ModelSource;
}

/** A folder whose index was read. */
export interface ModelFolder {
  /** Absolute, with a slash at its end. */
  readonly address: string;
  readonly models: readonly OfferedModel[];
}
