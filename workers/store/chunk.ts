/**
 * One chunk of a file: its bytes and their SHA-256 in one value, so that no crash can part them. A chunk that is absent,
 * unreadable or altered is a value here: the caller fetches it again or says which one it was.
 */
import { EngineError } from '../protocol/errors.ts';
import type { HashedChunk } from './chunk-hasher.ts';
import { chunkRange, chunksRange, hashRange, readStore, slicesRange, writeStore } from './database.ts';
import { sha256Hex } from '../source/digest.ts';
import { freeMemory } from './free-memory.ts';
import type { SavedHash } from './running-hash.ts';
import { storageError } from './storage-errors.ts';

/** Large enough for disk speed, small enough that an interruption costs little; browsers cap one value at 133 MB or more. */
export const CHUNK_BYTES = 16 * 1024 * 1024;

/** A Blob is kept as a file by the browser and twice as fast; an ArrayBuffer where Blobs are refused. */
export type StoredBytes = Blob | ArrayBuffer;

/** The record under `['chunk', id, index]`. */
interface ChunkRecord {
  readonly bytes: StoredBytes;
  readonly sha256: string;
  /** xxHash64 of the bytes; earlier versions kept none. */
  readonly checksum?: string;
}

/** What was found where a chunk should be. */
export type ChunkState =
  { readonly kind: 'whole'; readonly bytes: Uint8Array<ArrayBuffer>; readonly sha256: string } | ChunkDamage;

/** What is wrong with a chunk. */
type ChunkDamage = { readonly kind: 'missing' } | { readonly kind: 'altered' };

/** Bytes in chunk `index` of a file. */
export function chunkLength(index: number, byteLength: number, chunkBytes: number): number {
  return Math.min(chunkBytes, byteLength - index * chunkBytes);
}

/** Where a chunk goes, and what an error says if it cannot. */
export interface ChunkPlace {
  readonly id: string;
  readonly index: number;
  /** Where it begins in the whole. */
  readonly offset: number;
  /** Bytes of the whole that are still to be stored, this chunk's included. */
  readonly neededBytes: number;
}

/**
 * Stores a chunk, replacing what was there and its slices, and with it, all or nothing, the hash that has counted it.
 * Rejects with `StorageFull` or `StorageFailed`.
 */
export async function putChunk(
  place: ChunkPlace,
  { bytes, sha256, checksum }: HashedChunk,
  hash: SavedHash | null = null,
): Promise<void> {
  const { id, index } = place;
  await writeBytes(place, bytes, (store, value) => {
    store.delete(slicesRange(id, index));
    store.put({ bytes: value, sha256, checksum } satisfies ChunkRecord, ['chunk', id, index]);
    if (hash !== null) store.put(hash, ['hash', id]);
  });
}

/** Writes bytes of a chunk in one transaction. Rejects with `StorageFull` or `StorageFailed`. */
export async function writeBytes(
  { offset, neededBytes }: ChunkPlace,
  bytes: Uint8Array<ArrayBuffer>,
  write: (store: IDBObjectStore, value: StoredBytes) => void,
): Promise<void> {
  const put = (value: StoredBytes) =>
    writeStore((store) => {
      write(store, value);
    });
  try {
    await put(new Blob([bytes])).catch((error: unknown) => {
      // Chromium now and then fails to write a Blob (`DataError: … InvalidBlob`); WebKit's private windows refuse them.
      if (!(error instanceof DOMException) || !/^(DataError|DataCloneError|UnknownError)$/.test(error.name))
        throw error;
      return put(bytes.slice().buffer);
    });
  } catch (error) {
    throw await storageError(error, neededBytes, offset);
  }
}

/**
 * Reads a chunk that should be the one with `expectedSha256`, or, where that is `null`, the one that its record names. Its
 * bytes are held to the checksum that was made when they were stored.
 */
export async function readChunk(
  id: string,
  index: number,
  length: number,
  expectedSha256: string | null,
): Promise<ChunkState> {
  const record = await readRecord(id, index);
  const bytes = record && (await bytesOf(record.bytes));
  if (bytes === null) return { kind: 'missing' };
  const { sha256, checksum } = record!;
  const isWhole =
    bytes.byteLength === length && sha256 === (expectedSha256 ?? sha256) && (await isAsStored(bytes, sha256, checksum));
  return isWhole ? { kind: 'whole', bytes, sha256 } : { kind: 'altered' };
}

