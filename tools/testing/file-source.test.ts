import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode } from '../../workers/protocol/errors.ts';
import type { ByteSource } from '../../workers/source/byte-source.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import { openFileSource } from './file-source.ts';
import type { FileSource } from './file-source.ts';

const BYTES = Uint8Array.from({ length: 1000 }, (_, index) => index % 251);
let folder: string;
let file: FileSource;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freehold-'));
  await writeFile(join(folder, 'bytes'), BYTES);
  file = await openFileSource(join(folder, 'bytes'));
});

afterAll(async () => {
  await file.close();
  await rm(folder, { recursive: true });
});

describe.each<[string, () => ByteSource]>([
  ['a file', () => file],
  ['bytes', () => bytesSource(BYTES)],
])('a source over %s', (_what, source) => {
  it('knows its size and reads any range as a copy', async () => {
    expect(source().byteLength).toBe(1000);
    expect(await source().read(0, 1000)).toEqual(BYTES);
    const range = await source().read(990, 10);
    expect(range).toEqual(BYTES.slice(990));
    range.fill(0);
    expect(await source().read(990, 10)).toEqual(BYTES.slice(990));
    expect((await source().read(1000, 0)).length).toBe(0);
  });

  it.each([
    [0, 1001],
    [999, 2],
    [2 ** 40, 1],
  ])('refuses %d + %d bytes as past its end', async (offset, length) => {
    const error: unknown = await source()
      .read(offset, length)
      .catch((cause: unknown) => cause);
    expect(errorCode(error)).toBe('FileTruncated');
  });

  it('stops at the signal', async () => {
    await expect(source().read(0, 10, AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});

it('a file that is not there is said to be so', async () => {
  await expect(openFileSource(join(folder, 'none'))).rejects.toMatchObject({ name: 'NotFound' });
});
