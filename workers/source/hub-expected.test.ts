/** A file that is known beforehand is held against what the hub says of it, before a byte of it is fetched. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type HubServer, startHub } from '../../tools/servers/hub-server.ts';
import { nodeSha256, noise, QUICK } from '../../tools/testing/library-case.ts';
import type { ExpectedFile } from '../protocol/model.ts';
import { openSource } from './open-source.ts';

const BYTES = noise(70_000);
const JSON_BYTES = noise(300);
const OTHER_HASH = nodeSha256(noise(10));
let hub: HubServer;

beforeAll(async () => {
  hub = await startHub({ 'owner/model': { 'model.gguf': BYTES, 'small.json': JSON_BYTES } });
});
afterAll(() => hub.close());
beforeEach(() => {
  hub.fileRequests.length = 0;
});

function open(expected: ExpectedFile, fileName = 'model.gguf') {
  const source = { kind: 'hub', repository: 'owner/model', fileName, endpoint: hub.endpoint, expected } as const;
  return openSource(source, { policy: QUICK });
}

it('is taken where the hub has just that', async () => {
  const expected = { byteLength: BYTES.byteLength, sha256: nodeSha256(BYTES) };
  for (const known of [{}, { sha256: expected.sha256 }, { byteLength: expected.byteLength }, expected]) {
    const opened = await open(known);
    expect([opened.byteLength, opened.sha256]).toEqual([BYTES.byteLength, expected.sha256]);
    // What is fetched on another day is held against it again.
    expect(opened.again).toMatchObject({ revision: hub.commit('owner/model'), expected: known });
  }
});

it.each<[string, ExpectedFile]>([
  ['size', { byteLength: 70_001 }],
  ['hash', { byteLength: 70_000, sha256: OTHER_HASH }],
])('is refused where its %s is another one', async (_, expected) => {
  await expect(open(expected)).rejects.toMatchObject({
    name: 'SourceChanged',
    message: expect.stringContaining('model.gguf') as string,
  });
  expect(hub.fileRequests).toEqual([]);
});

it('keeps its hash for the bytes where the hub tells none', async () => {
  expect((await open({}, 'small.json')).sha256).toBeNull();
  expect((await open({ sha256: OTHER_HASH }, 'small.json')).sha256).toBe(OTHER_HASH);
});
