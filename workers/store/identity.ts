/**
 * What a stored model is known by.
 *
 * - The hub promises a SHA-256: that, and the length. The same file from two repositories is one file.
 * - Other network files: address, length and the server's ETag or modification date. A changed file is another file.
 * - Local files: length and the SHA-256 of samples (64 KiB at the start, the end and 62 places between), because hashing
 *   all of it first would double the time. Where that meets a file already stored, all bytes are compared: see `add`.
 * - A model in several files: as above, with the names and lengths of its files in what is hashed.
 */
import type { NamedSource } from '../source/byte-source.ts';
import type { OpenedSource } from '../source/opened-source.ts';
import { cutChunks } from './cut-chunks.ts';
import { sha256Hex } from '../source/digest.ts';

const SAMPLE_BYTES = 64 * 1024;
const SAMPLES = 64;

/** What of a file goes into a list of them. */
type NamedLength = Pick<NamedSource, 'fileName' | 'byteLength'>;

/** The id of a source's bytes: 64 hex digits. */
export async function fileId(source: OpenedSource, signal?: AbortSignal): Promise<string> {
  const { byteLength, sha256, again, validator } = source;
  if (sha256 !== null) return sha256Hex(`sha256 ${sha256} ${byteLength}`);
  if (again !== null) return sha256Hex(`network ${JSON.stringify(again)} ${byteLength} ${validator ?? ''}`);
  const length = Math.min(SAMPLE_BYTES, byteLength);
  const samples: string[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const offset = Math.floor(((byteLength - length) * sample) / (SAMPLES - 1));
    samples.push(await sha256Hex(await source.read(offset, length, signal)));
  }
  // Models in one file keep the id that they had before there were others.
  const list = source.files.length === 1 ? '' : ` ${listOf(source.files)}`;
  return sha256Hex(`file ${byteLength} ${samples.join(' ')}${list}`);
}

/**
 * What equal models have in common, wherever they come from: the SHA-256 of the one file, or over the list of names,
 * lengths and SHA-256 of several. `sha256` are the files', in their order.
 */
export async function identityOf(files: readonly NamedLength[], sha256: readonly string[]): Promise<string> {
  return files.length === 1 ? sha256[0]! : sha256Hex(`files ${listOf(files)} ${sha256.join(' ')}`);
}

function listOf(files: readonly NamedLength[]): string {
  return JSON.stringify(files.map(({ fileName, byteLength }) => [fileName, byteLength]));
}

/** SHA-256 of each chunk of a source, in order; `onArrival` hears of every piece read. */
export async function chunkDigests(
  source: OpenedSource,
  chunkBytes: number,
  onArrival: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<string[]> {
  const digests: string[] = [];
  const pieces = source.stream(0, source.byteLength, signal);
  for await (const { chunk } of cutChunks(pieces, { totalBytes: source.byteLength, chunkBytes, onArrival })) {
    digests.push(await sha256Hex(chunk));
  }
  return digests;
}
