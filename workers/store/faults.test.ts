/** Every way a network fails, at the start, in the middle and near the end: the right bytes, or an error by its code. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../../tools/servers/fault.ts';
import { startHub } from '../../tools/servers/hub-server.ts';
import type { HubServer } from '../../tools/servers/hub-server.ts';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import {
  ignoreProgress,
  nodeSha256,
  noise,
  QUICK,
  readWhole,
  SMALL_CHUNK_BYTES,
  smallLibrary,
  storedBytes,
} from '../../tools/testing/library-case.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { ModelSource } from '../protocol/model.ts';
import type { Library } from './library.ts';

const COUNT = 8;
const BYTES = noise((COUNT - 1) * SMALL_CHUNK_BYTES + 12_345);
const LATE = Math.floor(BYTES.byteLength * 0.99);
let hub: HubServer;
let source: ModelSource;

beforeAll(async () => {
  hub = await startHub({ 'owner/model': { 'model.gguf': BYTES } });
  source = { kind: 'hub', repository: 'owner/model', fileName: 'model.gguf', endpoint: hub.endpoint };
});
afterAll(() => hub.close());
beforeEach(async () => {
  await fakeBrowser();
});
afterEach(() => {
  hub.heal();
  vi.unstubAllGlobals();
});

const status = (code: number, headers: Record<string, string> = {}, at: 'hub' | 'files' = 'files'): Fault => ({
  kind: 'status',
  status: code,
  headers,
  at,
});
/** A clean early end, so that the fault after it meets a download under way. */
const after = (afterBytes: number): Fault => ({ kind: 'short', afterBytes });

/** Both ways of fetching: all in one request, and several spans at once. */
const WAYS: [string, () => Library][] = [
  ['in one request', () => smallLibrary()],
  ['in spans', () => smallLibrary(QUICK, 2 * SMALL_CHUNK_BYTES)],
];

describe.each(WAYS)('a passing fault ends in the right bytes, %s', (_way, library) => {
  const cases: [string, ...Fault[]][] = [
    ['200 for 206 at once', { kind: 'ignore-range' }],
    ['200 for 206 in the middle', after(3 * SMALL_CHUNK_BYTES + 5), { kind: 'ignore-range' }],
    ['200 for 206 near the end', after(LATE), { kind: 'ignore-range' }],
    ['a short body with no bytes', after(0)],
    ['a short body in the middle', after(100_000)],
    ['a short body near the end', after(LATE)],
    ['many short bodies', ...Array.from({ length: 20 }, (_, index) => after(1 + index * 1000))],
    ['a cut before the first byte', { kind: 'cut', afterBytes: 0 }],
    ['a cut in the middle', { kind: 'cut', afterBytes: 200_000 }],
    ['a cut near the end', { kind: 'cut', afterBytes: LATE }],
    ['a stall before the first byte', { kind: 'stall', afterBytes: 0 }],
    ['a stall in the middle', { kind: 'stall', afterBytes: 123_456 }],
    ['a stall near the end', { kind: 'stall', afterBytes: LATE }],
    ['a part that begins late, once', { kind: 'wrong-start', lateBytes: 1 }],
    ['a part that does not say where it begins', { kind: 'hidden-range', missingBytes: 0 }],
    ['an address that expired (403) in the middle', after(150_000), status(403)],
    ['an address that expired (401) in the middle', after(150_000), status(401)],
    [
      '416 once, for the size it has',
      { kind: 'status', status: 416, headers: { 'Content-Range': `bytes */${BYTES.byteLength}` } },
    ],
    ['416 once, with no size', after(100), status(416)],
    ['429 with Retry-After in seconds', status(429, { 'Retry-After': '1' })],
    ['429 with Retry-After as a date', status(429, { 'Retry-After': new Date(0).toUTCString() })],
    ['429 with RateLimit', status(429, { RateLimit: '"resolvers";r=0;t=0' })],
    ['429 with nothing', status(429), status(429)],
    ['429 from the API', status(429, { 'Retry-After': '0' }, 'hub')],
    ['503', after(5), status(503)],
    ['503 with Retry-After', status(503, { 'Retry-After': '0' })],
    ['500, then a cut, then 502', after(9), status(500), { kind: 'cut', afterBytes: 70_000 }, status(502)],
    ['503 from the API', status(503, {}, 'hub')],
  ];
  it.each(cases)('%s', async (_, ...faults) => {
    for (const fault of faults) hub.fail(fault);
    const outcome = await library().add(source, ignoreProgress);
    expect(outcome.entry).toMatchObject({ state: 'complete', sha256: nodeSha256(BYTES) });
    expect(Buffer.compare(await readWhole(outcome.entry!.id), BYTES)).toBe(0);
    expect(hub.preflights()).toEqual([]);
  });
});

