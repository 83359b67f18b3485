import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ExpectedFile, FileDigests } from './file-digests.ts';

const hash = (algorithm: 'md5' | 'sha1' | 'sha256', bytes: Uint8Array) =>
  createHash(algorithm).update(bytes).digest('hex');
const promised = (files: readonly Uint8Array[]): ExpectedFile[] =>
  files.map((bytes, index) => ({
    fileName: `part-${index}`,
    byteLength: bytes.byteLength,
    sha256: index % 2 === 0 ? hash('sha256', bytes) : null,
    md5: index % 3 === 0 ? null : hash('md5', bytes),
    gitSha1: index % 3 === 0 ? hash('sha1', Buffer.concat([Buffer.from(`blob ${bytes.byteLength}\0`), bytes])) : null,
  }));

it('knows each file, empty ones too, however the whole is cut', async () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(bytes, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 30 }),
      async (files, size) => {
        const whole = Buffer.concat(files);
        const digests = await FileDigests.of(promised(files));
        for (let offset = 0; offset < whole.length; offset += size)
          digests.update(whole.subarray(offset, offset + size));
        expect(digests.sha256).toEqual(files.map((file) => hash('sha256', file)));
      },
    ),
    { numRuns: 60 },
  );
});

it('knows a text by git’s hash of it', async () => {
  // `printf 'hello\n' | git hash-object --stdin`
  const promise = { sha256: null, md5: null, gitSha1: 'ce013625030ba8dba906f756967f9e9ca394464a' };
  const digests = await FileDigests.of([{ fileName: 'a.txt', byteLength: 6, ...promise }]);
  digests.update(new TextEncoder().encode('hello\n'));
  expect(digests.sha256).toEqual([hash('sha256', Buffer.from('hello\n'))]);
});

it('goes on from what it saved, wherever that was', async () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 5 }), fc.nat(), async (files, at) => {
      const whole = Buffer.concat(files);
      const cut = at % (whole.length + 1);
      const first = await FileDigests.of(promised(files));
      first.update(whole.subarray(0, cut));
      const saved = structuredClone(first.save());
      const second = await FileDigests.from(promised(files), saved);
      second.update(whole.subarray(cut));
      expect(second.sha256).toEqual(files.map((file) => hash('sha256', file)));
    }),
    { numRuns: 60 },
  );
});

it.each([
  ['SHA-256', 2],
  ['MD5', 1],
  ['git’s SHA-1', 3],
])('finds one changed bit by its %s, and says where the file lies', async (what, at) => {
  const files = [5000, 300, 70, 90].map((length, index) => new Uint8Array(length).fill(index));
  const digests = await FileDigests.of(promised(files));
  files[at]![40]! ^= 4;
  const start = files.slice(0, at).reduce((sum, { length }) => sum + length, 0);
  digests.update(Buffer.concat(files));
  const { damaged } = digests;
  expect(damaged).toMatchObject({ start, end: start + files[at]!.length });
  expect(damaged!.facts.what).toContain(`part-${at}`);
  expect(damaged!.facts.expected).toContain(what);
  expect(damaged!.facts.got).toMatch(/^[0-9a-f]+$/);
  // What comes behind it is not counted.
  expect(digests.sha256).toHaveLength(at);
});