async function isAsStored(bytes: Uint8Array<ArrayBuffer>, sha256: string, checksum: string | undefined) {
  const found = checksum === undefined ? null : await (await checksums()).checksumOf(bytes).catch(nullWhereForbidden);
  return found === null ? (await sha256Hex(bytes)) === sha256 : found === checksum;
}

/** What a visit that reads no weights needs nothing of. */
function checksums() {
  return import('./checksum.ts');
}

/** Headers of a host that were written for an earlier version keep WebAssembly from the engine: SHA-256 has to do then. */
function nullWhereForbidden(error: unknown): null {
  if (error instanceof WebAssembly.CompileError) return null;
  throw error;
}

/** Whether a chunk's bytes have this SHA-256, whatever its record says. */
export async function isChunkWhole(id: string, index: number, length: number, sha256: string): Promise<boolean> {
  const record = await readRecord(id, index);
  const bytes = record && (await bytesOf(record.bytes));
  if (bytes === null) return false;
  const isWhole = bytes.byteLength === length && (await sha256Hex(bytes)) === sha256;
  freeMemory(bytes);
  return isWhole;
}

/** A chunk as the browser keeps it, checked as `readChunk` does but never whole in memory: a Blob stays on the disk. */
export async function keptChunk(
  id: string,
  index: number,
  length: number,
  expectedSha256: string,
): Promise<{ readonly kind: 'whole'; readonly kept: Blob } | ChunkDamage> {
  const record = await readRecord(id, index);
  if (record === null) return { kind: 'missing' };
  const { bytes, sha256, checksum } = record;
  if (!(bytes instanceof Blob) || checksum === undefined) {
    const chunk = await readChunk(id, index, length, expectedSha256);
    return chunk.kind === 'whole' ? { kind: 'whole', kept: new Blob([bytes]) } : chunk;
  }
  if (bytes.size !== length || sha256 !== expectedSha256) return { kind: 'altered' };
  const found = await unlessUnreadable(async () => (await checksums()).checksumOfBlob(bytes));
  if (found === null) return { kind: 'missing' };
  return found === checksum ? { kind: 'whole', kept: bytes } : { kind: 'altered' };
}

/** Deletes the chunks that hold any of the bytes from `start` up to `end`, and the hash that has counted them. */
export async function deleteChunks(id: string, start: number, end: number, chunkBytes: number): Promise<void> {
  const [first, last] = [Math.floor(start / chunkBytes), Math.ceil(end / chunkBytes) - 1];
  try {
    await writeStore((store) => {
      store.delete(chunksRange(id, first, last));
      store.delete(hashRange(id));
    });
  } catch (error) {
    throw await storageError(error, 0);
  }
}

/** Which chunks of every file are stored whole: id → indices, none where there are only slices. Reads keys only. */
export async function storedChunks(id?: string): Promise<Map<string, Set<number>>> {
  const byFile = new Map<string, Set<number>>();
  try {
    const keys = (await readStore((store) => store.getAllKeys(chunkRange(id)))) as [string, string, number, number?][];
    for (const [, file, index, slice] of keys) {
      const indices = byFile.get(file) ?? new Set();
      byFile.set(file, slice === undefined ? indices.add(index) : indices);
    }
  } catch (error) {
    throw await storageError(error, 0);
  }
  return byFile;
}

function readRecord(id: string, index: number): Promise<ChunkRecord | null> {
  const key = ['chunk', id, index];
  return unlessUnreadable(
    async () => (await readStore((store) => store.get(key) as IDBRequest<ChunkRecord | undefined>)) ?? null,
  );
}

/** `null` where the browser cannot read what it stored. */
function bytesOf(bytes: StoredBytes): Promise<Uint8Array<ArrayBuffer> | null> {
  return unlessUnreadable(async () => new Uint8Array(bytes instanceof Blob ? await bytes.arrayBuffer() : bytes));
}

/** What `read` gives, or `null` where the browser cannot read what it stored. Rejects with `StorageFailed`. */
export async function unlessUnreadable<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    // Large values lie in files beside the database and can vanish while their records stay.
    if (error instanceof DOMException && /^(NotFoundError|NotReadableError|DataError)$/.test(error.name)) return null;
    throw error instanceof EngineError ? error : await storageError(error, 0);
  }
}
