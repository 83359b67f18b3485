/** The one seam through which bytes are read, wherever they lie: a file, a URL, the store. It never holds a whole file. */

/** Random access to a file of known size. */
export interface ByteSource {
  /** Bytes in the whole file. */
  readonly byteLength: number;
  /**
   * Reads exactly `length` bytes from `offset`. Rejects with an EngineError (`FileTruncated` past the end, or the
   * source's own failure); never returns fewer. The array is the caller's. It may be the beginning of `memory`, which who
   * reads gigabytes lends again and again: fresh memory costs more than the copy into it.
   */
  read(
    offset: number,
    length: number,
    signal?: AbortSignal,
    memory?: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>>;
}

/** A file of a model that consists of several: they refer to one another by name. */
export interface NamedSource extends ByteSource {
  /** With or without folders before it. */
  readonly fileName: string;
}
