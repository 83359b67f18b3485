/** A model goes from one library to another over ports, as it does over a connection: whole, checked, and never twice. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import {
  filesFromDisk,
  ignoreProgress,
  nodeSha256,
  noise,
  readWhole,
  SMALL_CHUNK_BYTES,
  smallLibrary,
} from '../../tools/testing/library-case.ts';
import type { ChunkAnswer, ChunkAsk, OfferedModel } from '../protocol/hand-over.ts';
import type { LibraryEntry, ModelSource } from '../protocol/model.ts';
import { recordHandOvers } from '../source/hand-over-record.ts';
import { putChunk } from './chunk.ts';
import { hashed } from './chunk-hasher.ts';
import { withExclusiveLock } from './file-lock.ts';

const BYTES = 5 * SMALL_CHUNK_BYTES + 1000;

beforeEach(async () => {
  await fakeBrowser();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

async function store(source: ModelSource): Promise<LibraryEntry> {
  const outcome = await smallLibrary().add(source, ignoreProgress);
  if (outcome.kind !== 'added') throw new Error('paused');
  return outcome.entry;
}

/** Everything of a stored model, as it would be sent; then the model is deleted, as on a device that never had it. */
async function takeAway(id: string): Promise<{ offer: OfferedModel; chunks: ArrayBuffer[] }> {
  const { port1, port2 } = new MessageChannel();
  const offer = await smallLibrary().lend(id, port2);
  const chunks: ArrayBuffer[] = [];
  const all = new Promise<void>((resolve, reject) => {
    port1.onmessage = ({ data }: MessageEvent<ChunkAnswer>) => {
      if ('failed' in data) {
        reject(new Error(data.failed.message));
        return;
      }
      chunks[data.index] = data.bytes;
      if (Object.keys(chunks).length === offer.chunkSha256.length) resolve();
    };
  });
  for (const index of offer.chunkSha256.keys()) port1.postMessage({ want: index } satisfies ChunkAsk);
  await all;
  await expect(smallLibrary().remove(id)).rejects.toMatchObject({ name: 'FileBusy' });
  port1.postMessage({ over: 'complete' } satisfies ChunkAsk);
  await vi.waitFor(() => withExclusiveLock(id, () => Promise.resolve()));
  await smallLibrary().remove(id);
  return { offer, chunks };
}

/** The other device: gives chunks at a port, as `change` leaves them; `null` says that it is gone. Notes what was wanted. */
function device(
  chunks: readonly ArrayBuffer[],
  change: (index: number) => ArrayBuffer | null = (index) => chunks[index]!,
) {
  const { port1, port2 } = new MessageChannel();
  const wanted: number[] = [];
  port1.onmessage = ({ data }: MessageEvent<ChunkAsk>) => {
    if (!('want' in data)) return;
    wanted.push(data.want);
    const bytes = change(data.want);
    const answer: ChunkAnswer =
      bytes === null
        ? { failed: { name: 'HandOverFault', message: 'lost' } }
        : { index: data.want, bytes: bytes.slice(0) };
    port1.postMessage(answer);
  };
  const close = (): void => {
    port1.postMessage({ over: 'complete' } satisfies ChunkAsk);
    port1.close();
  };
  return { port: port2, wanted, close };
}

const sourceOf = (offer: OfferedModel, port: MessagePort): ModelSource => ({
  ...{ kind: 'device', name: offer.name, sha256: offer.sha256 },
  connection: { offer, port },
});

it('brings the very same bytes, with their hash, and asks for each chunk once', async () => {
  const bytes = noise(BYTES);
  const { id } = await store({ kind: 'file', file: new Blob([bytes]), fileName: 'traveller.gguf' });
  const { offer, chunks } = await takeAway(id);
  expect(offer).toMatchObject({ fileName: 'traveller.gguf', byteLength: BYTES, sha256: nodeSha256(bytes) });
  const { port, wanted, close } = device(chunks);
  const entry = await store(sourceOf(offer, port));
  close();
  expect(entry).toMatchObject({ state: 'complete', sha256: nodeSha256(bytes), origin: 'traveller.gguf' });
  expect(nodeSha256(await readWhole(entry.id))).toBe(nodeSha256(bytes));
  expect(wanted).toEqual([0, 1, 2, 3, 4, 5]);
});

it('brings a model of several files, with its names', async () => {
  const files = {
    'config.json': noise(700),
    'a.safetensors': noise(2 * SMALL_CHUNK_BYTES),
    'b.safetensors': noise(90_000),
  };
  const { id, sha256 } = await store(filesFromDisk('folder', files));
  const { offer, chunks } = await takeAway(id);
  expect(offer.files.map(({ fileName }) => fileName)).toEqual(Object.keys(files));
  const { port, close } = device(chunks);
  const entry = await store(sourceOf(offer, port));
  close();
  expect(entry.sha256).toBe(sha256);
  expect(nodeSha256(await readWhole(entry.id))).toBe(nodeSha256(Buffer.concat(Object.values(files))));

  // Chunks that agree with their own hashes, of a model that is not the one that was named.
  await smallLibrary().remove(entry.id);
  const again = device(chunks);
  const lie = { ...offer, sha256: '0'.repeat(64) };
  await expect(store(sourceOf(lie, again.port))).rejects.toMatchObject({ name: 'HashMismatch' });
  again.close();
  expect(await smallLibrary().list()).toEqual([]);
});