describe.each(WAYS)('a lasting fault ends in an error by its code, %s', (_way, start) => {
  const cases: [string, ErrorCode, Fault, Fault?][] = [
    ['short bodies without end', 'SourceUnreachable', after(0)],
    ['cuts without end', 'SourceUnreachable', { kind: 'cut', afterBytes: 0 }],
    ['a stall without end', 'SourceUnreachable', { kind: 'stall', afterBytes: 0 }],
    ['503 for ever', 'SourceUnreachable', status(503)],
    ['503 for ever, half way', 'SourceUnreachable', status(503), after(3 * SMALL_CHUNK_BYTES)],
    ['503 from the API', 'SourceUnreachable', status(503, {}, 'hub')],
    ['a redirect loop', 'SourceUnreachable', { kind: 'redirect-loop', at: 'hub' }],
    ['429 for ever', 'SourceRateLimited', status(429)],
    ['429 that asks for an hour', 'SourceRateLimited', status(429, { 'Retry-After': '3600' })],
    ['401 for ever', 'SourceRefused', status(401)],
    ['403 for ever, half way', 'SourceRefused', status(403), after(3 * SMALL_CHUNK_BYTES)],
    ['404', 'SourceRefused', status(404)],
    ['a gated repository', 'SourceRefused', status(401, {}, 'hub')],
    ['no such repository', 'SourceRefused', status(404, {}, 'hub')],
    ['a web page for the file', 'SourceRefused', { kind: 'html' }],
    ['a web page for the file, half way', 'SourceRefused', { kind: 'html' }, after(3 * SMALL_CHUNK_BYTES)],
    ['a web page by another name', 'SourceRefused', { kind: 'html', type: 'application/octet-stream' }],
    ['a web page for the API', 'SourceRefused', { kind: 'html', at: 'hub' }],
    ['parts with no place and too short', 'SourceRefused', { kind: 'hidden-range', missingBytes: 3 }],
    ['a redirect loop of the file alone', 'SourceUnreachable', { kind: 'redirect-loop', at: 'files' }],
    ['parts that begin late', 'SourceRefused', { kind: 'wrong-start', lateBytes: 7 }],
    ['another size', 'SourceChanged', { kind: 'wrong-total', byteLength: BYTES.byteLength + 1 }],
    ['416 for ever', 'SourceChanged', status(416)],
    ['416 with another size', 'SourceChanged', status(416, { 'Content-Range': 'bytes */5' }), after(70_000)],
    ['another ETag, half way', 'SourceChanged', { kind: 'etag', etag: '"other"' }, after(3 * SMALL_CHUNK_BYTES)],
  ];
  it.each(cases)('%s: %s', async (_, code, fault, first) => {
    const library = start();
    if (first) hub.fail(first);
    hub.fail(fault, Infinity);
    // What happened, of a file at which byte, and what to do.
    const told = 'at' in fault && fault.at === 'hub' ? /\. \w.*\.$/ : / at byte \d+.*\. \w.*\.$/s;
    const refused = { name: code, message: expect.stringMatching(told) as string };
    await expect(library.add(source, ignoreProgress)).rejects.toMatchObject(refused);
    for (const entry of await library.list()) expect(entry.state).toBe('partial');
    // What was fetched is not lost: once the fault is over, the rest is enough.
    hub.heal();
    const [stored, sent] = [await storedBytes(), hub.sentBytes()];
    const outcome = await library.add(source, ignoreProgress);
    expect(hub.sentBytes() - sent).toBe(BYTES.byteLength - stored);
    if (first?.kind === 'short' && first.afterBytes >= SMALL_CHUNK_BYTES) expect(stored).toBeGreaterThan(0);
    expect(Buffer.compare(await readWhole(outcome.entry!.id), BYTES)).toBe(0);
  });
});

