/**
 * A file at a URL, read with HTTP Range requests that resume where they stop. It always asks the address it was given,
 * so that an expired redirect is resolved anew. Refuses parts of a file that changed in between.
 */
import { EngineError } from '../protocol/errors.ts';
import { checkRange } from './check-range.ts';
import { checkNoWebPage, checkStatus, get, host, unreachable } from './http.ts';
import type { OpenedFile } from './opened-source.ts';
import { readPieces } from './piece-reader.ts';
import { PassingFailure, PATIENT, pause, retrying, waitOrGiveUp } from './retry.ts';
import type { RetryPolicy } from './retry.ts';
import { StallGuard } from './stall-guard.ts';

/** What is already known of the file at a URL, and how patiently it is fetched. */
export interface UrlOptions {
  /** Bytes in the file, if a trusted source says so: saves the first request. */
  readonly byteLength?: number;
  readonly policy?: RetryPolicy;
}

type UrlSource = Pick<OpenedFile, 'byteLength' | 'validator' | 'ignoresRanges' | 'read' | 'stream'>;

/** What every answer must agree with, and what all requests for the file heed. */
interface Known {
  /** `null` until a server has said it, as are the next two. */
  byteLength: number | null;
  etag: string | null;
  lastModified: string | null;
  /** A part was asked for, and all of the file came. */
  ignoresRanges: boolean;
  /** Until when a server asked not to be asked, in ms of `Date.now()`. */
  quietUntilMs: number;
}

/**
 * Opens a URL: finds the size and remembers what the file is known by. Rejects with `SourceUnreachable`,
 * `SourceRefused`, `SourceRateLimited` or `SourceChanged`.
 */
export async function openUrl(url: string, options: UrlOptions = {}, signal?: AbortSignal): Promise<UrlSource> {
  const policy = options.policy ?? PATIENT;
  const known: Known = {
    ...{ byteLength: options.byteLength ?? null, etag: null, lastModified: null },
    ...{ ignoresRanges: false, quietUntilMs: 0 },
  };
  known.byteLength ??= await retrying(() => findByteLength(url, known, policy, signal), policy, signal);
  const byteLength = known.byteLength;

  async function* stream(start: number, end: number, outer?: AbortSignal) {
    checkRange(start, end - start, byteLength);
    let position = start;
    let fruitlessTries = 0;
    while (position < end) {
      // A try that brings bytes is not in vain, however it ends.
      fruitlessTries++;
      try {
        // What one request was told holds for all: others would only be refused too.
        await pause(known.quietUntilMs - Date.now(), outer);
        for await (const piece of requestRange(url, known, position, end, policy, outer)) {
          position += piece.byteLength;
          fruitlessTries = 0;
          yield piece;
        }
        if (position < end) throw new PassingFailure(unreachable(url, 'keeps ending the file too early', position));
      } catch (failure) {
        const askedWaitMs = failure instanceof PassingFailure ? (failure.askedWaitMs ?? 0) : 0;
        if (askedWaitMs <= policy.longestAskedWaitMs)
          known.quietUntilMs = Math.max(known.quietUntilMs, Date.now() + askedWaitMs);
        await waitOrGiveUp(failure, fruitlessTries, policy, outer);
      }
    }
  }

  return {
    byteLength,
    validator: known.etag ?? known.lastModified,
    ignoresRanges: () => known.ignoresRanges,
    stream,
    async read(offset, length, outer) {
      checkRange(offset, length, byteLength);
      const bytes = new Uint8Array(length);
      let filled = 0;
      for await (const piece of stream(offset, offset + length, outer)) {
        bytes.set(piece, filled);
        filled += piece.byteLength;
      }
      return bytes;
    },
  };
}

async function findByteLength(url: string, known: Known, policy: RetryPolicy, outer?: AbortSignal) {
  const guard = new StallGuard(policy.stallMs, outer);
  try {
    const response = await guard.watch(get(url, guard.signal, { start: 0, end: 1 }), url);
    if (response.status === 416) throw new EngineError('FileTruncated', { what: `The file at ${host(url)} is empty` });
    checkStatus(response, url);
    noteValidators(response, known, url, 0);
    const total = response.status === 206 ? (contentRange(response)?.total ?? null) : contentLength(response);
    if (total !== null) return total;
    // A server that does not let other sites see Content-Range still shows them Content-Length.
    const whole = await guard.watch(get(url, guard.signal), url);
    checkStatus(whole, url);
    const byteLength = contentLength(whole);
    if (byteLength !== null) return byteLength;
  } finally {
    guard.end();
  }
  throw new EngineError('SourceRefused', {
    what: `${host(url)} does not say how big the file is`,
    remedy: 'Download the file in your browser and open it from your disk.',
  });
}

