/** The library as the site's worker has it, and plain IndexedDB, each timed over the same bytes. */
import { expose } from 'comlink';
import type { LibraryEntry, ModelSource } from '../../../workers/protocol/model.ts';
import { CHUNK_BYTES } from '../../../workers/store/chunk.ts';
import { startHashingWorker } from '../../../workers/hashing/start.ts';
import { hashElsewhere } from '../../../workers/store/hashing.ts';
import { Library } from '../../../workers/store/library.ts';
import { openStored } from '../../../workers/store/stored-file.ts';
import { deletePlain, loadPlain, storePlain } from './plain.ts';

/** Milliseconds that storing took, and reading all of it again. */
export interface Times {
  readonly storeMs: number;
  readonly loadMs: number;
}

hashElsewhere(startHashingWorker);
const library = new Library();
/** The model that is measured, on this device. */
let file = new Blob();

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

async function* streamOf(url: string | null): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  if (url !== null) return yield* bodyOf(await fetch(url, { cache: 'no-store' }));
  for (let offset = 0; offset < file.size; offset += CHUNK_BYTES)
    yield new Uint8Array(await file.slice(offset, offset + CHUNK_BYTES).arrayBuffer());
}

async function* bodyOf(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const reader = response.body!.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
}

async function add(source: ModelSource): Promise<LibraryEntry> {
  const outcome = await library.add(source, () => undefined);
  if (outcome.kind !== 'added') throw new Error('it was paused');
  return outcome.entry;
}

/** As a load does: at most so many bytes of rows at a time, which begin anywhere, the next ones asked for meanwhile. */
const ROWS_BYTES = 8 * 2 ** 20 - 4321;

async function loadOurs(id: string): Promise<void> {
  const stored = await openStored(id);
  const memories = [new Uint8Array(ROWS_BYTES), new Uint8Array(ROWS_BYTES)];
  const read = (rows: number) => {
    const offset = Math.min(rows * ROWS_BYTES, stored.byteLength);
    return stored.read(offset, Math.min(ROWS_BYTES, stored.byteLength - offset), undefined, memories[rows % 2]);
  };
  let next = read(0);
  for (let rows = 0; rows * ROWS_BYTES < stored.byteLength; rows++) {
    await next;
    next = read(rows + 1);
  }
  await next;
  await stored.release();
}

const bench = {
  /** Takes a model from the web for what is added from the disk. */
  async take(url: string): Promise<void> {
    file = await (await fetch(url)).blob();
  },

  /** IndexedDB alone, from the web or, with `null`, from the disk. */
  async plain(url: string | null, totalBytes: number): Promise<Times> {
    const storeMs = await timed(() => storePlain(streamOf(url), totalBytes, CHUNK_BYTES));
    const loadMs = await timed(loadPlain);
    await deletePlain();
    return { storeMs, loadMs };
  },

  /** Our store, from a hub or, with `null`, from the disk: with all hashes, both when it is stored and when it is read. */
  async ours(source: ModelSource | null): Promise<Times> {
    let id = '';
    const storeMs = await timed(async () => {
      ({ id } = await add(source ?? { kind: 'file', file, fileName: 'model.gguf' }));
    });
    const loadMs = await timed(() => loadOurs(id));
    await library.remove(id);
    return { storeMs, loadMs };
  },

  /** Stores a model. */
  async keep(source: ModelSource): Promise<{ id: string; sha256: string | null; storeMs: number }> {
    const startedAt = performance.now();
    const { id, sha256 } = await add(source);
    return { id, sha256, storeMs: performance.now() - startedAt };
  },

  /** Milliseconds in which all of a model is checked against its SHA-256. */
  check: (id: string): Promise<number> => timed(() => library.check(id, () => undefined)),

  /** Milliseconds in which all of a model is read. */
  load: (id: string): Promise<number> => timed(() => loadOurs(id)),

  /** Saves a model as a file of the browser's private file system. Milliseconds, and how many bytes the file has. */
  async save(id: string): Promise<{ saveMs: number; savedBytes: number }> {
    const folder = await navigator.storage.getDirectory();
    const file = await folder.getFileHandle('saved.gguf', { create: true });
    const saveMs = await timed(() => library.export(id, { kind: 'file', file }, () => true));
    return { saveMs, savedBytes: (await file.getFile()).size };
  },
};

/** How the page reaches it. */
export type StoreBench = typeof bench;

expose(bench);
