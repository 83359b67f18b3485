/** The record beside an exported model: what is written is read again, and nothing that this page would not have written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainSummary } from '../../tools/testing/library-case.ts';
import type { NetworkSource } from '../source/opened-source.ts';
import { readRecord, recordOf } from './library-record.ts';
import type { Manifest } from './manifest.ts';

const HASH = 'ab'.repeat(32);
const COMMIT = 'cd'.repeat(20);
const HUB = { kind: 'hub', repository: 'owner/model', revision: COMMIT, fileName: 'a.gguf' } as const;

const manifest = (source: NetworkSource | null, fileNames: readonly string[] = ['a.gguf']): Manifest => ({
  id: 'id',
  origin: 'somewhere',
  source,
  summary: plainSummary(fileNames[0]!, 10),
  byteLength: 10,
  ...(fileNames.length > 1 && { files: fileNames.map((fileName) => ({ fileName, byteLength: 5 })) }),
  chunkBytes: 10,
  state: 'complete',
  sha256: HASH,
  chunkSha256: [HASH],
  addedAt: 0,
});
const read = (value: unknown) => readRecord(new Blob([typeof value === 'string' ? value : JSON.stringify(value)]));

const name = fc.string({ minLength: 1, maxLength: 40 });
const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const repository = fc.stringMatching(/^[\w.-]{1,20}\/[\w.-]{1,20}$/);
const endpoint = fc.option(fc.webUrl(), { nil: undefined });
const source: fc.Arbitrary<NetworkSource> = fc
  .oneof(
    fc.record({ kind: fc.constant('url' as const), url: fc.webUrl() }),
    fc.record({ kind: fc.constant('hub' as const), repository, revision: digits(40), endpoint, fileName: name }),
    fc.record({
      ...{ kind: fc.constant('hub-files' as const), repository, revision: digits(40), endpoint, name },
      fileNames: fc.array(name, { minLength: 1, maxLength: 5 }),
    }),
  )
  .map((made) => JSON.parse(JSON.stringify(made)) as NetworkSource);

describe('a record', () => {
  it('is read as it was written', async () => {
    const several = fc.array(name, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.option(source), several, async (from, fileNames) => {
        expect(await read(recordOf(manifest(from, fileNames)))).toEqual({ sha256: HASH, fileNames, source: from });
      }),
    );
  });

  it('never throws and takes no other form, whatever bytes there are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array(), fc.json()), async (bytes) => {
        expect(await readRecord(new Blob([bytes as Uint8Array<ArrayBuffer> | string]))).toBe(null);
      }),
    );
  });

  it('that is larger than any is not read', async () => {
    const text = recordOf(manifest(HUB));
    expect(await read(text.padEnd(1024 * 1024))).not.toBe(null);
    expect(await read(text.padEnd(1024 * 1024 + 1))).toBe(null);
  });
});

it.each([
  ['a branch, not a commit', { ...HUB, revision: 'main' }],
  ['no commit', { ...HUB, revision: undefined }],
  ['a repository with more in it', { ...HUB, repository: 'owner/model/../../x' }],
  ['a hub that is no web address', { ...HUB, endpoint: 'javascript:alert(1)' }],
  ['a name that is none', { ...HUB, fileName: 7 }],
  ['an address that is none of the web', { kind: 'url', url: 'file:///etc/passwd' }],
  ['files of a disk', { kind: 'file', file: {}, fileName: 'a' }],
  ['no files', { ...HUB, kind: 'hub-files', name: 'a', fileNames: [] }],
  ['a list', []],
])('a source with %s is none', async (_, forged) => {
  const record = { ...(JSON.parse(recordOf(manifest(null))) as object), source: forged };
  expect(await read(record)).toEqual({ sha256: HASH, fileNames: ['a.gguf'], source: null });
});

it.each([
  ['another form', { freehold: 2 }],
  ['a hash that is none', { sha256: 'AB'.repeat(32) }],
  ['no hash', { sha256: null }],
  ['files that have no names', { files: [{}] }],
  ['no list of files', { files: 'a.gguf' }],
])('a record with %s is none', async (_, change) => {
  expect(await read({ ...(JSON.parse(recordOf(manifest(HUB))) as object), ...change })).toBe(null);
});
