/**
 * Makes the index of a folder of models: which there are, what each says of itself by the engine's own readers, and the
 * size and SHA-256 of each file. Files are read as streams. What the engine cannot run is left out, with the reason.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { CATALOG } from '../src/catalog/catalog.ts';
import { findModels } from '../workers/format/find-models.ts';
import { parseFolderIndex } from '../workers/format/folder-index.ts';
import { readModel } from '../workers/format/read-model.ts';
import { summarize } from '../workers/format/summary.ts';
import { EngineError, errorCode } from '../workers/protocol/errors.ts';
import type { ModelChoice } from '../workers/protocol/found.ts';
import { FOLDER_INDEX } from '../workers/protocol/model-folder.ts';
import type { FolderFile, FolderIndex, FolderModel, FolderOrigin } from '../workers/protocol/model-folder.ts';
import { namesInFolder } from '../workers/protocol/names-in-folder.ts';
import { identityOf } from '../workers/store/identity.ts';
import { readRecord, RECORD_NAME } from '../workers/store/library-record.ts';
import { listFolder } from './model-files.ts';
import { openFileSource } from './testing/file-source.ts';

/** A model that is left out. */
export interface LeftOut {
  /** Its first file, relative to the folder. */
  readonly path: string;
  /** A sentence. */
  readonly reason: string;
}

/** An index, and what is not in it. */
export interface MadeIndex {
  readonly index: FolderIndex;
  readonly leftOut: readonly LeftOut[];
}

/**
 * Looks through `folder` and all below it. Where a model is from is told by `earlier`, the index that was there before, by
 * the catalog, by the record that the app has saved beside it, or by a hub's cache on this disk
 * (`models--OWNER--NAME/snapshots/COMMIT`). `onFile` hears of each file
 * before it is hashed. Rejects where the disk cannot be read.
 */
export async function makeFolderIndex(
  folder: string,
  earlier: FolderIndex | null = null,
  onFile: (path: string) => void = () => undefined,
): Promise<MadeIndex> {
  const files = (await listFolder(folder)).map(({ path, bytes }) => ({
    path: relative(folder, path).split(sep).join('/'),
    bytes,
  }));
  const choices = findModels(files, basename(resolve(folder))).flatMap((found) =>
    found.choices.map((choice) => ({ called: found.name, choice })),
  );
  const models: FolderModel[] = [];
  const leftOut: LeftOut[] = [];
  const known = new Map<string, string>();
  for (const { called, choice } of choices) {
    const path = choice.files[0]!.path;
    try {
      const model = await describe(folder, called, choice, earlier, onFile);
      const hashes = model.files.map(({ sha256 }) => sha256).join(' ');
      const twin = known.get(hashes);
      if (twin !== undefined) throw unfit(`It is the same as ${twin}`);
      known.set(hashes, path);
      models.push(model);
    } catch (error) {
      if (errorCode(error) === null) throw error;
      leftOut.push({ path, reason: (error as Error).message });
    }
  }
  return { index: { version: 1, models }, leftOut };
}

async function describe(
  folder: string,
  called: string,
  { files, missing }: ModelChoice,
  earlier: FolderIndex | null,
  onFile: (path: string) => void,
): Promise<FolderModel> {
  if (missing.length > 0) throw unfit(`The model lacks ${missing.join(', ')}`);
  const summary = await summaryOf(folder, called, files);
  if (summary.unsupported !== null) throw unfit(summary.unsupported.replace(/\.$/, ''));
  const hashed: FolderFile[] = [];
  for (const { path } of files) {
    onFile(path);
    hashed.push(await hash(folder, path));
  }
  const { name, architecture, quantization, parameters, contextLength, license, author } = summary;
  const facts = { architecture, quantization, parameters, contextLength, license, author };
  const model: FolderModel = { name, files: hashed, origin: await originOf(folder, hashed, earlier), ...facts };
  // A name that no page would take is found here, not there.
  return parseFolderIndex(JSON.stringify({ version: 1, models: [model] }), FOLDER_INDEX).models[0]!;
}

async function summaryOf(folder: string, called: string, files: ModelChoice['files']) {
  const sources: Awaited<ReturnType<typeof openFileSource>>[] = [];
  try {
    for (const { path } of files) sources.push(await openFileSource(join(folder, path)));
    const names = namesInFolder(files.map(({ path }) => path));
    const named = sources.map((source, index) => ({ ...source, fileName: names[index]! }));
    return summarize(await readModel(named), files.length === 1 ? named[0]!.fileName : called);
  } finally {
    await Promise.all(sources.map((source) => source.close()));
  }
}

async function hash(folder: string, path: string): Promise<FolderFile> {
  const sha256 = createHash('sha256');
  let byteLength = 0;
  for await (const piece of createReadStream(join(folder, path), { highWaterMark: 2 ** 20 })) {
    sha256.update(piece as Buffer);
    byteLength += (piece as Buffer).byteLength;
  }
  return { path, byteLength, sha256: sha256.digest('hex') };
}

async function originOf(
  folder: string,
  files: readonly FolderFile[],
  earlier: FolderIndex | null,
): Promise<FolderOrigin | null> {
  const hashes = files.map(({ sha256 }) => sha256).join(' ');
  const before = earlier?.models.find((model) => model.files.map(({ sha256 }) => sha256).join(' ') === hashes);
  if (before?.origin) return before.origin;
  const inCatalog = CATALOG.flatMap((entry) => entry.files).find(({ sha256 }) => sha256 === hashes);
  if (inCatalog) return { repository: inCatalog.repository, commit: inCatalog.commit };
  const recorded = await recordedOrigin(folder, files);
  if (recorded !== null) return recorded;
  const inCache = /\/models--([^/]+?)--([^/]+)\/snapshots\/([0-9a-f]{40})\//.exec(
    resolve(folder, files[0]!.path).split(sep).join('/'),
  );
  return inCache && { repository: `${inCache[1]}/${inCache[2]}`, commit: inCache[3]! };
}

/** What the record beside an exported model's files says, where it is of these very bytes. */
async function recordedOrigin(folder: string, files: readonly FolderFile[]): Promise<FolderOrigin | null> {
  const text = await readFile(join(folder, dirname(files[0]!.path), RECORD_NAME)).catch(() => null);
  const record = text && (await readRecord(new Blob([text])));
  if (!record?.source || record.source.kind === 'url') return null;
  const names = namesInFolder(files.map(({ path }) => path));
  const named = files.map(({ byteLength }, index) => ({ fileName: names[index]!, byteLength }));
  const hashes = files.map(({ sha256 }) => sha256);
  if ((await identityOf(named, hashes)) !== record.sha256) return null;
  const { repository, revision } = record.source;
  return revision === undefined ? null : { repository, commit: revision };
}

function unfit(what: string): EngineError {
  return new EngineError('FileUnsupported', { what });
}
