/** A card says what the file and its manifest say, for every kind of place that a model may come from. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startHub, type HubServer } from '../../tools/servers/hub-server.ts';
import { fakeBrowser } from '../../tools/testing/fake-browser.ts';
import { ignoreProgress, QUICK, SMALL_CHUNK_BYTES } from '../../tools/testing/library-case.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import type { ModelSource } from '../protocol/model.ts';
import { sha256Hex } from '../source/digest.ts';
import { withExclusiveLock } from '../store/file-lock.ts';
import { Library } from '../store/library.ts';
import { readModelCard } from './model-card.ts';

const MINE = '{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}';
const LINK = 'https://licence.example/terms';
let hub: HubServer | null = null;

beforeEach(async () => {
  await fakeBrowser();
});
afterEach(async () => {
  await hub?.close();
  hub = null;
  vi.unstubAllGlobals();
});

function model(metadata: Record<string, string> = {}): Uint8Array<ArrayBuffer> {
  return writeGguf(randomModel({ name: 'Card', metadata }));
}

function onDisk(bytes: Uint8Array<ArrayBuffer>): ModelSource {
  return { kind: 'file', file: new Blob([bytes]), fileName: 'card.gguf' };
}

async function keep(source: ModelSource): Promise<string> {
  const library = new Library({ chunkBytes: SMALL_CHUNK_BYTES, policy: QUICK });
  const outcome = await library.add(source, ignoreProgress);
  if (outcome.kind !== 'added') throw new Error('paused');
  return outcome.entry.id;
}

it('names repository and commit, files and pieces, of a model from a hub', async () => {
  const bytes = model({ 'general.license.link': LINK });
  hub = await startHub({ 'owner/model': { 'folder/card.gguf': bytes } });
  const { endpoint } = hub;
  const id = await keep({ kind: 'hub', repository: 'owner/model', fileName: 'folder/card.gguf', endpoint });
  expect(await readModelCard(id)).toMatchObject({
    origin: { kind: 'hub', hub: endpoint, repository: 'owner/model', commit: hub.commit('owner/model') },
    files: [{ fileName: 'card.gguf', byteLength: bytes.length }],
    chunks: Math.ceil(bytes.length / SMALL_CHUNK_BYTES),
    licenseLink: LINK,
  });
});

it('marks a custom template, with its text and hash', async () => {
  const { template } = await readModelCard(await keep(onDisk(model({ 'tokenizer.chat_template': MINE }))));
  expect(template).toMatchObject({ origin: 'file', format: null, text: MINE, sha256: await sha256Hex(MINE) });
});

it('knows a well-known template, and a file without one, whose place is a disk', async () => {
  const known = await readModelCard(await keep(onDisk(model())));
  expect(known).toMatchObject({ origin: { kind: 'disk' }, licenseLink: null, template: { origin: 'file' } });
  expect(known.template?.format).not.toBe(null);
  const none = await readModelCard(await keep(onDisk(model({ 'tokenizer.chat_template': ' ' }))));
  expect(none.template?.origin).not.toBe('file');
});

it('shows control characters in a licence’s link, and cuts an endless one', async () => {
  const hostile = `https://a.example/\u202e\n${'x'.repeat(5000)}`;
  const { licenseLink } = await readModelCard(await keep(onDisk(model({ 'general.license.link': hostile }))));
  expect(licenseLink).toHaveLength(2000);
  expect(licenseLink).toMatch(/^https:\/\/a\.example\/\ufffd\ufffdx+$/);
});

it('lets the file go, and refuses one that is not there', async () => {
  const id = await keep(onDisk(model()));
  await readModelCard(id);
  await expect(withExclusiveLock(id, () => Promise.resolve('free'))).resolves.toBe('free');
  await expect(readModelCard('0'.repeat(64))).rejects.toMatchObject({ name: 'NotFound' });
});
