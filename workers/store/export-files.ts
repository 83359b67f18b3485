/** Writes a stored model's files through the handles of a file or a folder that a person chose. */
import { EngineError } from '../protocol/errors.ts';
import type { ExportTarget, FileTarget, FolderTarget } from '../protocol/export.ts';
import { readRecord, RECORD_NAME, recordOf } from './library-record.ts';
import type { Manifest } from './manifest.ts';
import type { KeptFile, StoredFile } from './stored-file.ts';

/** Hears of bytes that are written; rejects to end it. */
type Advance = (bytes: number) => Promise<void>;

/** A folder for each name would be tried after this many others of that name: something else is wrong then. */
const NAMES_MAX = 1000;

/** Writes one file. Rejects as reading does, with `StorageFailed`, or with what `advance` rejects with. */
export async function writeIntoFile(source: KeptFile, file: FileTarget, advance: Advance): Promise<void> {
  try {
    await write(source, file, advance);
  } catch (error) {
    // The dialog made an empty file, or emptied the one that was chosen.
    const isEmpty = await file.getFile().then(
      ({ size }) => size === 0,
      () => false,
    );
    if (isEmpty) await file.remove?.().catch(() => undefined);
    throw error;
  }
}

/**
 * Writes a model's files into a folder of their own, and last a record of what they are: a folder without it is not whole.
 * One that holds the same model is written anew. Rejects as `writeIntoFile` does.
 */
export async function writeIntoFolder(
  { files }: StoredFile,
  manifest: Manifest,
  { folder, name }: Extract<ExportTarget, { kind: 'folder' }>,
  advance: Advance,
): Promise<void> {
  const own = await onDisk(0, () => ownFolder(folder, name, manifest.sha256));
  try {
    for (const file of files) await write(file, await onDisk(0, () => createAt(own.folder, file.fileName)), advance);
    await onDisk(0, async () => {
      const record = await (await create(own.folder, RECORD_NAME)).createWritable();
      await record.write(recordOf(manifest));
      await record.close();
    });
  } catch (error) {
    if (own.isNew) await folder.removeEntry(own.name, { recursive: true }).catch(() => undefined);
    throw error;
  }
}

async function write(source: KeptFile, file: FileTarget, advance: Advance): Promise<void> {
  const writable = await onDisk(0, () => file.createWritable());
  try {
    let offset = 0;
    for await (const blob of source.kept()) {
      await onDisk(offset, () => writable.write(blob));
      offset += blob.size;
      await advance(blob.size);
    }
    await onDisk(offset, () => writable.close());
  } catch (error) {
    await writable.abort(error).catch(() => undefined);
    throw error;
  }
}

/** The folder for a model: a new one, or the one that has this very model from an earlier time. */
async function ownFolder(parent: FolderTarget, name: string, sha256: string | null) {
  for (let count = 1; count < NAMES_MAX; count++) {
    const tried = count === 1 ? name : `${name} (${count})`;
    const found = await parent.getDirectoryHandle(tried).catch((error: unknown) => {
      if (hasName(error, 'NotFoundError')) return null;
      // A file of that name.
      if (hasName(error, 'TypeMismatchError')) return undefined;
      throw error;
    });
    if (found === null) return { name: tried, folder: await create(parent, tried, 'folder'), isNew: true };
    if (found === undefined) continue;
    const record = await found.getFileHandle(RECORD_NAME).then(
      (file) => file.getFile().then(readRecord),
      () => null,
    );
    if (record !== null && record.sha256 === sha256) return { name: tried, folder: found, isNew: false };
  }
  throw new Error(`there are ${NAMES_MAX} folders named ${name}`);
}

/** A file below a folder, with those between; the browser refuses names that lead out of it. */
async function createAt(parent: FolderTarget, path: string): Promise<FileTarget> {
  const [name = '', ...folders] = path.split('/').reverse();
  let folder = parent;
  for (const inside of folders.reverse()) folder = await create(folder, inside, 'folder');
  return create(folder, name);
}

function create(parent: FolderTarget, name: string, kind: 'folder'): Promise<FolderTarget>;
function create(parent: FolderTarget, name: string): Promise<FileTarget>;
function create(parent: FolderTarget, name: string, kind?: 'folder'): Promise<FolderTarget | FileTarget> {
  return kind === 'folder'
    ? parent.getDirectoryHandle(name, { create: true })
    : parent.getFileHandle(name, { create: true });
}

function hasName(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** Runs something that only the person's disk can refuse. */
async function onDisk<T>(offset: number, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new EngineError('StorageFailed', {
      what: `The model could not be written to that place (${reason})`,
      offset,
      remedy: 'Free space there, or choose another place. Nothing of it was left behind.',
    });
  }
}
