/**
 * What page and library worker say to each other when a model goes to another device or comes from one. A connection to
 * another device exists only in the page, and stored bytes only in the worker: chunks pass between them over a port.
 */

/** A model as it is offered to another device: enough to know each of its bytes by. */
export interface OfferedModel {
  readonly name: string;
  /** Of a model in several files, what to call it where they give it no name. */
  readonly fileName: string;
  /** Its files in the order in which they lie end to end; at least one. */
  readonly files: readonly { readonly fileName: string; readonly byteLength: number }[];
  /** Of all files together. */
  readonly byteLength: number;
  /** `LibraryEntry.sha256`. */
  readonly sha256: string;
  /** Bytes in each chunk but the last. */
  readonly chunkBytes: number;
  /** SHA-256 of each chunk, in order; lower-case hex. */
  readonly chunkSha256: readonly string[];
}

/** How a hand-over ended. */
export type HandOverEnd = 'complete' | 'stopped' | 'failed';

/** To the side that has the chunks: one is wanted, or nothing any more. */
export type ChunkAsk = { readonly want: number } | { readonly over: HandOverEnd };

/** Its answers. After a failure none follows. */
export type ChunkAnswer =
  | { readonly index: number; readonly bytes: ArrayBuffer }
  | { readonly failed: { readonly name: string; readonly message: string } };

/** What is used of a `MessagePort`, which this room does not know. */
export interface ChunkPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  start(): void;
  close(): void;
}

/** A model on another device. Without a `connection` to it there is only the memory that it came from there. */
export interface DeviceSource {
  readonly kind: 'device';
  readonly name: string;
  readonly sha256: string;
  readonly connection?: { readonly offer: OfferedModel; readonly port: ChunkPort };
}
