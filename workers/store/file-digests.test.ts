import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DamagedFile, type ExpectedFile, FileDigests } from './file-digests.ts';

const hash = (algorithm: 'md5' | 'sha256', bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex');
const promised = (files: readonly Uint8Array[]): ExpectedFile[] =>
  files.map((bytes, index) => ({
    fileName: `part-${index}`,
    byteLength: bytes.byteLength,
    sha256: index % 2 === 0 ? hash('sha256', bytes) : null,
    md5: index % 3 === 0 ? null : hash('md5', bytes),
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

it.each([
  ['SHA-256', 2],
  ['MD5', 1],
])('finds one changed bit by its %s, and says where the file lies', async (what, at) => {
  const files = [5000, 300, 70, 9].map((length, index) => new Uint8Array(length).fill(index));
  const digests = await FileDigests.of(promised(files));
  files[at]![40]! ^= 4;
  const start = files.slice(0, at).reduce((sum, { length }) => sum + length, 0);
  let found: unknown;
  try {
    digests.update(Buffer.concat(files));
  } catch (error) {
    found = error;
  }
  expect(found).toBeInstanceOf(DamagedFile);
  expect(found).toMatchObject({ start, end: start + files[at]!.length });
  const { verdict } = found as DamagedFile;
  expect(verdict).toMatchObject({ name: 'HashMismatch' });
  expect(verdict.message).toContain(`part-${at}`);
  expect(verdict.message).toContain(what);
});