/** One request's bytes, at most up to `end`; may end early, which the caller takes up. */
async function* requestRange(
  url: string,
  known: Known,
  start: number,
  end: number,
  policy: RetryPolicy,
  outer?: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const guard = new StallGuard(policy.stallMs, outer);
  try {
    const response = await guard.watch(get(url, guard.signal, { start, end }), url, start);
    checkRangeAnswer(response, url, known, start, end);
    // A server that ignores Range sends the whole file from its start: what is not wanted is read and let go.
    if (response.status === 200 && end - start < known.byteLength!) known.ignoresRanges = true;
    let skip = response.status === 200 ? start : 0;
    let wanted = end - start;
    let first = response.status === 200;
    const next = response.body === null ? null : readPieces(response.body);
    while (next !== null && wanted > 0) {
      const value = await guard.watch(next(), url, end - wanted);
      if (value === null) return;
      if (first) checkNoWebPage(value, url, start);
      first = false;
      const piece = value.subarray(skip, skip + wanted);
      skip = Math.max(0, skip - value.byteLength);
      wanted -= piece.byteLength;
      if (piece.byteLength > 0) yield piece;
    }
  } finally {
    guard.end();
  }
}

function checkRangeAnswer(response: Response, url: string, known: Known, start: number, end: number): void {
  if (response.status === 416) {
    const total = contentRange(response)?.total;
    if (total !== undefined && total !== known.byteLength) throw changed(url, start);
    throw new PassingFailure(changed(url, start));
  }
  checkStatus(response, url, start);
  noteValidators(response, known, url, start);
  const length = contentLength(response);
  if (response.status === 200) {
    if (length !== null && length !== known.byteLength) throw changed(url, start);
    return;
  }
  const range = contentRange(response);
  if (range !== null) {
    if (range.total !== null && range.total !== known.byteLength) throw changed(url, start);
    if (range.start === start && range.end <= end) return;
    throw otherPart(url, start, end, `${range.start}-${range.end - 1}`);
  }
  // Another site's Content-Range can be hidden from a page. Its Content-Length never is.
  if (length !== null && length !== end - start) throw otherPart(url, start, end, `${length} bytes`);
}

function otherPart(url: string, start: number, end: number, got: string): PassingFailure {
  return new PassingFailure(
    new EngineError('SourceRefused', {
      what: `${host(url)} sends other parts of the file than it is asked for`,
      offset: start,
      expected: `bytes ${start}-${end - 1}`,
      got,
      remedy: 'Download the file in your browser and open it from your disk.',
    }),
  );
}

function noteValidators(response: Response, known: Known, url: string, offset: number): void {
  const etag = response.headers.get('etag')?.replace(/^W\//, '') ?? null;
  const lastModified = response.headers.get('last-modified');
  if (etag !== null && known.etag !== null) {
    if (etag !== known.etag) throw changed(url, offset);
  } else if (lastModified !== null && known.lastModified !== null && lastModified !== known.lastModified) {
    throw changed(url, offset);
  }
  known.etag ??= etag;
  known.lastModified ??= lastModified;
}

/** `bytes 0-9/100` → 0, 10 (exclusive), 100. The form of a 416 has a star for its bounds: they read as 0 here. */
function contentRange(response: Response): { start: number; end: number; total: number | null } | null {
  const match = /^bytes\s+(?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(response.headers.get('content-range')?.trim() ?? '');
  if (!match) return null;
  const [, first, last, total] = match;
  return {
    start: Number(first ?? 0),
    end: last === undefined ? 0 : Number(last) + 1,
    total: total === undefined || total === '*' ? null : Number(total),
  };
}

function contentLength(response: Response): number | null {
  const value = response.headers.get('content-length');
  return value !== null && /^\d+$/.test(value) ? Number(value) : null;
}

function changed(url: string, offset: number): EngineError {
  return new EngineError('SourceChanged', {
    what: `The file at ${host(url)} has changed since its download began, which was noticed`,
    offset,
    remedy: 'Start the download again.',
  });
}
