/**
 * One file, or several, of a repository of the model hub, at one commit. The hub's API gives sizes and SHA-256: the
 * headers that carry them sit on a redirect that browsers hide.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ModelSource, Repository } from '../protocol/model.ts';
import { namesInFolder } from '../protocol/names-in-folder.ts';
import { openCommit } from './hub-api.ts';
import type { HubCommit, HubFile } from './hub-api.ts';
import { folderOf } from './joined-source.ts';
import { openCopy } from './near-copies.ts';
import type { NearCopies } from './near-copies.ts';
import { joinOpened } from './opened-source.ts';
import type { OpenedFile, OpenedPart, OpenedSource } from './opened-source.ts';
import { PATIENT } from './retry.ts';
import type { RetryPolicy } from './retry.ts';
import { openUrl } from './url-source.ts';

/** Opens a file of a hub repository at one commit. Rejects like `openUrl`, and with `SettingInvalid` for a bad name. */
export async function openHub(
  source: Extract<ModelSource, { kind: 'hub' }>,
  policy: RetryPolicy = PATIENT,
  signal?: AbortSignal,
  near: NearCopies | null = null,
): Promise<OpenedFile> {
  const at = await openCommit(source, policy, signal);
  const [file] = await openFiles(at, [source.fileName], near, policy, signal);
  const { expected } = source;
  if (expected !== undefined) (await import('./expected-file.ts')).checkExpected(file!, expected, at.host);
  const { byteLength } = file!;
  const sha256 = expected?.sha256 ?? file!.sha256;
  return {
    ...file!,
    sha256,
    origin: `${source.repository}/${source.fileName}@${at.commit.slice(0, 7)}`,
    // With the hash a copy is found later, even where the hub is gone.
    again: { ...source, revision: at.commit, ...(sha256 !== null && { expected: { byteLength, sha256 } }) },
    validator: at.commit,
  };
}

/** Opens several files of a hub repository as one source. Rejects as `openHub` does. */
export async function openHubFiles(
  source: Extract<ModelSource, { kind: 'hub-files' }>,
  policy: RetryPolicy = PATIENT,
  signal?: AbortSignal,
  near: NearCopies | null = null,
): Promise<OpenedSource> {
  const at = await openCommit(source, policy, signal);
  const files = await openFiles(at, source.fileNames, near, policy, signal);
  return joinOpened(files, {
    fileName: source.name,
    origin: `${source.repository}@${at.commit.slice(0, 7)}, ${files.length} files`,
    again: { ...source, revision: at.commit },
    validator: at.commit,
  });
}

/** Every file of a repository, for a person to choose from, and the commit that they are at. */
export async function listRepository(
  repository: Repository,
  policy: RetryPolicy = PATIENT,
  signal?: AbortSignal,
): Promise<{ readonly commit: string; readonly files: readonly HubFile[] }> {
  const at = await openCommit(repository, policy, signal);
  const files: HubFile[] = [];
  for await (const file of at.files('', { deep: true })) files.push(file);
  return { commit: at.commit, files };
}

/** Looks files up in their folders' listings and opens each, or its copy that is near, in the order of `paths`. */
async function openFiles(
  at: HubCommit,
  paths: readonly string[],
  near: NearCopies | null,
  policy: RetryPolicy,
  signal?: AbortSignal,
): Promise<OpenedPart[]> {
  const urls = paths.map((path) => at.fileUrl(path));
  const wanted = new Set(paths);
  const found = new Map<string, HubFile>();
  for (const folder of new Set(paths.map(folderOf)))
    for await (const file of at.files(folder)) {
      if (wanted.has(file.path)) found.set(file.path, file);
      if (found.size === wanted.size) break;
    }
  const names = namesInFolder(paths);
  const opened: OpenedPart[] = [];
  for (const [index, path] of paths.entries()) {
    const file = found.get(path);
    if (!file) throw noSuchFile(at.host, path);
    const copy = file.sha256 === null ? null : (near?.bySha256(file.sha256) ?? null);
    if (copy?.byteLength === file.size) {
      opened.push(await openCopy(copy, names[index]!, policy, signal));
      continue;
    }
    opened.push({
      // Their size is known, so this asks nothing of the network.
      ...(await openUrl(urls[index]!, { byteLength: file.size, policy }, signal)),
      fileName: names[index]!,
      sha256: file.sha256,
      ...(file.gitSha1 !== undefined && { gitSha1: file.gitSha1 }),
    });
  }
  return opened;
}

function noSuchFile(hubHost: string, path: string): EngineError {
  return new EngineError('SourceRefused', {
    what: `The repository on ${hubHost} has no file ${path}`,
    remedy: 'Check the file name: it is written as in the list of files there, folder included.',
  });
}
