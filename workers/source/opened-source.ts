/** What a source is once it has answered: a file of known size, with a name, an origin and something to know it by. */
import type { ModelSource } from '../protocol/model.ts';
import type { ByteSource } from './byte-source.ts';

/** A source that can be asked for again later; a local file cannot. */
export type NetworkSource = Exclude<ModelSource, { kind: 'file' }>;

/** A source whose size is known. Random reads suit a header; `stream` suits a whole file. */
export interface OpenedSource extends ByteSource {
  readonly fileName: string;
  /** Where the bytes come from, for a person to read. */
  readonly origin: string;
  /** How to open the very same file again (a hub's revision is pinned to its commit); `null` for a local file. */
  readonly again: NetworkSource | null;
  /** SHA-256 that the hub promises for the whole file, lower-case hex; `null` where nobody promises one. */
  readonly sha256: string | null;
  /** The server's ETag or modification date: equal means unchanged. `null` where it gives neither. */
  readonly validator: string | null;
  /**
   * The bytes from `start` up to `end`, in order, in pieces of any size. Resumes after network faults by itself; rejects
   * with an EngineError when it cannot, or with the signal's reason.
   */
  stream(start: number, end: number, signal?: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
}
