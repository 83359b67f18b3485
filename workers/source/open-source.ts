/** Opens whatever the page says a model comes from. */
import { EngineError } from '../protocol/errors.ts';
import type { ModelSource } from '../protocol/model.ts';
import { namesInFolder } from '../protocol/names-in-folder.ts';
import { openFile } from './file-source.ts';
import { folderOf } from './joined-source.ts';
import { openHub, openHubFiles } from './hub-source.ts';
import { openCopy, openNear } from './near-copies.ts';
import type { NearCopies } from './near-copies.ts';
import { aloneOpened, joinOpened } from './opened-source.ts';
import type { OpenedFile, OpenedPart, OpenedSource } from './opened-source.ts';
import { PATIENT } from './retry.ts';
import type { RetryPolicy } from './retry.ts';
import { openUrl } from './url-source.ts';

/**
 * Finds a source's size, name and identity. What a hub is asked for comes from `near` where that has it. A URL must be absolute: the page knows what it is relative to, a worker does
 * not. Rejects with `SourceUnreachable`, `SourceRefused`, `SourceRateLimited`, `SourceChanged` or `SettingInvalid`.
 */
export async function openSource(
  source: ModelSource,
  options: { readonly signal?: AbortSignal; readonly policy?: RetryPolicy; readonly near?: NearCopies } = {},
): Promise<OpenedSource> {
  const { signal, policy = PATIENT, near = null } = options;
  switch (source.kind) {
    case 'device':
      return (await import('./device-source.ts')).openDevice(source);
    case 'file':
      return aloneOpened(openFile(source.file, source.fileName));
    case 'files':
      return openFiles(source);
    case 'hub':
      return (
        (near && (await openNear(source, near, policy, signal))) ??
        aloneOpened(await openHub(source, policy, signal, near))
      );
    case 'hub-files':
      return (near && (await openNear(source, near, policy, signal))) ?? openHubFiles(source, policy, signal, near);
    case 'url-files':
      return openUrlFiles(source, policy, signal);
    case 'url':
      return aloneOpened(await openAddress(source, policy, signal));
  }
}

function openFiles({ name, files }: Extract<ModelSource, { kind: 'files' }>): OpenedSource {
  const opened = files.map(({ file, fileName }) => openFile(file, fileName));
  const about = { fileName: name, origin: `${name}, ${files.length} files`, again: null, validator: null };
  return joinOpened(opened, about);
}

/** Sizes are known, so this asks nothing of the network. */
async function openUrlFiles(
  source: Extract<ModelSource, { kind: 'url-files' }>,
  policy: RetryPolicy,
  signal?: AbortSignal,
): Promise<OpenedSource> {
  const files: OpenedPart[] = [];
  const names = namesInFolder(source.files.map(({ url }) => decodeName(webAddress(url).pathname)));
  for (const [index, file] of source.files.entries()) files.push(await openCopy(file, names[index]!, policy, signal));
  const [first] = files;
  if (first === undefined) throw new EngineError('NotFound', { what: `${source.name} has no files` });
  const { url, sha256 } = source.files[0]!;
  const about = { again: source, validator: sha256 };
  if (files.length === 1) return aloneOpened({ ...first, ...about, origin: url });
  return joinOpened(files, { ...about, fileName: source.name, origin: `${folderOf(url)}/, ${files.length} files` });
}

async function openAddress(
  source: Extract<ModelSource, { kind: 'url' }>,
  policy: RetryPolicy,
  signal?: AbortSignal,
): Promise<OpenedFile> {
  const url = webAddress(source.url);
  // A fragment never reaches a server, and `user:password@` must not be stored or sent.
  url.hash = url.username = url.password = '';
  const lastSegment = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  return {
    ...(await openUrl(url.href, { policy }, signal)),
    fileName: decodeName(lastSegment) || url.host,
    origin: url.href,
    again: { ...source, url: url.href },
    sha256: source.sha256 ?? null,
  };
}

function webAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new EngineError('SettingInvalid', {
    what: 'The address is not a web address',
    got: JSON.stringify(address),
    remedy: 'Give a full address that begins with https://.',
  });
}

function decodeName(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
