/** Bytes of a file that a test server sends: an array, or made as they are read, so that nobody holds them. */
import { createHash } from 'node:crypto';

/** The bytes of a file. They do not change. */
export interface ServedBytes {
  readonly byteLength: number;
  /** The bytes `start` … `end − 1`. */
  subarray(start: number, end: number): Uint8Array;
}

const READ_BYTES = 4 * 1024 * 1024;
const known = new WeakMap<ServedBytes, Map<string, string>>();

/** A digest of `prefix` and the file behind it, lower-case hex; made once. */
export function digestOf(algorithm: 'md5' | 'sha1' | 'sha256', file: ServedBytes, prefix = ''): string {
  const digests = known.get(file) ?? new Map<string, string>();
  known.set(file, digests);
  const key = `${algorithm} ${prefix}`;
  const found = digests.get(key);
  if (found !== undefined) return found;
  const hash = createHash(algorithm).update(prefix);
  for (let start = 0; start < file.byteLength; start += READ_BYTES)
    hash.update(file.subarray(start, Math.min(start + READ_BYTES, file.byteLength)));
  const digest = hash.digest('hex');
  digests.set(key, digest);
  return digest;
}