describe.each([0, 0.5, 0.99])('a network that goes away at %d of the file', (part) => {
  it.each(WAYS)('is said at once, and what came is kept, %s', async (way, start) => {
    const [cuts, spanBytes] = way === 'in spans' ? [4, 2 * SMALL_CHUNK_BYTES] : [1, BYTES.byteLength];
    const begun = hub.fileRequests.length;
    let back = false;
    const online = () => back || (part > 0 && hub.fileRequests.length - begun < cuts);
    const realFetch = fetch;
    vi.stubGlobal('fetch', (...request: Parameters<typeof fetch>) =>
      online() ? realFetch(...request) : Promise.reject(new TypeError('Failed to fetch')),
    );
    Object.defineProperty(navigator, 'onLine', { get: online });
    hub.fail({ kind: 'cut', afterBytes: Math.floor(spanBytes * part) }, cuts);
    const library = start();
    await expect(library.add(source, ignoreProgress)).rejects.toMatchObject({
      name: 'SourceUnreachable',
      message: expect.stringContaining('without a network') as string,
    });
    back = true;
    hub.heal();
    const [stored, sent] = [await storedBytes(), hub.sentBytes()];
    const outcome = await library.add(source, ignoreProgress);
    expect(hub.sentBytes() - sent).toBe(BYTES.byteLength - stored);
    expect(Buffer.compare(await readWhole(outcome.entry!.id), BYTES)).toBe(0);
  });
});

describe.each(WAYS)('a damaged file, %s', (_way, start) => {
  it('is never taken for whole, whichever bit is wrong', async () => {
    const library = start();
    const offset = fc.integer({ min: 0, max: BYTES.byteLength - 1 });
    await fc.assert(
      fc.asyncProperty(offset, async (byteOffset) => {
        hub.fail({ kind: 'flip-bit', byteOffset }, Infinity);
        await expect(library.add(source, ignoreProgress)).rejects.toMatchObject({ name: 'HashMismatch' });
        expect(await library.list()).toEqual([]);
        hub.heal();
      }),
      { numRuns: 40, examples: [[0], [BYTES.byteLength - 1], [SMALL_CHUNK_BYTES - 1], [SMALL_CHUNK_BYTES]] },
    );
    const outcome = await library.add(source, ignoreProgress);
    expect(outcome.entry?.state).toBe('complete');
  });
});

it('survives any mixture of passing faults', async () => {
  const bytes = fc.nat({ max: BYTES.byteLength });
  const fault = fc.oneof(
    bytes.map(after),
    bytes.map((afterBytes): Fault => ({ kind: 'cut', afterBytes })),
    fc.constantFrom(status(503), status(403), status(429, { 'Retry-After': '0' })),
    fc.constant<Fault>({ kind: 'ignore-range' }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { maxLength: 6 }), async (faults) => {
      await fakeBrowser();
      for (const each of faults) hub.fail(each);
      const library = smallLibrary();
      // A run of refusals can end a try; a person would press the button again.
      let outcome = null;
      for (let tries = 0; outcome === null && tries <= faults.length; tries++) {
        outcome = await library.add(source, ignoreProgress).catch((error: unknown) => {
          expect(error).toMatchObject({ name: expect.stringMatching(/^Source/) as string });
          return null;
        });
      }
      expect(Buffer.compare(await readWhole(outcome!.entry!.id), BYTES)).toBe(0);
      hub.heal();
    }),
    { numRuns: 40 },
  );
});
