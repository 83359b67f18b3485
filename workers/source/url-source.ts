/**
 * A file at a URL, read with HTTP Range requests that resume where they stop. It always asks the address it was given,
 * so that an expired redirect is resolved anew. Refuses parts of a file that changed in between.
 */
import { EngineError } from '../protocol/errors.ts';
import { checkRange } from './check-range.ts';
import { checkStatus, get, host, unreachable } from './http.ts';
import type { OpenedFile } from './opened-source.ts';
import { PassingFailure, PATIENT, retrying, waitOrGiveUp } from './retry.ts';
import type { RetryPolicy } from './retry.ts';
import { StallGuard } from './stall-guard.ts';

/** What is already known of the file at a URL, and how patiently it is fetched. */
export interface UrlOptions {
  /** Bytes in the file, if a trusted source says so: saves the first request. */
  readonly byteLength?: number;
  readonly policy?: RetryPolicy;
}

type UrlSource = Pick<OpenedFile, 'byteLength' | 'validator' | 'read' | 'stream'>;

/** What every answer must agree with. Fields are `null` until a server has said them. */
interface Identity {
  byteLength: number | null;
  etag: string | null;
  lastModified: string | null;
}

/**
 * Opens a URL: finds the size and remembers what the file is known by. Rejects with `SourceUnreachable`,
 * `SourceRefused`, `SourceRateLimited` or `SourceChanged`.
 */
export async function openUrl(url: string, options: UrlOptions = {}, signal?: AbortSignal): Promise<UrlSource> {
  const policy = options.policy ?? PATIENT;
  const identity: Identity = { byteLength: options.byteLength ?? null, etag: null, lastModified: null };
  identity.byteLength ??= await retrying(() => findByteLength(url, identity, policy, signal), policy, signal);
  const byteLength = identity.byteLength;

  async function* stream(start: number, end: number, outer?: AbortSignal) {
    checkRange(start, end - start, byteLength);
    let position = start;
    let fruitlessTries = 0;
    while (position < end) {
      // A try that brings bytes is not in vain, however it ends.
      fruitlessTries++;
      try {
        for await (const piece of requestRange(url, identity, position, end, policy, outer)) {
          position += piece.byteLength;
          fruitlessTries = 0;
          yield piece;
        }
        if (position < end) throw new PassingFailure(unreachable(url, 'keeps ending the file too early'));
      } catch (failure) {
        await waitOrGiveUp(failure, fruitlessTries, policy, outer);
      }
    }
  }

  return {
    byteLength,
    validator: identity.etag ?? identity.lastModified,
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

async function findByteLength(url: string, identity: Identity, policy: RetryPolicy, outer?: AbortSignal) {
  const guard = new StallGuard(policy.stallMs, outer);
  try {
    const response = await guard.watch(get(url, guard.signal, { start: 0, end: 1 }), url);
    if (response.status === 416) throw new EngineError('FileTruncated', { what: `The file at ${host(url)} is empty` });
    checkStatus(response, url);
    noteValidators(response, identity, url);
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
  identity: Identity,
  start: number,
  end: number,
  policy: RetryPolicy,
  outer?: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const guard = new StallGuard(policy.stallMs, outer);
  try {
    const response = await guard.watch(get(url, guard.signal, { start, end }), url);
    checkRangeAnswer(response, url, identity, start, end);
    // A server that ignores Range sends the whole file from its start: what is not wanted is read and let go.
    let skip = response.status === 200 ? start : 0;
    let wanted = end - start;
    const reader = response.body?.getReader();
    while (reader && wanted > 0) {
      const { done, value } = await guard.watch(reader.read(), url);
      if (done) return;
      const piece = value.subarray(skip, skip + wanted);
      skip = Math.max(0, skip - value.byteLength);
      wanted -= piece.byteLength;
      if (piece.byteLength > 0) yield piece;
    }
  } finally {
    guard.end();
  }
}

function checkRangeAnswer(response: Response, url: string, identity: Identity, start: number, end: number): void {
  if (response.status === 416) {
    const total = contentRange(response)?.total;
    if (total !== undefined && total !== identity.byteLength) throw changed(url);
    throw new PassingFailure(changed(url));
  }
  checkStatus(response, url);
  noteValidators(response, identity, url);
  if (response.status === 200) {
    const total = contentLength(response);
    if (total !== null && total !== identity.byteLength) throw changed(url);
    return;
  }
  const range = contentRange(response);
  if (range === null) return;
  if (range.total !== null && range.total !== identity.byteLength) throw changed(url);
  if (range.start !== start || range.end > end) {
    throw new PassingFailure(
      new EngineError('SourceRefused', {
        what: `${host(url)} sends other parts of the file than it is asked for`,
        expected: `bytes ${start}-${end - 1}`,
        got: `${range.start}-${range.end - 1}`,
        remedy: 'Download the file in your browser and open it from your disk.',
      }),
    );
  }
}

function noteValidators(response: Response, identity: Identity, url: string): void {
  const etag = response.headers.get('etag')?.replace(/^W\//, '') ?? null;
  const lastModified = response.headers.get('last-modified');
  if (etag !== null && identity.etag !== null) {
    if (etag !== identity.etag) throw changed(url);
  } else if (lastModified !== null && identity.lastModified !== null && lastModified !== identity.lastModified) {
    throw changed(url);
  }
  identity.etag ??= etag;
  identity.lastModified ??= lastModified;
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

function changed(url: string): EngineError {
  return new EngineError('SourceChanged', {
    what: `The file at ${host(url)} has changed since its download began`,
    remedy: 'Start the download again.',
  });
}
