/** Both sides over a channel in memory: every byte arrives or a fault says why, wherever the way breaks. */
import { expect, it, vi } from 'vitest';
import type { OfferedModel } from '../../workers/protocol/hand-over.ts';
import type { HandOverFault } from './fault.ts';
import { CHUNK_BYTES_MAX, readOffered, writeOffered } from './offered-model.ts';
import { awaitOffer, ChunksFromDevice } from './receive-model.ts';
import { sendModel } from './send-model.ts';
import { channelPair, type ChannelPair } from './testing/channel-pair.ts';
import { PIECE_BYTES, Wire } from './wire.ts';

const CHUNK_BYTES = 100_000;
const BYTES = Uint8Array.from({ length: 250_000 }, (_, index) => (index * 7 + (index >> 8)) & 255);
const HASH = 'a'.repeat(64);
const OFFER: OfferedModel = {
  name: 'Traveller',
  fileName: 'traveller.gguf',
  files: [{ fileName: 'traveller.gguf', byteLength: BYTES.length }],
  byteLength: BYTES.length,
  sha256: HASH,
  chunkBytes: CHUNK_BYTES,
  chunkSha256: [HASH, HASH, HASH],
};

const read = (index: number) => Promise.resolve(BYTES.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES));

/** The one side sends; the other takes these chunks, two asked for at a time. */
async function handOver(pair: ChannelPair, wanted: readonly number[], from = read) {
  const [there, here] = pair.ends.map((end) => new Wire(end, CHUNK_BYTES_MAX)) as [Wire, Wire];
  const onAccepted = vi.fn();
  /** As a page does that meets a fault: it closes its end. */
  const closing = (end: 0 | 1) => (error: unknown) => {
    pair.ends[end].close();
    return error;
  };
  const sent = sendModel(there, { offer: OFFER, read: from, onAccepted }).catch(closing(0));
  const receive = async () => {
    const offer = await awaitOffer(here);
    const chunks = new ChunksFromDevice(here);
    const all = await Promise.all(wanted.map((index) => chunks.chunk(index)));
    await Promise.all([here.farewell({ kind: 'done' }), sent.then(() => pair.ends[0].close())]);
    return { offer, bytes: Buffer.concat(all) };
  };
  const received = await receive().catch(closing(1));
  return { sent: await sent, received, accepted: onAccepted.mock.calls.length };
}

const kindOf = (error: unknown) => (error as HandOverFault).kind;

it('brings an offer and its bytes across, in messages that every browser takes', async () => {
  const pair = channelPair();
  const outcome = await handOver(pair, [0, 1, 2]);
  expect(outcome).toMatchObject({ sent: 'done', received: { offer: OFFER }, accepted: 1 });
  expect((outcome.received as { bytes: Buffer }).bytes.equals(BYTES)).toBe(true);
  expect(pair.ends[0].largest).toBe(PIECE_BYTES);
});

it('sends only what is asked for', async () => {
  const from = vi.fn(read);
  const { received } = await handOver(channelPair(), [2], from);
  expect(from.mock.calls).toEqual([[2]]);
  expect((received as { bytes: Buffer }).bytes.equals(BYTES.subarray(2 * CHUNK_BYTES))).toBe(true);
});

it('never has more waiting in the browser than it should', async () => {
  const large = new Uint8Array(12 * 2 ** 20);
  const pair = channelPair();
  const [there, here] = pair.ends.map((end) => new Wire(end, CHUNK_BYTES_MAX)) as [Wire, Wire];
  const arrived = here.next();
  await there.sayWith({ kind: 'chunk', index: 0, bytes: large.byteLength }, large);
  expect((await arrived).body.byteLength).toBe(large.byteLength);
  expect(pair.ends[0].mostBuffered).toBeLessThan(4 * 2 ** 20 + 3 * PIECE_BYTES);
});

