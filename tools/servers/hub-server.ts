/**
 * A stand-in for the model hub, on this machine only: the API that pins a commit and tells sizes and hashes, and
 * `/resolve/`, which redirects to a signed, expiring address on a second server that sends the bytes. CORS as the real
 * ones: simple GETs from anywhere, never a preflight. Faults are scripted.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { FaultScript } from './fault.ts';
import type { Fault } from './fault.ts';
import { listen } from './http-server.ts';
import type { LoggedRequest } from './http-server.ts';
import { sendFile } from './send-file.ts';
import { digestOf } from './served-bytes.ts';
import type { ServedBytes } from './served-bytes.ts';

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Accept-Ranges, Content-Range, Content-Type, ETag, Link, X-Error-Code',
};

/** Files by repository (`owner/name`), then by path in it. */
export type HubFiles = Record<string, Record<string, ServedBytes>>;

/** What a search tells of a repository, where it is not what most have. */
interface HubListing {
  /** As the hub reads it of a GGUF file; `null`: it has not. */
  readonly gguf?: { readonly architecture: string; readonly total?: number; readonly context_length?: number } | null;
  readonly gated?: 'auto' | 'manual';
  readonly downloads?: number;
  readonly tags?: readonly string[];
}

/** A running stand-in for the hub. */
export interface HubServer {
  /** What to give as a hub source's `endpoint`. */
  readonly endpoint: string;
  /** Requests to the API and to `/resolve/`. */
  readonly hubRequests: LoggedRequest[];
  /** Requests to the server of the bytes. */
  readonly fileRequests: LoggedRequest[];
  /** Requests of either that a browser made to ask for permission: there should be none. */
  preflights(): LoggedRequest[];
  /** File bytes sent so far, whole answers and broken ones. */
  sentBytes(): number;
  /** How many file answers were under way at once, at most, since this was last asked. */
  mostAtOnce(): number;
  /** The commit that `main` of a repository stands at now. */
  commit(repository: string): string;
  /** Replaces a file and moves `main`; earlier commits keep the old one. */
  update(repository: string, fileName: string, bytes: ServedBytes): void;
  /** Spoils the next answer, or the next `times`. */
  fail(fault: Fault, times?: number): void;
  /** Forgets all faults to come. */
  heal(): void;
  /** Sends every file answer at this pace from its next piece on, as `Options.bytesPerSecond` does from the first. */
  pace(bytesPerSecond: number): void;
  close(): Promise<void>;
}

interface Options {
  /** How long a signed address is good for. */
  readonly expiresAfterMs?: number;
  /** Files and folders on one page of a listing. */
  readonly entriesPerPage?: number;
  /** What a search tells of repositories; of all others, that they have a small Llama. */
  readonly listings?: Readonly<Record<string, HubListing>>;
  /** Slows every file answer down to this. */
  readonly bytesPerSecond?: number;
}

