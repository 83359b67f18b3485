/**
 * Folders of models: reads their indexes, says what they offer, and finds in them what a hub is asked for. An index is
 * read once in the life of the worker, and anew when a person looks at the folder.
 */
import { parseFolderIndex } from '../format/folder-index.ts';
import { utf8Text } from '../format/json-fields.ts';
import { EngineError } from '../protocol/errors.ts';
import { FOLDER_INDEX } from '../protocol/model-folder.ts';
import type { FolderFile, FolderModel, ModelFolder, OfferedModel } from '../protocol/model-folder.ts';
import { namesInFolder } from '../protocol/names-in-folder.ts';
import { checkStatus, get } from '../source/http.ts';
import type { NearCopies, NearCopy } from '../source/near-copies.ts';
import { PATIENT, retrying } from '../source/retry.ts';
import type { RetryPolicy } from '../source/retry.ts';
import { StallGuard } from '../source/stall-guard.ts';
import { identityOf } from './identity.ts';

/** Some 10,000 models. */
const INDEX_BYTES_MAX = 4 * 2 ** 20;

/** What was read, by address; a folder without an index is remembered too. */
const folders = new Map<string, ModelFolder | null>();

/**
 * Reads a folder's index; `null` where there is none. It is asked for once: who wants the hub must not wait for a folder
 * that is out of reach. Rejects with `FileMalformed`, or as a request does.
 */
export async function readFolder(
  address: string,
  policy: RetryPolicy = PATIENT,
  signal?: AbortSignal,
): Promise<ModelFolder | null> {
  folders.delete(address);
  const text = await retrying(() => fetchIndex(address, policy, signal), { ...policy, maxTries: 1 }, signal);
  const folder = text === null ? null : await offeredBy(address, text);
  folders.set(address, folder);
  return folder;
}

/** Copies in these folders, the first folder first. One that cannot be read has none: the library's panel says why. */
export async function nearCopies(
  addresses: readonly string[],
  policy?: RetryPolicy,
  signal?: AbortSignal,
): Promise<NearCopies> {
  const models: { readonly address: string; readonly model: FolderModel }[] = [];
  for (const address of addresses) {
    const folder = folders.has(address)
      ? folders.get(address)
      : await readFolder(address, policy, signal).catch(() => null);
    signal?.throwIfAborted();
    for (const model of folder?.models ?? []) models.push({ address, model });
  }
  const all = models.flatMap(({ address, model }) => model.files.map((file) => copyOf(address, file)));
  return {
    bySha256: (sha256) => all.find((copy) => copy.sha256 === sha256) ?? null,
    byOrigin(repository, commit, paths) {
      const found = models.find(
        ({ model: { origin, files } }) =>
          origin?.repository === repository &&
          origin.commit === commit &&
          paths.every((path) => files.some((file) => isCopy(file.path, path))),
      );
      if (found === undefined) return null;
      const { address, model } = found;
      return paths.map((path) =>
        copyOf(
          address,
          model.files.find((file) => isCopy(file.path, path))!,
        ),
      );
    },
  };
}

/** Whether a file of a folder has the place that a repository has it at, below whatever folder. */
function isCopy(path: string, pathInRepository: string): boolean {
  return path === pathInRepository || path.endsWith(`/${pathInRepository}`);
}

function copyOf(address: string, { path, byteLength, sha256 }: FolderFile): NearCopy {
  return { url: `${address}${path.split('/').map(encodeURIComponent).join('/')}`, byteLength, sha256 };
}

/** The index's text, or `null` where there is none. */
async function fetchIndex(address: string, policy: RetryPolicy, signal?: AbortSignal): Promise<string | null> {
  const url = `${address}${FOLDER_INDEX}`;
  const guard = new StallGuard(policy.stallMs, signal);
  try {
    const response = await guard.watch(get(url, guard.signal), url);
    if (response.status === 404 || response.status === 410) return null;
    checkStatus(response, url);
    const reader = response.body?.getReader();
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    while (reader !== undefined) {
      const { done, value } = await guard.watch(reader.read(), url);
      if (done) break;
      pieces.push(value);
      bytes += value.byteLength;
      if (bytes > INDEX_BYTES_MAX) throw tooLong(url);
    }
    return utf8Text(await new Blob(pieces as BlobPart[]).bytes(), `the index ${url}`);
  } finally {
    guard.end();
  }
}

function tooLong(url: string): EngineError {
  const expected = `at most ${INDEX_BYTES_MAX} bytes`;
  return new EngineError('FileMalformed', { what: `The index ${url} is too long`, expected, got: 'more' });
}

async function offeredBy(address: string, text: string): Promise<ModelFolder> {
  const { models } = parseFolderIndex(text, `${address}${FOLDER_INDEX}`);
  const offered: OfferedModel[] = [];
  for (const model of models) {
    const { name, files } = model;
    const names = namesInFolder(files.map(({ path }) => path));
    const stored = files.map(({ byteLength }, index) => ({ fileName: names[index]!, byteLength }));
    const hashes = files.map(({ sha256 }) => sha256);
    offered.push({
      ...model,
      fileBytes: files.reduce((sum, { byteLength }) => sum + byteLength, 0),
      storedSha256: await identityOf(stored, hashes),
      source: {
        kind: 'url-files',
        name,
        files: files.map((file) => copyOf(address, file)),
      },
    });
  }
  return { address, models: offered };
}
