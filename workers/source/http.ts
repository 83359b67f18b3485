/**
 * One HTTP request as this app makes them: a plain GET that never needs a CORS preflight (no header but a simple
 * `Range`, no `If-Range`), past the cache, without cookies or referrer. Refuses answers that cannot be the file.
 */
import { EngineError } from '../protocol/errors.ts';
import { askedWait, PassingFailure } from './retry.ts';

/** Sends a GET for the bytes `start` … `end − 1`, or for everything. Rejects with a `PassingFailure` if none answers. */
export async function get(url: string, signal: AbortSignal, range?: { start: number; end: number }): Promise<Response> {
  try {
    return await fetch(url, {
      ...(range && { headers: { Range: `bytes=${range.start}-${range.end - 1}` } }),
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal,
    });
  } catch {
    // The browser gives no reason: offline, no such host, refused by CORS or CSP, a redirect loop, a broken connection.
    signal.throwIfAborted();
    throw new PassingFailure(unreachable(url, 'could not be reached'));
  }
}

/** Lets a 200 or 206 that is not a web page pass; turns every other answer into a typed refusal or a passing failure. */
export function checkStatus(response: Response, url: string): void {
  const { status, headers } = response;
  if (status === 200 || status === 206) {
    if (!/^\s*text\/html/i.test(headers.get('content-type') ?? '')) return;
    throw new EngineError('SourceRefused', {
      what: `${host(url)} answered with a web page where the model file should be`,
      remedy: 'Check the address, and whether this network asks you to sign in first.',
    });
  }
  const askedWaitMs = askedWait(headers, Date.now());
  if (status === 429) {
    throw new PassingFailure(
      new EngineError('SourceRateLimited', {
        what: `${host(url)} says that too much was asked of it from your network`,
        remedy: `Try again ${askedWaitMs === null ? 'in a few minutes' : `in ${Math.ceil(askedWaitMs / 1000)} seconds`}; what is stored stays.`,
      }),
      { askedWaitMs },
    );
  }
  if (status >= 500 || status === 408) {
    throw new PassingFailure(unreachable(url, `is not working right now (status ${status})`), { askedWaitMs });
  }
  if (status === 401 || status === 403) {
    // A signed address that has expired says this too; asking the original address again brings a fresh one.
    throw new PassingFailure(
      new EngineError('SourceRefused', {
        what: `${host(url)} does not give this file to everyone (status ${status}): it may need an account or a licence to be accepted, or the name may be wrong`,
        remedy: 'Check the name, or download the file in your browser and open it from your disk.',
      }),
      { maxTries: 2 },
    );
  }
  throw new EngineError('SourceRefused', {
    what:
      status === 404 || status === 410
        ? `${host(url)} has no such file`
        : `${host(url)} refused the file (status ${status})`,
    remedy: 'Check the address.',
  });
}

/** The error of a server that does not answer, or not sensibly, though it may later. */
export function unreachable(url: string, what: string): EngineError {
  return new EngineError('SourceUnreachable', {
    what: `${host(url)} ${what}`,
    remedy: 'Check the connection and try again; what is stored stays.',
  });
}

/** The host of a URL, for sentences; the URL itself where it has none. */
export function host(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
