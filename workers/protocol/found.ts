/** What page and workers say to each other about finding models: among files that were picked, or in a repository. */
import type { Repository } from './model.ts';

/** A file as a listing names it. */
export interface ListedFile {
  /** With its folders, divided by "/". */
  readonly path: string;
  readonly bytes: number;
}

/** One way to have a model: the files that it takes. */
export interface ModelChoice {
  readonly container: 'gguf' | 'safetensors' | 'mlc' | 'onnx';
  /** As the file's name gives it, such as `Q4_K_M`, or `q4f16` of ONNX; `null` where it does not say. */
  readonly quantization: string | null;
  /** Every file to fetch, in the order of their paths; parts in the order of their numbers. */
  readonly files: readonly ListedFile[];
  /** Of all files together. */
  readonly bytes: number;
  /** Paths of files that it takes but that are not in the list; empty where it is complete. */
  readonly missing: readonly string[];
}

/** A model with its choices, smallest first. */
export interface FoundModel {
  /** The files' common name without quantization, or the folder's. */
  readonly name: string;
  readonly choices: readonly ModelChoice[];
}

/** Where to look: in a list of files, whose bytes stay where they are, or in a repository. */
export type ModelPlace =
  { readonly kind: 'files'; readonly files: readonly ListedFile[] } | ({ readonly kind: 'repository' } & Repository);

/** Words to search a hub by. */
export interface HubQuery {
  readonly words: string;
  /** Base URL of the hub or of a mirror; the default is the public hub. */
  readonly endpoint?: string;
}

/** A repository that a search found: GGUF files of an architecture that runs here, free to fetch without an account. */
export interface HubModel {
  /** `owner/name`. */
  readonly repository: string;
  readonly architecture: string;
  /** Number of weights, and tokens of context, as the hub reads them of one of the files; `null` where it does not say. */
  readonly parameters: number | null;
  readonly contextLength: number | null;
  /** As the repository names it, or `null`. */
  readonly licence: string | null;
  /** In the last 30 days. */
  readonly downloads: number;
}

/** What a search found, most fetched first. */
export interface HubModels {
  readonly models: readonly HubModel[];
  /** Repositories that match too, but do not run here or need an account. */
  readonly leftOut: number;
}

/** What was found. */
export interface FoundModels {
  readonly models: readonly FoundModel[];
  /** Files that belong to none of them. */
  readonly otherFiles: number;
  /** The commit that the repository is at, 40 hex digits; `null` for files. */
  readonly commit: string | null;
}
