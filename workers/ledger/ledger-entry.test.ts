/** What the ledger holds of a request at each moment, for its tab may be killed at any. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RecordedRequest } from '../protocol/ledger.ts';
import { countedAnswer } from './counted-answer.ts';
import { LedgerEntry } from './ledger-entry.ts';

let written: RecordedRequest[];
let entry: LedgerEntry;

beforeEach(async () => {
  vi.useFakeTimers({ now: 1_000_000 });
  written = [];
  const database = {
    add: (request: RecordedRequest) => {
      written.push(request);
      return Promise.resolve(7);
    },
    change: (request: RecordedRequest) => {
      written.push(request);
      return Promise.resolve();
    },
  };
  const about = { host: 'hub.example', purpose: 'file', subject: 'a.gguf' } as const;
  entry = await LedgerEntry.begin(database, about, () => undefined);
});
afterEach(() => {
  vi.useRealTimers();
});

it('is there before it is made, and says every two seconds how far it is', async () => {
  expect(written).toMatchObject([{ outcome: 'open', receivedBytes: 0, durationMs: null, startedAt: 1_000_000 }]);
  entry.answered(200, 'https://cdn.example/a.gguf?signature=secret');
  entry.received(10);
  vi.setSystemTime(1_001_900);
  entry.received(10);
  vi.setSystemTime(1_002_100);
  entry.received(10);
  await entry.settled();
  expect(written.slice(1)).toMatchObject([
    { id: 7, status: 200, answeredBy: 'cdn.example', receivedBytes: 0, outcome: 'open' },
    { id: 7, receivedBytes: 30, outcome: 'open', durationMs: null },
  ]);
  expect(JSON.stringify(written)).not.toContain('secret');
});

it('ends once', async () => {
  vi.setSystemTime(1_000_500);
  entry.end('stopped');
  vi.setSystemTime(1_000_900);
  entry.end('failed');
  await entry.settled();
  expect(written).toHaveLength(2);
  expect(written[1]).toMatchObject({ outcome: 'stopped', durationMs: 500 });
});

it('has no other host where the browser hides it or it is the same', async () => {
  entry.answered(200, '');
  entry.answered(200, 'https://hub.example/elsewhere');
  await entry.settled();
  expect(written.slice(1).map(({ answeredBy }) => answeredBy)).toEqual([null, null]);
});

it.each([
  ['an answer without a body is complete', new Response(null, { status: 204 }), async () => undefined, 'complete', 0],
  ['one that is let go was stopped', new Response('some bytes'), (body: Response) => body.body!.cancel(), 'stopped', 0],
  [
    'one that is read to its end is complete',
    new Response('some bytes'),
    (body: Response) => body.text(),
    'complete',
    10,
  ],
])('%s', async (_name, answer, use, outcome, receivedBytes) => {
  const onOver = vi.fn();
  const counted = countedAnswer(answer, entry, new AbortController().signal, onOver);
  expect(counted.status).toBe(answer.status);
  await use(counted);
  await entry.settled();
  expect(written.at(-1)).toMatchObject({ outcome, receivedBytes, status: answer.status });
  expect(onOver).toHaveBeenCalled();
});

it('an answer that breaks has failed, with what came before, and its reader hears why', async () => {
  const broken = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (entry.receivedBytes > 0) controller.error(new TypeError('connection lost'));
        else controller.enqueue(new Uint8Array(3));
      },
    },
    { highWaterMark: 0 },
  );
  const counted = countedAnswer(new Response(broken), entry, new AbortController().signal, () => undefined);
  await expect(counted.arrayBuffer()).rejects.toThrow('connection lost');
  await entry.settled();
  expect(written.at(-1)).toMatchObject({ outcome: 'failed', receivedBytes: 3 });
});

it.each(['before', 'after'])('is over when its signal ends it %s it is here, though nobody reads on', async (when) => {
  const controller = new AbortController();
  if (when === 'before') controller.abort();
  countedAnswer(new Response('some bytes'), entry, controller.signal, () => undefined);
  controller.abort();
  await entry.settled();
  expect(written.at(-1)).toMatchObject({ outcome: 'stopped', receivedBytes: 0 });
});
