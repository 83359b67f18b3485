/** A static file server with no special headers, as the cheapest host would be: any folder, under any path. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { listen, parseRange } from './http-server.ts';
import type { LoggedRequest } from './http-server.ts';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.gguf': 'application/octet-stream',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** A folder on the loopback interface. */
export interface ServedFolder {
  /** The folder's address, with a slash at the end. */
  readonly url: string;
  readonly requests: LoggedRequest[];
  close(): Promise<void>;
}

/**
 * Serves `root` under `basePath` (default `/`) until closed. A folder answers with its `index.html`. With `forAll` pages of
 * other sites may read it. `headersOf` adds headers to the answer at a path, for hosts that can be told to.
 */
export async function serveFolder({
  root,
  basePath = '/',
  port = 0,
  forAll = false,
  headersOf = () => ({}),
}: {
  root: string;
  basePath?: string;
  port?: number;
  forAll?: boolean;
  headersOf?: (path: string) => Readonly<Record<string, string>>;
}): Promise<ServedFolder> {
  const base = `/${basePath}/`.replace(/\/+/g, '/');
  const server = await listen((request, response) => {
    if (forAll) response.setHeader('Access-Control-Allow-Origin', '*');
    const headers = headersOf(new URL(request.url ?? '/', 'http://localhost').pathname);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    return answer(root, base, request, response);
  }, port);
  return { url: server.origin + base, requests: server.requests, close: () => server.close() };
}

async function answer(root: string, base: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (!pathname.startsWith(base)) return refuse(response, 404);
  const path = join(root, decodeURIComponent(pathname.slice(base.length)), pathname.endsWith('/') ? 'index.html' : '');
  if (!path.startsWith(join(root, sep))) return refuse(response, 404);
  const file = await stat(path).catch(() => null);
  if (!file?.isFile()) return refuse(response, 404);

  const range = parseRange(request.headers.range, file.size);
  if (range === 'outside') {
    response.setHeader('Content-Range', `bytes */${file.size}`);
    return refuse(response, 416);
  }
  const { start, end } = range ?? { start: 0, end: file.size };
  response.writeHead(range ? 206 : 200, {
    'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
    'Content-Length': end - start,
    'Accept-Ranges': 'bytes',
    'Last-Modified': file.mtime.toUTCString(),
    ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${file.size}` }),
  });
  if (request.method === 'HEAD' || start === end) return void response.end();
  const stream = createReadStream(path, { start, end: end - 1 });
  stream.on('error', (error) => response.destroy(error));
  response.on('close', () => stream.destroy());
  stream.pipe(response);
}

function refuse(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.end();
}
