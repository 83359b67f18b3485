/** The ledger's promises: nothing goes out that is not allowed and written down, and nothing that went out is lost. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LedgerBook } from '../../src/ledger/ledger-book.ts';
import { listen, type LocalServer } from '../../tools/servers/http-server.ts';
import { startHub } from '../../tools/servers/hub-server.ts';
import { noise, QUICK } from '../../tools/testing/library-case.ts';
import type { RecordedRequest } from '../protocol/ledger.ts';
import { get } from '../source/http.ts';
import { listRepository } from '../source/hub-source.ts';
import { overseeRequests } from '../source/overseer.ts';
import { PassingFailure } from '../source/retry.ts';
import { openUrl } from '../source/url-source.ts';
import { Ledger } from './ledger.ts';
import { LedgerDatabase } from './ledger-database.ts';

const HERE = 'https://freehold.example';
const ELSEWHERE = 'https://hub.example/owner/model/resolve/main/model.gguf';
const forbidden = { verdict: { name: 'RequestForbidden' } };

let ledger: Ledger;
let book: LedgerBook;
let server: LocalServer | null = null;
const signal = new AbortController().signal;

/** A web that answers with 1000 bytes and never needs a network. */
function stubWeb(bytes = noise(1000)): ReturnType<typeof vi.fn> {
  const web = vi.fn(() =>
    Promise.resolve(new Response(bytes, { headers: { 'content-length': String(bytes.length) } })),
  );
  vi.stubGlobal('fetch', web);
  return web;
}

/** Every request in the ledger, oldest first, once none is open. */
async function recorded(count: number): Promise<readonly RecordedRequest[]> {
  return vi.waitFor(async () => {
    const { requests } = await book.read();
    expect(requests.filter(({ outcome }) => outcome !== 'open')).toHaveLength(count);
    return requests.toReversed();
  });
}

beforeEach(async () => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  ledger = new Ledger(HERE);
  overseeRequests(ledger.oversee);
  book = await LedgerBook.open();
});
afterEach(async () => {
  ledger.close();
  book.close();
  await server?.close();
  server = null;
  vi.unstubAllGlobals();
});

describe('what may be asked', () => {
  it('is nothing of a host that nobody allowed; the page hears which', async () => {
    const web = stubWeb();
    await expect(get(ELSEWHERE, signal)).rejects.toMatchObject(forbidden);
    expect(web).not.toHaveBeenCalled();
    const { hosts, requests } = await book.read();
    expect(hosts).toMatchObject([{ host: 'hub.example', allowed: false }]);
    expect(requests).toEqual([]);
  });

  it('is everything of a host that was allowed, until that is taken back', async () => {
    const web = stubWeb();
    await book.allow('hub.example', true);
    await (await get(ELSEWHERE, signal)).arrayBuffer();
    expect(web).toHaveBeenCalledTimes(1);
    await expect(get('https://other.hub.example/', signal)).rejects.toMatchObject(forbidden);
    await expect(get('https://hub.example:8443/', signal)).rejects.toMatchObject(forbidden);
    await book.allow('hub.example', false);
    await expect(get(ELSEWHERE, signal)).rejects.toMatchObject(forbidden);
    expect(web).toHaveBeenCalledTimes(1);
  });

  it.each([
    `${HERE}/models/ember/ember.gguf`,
    'http://localhost:8080/a.gguf',
    'http://127.0.0.1/a.gguf',
    'http://[::1]/a',
  ])('needs no permission where it came from, or on this computer: %s', async (address) => {
    const web = stubWeb();
    await get(address, signal);
    expect(web).toHaveBeenCalledTimes(1);
  });

  it.each(['http://localhost.example/', 'http://127.0.0.1.example/', 'http://freehold.example/', 'http://10.0.0.1/'])(
    'needs it for what only looks like that: %s',
    async (address) => {
      const web = stubWeb();
      await expect(get(address, signal)).rejects.toMatchObject(forbidden);
      expect(web).not.toHaveBeenCalled();
    },
  );

  it('is nothing at all under the air gap, not even of the own host', async () => {
    const web = stubWeb();
    await book.allow('hub.example', true);
    await book.setAirGap(true);
    for (const address of [ELSEWHERE, `${HERE}/a.gguf`, 'http://localhost/a.gguf'])
      await expect(get(address, signal)).rejects.toMatchObject(forbidden);
    expect(web).not.toHaveBeenCalled();
    await book.setAirGap(false);
    await get(ELSEWHERE, signal);
    expect(web).toHaveBeenCalledTimes(1);
  });

  it('is nothing where it cannot be written down', async () => {
    const web = stubWeb();
    vi.spyOn(LedgerDatabase.prototype, 'add').mockRejectedValueOnce(new Error('no space'));
    await expect(get(`${HERE}/a.gguf`, signal)).rejects.toMatchObject({ verdict: { name: 'StorageFailed' } });
    expect(web).not.toHaveBeenCalled();
  });

  it('is known again after the connection to the database was lost', async () => {
    const web = stubWeb();
    await get(`${HERE}/a.gguf`, signal);
    const lost = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
      throw new DOMException('closing', 'InvalidStateError');
    });
    await get(`${HERE}/b.gguf`, signal);
    expect(lost).toHaveBeenCalled();
    lost.mockRestore();
    expect(web).toHaveBeenCalledTimes(2);
  });

  it('is told at once, without trying again, by what reads a file', async () => {
    stubWeb();
    const started = performance.now();
    await expect(openUrl(ELSEWHERE)).rejects.toMatchObject({ name: 'RequestForbidden' });
    expect(performance.now() - started).toBeLessThan(900);
  });
});

