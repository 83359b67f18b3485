/** Opens whatever the page says a model comes from. */
import { EngineError } from '../protocol/errors.ts';
import type { ModelSource } from '../protocol/model.ts';
import { openFile } from './file-source.ts';
import { openHub, openHubFiles } from './hub-source.ts';
import { aloneOpened, joinOpened } from './opened-source.ts';
import type { OpenedFile, OpenedSource } from './opened-source.ts';
import { PATIENT } from './retry.ts';
import type { RetryPolicy } from './retry.ts';
import { openUrl } from './url-source.ts';

/**
 * Finds a source's size, name and identity. A URL must be absolute: the page knows what it is relative to, a worker does
 * not. Rejects with `SourceUnreachable`, `SourceRefused`, `SourceRateLimited`, `SourceChanged` or `SettingInvalid`.
 */
export async function openSource(
  source: ModelSource,
  options: { readonly signal?: AbortSignal; readonly policy?: RetryPolicy } = {},
): Promise<OpenedSource> {
  const { signal, policy = PATIENT } = options;
  switch (source.kind) {
    case 'file':
      return aloneOpened(openFile(source.file, source.fileName));
    case 'files':
      return openFiles(source);
    case 'hub':
      return aloneOpened(await openHub(source, policy, signal));
    case 'hub-files':
      return openHubFiles(source, policy, signal);
    case 'url':
      return aloneOpened(await openAddress(source, policy, signal));
  }
}

function openFiles({ name, files }: Extract<ModelSource, { kind: 'files' }>): OpenedSource {
  const opened = files.map(({ file, fileName }) => openFile(file, fileName));
  const about = { fileName: name, origin: `${name}, ${files.length} files`, again: null, validator: null };
  return joinOpened(opened, about);
}

async function openAddress(
  source: Extract<ModelSource, { kind: 'url' }>,
  policy: RetryPolicy,
  signal?: AbortSignal,
): Promise<OpenedFile> {
  const url = URL.canParse(source.url) ? new URL(source.url) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new EngineError('SettingInvalid', {
      what: 'The address is not a web address',
      got: JSON.stringify(source.url),
      remedy: 'Give a full address that begins with https://.',
    });
  }
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

function decodeName(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
