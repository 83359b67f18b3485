/**
 * One HTTP request as this app makes them: a plain GET that never needs a CORS preflight (no header but a simple
 * `Range`, no `If-Range`), past the cache, without cookies or referrer. Refuses answers that cannot be the file.
 */
import { EngineError } from '../protocol/errors.ts';
import { overseen } from './overseer.ts';
import { askedWait, PassingFailure } from './retry.ts';

/** Sends a GET for the bytes `start` … `end − 1`, or for everything. Rejects with a `PassingFailure` if none answers, for good without a network. */
export function get(url: string, signal: AbortSignal, range?: { start: number; end: number }): Promise<Response> {
  return overseen(url, signal, (overseenSignal) => send(url, overseenSignal, range));
}

async function send(url: string, signal: AbortSignal, range?: { start: number; end: number }): Promise<Response> {
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
    // Trying again would only keep a person waiting: the page hears when there is a network again.
    const offset = range?.start;
    if (globalThis.navigator?.onLine === false)
      throw unreachable(url, 'could not be reached without a network', offset);
    throw new PassingFailure(unreachable(url, 'could not be reached', offset));
  }
}

/**
 * Lets a 200 or 206 that is not a web page pass; turns every other answer into a typed refusal or a passing failure.
 * `offset` is the first byte that was asked for, where it was bytes of a file.
 */
export function checkStatus(response: Response, url: string, offset?: number): void {
  const { status, headers } = response;
  const at = offset === undefined ? {} : { offset };
  if (status === 200 || status === 206) {
    if (!/^\s*text\/html/i.test(headers.get('content-type') ?? '')) return;
    throw webPage(url, offset);
  }
  const askedWaitMs = askedWait(headers, Date.now());
  if (status === 429) {
    throw new PassingFailure(
      new EngineError('SourceRateLimited', {
        what: `${host(url)} says that too much was asked of it from your network`,
        ...at,
        remedy: `Try again ${askedWaitMs === null ? 'in a few minutes' : `in ${Math.ceil(askedWaitMs / 1000)} seconds`}; what is stored stays.`,
      }),
      { askedWaitMs },
    );
  }
  if (status >= 500 || status === 408) {
    throw new PassingFailure(unreachable(url, `is not working right now (status ${status})`, offset), { askedWaitMs });
  }
  if (status === 401 || status === 403) {
    // A signed address that has expired says this too; asking the original address again brings a fresh one.
    throw new PassingFailure(
      new EngineError('SourceRefused', {
        what: `${host(url)} does not give this file to everyone (status ${status}): it may need an account or a licence to be accepted, or the name may be wrong`,
        ...at,
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
    ...at,
    remedy: 'Check the address.',
  });
}

/** Refuses what begins as a web page does, whatever it is called; `bytes` are the first of a whole answer. */
export function checkNoWebPage(bytes: Uint8Array, url: string, offset: number): void {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 64));
  if (/^\s*<(!doctype\s+html|html|head)\b/i.test(text)) throw webPage(url, offset);
}

function webPage(url: string, offset?: number): EngineError {
  return new EngineError('SourceRefused', {
    what: `${host(url)} answered with a web page where the model file should be`,
    ...(offset !== undefined && { offset }),
    remedy: 'Check the address, and whether this network asks you to sign in first.',
  });
}

/** The error of a server that does not answer, or not sensibly, though it may later; `offset` is the byte it was at. */
export function unreachable(url: string, what: string, offset?: number): EngineError {
  return new EngineError('SourceUnreachable', {
    what: `${host(url)} ${what}`,
    ...(offset !== undefined && { offset }),
    remedy: 'Check the connection and try again; what is stored stays.',
  });
}

/** The host of a URL, for sentences; the URL itself where it has none. */
export function host(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