describe('what is under way', () => {
  /** A server that sends half of an answer and waits. */
  async function slowServer(): Promise<string> {
    server = await listen((_request, response) => {
      response.writeHead(200, { 'Content-Length': 2000 });
      response.write(noise(1000));
    });
    return `${server.origin}/slow.gguf`;
  }

  it('ends when the air gap is switched on in any tab, and says why', async () => {
    const answer = await get(await slowServer(), signal);
    const reader = answer.body!.getReader();
    await reader.read();
    const next = reader.read();
    const told = expect(next).rejects.toMatchObject(forbidden);
    await book.setAirGap(true);
    await told;
    await expect(next).rejects.toBeInstanceOf(PassingFailure);
    expect(await recorded(1)).toMatchObject([{ outcome: 'stopped', receivedBytes: 1000 }]);
  });

  it('ends where a host is no longer allowed, and only there', async () => {
    vi.stubGlobal('fetch', (_url: string, { signal: given }: { signal: AbortSignal }) => {
      return new Promise((_resolve, reject) => {
        given.addEventListener('abort', () => {
          reject(given.reason as Error);
        });
      });
    });
    await book.allow('hub.example', true);
    await book.allow('other.example', true);
    const [one, other] = [get(ELSEWHERE, signal), get('https://other.example/', signal)];
    const outcomes = Promise.allSettled([
      one,
      Promise.race([other, new Promise((done) => setTimeout(done, 300, 'runs'))]),
    ]);
    await vi.waitFor(async () => {
      expect((await book.read()).requests).toHaveLength(2);
    });
    await book.allow('hub.example', false);
    const [ended, runs] = await outcomes;
    expect(ended).toMatchObject({ status: 'rejected', reason: forbidden });
    expect(runs).toMatchObject({ status: 'fulfilled', value: 'runs' });
    await book.setAirGap(true);
    await expect(other).rejects.toMatchObject(forbidden);
  });
});