/** Starts the hub with the given files, each repository at its first commit. */
export async function startHub(
  files: HubFiles,
  { expiresAfterMs = 60_000, entriesPerPage = 1000, listings = {}, bytesPerSecond }: Options = {},
): Promise<HubServer> {
  const faults = new FaultScript();
  const repositories = new Map<string, { commit: string; files: Record<string, ServedBytes> }[]>();
  for (const [name, content] of Object.entries(files)) repositories.set(name, [{ commit: hash(name), files: content }]);
  const sent = { bytes: 0 };
  const answers = { now: 0, most: 0 };
  let pace = bytesPerSecond;

  const fileServer = await listen(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method !== 'GET') return refuse(response, 403);
    const fault = faults.next('files');
    const [, repository, commit, fileName] = url.pathname.split('/').map(decodeURIComponent);
    const bytes = at(repository, commit)?.files[fileName ?? ''];
    if (bytes === undefined) return refuse(response, 404);
    if (Number(url.searchParams.get('Expires')) < Date.now()) return refuse(response, 403);
    if (fault?.kind === 'redirect-loop') return redirect(response, request.url ?? '/');
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
    answers.most = Math.max(answers.most, ++answers.now);
    try {
      await sendFile(request, response, bytes, { fault, sent, bytesPerSecond: () => pace });
    } finally {
      answers.now--;
    }
  });

  const hub = await listen((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = url.pathname.slice(1).split('/').map(decodeURIComponent);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
    const fault = faults.next('hub');
    if (fault?.kind === 'status') return refuse(response, fault.status, fault.headers);
    if (fault?.kind === 'html')
      return void response.writeHead(200, { ...CORS, 'Content-Type': 'text/html' }).end('<p>');
    if (fault?.kind === 'redirect-loop') return redirect(response, request.url ?? '/');
    if (path[0] === 'api' && path[1] === 'models') return answerApi(path.slice(2), url, response);
    answerResolve(path, request, response);
  });

  function at(repository: string | undefined, revision: string | undefined) {
    const commits = repositories.get(repository ?? '');
    return revision === 'main' ? commits?.at(-1) : commits?.find(({ commit }) => commit === revision);
  }

  function answerApi([owner, name, what, revision, ...folder]: string[], url: URL, response: ServerResponse): void {
    if (owner === undefined) return json(response, search(url.searchParams));
    const repository = `${owner}/${name}`;
    // The real hub says 401 for a repository that does not exist: it may be a private one.
    if (!repositories.has(repository)) return refuse(response, 401, { 'X-Error-Code': 'RepoNotFound' });
    const found = at(repository, revision);
    if (found === undefined) return refuse(response, 404, { 'X-Error-Code': 'RevisionNotFound' });
    if (what === 'revision') {
      const siblings = Object.keys(found.files).map((rfilename) => ({ rfilename }));
      return json(response, { id: repository, sha: found.commit, siblings });
    }
    if (what !== 'tree') return refuse(response, 404);
    const prefix = folder.map((segment) => `${segment}/`).join('');
    const inFolder = Object.entries(found.files).filter(
      ([path]) =>
        path.startsWith(prefix) &&
        (url.searchParams.get('recursive') === 'true' || !path.slice(prefix.length).includes('/')),
    );
    const entries = inFolder.map(([path, bytes]) => ({
      type: 'file',
      path,
      size: bytes.byteLength,
      // Small texts lie in git itself, which knows only its own SHA-1. Of others it is the pointer's, here anything.
      ...(path.endsWith('.json')
        ? { oid: digestOf('sha1', bytes, `blob ${bytes.byteLength}\0`) }
        : { oid: hash(path), lfs: { oid: digestOf('sha256', bytes), size: bytes.byteLength, pointerSize: 134 } }),
    }));
    const folders = new Set(inFolder.map(([path]) => path.slice(0, Math.max(0, path.lastIndexOf('/')))));
    for (const path of folders)
      if (path.length > prefix.length) entries.push({ type: 'directory', path, size: 0, oid: hash(path) });
    const first = Number(url.searchParams.get('cursor') ?? 0);
    url.searchParams.set('cursor', String(first + entriesPerPage));
    if (first + entriesPerPage < entries.length)
      response.setHeader('Link', `<${hub.origin}${url.pathname}${url.search}>; rel="next"`);
    json(response, entries.slice(first, first + entriesPerPage));
  }

  /** By words in the name, most fetched first; of what can be expanded only what was asked for, as the real one does. */
  function search(query: URLSearchParams): object[] {
    const words = (query.get('search') ?? '').toLowerCase().split(/\s+/);
    const expanded = query.getAll('expand[]');
    return [...repositories.keys()]
      .filter((name) => words.every((word) => name.toLowerCase().includes(word)))
      .filter((name) => query.get('filter') !== 'gguf' || listings[name]?.gguf !== undefined || hasGguf(name))
      .map((id) => {
        const { gguf = { architecture: 'llama' }, gated = false, downloads = 0, tags = [] } = listings[id] ?? {};
        const all = Object.entries({ ...(gguf !== null && { gguf }), gated, downloads, tags });
        return { id, downloads, shown: Object.fromEntries(all.filter(([name]) => expanded.includes(name))) };
      })
      .sort((a, b) => b.downloads - a.downloads)
      .slice(0, Number(query.get('limit') ?? 1000))
      .map(({ id, shown }) => ({ _id: hash(id).slice(0, 24), id, ...shown }));
  }

  function hasGguf(repository: string): boolean {
    return Object.keys(at(repository, 'main')?.files ?? {}).some((path) => path.endsWith('.gguf'));
  }

  function answerResolve(path: string[], request: IncomingMessage, response: ServerResponse): void {
    const [owner, name, resolve, revision, ...rest] = path;
    const repository = `${owner}/${name}`;
    const fileName = rest.join('/');
    const found = resolve === 'resolve' ? at(repository, revision) : undefined;
    const bytes = found?.files[fileName];
    if (found === undefined || bytes === undefined) return refuse(response, 404, { 'X-Error-Code': 'EntryNotFound' });
    const target = [repository, found.commit, fileName].map(encodeURIComponent).join('/');
    response.setHeader('X-Repo-Commit', found.commit);
    response.setHeader('X-Linked-Size', bytes.byteLength);
    redirect(
      response,
      `${fileServer.origin}/${target}?Expires=${Date.now() + expiresAfterMs}&Signature=${request.url?.length}`,
    );
  }

  return {
    endpoint: hub.origin,
    hubRequests: hub.requests,
    fileRequests: fileServer.requests,
    preflights: () => [...hub.requests, ...fileServer.requests].filter(({ method }) => method === 'OPTIONS'),
    sentBytes: () => sent.bytes,
    mostAtOnce: () => {
      const { most } = answers;
      answers.most = answers.now;
      return most;
    },
    commit: (repository) => at(repository, 'main')?.commit ?? '',
    update(repository, fileName, bytes) {
      const latest = at(repository, 'main');
      if (latest === undefined) throw new Error(`no repository ${repository}`);
      const commit = hash(`${latest.commit} ${digestOf('sha1', bytes)}`);
      repositories.get(repository)?.push({ commit, files: { ...latest.files, [fileName]: bytes } });
    },
    fail: (fault, times = 1) => {
      faults.add(fault, times);
    },
    heal: () => {
      faults.clear();
    },
    pace: (bytes) => {
      pace = bytes;
    },
    close: async () => {
      await Promise.all([hub.close(), fileServer.close()]);
    },
  };
}

/** SHA-1 of a text, in hex: for what may be any. */
function hash(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { ...CORS, 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { ...CORS, Location: location }).end();
}

function refuse(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { ...CORS, ...headers }).end();
}
