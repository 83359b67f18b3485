/**
 * Reads single files of a zip (PKWARE's APPNOTE 6.3.10) by its directory, and unpacks no byte more than is allowed.
 *
 * Refuses what office files have no use for: several disks, zip64, encryption, and packing other than deflate. The
 * sizes that a zip says of itself are believed only as upper bounds.
 */
import { EngineError } from '../../../workers/protocol/errors.ts';
import { damaged, LIMITS, unsupported } from '../attachment.ts';
import { crc32 } from './crc32.ts';

const END_BYTES = 22;
const DIRECTORY_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 0xffff;
const MOST_ENTRIES = 20_000;
const RATIO_MATTERS_FROM = 1_000_000;

interface Entry {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly offset: number;
}

/** What unpacking may cost; the room of all files together. */
export interface ZipLimits {
  readonly unpackedBytes: number;
  readonly unpackRatio: number;
}

/** The directory of a zip in memory. */
export class Zip {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #entries = new Map<string, Entry>();
  readonly #limits: ZipLimits;
  #unpackedBytes = 0;

  /** Reads the directory. Throws `FileMalformed`, and `FileUnsupported` for what is refused. */
  constructor(bytes: Uint8Array, limits: ZipLimits = LIMITS) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#limits = limits;
    this.#readDirectory();
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The unpacked bytes of one file; `null` where there is none of that name. */
  async read(name: string, signal?: AbortSignal): Promise<Uint8Array | null> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    if (entry.flags & 1) throw unsupported('This file is encrypted', 'Save it without a password.');
    if (entry.method !== 0 && entry.method !== 8)
      throw unsupported(
        `A part of this file (${name}) is packed in a way that Freehold does not know (${entry.method})`,
      );
    const packed = this.#packed(name, entry);
    const room = Math.min(entry.unpackedBytes, this.#limits.unpackedBytes - this.#unpackedBytes);
    if (entry.unpackedBytes > room || isBomb(entry, this.#limits)) throw bomb(name);
    const unpacked = entry.method === 0 ? packed : await inflate(name, packed, entry.unpackedBytes, signal);
    this.#unpackedBytes += unpacked.length;
    if (unpacked.length !== entry.unpackedBytes || crc32(unpacked) !== entry.crc)
      throw damaged(`A part of this file (${name}) does not match its checksum`);
    return unpacked;
  }

  #readDirectory(): void {
    const view = this.#view;
    const end = this.#findEnd();
    const [disk, directoryDisk, here, count] = [4, 6, 8, 10].map((at) => view.getUint16(end + at, true)) as [
      number,
      number,
      number,
      number,
    ];
    const [size, start] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
    if (count === 0xffff || size === 0xffffffff || start === 0xffffffff)
      throw unsupported('This file is a zip of the large kind (zip64)');
    if (disk !== 0 || directoryDisk !== 0 || here !== count)
      throw unsupported('This file is one part of a zip in several');
    if (start + size > end) throw damaged('The directory of this file lies outside of it', { offset: start });
    if (count > MOST_ENTRIES) throw unsupported(`This file has ${count} parts, more than any document`);
    let at = start;
    for (let index = 0; index < count; index++) {
      if (at + DIRECTORY_BYTES > end || view.getUint32(at, true) !== 0x02014b50)
        throw damaged('The directory of this file is broken', {
          offset: at,
          expected: `${count} parts`,
          got: `${index}`,
        });
      const nameBytes = view.getUint16(at + 28, true);
      const nameEnd = at + DIRECTORY_BYTES + nameBytes;
      const next = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
      if (next > end) throw damaged('The directory of this file is broken', { offset: at });
      const name = new TextDecoder().decode(this.#bytes.subarray(at + DIRECTORY_BYTES, nameEnd));
      if (this.#entries.has(name)) throw damaged(`This file has two parts of one name (${name})`, { offset: at });
      this.#entries.set(name, {
        flags: view.getUint16(at + 8, true),
        method: view.getUint16(at + 10, true),
        crc: view.getUint32(at + 16, true),
        packedBytes: view.getUint32(at + 20, true),
        unpackedBytes: view.getUint32(at + 24, true),
        offset: view.getUint32(at + 42, true),
      });
      at = next;
    }
  }

  /** Where the end record begins: it is the last thing but a comment. */
  #findEnd(): number {
    const last = this.#bytes.length - END_BYTES;
    for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
      if (
        this.#view.getUint32(at, true) === 0x06054b50 &&
        at + END_BYTES + this.#view.getUint16(at + 20, true) <= this.#bytes.length
      )
        return at;
    }
    throw damaged('This file is cut off: its directory, which lies at its end, is missing');
  }

  #packed(name: string, { offset, packedBytes }: Entry): Uint8Array {
    if (offset + LOCAL_BYTES > this.#bytes.length || this.#view.getUint32(offset, true) !== 0x04034b50)
      throw damaged(`A part of this file (${name}) is not where the directory says`, { offset });
    const start =
      offset + LOCAL_BYTES + this.#view.getUint16(offset + 26, true) + this.#view.getUint16(offset + 28, true);
    if (start + packedBytes > this.#bytes.length)
      throw damaged(`A part of this file (${name}) goes beyond its end`, { offset });
    return this.#bytes.subarray(start, start + packedBytes);
  }
}

function isBomb({ packedBytes, unpackedBytes }: Entry, { unpackRatio }: ZipLimits): boolean {
  return unpackedBytes > RATIO_MATTERS_FROM && unpackedBytes > packedBytes * unpackRatio;
}

function bomb(name: string): Error {
  return unsupported(`A part of this file (${name}) unpacks to far more than a document has: it is not opened`);
}

/** Unpacks with the platform's inflate, piece by piece, and stops once there is more than the zip said. */
async function inflate(name: string, packed: Uint8Array, most: number, signal?: AbortSignal): Promise<Uint8Array> {
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = stream.getReader();
  const unpacked = new Uint8Array(most);
  let length = 0;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) return unpacked.subarray(0, length);
      if (length + value.length > most) throw bomb(name);
      unpacked.set(value, length);
      length += value.length;
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    if (error instanceof EngineError || signal?.aborted === true) throw error;
    throw damaged(`A part of this file (${name}) cannot be unpacked`);
  }
}
