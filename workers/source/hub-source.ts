/**
 * A file in a repository of the model hub. The hub's API pins the commit and gives size and SHA-256: the headers that
 * carry them sit on a redirect that browsers hide. Facts: hub API, `/api/models/…/revision` and `/tree`.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ModelSource } from '../protocol/model.ts';
import { checkStatus, get, host } from './http.ts';
import type { OpenedSource } from './opened-source.ts';
import { PassingFailure, PATIENT, retrying } from './retry.ts';
import type { RetryPolicy } from './retry.ts';
import { StallGuard } from './stall-guard.ts';
import { openUrl } from './url-source.ts';

const PUBLIC_HUB = 'https://huggingface.co';

type HubFile = Extract<ModelSource, { kind: 'hub' }>;

/** Opens a file of a hub repository at one commit. Rejects like `openUrl`, and with `SettingInvalid` for a bad name. */
export async function openHub(
  source: HubFile,
  policy: RetryPolicy = PATIENT,
  signal?: AbortSignal,
): Promise<OpenedSource> {
  const { repository, fileName, revision = 'main' } = source;
  const endpoint = (source.endpoint ?? PUBLIC_HUB).replace(/\/+$/, '');
  const repositoryPath = safePath(repository, 'The repository');
  const filePath = safePath(fileName, 'The file name');
  const api = `${endpoint}/api/models/${repositoryPath}`;

  const { body: about } = await getJson(`${api}/revision/${encodeURIComponent(revision)}`, policy, signal);
  const commit = textField(about, 'sha');
  if (commit === null || !/^[0-9a-f]{40}$/.test(commit)) throw notAHub(endpoint);
  const { size, sha256 } = await findFile(api, commit, fileName, policy, signal);

  const url = `${endpoint}/${repositoryPath}/resolve/${commit}/${filePath}`;
  const file = await openUrl(url, { byteLength: size, policy }, signal);
  return {
    ...file,
    fileName: fileName.slice(fileName.lastIndexOf('/') + 1),
    origin: `${repository}/${fileName}@${commit.slice(0, 7)}`,
    again: { ...source, revision: commit },
    sha256,
    validator: commit,
  };
}

/** Looks a file up in its folder's listing, page by page. */
async function findFile(api: string, commit: string, fileName: string, policy: RetryPolicy, signal?: AbortSignal) {
  const folder = fileName.includes('/')
    ? `/${safePath(fileName.slice(0, fileName.lastIndexOf('/')), 'The folder')}`
    : '';
  let next: string | null = `${api}/tree/${commit}${folder}`;
  while (next !== null) {
    const { body, nextPage }: { body: unknown; nextPage: string | null } = await getJson(next, policy, signal);
    if (!Array.isArray(body)) throw notAHub(next);
    for (const entry of body as unknown[]) {
      if (textField(entry, 'path') !== fileName || textField(entry, 'type') !== 'file') continue;
      const size = field(entry, 'size');
      if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw notAHub(next);
      const sha256 = textField(field(entry, 'lfs'), 'oid');
      return { size, sha256: sha256 !== null && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : null };
    }
    next = nextPage;
  }
  throw new EngineError('SourceRefused', {
    what: `The repository on ${host(api)} has no file ${fileName}`,
    remedy: 'Check the file name: it is written as in the list of files there, folder included.',
  });
}

async function getJson(url: string, policy: RetryPolicy, outer?: AbortSignal) {
  return retrying(
    async () => {
      const guard = new StallGuard(policy.stallMs, outer);
      try {
        const response = await guard.watch(get(url, guard.signal), url);
        checkStatus(response, url);
        const text = await guard.watch(response.text(), url);
        return { body: parseJson(text, url), nextPage: nextPage(response, url) };
      } finally {
        guard.end();
      }
    },
    policy,
    outer,
  );
}

function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A body cut short reads like this too.
    throw new PassingFailure(notAHub(url), { maxTries: 2 });
  }
}

/** `Link: <…>; rel="next"` (RFC 8288), followed only on the same host. */
function nextPage(response: Response, url: string): string | null {
  const target = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1];
  if (target === undefined || !URL.canParse(target, url)) return null;
  const next = new URL(target, url);
  return next.host === new URL(url).host ? next.href : null;
}

/** Each segment encoded; refuses segments that would climb out of the repository. */
function safePath(path: string, what: string): string {
  const segments = path.split('/');
  if (segments.some((segment) => segment.trim() === '' || segment === '.' || segment === '..')) {
    throw new EngineError('SettingInvalid', {
      what: `${what} is not a valid name`,
      got: JSON.stringify(path),
      remedy: 'Write the repository as owner/name and the file as in its list of files.',
    });
  }
  return segments.map(encodeURIComponent).join('/');
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function textField(value: unknown, name: string): string | null {
  const text = field(value, name);
  return typeof text === 'string' ? text : null;
}

function notAHub(url: string): EngineError {
  return new EngineError('SourceRefused', {
    what: `${host(url)} does not answer as a model hub does`,
    remedy: 'Check the address of the hub.',
  });
}
