/** What the test servers share: a loopback server that keeps a log of requests and closes at once. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request, as it came. */
export interface LoggedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly range: string | null;
}

/** A running server on 127.0.0.1. */
export interface LocalServer {
  /** No slash at the end. */
  readonly origin: string;
  /** Every request, oldest first. The caller may empty it. */
  readonly requests: LoggedRequest[];
  /** Cuts every connection and stops. */
  close(): Promise<void>;
}

/** Starts a server on a free port (or on `port`), on this machine only. */
export async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
  port = 0,
): Promise<LocalServer> {
  const requests: LoggedRequest[] = [];
  const server = createServer((request, response) => {
    requests.push({
      method: request.method ?? '',
      path: request.url ?? '',
      range: request.headers.range ?? null,
    });
    response.on('error', () => undefined);
    Promise.resolve(answer(request, response)).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** The part that `Range: bytes=a-b` asks of `byteLength` bytes: `null` without one, `'outside'` where there is none. */
export function parseRange(header: string | undefined, byteLength: number) {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '');
  if (!match) return null;
  const start = Number(match[1]);
  const end = Math.min(byteLength, match[2] ? Number(match[2]) + 1 : byteLength);
  return start < end ? { start, end } : 'outside';
}
