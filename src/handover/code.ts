/**
 * A description as a code that a person copies to the other device: bytes in base64url (RFC 4648), some 100 to 200
 * characters. They are packed and not compressed, for most of them are random.
 *
 * Bytes: version; 1 for an offer, 2 for an answer; of an answer the CRC-32 of the offer's bytes; user fragment and password,
 * each after its length; fingerprint (32); places, after their number, each as the form of its address, the address, and
 * the port; CRC-32 of all that. Numbers are big-endian.
 */
import { crc32 } from '../attachments/zip/crc32.ts';
import type { Description, Place } from './description.ts';
import { HandOverFault } from './fault.ts';
import { addressLength, packAddress, unpackAddress } from './places.ts';

const VERSION = 1;
const KINDS = { offer: 1, answer: 2 } as const;
/** How a code of this version begins: the first two bytes in base64. */
const BEGINNING = /^AQ[E-L]/;
const FINGERPRINT_BYTES = 32;
const CHECKSUM_BYTES = 4;

/** The code of an offer. Places of unknown forms are left out. */
export function writeOffer(description: Description): string {
  return write('offer', [], description);
}

/** The code of an answer to an offer's code. */
export function writeAnswer(description: Description, offer: string): string {
  return write('answer', uint32(checksumOf(offer)), description);
}

/** Reads an offer's code. Throws a `HandOverFault` about the code. */
export function readOffer(code: string): Description {
  return read(code, 'offer').description();
}

/** Reads the code of an answer to this offer. Throws a `HandOverFault` about the code. */
export function readAnswer(code: string, offer: string): Description {
  const reader = read(code, 'answer');
  if (reader.uint32() !== checksumOf(offer)) throw new HandOverFault('code-other-offer');
  return reader.description();
}

function write(kind: keyof typeof KINDS, about: readonly number[], description: Description): string {
  const { fragment, password, fingerprint, places } = description;
  const packed = places.flatMap(({ address, port }) => {
    const place = packAddress(address);
    return place === null ? [] : [[place.form, ...place.bytes, port >> 8, port & 255]];
  });
  const bytes = [
    ...[VERSION, KINDS[kind], ...about],
    ...[...text(fragment), ...text(password), ...fingerprint],
    ...[packed.length, ...packed.flat()],
  ];
  const checksum = uint32(crc32(Uint8Array.from(bytes)));
  return btoa(String.fromCharCode(...bytes, ...checksum))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}

function read(code: string, kind: keyof typeof KINDS): Reader {
  const bytes = bytesOf(code);
  const [version, found] = bytes;
  if (version !== VERSION && version! < 16 && isWhole(bytes)) throw new HandOverFault('code-newer');
  if (version !== VERSION || (found !== KINDS.offer && found !== KINDS.answer)) throw new HandOverFault('code-foreign');
  if (!isWhole(bytes)) throw new HandOverFault('code-damaged');
  if (found !== KINDS[kind]) throw new HandOverFault(found === KINDS.offer ? 'code-is-offer' : 'code-is-answer');
  return new Reader(bytes.subarray(2, -CHECKSUM_BYTES));
}

/** Takes one thing after another; what ends too early in spite of its checksum is from a newer page. */
class Reader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  uint32(): number {
    return this.#take(4).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  description(): Description {
    const [fragment, password] = [this.#text(), this.#text()];
    const fingerprint = this.#take(FINGERPRINT_BYTES);
    const places: Place[] = [];
    for (let left = this.#byte(); left > 0; left--) {
      const form = this.#byte();
      const address = unpackAddress(form, this.#take(addressLength(form)));
      places.push({ address, port: this.#byte() * 256 + this.#byte() });
    }
    return { fragment, password, fingerprint, places };
  }

  /** Only what RFC 8839 has in a fragment and a password: it goes into lines of a session description. */
  #text(): string {
    const found = String.fromCharCode(...this.#take(this.#byte()));
    if (!/^[A-Za-z0-9+/]*$/.test(found)) throw new HandOverFault('code-foreign');
    return found;
  }

  #byte(): number {
    return this.#take(1)[0]!;
  }

  #take(length: number): Uint8Array {
    const taken = this.#bytes.slice(this.#position, this.#position + length);
    if (taken.byteLength < length) throw new HandOverFault('code-newer');
    this.#position += length;
    return taken;
  }
}

/** The bytes of a code, whatever line breaks it has met on its way. */
function bytesOf(code: string): Uint8Array {
  const clean = code.replace(/\s/g, '');
  if (clean === '') throw new HandOverFault('code-empty');
  if (!/^[A-Za-z0-9_-]+$/.test(clean)) throw new HandOverFault('code-foreign');
  try {
    const binary = atob(clean.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    // One character too many or too few for base64.
    throw new HandOverFault(BEGINNING.test(clean) ? 'code-damaged' : 'code-foreign');
  }
}

function isWhole(bytes: Uint8Array): boolean {
  if (bytes.byteLength <= CHECKSUM_BYTES) return false;
  const end = bytes.byteLength - CHECKSUM_BYTES;
  return uint32(crc32(bytes.subarray(0, end))).every((byte, index) => byte === bytes[end + index]);
}

function checksumOf(code: string): number {
  return crc32(bytesOf(code));
}

function text(value: string): number[] {
  return [value.length, ...Array.from(value, (character) => character.charCodeAt(0))];
}

function uint32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}
