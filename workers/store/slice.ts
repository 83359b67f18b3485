/**
 * The slices of a chunk that is not whole yet, each kept as it comes: when the browser dies with four chunks on their way,
 * what is lost is less than one. They go when the chunk is stored: a model is read from then on, and one value is read twice
 * as fast as eight. A slice that is unreadable or altered is as if it were not there, and those behind it too.
 */
import { checksumOf } from './checksum.ts';
import { unlessUnreadable, writeBytes } from './chunk.ts';
import type { ChunkPlace, StoredBytes } from './chunk.ts';
import { chunkRange, readStore, slicesRange } from './database.ts';
import { storageError } from './storage-errors.ts';

/** Four spans lose what has come of a slice each, and what the network brings while one is written: half a chunk and a little. */
const SLICES_OF_CHUNK = 8;

/** The record under `['chunk', id, index, offset]`. */
interface SliceRecord {
  readonly bytes: StoredBytes;
  /** In the chunk. */
  readonly offset: number;
  /** xxHash64 of the bytes. */
  readonly checksum: string;
}

/** Bytes in each slice of a chunk; the last is never stored, for then the chunk is. */
export function sliceLength(chunkBytes: number): number {
  return Math.ceil(chunkBytes / SLICES_OF_CHUNK);
}

/** Stores the slice that begins at `offset` in a chunk. Rejects with `StorageFull` or `StorageFailed`. */
export async function putSlice(place: ChunkPlace, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const { id, index } = place;
  const checksum = await checksumOf(bytes);
  await writeBytes(place, bytes, (store, value) => {
    store.put({ bytes: value, offset, checksum } satisfies SliceRecord, ['chunk', id, index, offset]);
  });
}

/** The chunks of a file that have slices: index → how many. Reads keys only. */
export async function slicedChunks(id: string): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  try {
    const keys = (await readStore((store) => store.getAllKeys(chunkRange(id)))) as [string, string, number, number?][];
    for (const [, , index, offset] of keys) if (offset !== undefined) counts.set(index, (counts.get(index) ?? 0) + 1);
  } catch (error) {
    throw await storageError(error, 0);
  }
  return counts;
}

/** A chunk's first bytes, as far as its slices go. */
export async function readSlices(id: string, index: number): Promise<Uint8Array<ArrayBuffer>> {
  const range = slicesRange(id, index);
  const records = await unlessUnreadable(() => readStore((store) => store.getAll(range) as IDBRequest<SliceRecord[]>));
  const parts: StoredBytes[] = [];
  let length = 0;
  for (const { bytes, offset, checksum } of records ?? []) {
    const buffer = await unlessUnreadable(() => new Blob([bytes]).arrayBuffer());
    if (buffer === null || offset !== length || (await checksumOf(new Uint8Array(buffer))) !== checksum) break;
    parts.push(buffer);
    length += buffer.byteLength;
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
