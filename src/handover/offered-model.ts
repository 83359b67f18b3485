/** The offer of a model as bytes, and back: what another device says is checked before anything is made of it. */
import type { OfferedModel } from '../../workers/protocol/hand-over.ts';
import { HandOverFault } from './fault.ts';

/** Chunks of another version of Freehold may have another length; a longer one would have to fit into memory. */
export const CHUNK_BYTES_MAX = 64 * 1024 * 1024;
/** Far above any model: a list for 500 GB takes 2 MB. */
const FILES_MAX = 10_000;
const NAME_CHARACTERS = 500;

/** An offer as bytes: JSON in UTF-8. */
export function writeOffered(offer: OfferedModel): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(offer));
}

/** Reads an offer. Throws a `HandOverFault` where it is none, or contradicts itself. */
export function readOffered(bytes: Uint8Array): OfferedModel {
  let found: Partial<Record<keyof OfferedModel, unknown>> | null;
  try {
    found = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as typeof found;
  } catch {
    throw new HandOverFault('not-understood');
  }
  const { name, fileName, files, byteLength, sha256, chunkBytes, chunkSha256 } = found ?? {};
  if (
    isName(name) &&
    isName(fileName) &&
    isSize(byteLength) &&
    isSize(chunkBytes) &&
    chunkBytes <= CHUNK_BYTES_MAX &&
    isHash(sha256) &&
    isList(chunkSha256, isHash) &&
    chunkSha256.length === Math.ceil(byteLength / chunkBytes) &&
    isList(files, isFile) &&
    files.length > 0 &&
    files.length <= FILES_MAX &&
    files.reduce((sum, file) => sum + file.byteLength, 0) === byteLength
  ) {
    const parts = files.map((file) => ({ fileName: file.fileName, byteLength: file.byteLength }));
    return { name, fileName, files: parts, byteLength, sha256, chunkBytes, chunkSha256: [...chunkSha256] };
  }
  throw new HandOverFault('not-understood');
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= NAME_CHARACTERS;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isList<T>(value: unknown, is: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(is);
}

function isFile(value: unknown): value is OfferedModel['files'][number] {
  const { fileName, byteLength } = (value ?? {}) as Partial<Record<'fileName' | 'byteLength', unknown>>;
  return isName(fileName) && (isSize(byteLength) || byteLength === 0);
}
