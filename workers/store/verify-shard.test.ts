import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { verifyShard } from './verify-shard.ts';

const BYTES = Uint8Array.from({ length: 9 * 2 ** 20 + 3 }, (_, index) => (index * 31) >> 3);
const MD5 = createHash('md5').update(BYTES).digest('hex');

it('takes a shard as it was promised, read in pieces of at most 4 MiB', async () => {
  const lengths: number[] = [];
  const source = bytesSource(BYTES);
  const file = {
    fileName: 'params_shard_0.bin',
    byteLength: BYTES.length,
    read: (offset: number, length: number) => {
      lengths.push(length);
      return source.read(offset, length);
    },
  };
  await verifyShard(file, MD5);
  expect(lengths).toEqual([4 * 2 ** 20, 4 * 2 ** 20, 2 ** 20 + 3]);
  await verifyShard({ ...bytesSource(new Uint8Array(0)), fileName: 'empty' }, createHash('md5').digest('hex'));
});

it('refuses a shard with one bit changed, naming both hashes', async () => {
  const changed = BYTES.slice();
  changed[5_000_000]! ^= 1;
  const error: unknown = await verifyShard({ ...bytesSource(changed), fileName: 'x.bin' }, MD5).catch(
    (cause: unknown) => cause,
  );
  expect(errorCode(error)).toBe('HashMismatch');
  expect((error as Error).message).toContain(MD5);
});

it('stops for a signal, and passes on the failure of the source', async () => {
  const file = { ...bytesSource(BYTES), fileName: 'x.bin' };
  await expect(verifyShard(file, MD5, AbortSignal.abort())).rejects.toThrow(/abort/i);
  const broken = { fileName: 'x', byteLength: 5, read: () => Promise.reject(new Error('the disk is gone')) };
  await expect(verifyShard(broken, MD5)).rejects.toThrow('the disk is gone');
});
