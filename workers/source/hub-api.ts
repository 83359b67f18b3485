/**
 * What the model hub's API says of a repository: the commit that a name stands for, and the files at a commit with their
 * sizes and SHA-256. Refuses answers that no hub gives, names that would climb out of the repository, and endless lists.
 * Facts: hub API, `/api/models/…/revision` and `/tree`, whose pages are linked by `Link: rel="next"`.
 */
import { EngineError } from '../protocol/errors.ts';
import type { Repository } from '../protocol/model.ts';
import { checkStatus, get, host } from './http.ts';
import { PassingFailure, retrying } from './retry.ts';
import type { RetryPolicy } from './retry.ts';
import { StallGuard } from './stall-guard.ts';

/** Where repositories are looked for unless a mirror is named. */
export const PUBLIC_HUB = 'https://huggingface.co';
/** A page has 1,000 entries on the public hub: no repository of one model comes near this. */
const PAGES_MAX = 100;

/** A file of a repository. */
export interface HubFile {
  /** With its folders, divided by "/". */
  readonly path: string;
  readonly size: number;
  /** Lower-case hex; `null` where the hub keeps a file in git itself, as it does with small ones. */
  readonly sha256: string | null;
  /** Of a file that is kept in git: git's own hash, over its length and its bytes, lower-case hex. */
  readonly gitSha1?: string;
}

/** A repository at one commit. Methods and functions reject as `openUrl` does, or with `SettingInvalid` for a bad name. */
export interface HubCommit {
  /** 40 hex digits. */
  readonly commit: string;
  /** Every file in a folder (empty: the root), or with `deep` in the folders under it too. */
  files(folder: string, options?: { readonly deep?: boolean }): AsyncGenerator<HubFile, void, undefined>;
  /** The address of a file's bytes. */
  fileUrl(path: string): string;
  readonly host: string;
}

/** Asks which commit a repository's revision is. */
export async function openCommit(
  { repository, revision = 'main', endpoint = PUBLIC_HUB }: Repository,
  policy: RetryPolicy,
  signal?: AbortSignal,
): Promise<HubCommit> {
  const base = endpoint.replace(/\/+$/, '');
  const repositoryPath = safePath(repository, 'The repository');
  const api = `${base}/api/models/${repositoryPath}`;
  const { body: about } = await getJson(`${api}/revision/${encodeURIComponent(revision)}`, policy, signal);
  const commit = textField(about, 'sha');
  if (commit === null || !/^[0-9a-f]{40}$/.test(commit)) throw notAHub(base);
  return {
    commit,
    host: host(base),
    fileUrl: (path) => `${base}/${repositoryPath}/resolve/${commit}/${safePath(path, 'The file name')}`,
    async *files(folder, { deep = false } = {}) {
      const inside = folder === '' ? '' : `/${safePath(folder, 'The folder')}`;
      let next: string | null = `${api}/tree/${commit}${inside}${deep ? '?recursive=true' : ''}`;
      for (let page = 0; next !== null; page++) {
        const answer: { body: unknown; nextPage: string | null } = await getJson(next, policy, signal);
        if (!Array.isArray(answer.body) || page === PAGES_MAX) throw notAHub(next);
        for (const entry of answer.body as unknown[]) {
          if (textField(entry, 'type') === 'file') yield hubFile(entry, next);
        }
        next = answer.nextPage;
      }
    },
  };
}

function hubFile(entry: unknown, url: string): HubFile {
  const [path, size] = [textField(entry, 'path'), field(entry, 'size')];
  if (path === null || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw notAHub(url);
  const sha256 = textField(field(entry, 'lfs'), 'oid');
  if (sha256 !== null && /^[0-9a-f]{64}$/.test(sha256)) return { path, size, sha256 };
  const gitSha1 = textField(entry, 'oid');
  // Of a file that git only points to, it would be the pointer's.
  const inGit = field(entry, 'lfs') === undefined && gitSha1 !== null && /^[0-9a-f]{40}$/.test(gitSha1);
  return { path, size, sha256: null, ...(inGit && { gitSha1 }) };
}

/** A GET for JSON, tried again as the policy says. `nextPage` is the address of what follows on the same host, or `null`. */
export async function getJson(url: string, policy: RetryPolicy, outer?: AbortSignal) {
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

/** A field of what may be no object. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** A field that is a text, else `null`. */
export function textField(value: unknown, name: string): string | null {
  const text = field(value, name);
  return typeof text === 'string' ? text : null;
}

/** The refusal of an answer that no hub gives. */
export function notAHub(url: string): EngineError {
  return new EngineError('SourceRefused', {
    what: `${host(url)} does not answer as a model hub does`,
    remedy: 'Check the address of the hub.',
  });
}
