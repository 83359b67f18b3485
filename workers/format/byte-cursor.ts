/**
 * Reads little-endian values one after another from a `ByteSource`, through a window that starts at 256 KiB and doubles
 * to 4 MiB. It never holds more of the file than the window and the value asked for, and never asks the source for
 * bytes that the file does not have. What the values mean is for the caller to check.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ByteSource } from '../source/byte-source.ts';

const FIRST_WINDOW_BYTES = 256 * 1024;
const LARGEST_WINDOW_BYTES = 4 * 1024 * 1024;

/** A position in a file and the bytes that follow it. The value readers need `need` (or `has`) to have said yes. */
export class ByteCursor {
  readonly #source: ByteSource;
  readonly #signal: AbortSignal | undefined;
  // Strict: a replacement character would make two different names equal. A byte order mark is part of a string.
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #window = new Uint8Array(0);
  #view = new DataView(this.#window.buffer);
  #start = 0;
  #position = 0;
  #windowBytes = FIRST_WINDOW_BYTES;

  constructor(source: ByteSource, signal?: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
  }

  /** Where the next value begins, from the start of the file. */
  get offset(): number {
    return this.#start + this.#position;
  }

  /** Bytes from here to the file's end. */
  get remainingBytes(): number {
    return this.#source.byteLength - this.offset;
  }

  /** Whether the next `count` bytes can be read without asking the source. */
  has(count: number): boolean {
    return count <= this.#window.length - this.#position;
  }

  /** Brings the next `count` bytes into the window; rejects with `FileTruncated` if the file ends before. */
  async need(count: number, what: string): Promise<void> {
    if (this.has(count)) return;
    this.requireInFile(count, what);
    const rest = this.#window.subarray(this.#position);
    const wanted = Math.max(count - rest.length, this.#windowBytes);
    const readOffset = this.offset + rest.length;
    const more = await this.#source.read(
      readOffset,
      Math.min(wanted, this.#source.byteLength - readOffset),
      this.#signal,
    );
    const window = new Uint8Array(rest.length + more.length);
    window.set(rest);
    window.set(more, rest.length);
    this.#start = this.offset;
    this.#position = 0;
    this.#window = window;
    this.#view = new DataView(window.buffer);
    this.#windowBytes = Math.min(this.#windowBytes * 2, LARGEST_WINDOW_BYTES);
  }

  /** Throws `FileTruncated` if fewer than `count` bytes follow. For lengths that a file claims, before they are used. */
  requireInFile(count: number, what: string): void {
    if (count <= this.remainingBytes) return;
    throw new EngineError('FileTruncated', {
      what: `The file ends inside ${what}`,
      offset: this.offset,
      expected: `at least ${count} more bytes`,
      got: `${this.remainingBytes}`,
      remedy: 'The download or copy is incomplete: fetch the file again.',
    });
  }

  /** The next `count` bytes, without moving. The view is valid until the next `need`. */
  peek(count: number): Uint8Array {
    return this.#window.subarray(this.#position, this.#position + count);
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  i8(): number {
    return this.#view.getInt8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  i16(): number {
    return this.#view.getInt16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  f32(): number {
    return this.#view.getFloat32(this.#advance(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  /** An unsigned 64-bit integer; `FileMalformed` beyond 2⁵³, where a JavaScript number is no longer exact. */
  u64(what: string): number {
    return this.#exact(this.#view.getBigUint64(this.#advance(8), true), what);
  }

  /** A signed 64-bit integer; `FileMalformed` beyond ±2⁵³. */
  i64(what: string): number {
    return this.#exact(this.#view.getBigInt64(this.#advance(8), true), what);
  }

  /** Bytes as strict UTF-8; `FileMalformed` if they are not. */
  text(byteLength: number, what: string): string {
    const start = this.#advance(byteLength);
    try {
      return this.#decoder.decode(this.#window.subarray(start, start + byteLength));
    } catch {
      throw new EngineError('FileMalformed', {
        what: `${capitalised(what)} is not valid text`,
        offset: this.#start + start,
        expected: 'UTF-8',
        got: 'other bytes',
      });
    }
  }

  #exact(value: bigint, what: string): number {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw new EngineError('FileMalformed', {
      what: `${capitalised(what)} is out of range`,
      offset: this.offset - 8,
      expected: 'a whole number below 2^53',
      got: value.toString(),
    });
  }

  #advance(count: number): number {
    const at = this.#position;
    this.#position += count;
    return at;
  }
}

function capitalised(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1);
}
