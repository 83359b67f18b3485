/**
 * One chunk of a file: its bytes and their SHA-256 in one value, so that no crash can part them. A chunk that is absent,
 * unreadable or altered is a value here (`null`): the caller fetches it again or says which one it was.
 */
import { EngineError } from '../protocol/errors.ts';
import { chunkRange, readStore, writeStore } from './database.ts';
import { sha256Hex } from './digest.ts';
import { storageError } from './storage-errors.ts';

/** Large enough for disk speed, small enough that an interruption costs little; browsers cap one value at 133 MB or more. */
export const CHUNK_BYTES = 16 * 1024 * 1024;

/** The record under `['chunk', id, index]`. */
interface ChunkRecord {
  /** A Blob is kept as a file by the browser and twice as fast; an ArrayBuffer where Blobs are refused. */
  readonly bytes: Blob | ArrayBuffer;
  readonly sha256: string;
}

/** What was found where a chunk should be. */
export type ChunkState =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array<ArrayBuffer>; readonly sha256: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'altered' };

/** Bytes in chunk `index` of a file. */
export function chunkLength(index: number, byteLength: number, chunkBytes: number): number {
  return Math.min(chunkBytes, byteLength - index * chunkBytes);
}

/** Stores a chunk, replacing what was there. Rejects with `StorageFull` (`neededBytes` is for its sentence). */
export async function putChunk(
  id: string,
  index: number,
  bytes: Uint8Array<ArrayBuffer>,
  sha256: string,
  neededBytes: number,
): Promise<void> {
  const put = (value: Blob | ArrayBuffer) =>
    writeStore((store) => store.put({ bytes: value, sha256 } satisfies ChunkRecord, ['chunk', id, index]));
  try {
    await put(new Blob([bytes])).catch((error: unknown) => {
      // Chromium now and then fails to write a Blob (`DataError: … InvalidBlob`); WebKit's private windows refuse them.
      if (!(error instanceof DOMException) || !/^(DataError|DataCloneError|UnknownError)$/.test(error.name))
        throw error;
      return put(bytes.slice().buffer);
    });
  } catch (error) {
    throw await storageError(error, neededBytes);
  }
}

/** Reads a chunk and checks it against `expectedSha256`, or against its own record's where that is `null`. */
export async function readChunk(
  id: string,
  index: number,
  length: number,
  expectedSha256: string | null,
): Promise<ChunkState> {
  const bytes = await readRecord(id, index);
  if (bytes === null) return { kind: 'missing' };
  const sha256 = await sha256Hex(bytes.bytes);
  const whole = bytes.bytes.byteLength === length && sha256 === (expectedSha256 ?? bytes.sha256);
  return whole ? { kind: 'whole', bytes: bytes.bytes, sha256 } : { kind: 'altered' };
}

/** Deletes the chunks that hold any of the bytes from `start` up to `end`. */
export async function deleteChunks(id: string, start: number, end: number, chunkBytes: number): Promise<void> {
  const [first, last] = [Math.floor(start / chunkBytes), Math.ceil(end / chunkBytes) - 1];
  try {
    await writeStore((store) => {
      for (let index = first; index <= last; index++) store.delete(['chunk', id, index]);
    });
  } catch (error) {
    throw await storageError(error, 0);
  }
}

/** Which chunks of every file are stored: id → indices. Reads keys only. */
export async function storedChunks(id?: string): Promise<Map<string, Set<number>>> {
  const byFile = new Map<string, Set<number>>();
  try {
    const keys = (await readStore((store) => store.getAllKeys(chunkRange(id)))) as [string, string, number][];
    for (const [, file, index] of keys) {
      const indices = byFile.get(file) ?? new Set();
      byFile.set(file, indices.add(index));
    }
  } catch (error) {
    throw await storageError(error, 0);
  }
  return byFile;
}

async function readRecord(id: string, index: number) {
  try {
    const record = await readStore((store) => store.get(['chunk', id, index]) as IDBRequest<ChunkRecord | undefined>);
    if (record === undefined) return null;
    const buffer = record.bytes instanceof Blob ? await record.bytes.arrayBuffer() : record.bytes;
    return { bytes: new Uint8Array(buffer), sha256: record.sha256 };
  } catch (error) {
    // Large values lie in files beside the database and can vanish while their records stay.
    if (error instanceof DOMException && /^(NotFoundError|NotReadableError|DataError)$/.test(error.name)) return null;
    throw error instanceof EngineError ? error : await storageError(error, 0);
  }
}
