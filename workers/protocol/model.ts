/** What page and workers say to each other about models: where one comes from, what it is, what is kept. */

import type { DeviceSource } from './hand-over.ts';

/** What a `File` or `Blob` offers of itself, named here because this room knows no DOM. Structured clone keeps it. */
export interface FileBytes {
  readonly size: number;
  slice(start?: number, end?: number): FileBytes;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A file on the person's device, with the name that the other files of its model know it by. */
interface LocalFile {
  readonly file: FileBytes;
  readonly fileName: string;
}

/** A `freehold.json` that lies beside a model's files: what an export wrote of it. */
interface Recorded {
  readonly record?: FileBytes;
}

/**
 * Where a model's bytes come from. A `File` is cloned by reference: its bytes are read in ranges. Of a model in several
 * files, `name` is what to call it where they give it no name; they are kept in the order given.
 */
export type ModelSource =
  | DeviceSource
  | ({ readonly kind: 'file' } & LocalFile & Recorded)
  | ({ readonly kind: 'files'; readonly name: string; readonly files: readonly LocalFile[] } & Recorded)
  /** `sha256` is the whole file's, where the page knows it: other bytes are refused. */
  | { readonly kind: 'url'; readonly url: string; readonly sha256?: string }
  /** One file or several, each at an address of its own: other bytes than these are refused. `name` as above. */
  | {
      readonly kind: 'url-files';
      readonly name: string;
      readonly files: readonly ({ readonly url: string } & Required<ExpectedFile>)[];
    }
  /** `expected` is what the page knows of the file from elsewhere: a hub that says otherwise is refused. */
  | ({ readonly kind: 'hub'; readonly fileName: string; readonly expected?: ExpectedFile } & Repository)
  | ({ readonly kind: 'hub-files'; readonly name: string; readonly fileNames: readonly string[] } & Repository);

/** A whole file as it was published; what is missing is not known. */
export interface ExpectedFile {
  readonly byteLength?: number;
  /** Lower-case hex. */
  readonly sha256?: string;
}

/** A repository of a hub, at a branch or a commit. */
export interface Repository {
  readonly repository: string;
  /** The default is `main`. */
  readonly revision?: string;
  /** Base URL of the hub or of a mirror; the default is the public hub. */
  readonly endpoint?: string;
}

/** How a model's maker recommends to sample; what is missing is left to Freehold. Each value is one the sampler takes. */
export interface RecommendedSampling {
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
}

/** A way to split text that Freehold does not know, and the known one that it most likely resembles, by GGUF's names. */
export interface UnknownPreTokenizer {
  readonly name: string;
  readonly suggested: string;
}

/** What a decoder's memory follows from; each a whole number above 0. */
export interface ModelSizes {
  readonly layers: number;
  readonly embeddingLength: number;
  /** Of one expert, in a mixture of them. */
  readonly feedForwardLength: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabularySize: number;
  /** How many experts a layer has and how many a token runs through; `null` in a dense model. */
  readonly experts: { readonly count: number; readonly used: number } | null;
}

/** What a model file says of itself; read from its metadata, nothing computed from the weights. */
export interface ModelSummary {
  /** `general.name`, or the file's name where it has none. */
  readonly name: string;
  /** Of a model in several files, what to call it where they give it no name. */
  readonly fileName: string;
  /** Of all its files together. */
  readonly fileBytes: number;
  readonly architecture: string;
  /** The tensor type that most weights have, such as `Q4_K`; mixed files read `Q4_K + Q6_K`. */
  readonly quantization: string;
  /** Number of weights; 0 where the file does not tell. */
  readonly parameters: number;
  /** Tokens, as trained. */
  readonly contextLength: number;
  /** As the file gives it, or `null`: the page then says that the file names no licence. */
  readonly license: string | null;
  readonly author: string | null;
  /** Whether the file brings a chat template. */
  readonly hasChatTemplate: boolean;
  /** Missing where the file does not say, and in what was stored before this was read. */
  readonly sizes?: ModelSizes;
  /** Missing in what was stored before this was read. */
  readonly sampling?: RecommendedSampling;
  /** Where it is not known how the file's text is split: a load then asks for `LoadOptions.assumePreTokenizer`. */
  readonly unknownPreTokenizer?: UnknownPreTokenizer;
  /** What it takes to run it that comes apart from the page, when it is first needed; missing where nothing is. */
  readonly runtime?: 'onnx';
  /** Why nobody can chat with it here, as a sentence, or `null`. */
  readonly unsupported: string | null;
}

/** A model in the library. */
export interface LibraryEntry {
  /** Stable id of the stored file; equal bytes from equal sources share it. */
  readonly id: string;
  readonly summary: ModelSummary;
  /** What a person calls it; missing where they have not named it. */
  readonly ownName?: string;
  /** Human-readable origin: a path, a URL or `repository/file@revision`. */
  readonly origin: string;
  /** SHA-256 of the whole file, or over the list of its files and theirs; lower-case hex, `null` until complete. */
  readonly sha256: string | null;
  /** How many files it is kept as, where it is more than one. */
  readonly fileCount?: number;
  /** Bytes in the store now; equals `summary.fileBytes` when complete. */
  readonly storedBytes: number;
  readonly state: 'complete' | 'partial';
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
}

/** How far a download or a copy is. */
export interface TransferProgress {
  /** The entry that is being brought in. */
  readonly id: string;
  readonly phase: 'downloading' | 'copying' | 'verifying';
  /** While verifying, those that have been verified. */
  readonly storedBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number;
  /** `null` until the rate is known. */
  readonly remainingMs: number | null;
}
