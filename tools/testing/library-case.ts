/** What tests of the library share: small chunks, quick retries, random bytes, and reading everything back. */
import { createHash, randomBytes } from 'node:crypto';
import type { ModelSource, ModelSummary } from '../../workers/protocol/model.ts';
import type { RetryPolicy } from '../../workers/source/retry.ts';
import { chunkRange, readStore, writeStore } from '../../workers/store/database.ts';
import { Library } from '../../workers/store/library.ts';
import { sliceLength } from '../../workers/store/slice.ts';
import { openStored } from '../../workers/store/stored-file.ts';

/** Bytes in a chunk of the libraries here. */
export const SMALL_CHUNK_BYTES = 64 * 1024;

/** Bytes in a slice of those chunks. */
export const SMALL_SLICE_BYTES = sliceLength(SMALL_CHUNK_BYTES);

/** Patience for servers on this machine. */
export const QUICK: RetryPolicy = {
  maxTries: 3,
  firstWaitMs: 1,
  longestWaitMs: 4,
  longestAskedWaitMs: 1500,
  stallMs: 300,
};

/** The same with time: where bytes are counted, a machine that is busy for a moment must not make a request twice. */
export const UNHURRIED: RetryPolicy = { ...QUICK, stallMs: 60_000 };

/** Bytes that no storage can compress. */
export function noise(byteLength: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(randomBytes(byteLength));
}

/** SHA-256 by Node, not by the code under test. */
export function nodeSha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A summary that any bytes get where the format is not what is tested. */
export function plainSummary(fileName: string, fileBytes: number): ModelSummary {
  return {
    name: fileName,
    fileName,
    fileBytes,
    architecture: 'llama',
    quantization: 'F32',
    parameters: 1,
    contextLength: 1,
    license: null,
    author: null,
    hasChatTemplate: false,
    unsupported: null,
  };
}

/** A library that takes any bytes for a model, in small chunks; in one request unless it is given a smaller span. */
export function smallLibrary(policy: RetryPolicy = QUICK, spanBytes?: number): Library {
  return new Library({
    chunkBytes: SMALL_CHUNK_BYTES,
    ...(spanBytes !== undefined && { spanBytes }),
    policy,
    describe: (source) => Promise.resolve(plainSummary(source.fileName, source.byteLength)),
  });
}

/** A stored file's bytes, read as the engine reads them. */
export async function readWhole(id: string): Promise<Uint8Array> {
  const file = await openStored(id);
  try {
    return await file.read(0, file.byteLength);
  } finally {
    await file.release();
  }
}

/** Bytes of all chunks that are stored, and of the slices of those that are not whole yet. */
export async function storedBytes(): Promise<number> {
  const records = await readStore((store) => store.getAll(chunkRange()) as IDBRequest<{ bytes: Blob | ArrayBuffer }[]>);
  return records.reduce((sum, { bytes }) => sum + (bytes instanceof Blob ? bytes.size : bytes.byteLength), 0);
}

/** Several files of the same model on a person's disk. */
export function filesFromDisk(name: string, files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): ModelSource {
  const entries = Object.entries(files);
  return { kind: 'files', name, files: entries.map(([fileName, bytes]) => ({ fileName, file: new Blob([bytes]) })) };
}

/** Progress that nobody looks at. */
export const ignoreProgress = (): void => undefined;

/** Leaves other bytes in the place of a chunk or a slice, and the rest of its record as it was. */
export function putInstead(key: IDBValidKey, bytes: Uint8Array<ArrayBuffer>): Promise<unknown> {
  return writeStore((store) => {
    const request = store.get(key) as IDBRequest<object>;
    request.onsuccess = () => {
      store.put({ ...request.result, bytes: bytes.buffer }, key);
    };
  });
}