it('tells both sides wherever the way breaks', async () => {
  let messages = 0;
  const whole = channelPair();
  whole.onSend = (data, sent) => {
    messages = sent;
    return data;
  };
  await handOver(whole, [0, 1, 2]);
  expect(messages).toBeGreaterThan(10);
  // The last message is the receiver's “done”: without it the sender knows of nothing.
  for (let at = 1; at <= messages; at++) {
    const pair = channelPair();
    pair.onSend = (data, sent) => {
      if (sent === at) pair.cut();
      return data;
    };
    const { sent, received } = await handOver(pair, [0, 1, 2]);
    expect(kindOf(sent), `message ${at}`).toBe('lost');
    if (at < messages) expect(kindOf(received), `message ${at}`).toBe('lost');
  }
});

it('says no, stops and fails in a way that the other side knows', async () => {
  for (const [kind, outcome] of [
    ['no', 'no'],
    ['stop', { kind: 'stopped-there' }],
    ['done', 'done'],
  ] as const) {
    const pair = channelPair();
    const [there, here] = pair.ends.map((end) => new Wire(end, CHUNK_BYTES_MAX)) as [Wire, Wire];
    const sent = sendModel(there, { offer: OFFER, read, onAccepted: () => undefined }).catch((error: unknown) => error);
    await awaitOffer(here);
    const gone = here.farewell({ kind });
    if (typeof outcome === 'string') expect(await sent).toBe(outcome);
    else expect(await sent).toMatchObject(outcome);
    pair.ends[0].close();
    await gone;
  }
  const broken = () => Promise.reject(new Error('Chunk 1 was altered'));
  const { sent, received } = await handOver(channelPair(), [1], broken);
  expect(received).toMatchObject({ kind: 'failed-there', detail: 'Chunk 1 was altered' });
  expect(sent).toMatchObject({ message: 'Chunk 1 was altered' });
});

it('does not follow a stranger beyond the bounds', async () => {
  const odd = [
    'no JSON',
    'null',
    '{"kind":"dance"}',
    '{"kind":"want","index":-1}',
    '{"kind":"chunk","index":0,"bytes":1e12}',
    '{"kind":"chunk","index":0,"bytes":0}',
    '{"kind":"offer","version":1}',
    'x'.repeat(PIECE_BYTES + 1),
    new Uint8Array(3),
  ];
  for (const data of odd) {
    const pair = channelPair();
    const wire = new Wire(pair.ends[1], CHUNK_BYTES_MAX);
    pair.ends[0].send(data);
    expect(kindOf(await wire.next().catch((error: unknown) => error)), String(data).slice(0, 40)).toBe(
      'not-understood',
    );
  }
  // More bytes than were announced, a chunk that nobody wanted, a want beyond the end.
  const pair = channelPair();
  const wire = new Wire(pair.ends[1], CHUNK_BYTES_MAX);
  pair.ends[0].send('{"kind":"chunk","index":0,"bytes":3}');
  pair.ends[0].send(new Uint8Array(4));
  expect(kindOf(await wire.next().catch((error: unknown) => error))).toBe('not-understood');
  expect(kindOf((await handOver(channelPair(), [3])).sent)).toBe('not-understood');
});

it('reads an offer only where it is whole and agrees with itself', () => {
  expect(readOffered(writeOffered(OFFER))).toEqual(OFFER);
  const wrong: Record<string, unknown>[] = [
    { name: '' },
    { name: 7 },
    { fileName: 'x'.repeat(501) },
    { byteLength: BYTES.length + 1 },
    { byteLength: -1, files: [], chunkSha256: [] },
    { files: [] },
    { files: [{ fileName: 'a' }] },
    { sha256: 'A'.repeat(64) },
    { chunkBytes: CHUNK_BYTES_MAX + 1, chunkSha256: [HASH] },
    { chunkBytes: 0 },
    { chunkSha256: [HASH, HASH] },
    { chunkSha256: [HASH, HASH, 'short'] },
  ];
  for (const change of wrong) {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...OFFER, ...change }));
    expect(() => readOffered(bytes), JSON.stringify(change)).toThrow('not-understood');
  }
  for (const text of ['', 'null', '[]', '{']) {
    expect(() => readOffered(new TextEncoder().encode(text)), text).toThrow('not-understood');
  }
  expect(() => readOffered(Uint8Array.of(0xff, 0xfe))).toThrow('not-understood');
});