describe('what is written down', () => {
  it('is each request with its purpose, status and bytes, and where a redirect led', async () => {
    const bytes = noise(5000);
    const hub = await startHub({ 'owner/model': { 'model.gguf': bytes } });
    try {
      const { commit } = await listRepository({ repository: 'owner/model', endpoint: hub.endpoint }, QUICK);
      const source = await openUrl(`${hub.endpoint}/owner/model/resolve/${commit}/model.gguf`, {
        byteLength: bytes.length,
        policy: QUICK,
      });
      expect(await source.read(100, 2000)).toEqual(bytes.slice(100, 2100));
      const requests = await recorded(3);
      const { host } = new URL(hub.endpoint);
      expect(requests).toMatchObject([
        { host, purpose: 'repository', subject: 'owner/model', status: 200, outcome: 'complete', answeredBy: null },
        { host, purpose: 'listing', subject: 'owner/model', status: 200, outcome: 'complete' },
        {
          host,
          purpose: 'file',
          subject: 'owner/model: model.gguf',
          status: 206,
          receivedBytes: 2000,
          outcome: 'complete',
        },
      ]);
      expect(requests[2]!.answeredBy).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(requests[2]!.answeredBy).not.toBe(host);
      expect(JSON.stringify(requests)).not.toContain('?');
    } finally {
      await hub.close();
    }
  });

  it('is also what brought no answer, and what was refused by the server', async () => {
    server = await listen((request, response) => {
      if (request.url === '/broken') response.destroy();
      else response.writeHead(404).end('no such file');
    });
    await expect(get(`${server.origin}/broken`, signal)).rejects.toBeInstanceOf(PassingFailure);
    await (await get(`${server.origin}/missing`, signal)).text();
    expect(await recorded(2)).toMatchObject([
      { subject: 'broken', outcome: 'failed', status: null, receivedBytes: 0 },
      { subject: 'missing', outcome: 'complete', status: 404, receivedBytes: 12 },
    ]);
  });

  it('gives on the very bytes, and the answer’s address', async () => {
    const bytes = noise(300_000);
    server = await listen((_request, response) => void response.end(bytes));
    const answer = await get(`${server.origin}/a.gguf`, signal);
    expect(answer.url).toBe(`${server.origin}/a.gguf`);
    expect(Buffer.compare(new Uint8Array(await answer.arrayBuffer()), bytes)).toBe(0);
    expect(await recorded(1)).toMatchObject([{ receivedBytes: 300_000, outcome: 'complete' }]);
  });

  it('is bounded, and what is oldest is summed up by day and host: no request and no byte is lost', async () => {
    const database = new LedgerDatabase({ requestsMax: 10, foldedAtOnce: 4 });
    const base = {
      answeredBy: null,
      purpose: 'file',
      subject: 'a',
      status: 200,
      durationMs: 1,
      outcome: 'complete',
    } as const;
    const dayMs = 24 * 3600 * 1000;
    const first = new Date(2026, 4, 1, 12).getTime();
    for (let index = 0; index < 35; index++) {
      const host = index % 2 === 0 ? 'even.example' : 'odd.example';
      await database.add({
        ...base,
        host,
        startedAt: first + Math.floor(index / 4) * dayMs,
        receivedBytes: 2 ** index,
      });
    }
    const { requests, sums } = await book.read();
    expect(requests.length).toBeLessThanOrEqual(10);
    expect(requests.length + sums.reduce((count, sum) => count + sum.requests, 0)).toBe(35);
    const bytes = [...requests, ...sums].reduce((total, { receivedBytes }) => total + receivedBytes, 0);
    expect(bytes).toBe(2 ** 35 - 1);
    expect(sums.slice(-2)).toMatchObject([
      { day: '2026-05-01', host: 'odd.example', requests: 2, receivedBytes: 2 + 8 },
      { day: '2026-05-01', host: 'even.example', requests: 2, receivedBytes: 1 + 4 },
    ]);
    expect(sums.map(({ day, host }) => `${day} ${host}`)).toEqual([
      ...new Set(sums.map((sum) => `${sum.day} ${sum.host}`)),
    ]);
  });

  it('leaves what still runs out of the sums, and what was summed up does not come back', async () => {
    const database = new LedgerDatabase({ requestsMax: 2, foldedAtOnce: 2 });
    const open: RecordedRequest = {
      host: 'a.example',
      answeredBy: null,
      purpose: 'file',
      subject: 'a',
      status: null,
      durationMs: null,
      startedAt: Date.now(),
      receivedBytes: 0,
      outcome: 'open',
    };
    const id = await database.add(open);
    const doneId = await database.add({ ...open, outcome: 'complete', receivedBytes: 7 });
    await database.add(open);
    await database.change({ ...open, id: doneId, outcome: 'complete', receivedBytes: 9 });
    await database.change({ ...open, id, receivedBytes: 5 });
    const { requests, sums } = await book.read();
    expect(requests.map((request) => request.receivedBytes).sort()).toEqual([0, 5]);
    expect(sums).toMatchObject([{ host: 'a.example', requests: 1, receivedBytes: 7 }]);
  });
});