it('keeps what came before the way broke, and asks only for the rest', async () => {
  const bytes = noise(BYTES);
  const { id } = await store({ kind: 'file', file: new Blob([bytes]), fileName: 'traveller.gguf' });
  const { offer, chunks } = await takeAway(id);
  for (let breaksAt = 0; breaksAt < chunks.length; breaksAt++) {
    const broken = device(chunks, (index) => (index < breaksAt ? chunks[index]! : null));
    await expect(store(sourceOf(offer, broken.port))).rejects.toMatchObject({ message: 'lost' });
    broken.close();
  }
  const [partial] = await smallLibrary().list();
  expect(partial).toMatchObject({ state: 'partial', storedBytes: 5 * SMALL_CHUNK_BYTES });
  await expect(smallLibrary().resume(partial!.id, ignoreProgress)).rejects.toMatchObject({ name: 'NotFound' });
  const whole = device(chunks);
  const entry = await store(sourceOf(offer, whole.port));
  whole.close();
  expect(entry.sha256).toBe(nodeSha256(bytes));
  expect(whole.wanted).toEqual([5]);
});

it('stores no chunk that is not what was offered, and keeps those before it', async () => {
  const { id } = await store({ kind: 'file', file: new Blob([noise(BYTES)]), fileName: 'traveller.gguf' });
  const { offer, chunks } = await takeAway(id);
  const wrong = new Uint8Array(chunks[3]!.slice(0));
  wrong[77]! ^= 1;
  const cases: [ArrayBuffer, number][] = [
    [wrong.buffer, 3],
    [chunks[3]!.slice(0, -1), 3],
    [chunks[2]!, 3],
  ];
  for (const [bytes, at] of cases) {
    const lying = device(chunks, (index) => (index === at ? bytes : chunks[index]!));
    await expect(store(sourceOf(offer, lying.port))).rejects.toMatchObject({
      name: 'SourceChanged',
      message: expect.stringContaining(`at byte ${at * SMALL_CHUNK_BYTES}`) as string,
    });
    lying.close();
    expect(await smallLibrary().list()).toMatchObject([{ state: 'partial', storedBytes: at * SMALL_CHUNK_BYTES }]);
  }
});

it('finds by the hash of the whole what the chunks’ hashes hide', async () => {
  const { id } = await store({ kind: 'file', file: new Blob([noise(BYTES)]), fileName: 'traveller.gguf' });
  const { offer, chunks } = await takeAway(id);
  const other = noise(SMALL_CHUNK_BYTES);
  const chunkSha256 = offer.chunkSha256.with(1, nodeSha256(other));
  const { port, close } = device(chunks.with(1, other.buffer));
  await expect(store(sourceOf({ ...offer, chunkSha256 }, port))).rejects.toMatchObject({ name: 'HashMismatch' });
  close();
  expect(await smallLibrary().list()).toEqual([]);
});

it('pauses on the person’s wish, and tells what is kept', async () => {
  const { id } = await store({ kind: 'file', file: new Blob([noise(BYTES)]), fileName: 'traveller.gguf' });
  const { offer, chunks } = await takeAway(id);
  const library = smallLibrary();
  const { port, close } = device(chunks, (index) => {
    if (index === 4) void library.pause();
    return chunks[index]!;
  });
  expect(await library.add(sourceOf(offer, port), ignoreProgress)).toMatchObject({ kind: 'paused' });
  close();
  const [partial] = await library.list();
  expect(partial!.storedBytes).toBeGreaterThanOrEqual(2 * SMALL_CHUNK_BYTES);
});

it('says at the sending side which chunk is damaged, and lends nothing that is not there', async () => {
  const { id } = await store({ kind: 'file', file: new Blob([noise(BYTES)]), fileName: 'traveller.gguf' });
  const other = noise(SMALL_CHUNK_BYTES);
  const place = { id, index: 2, offset: 2 * SMALL_CHUNK_BYTES, neededBytes: SMALL_CHUNK_BYTES };
  await putChunk(place, await hashed(other));
  await expect(takeAway(id)).rejects.toThrow('Chunk 2 of traveller.gguf was altered');
  const { port2 } = new MessageChannel();
  await expect(smallLibrary().lend('0'.repeat(64), port2)).rejects.toMatchObject({ name: 'NotFound' });
});

it('begins nothing that may not be, and ends what may no longer be', async () => {
  const { id } = await store({ kind: 'file', file: new Blob([noise(BYTES)]), fileName: 'traveller.gguf' });
  const { offer, chunks } = await takeAway(id);
  const gap = Object.assign(new Error('the air gap'), { name: 'RequestForbidden' });
  const stop = new AbortController();
  const moved = vi.fn<(bytes: number) => void>();
  const end = vi.fn<(how: string) => void>();
  recordHandOvers(() => Promise.resolve({ signal: stop.signal, moved, end }));
  const { port, close } = device(chunks, (index) => {
    if (index === 2) stop.abort(gap);
    return chunks[index]!;
  });
  await expect(store(sourceOf(offer, port))).rejects.toThrow('the air gap');
  close();
  await vi.waitFor(() => {
    expect(end.mock.calls).toEqual([['complete']]);
  });
  expect(moved.mock.calls.length).toBeGreaterThanOrEqual(2);
  recordHandOvers(() => Promise.reject(gap));
  await expect(store(sourceOf(offer, device(chunks).port))).rejects.toThrow('the air gap');
});
