import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { crc32 } from './crc32.ts';
import { Zip } from './zip.ts';

const text = (bytes: Uint8Array | null) => (bytes === null ? null : new TextDecoder().decode(bytes));
const LONG = 'The quick brown fox. '.repeat(5000);

/** A zip whose bytes a test may change; `directory` is where the entry of `a` begins in the directory. */
function sample(): { bytes: Uint8Array; view: DataView; directory: number; end: number } {
  const bytes = zipSync({ a: [strToU8(LONG), { level: 6 }] }).slice();
  const view = new DataView(bytes.buffer);
  return { bytes, view, directory: view.getUint32(bytes.length - 6, true), end: bytes.length - 22 };
}

it('computes the check value of CRC-32', () => {
  expect(crc32(strToU8('123456789'))).toBe(0xcbf43926);
  expect(crc32(strToU8('6789'), crc32(strToU8('12345')))).toBe(0xcbf43926);
});

describe('Zip', () => {
  it('reads stored and deflated files by name', async () => {
    const zip = new Zip(zipSync({ a: strToU8(LONG), b: [strToU8('stored'), { level: 0 }], 'é/x': strToU8('') }));
    expect(text(await zip.read('a'))).toBe(LONG);
    expect(text(await zip.read('b'))).toBe('stored');
    expect(text(await zip.read('é/x'))).toBe('');
    expect(await zip.read('c')).toBe(null);
    expect([zip.has('a'), zip.has('c'), zip.isEmpty]).toEqual([true, false, false]);
  });

  it('finds the directory before a comment and reads a part of a larger buffer', async () => {
    const { bytes, view, end } = sample();
    view.setUint16(end + 20, 7, true);
    const padded = new Uint8Array(bytes.length + 17);
    padded.set(bytes, 10);
    expect(text(await new Zip(padded.subarray(10)).read('a'))).toBe(LONG);
  });

  it.each<[string, (zip: ReturnType<typeof sample>) => void, string, string]>([
    ['no end record', ({ view, end }) => view.setUint32(end, 0), 'FileMalformed', 'cut off'],
    ['a directory outside', ({ view, end }) => view.setUint32(end + 16, end + 1, true), 'FileMalformed', 'outside'],
    ['a directory of other bytes', ({ view, end }) => view.setUint32(end + 16, 4, true), 'FileMalformed', 'broken'],
    [
      'more entries than there are',
      ({ view, end }) => {
        view.setUint16(end + 8, 2, true);
        view.setUint16(end + 10, 2, true);
      },
      'FileMalformed',
      'expected 2 parts, got 1',
    ],
    [
      'a name beyond the directory',
      ({ view, directory }) => view.setUint16(directory + 28, 60000, true),
      'FileMalformed',
      'broken',
    ],
    ['several disks', ({ view, end }) => view.setUint16(end + 4, 1, true), 'FileUnsupported', 'in several'],
    ['zip64', ({ view, end }) => view.setUint32(end + 16, 0xffffffff, true), 'FileUnsupported', 'zip64'],
    ['encryption', ({ view, directory }) => view.setUint16(directory + 8, 1, true), 'FileUnsupported', 'encrypted'],
    ['another method', ({ view, directory }) => view.setUint16(directory + 10, 14, true), 'FileUnsupported', '(14)'],
    [
      'a file elsewhere',
      ({ view, directory }) => view.setUint32(directory + 42, 8, true),
      'FileMalformed',
      'not where',
    ],
    [
      'a file beyond the end',
      ({ view, directory }) => view.setUint32(directory + 42, 0x7fffffff, true),
      'FileMalformed',
      'not where',
    ],
    [
      'packed bytes beyond the end',
      ({ view, directory }) => view.setUint32(directory + 20, 0x7fffffff, true),
      'FileMalformed',
      'beyond its end',
    ],
    ['a wrong checksum', ({ view, directory }) => view.setUint32(directory + 16, 1, true), 'FileMalformed', 'checksum'],
    [
      'too few packed bytes',
      ({ view, directory }) => view.setUint32(directory + 20, 40, true),
      'FileMalformed',
      'cannot be unpacked',
    ],
    ['packed bytes that are wrong', ({ bytes }) => bytes.fill(0xff, 40, 60), 'FileMalformed', 'cannot be unpacked'],
    [
      'more than it says',
      ({ view, directory }) => view.setUint32(directory + 24, 1000, true),
      'FileUnsupported',
      'far more',
    ],
    [
      'less than it says',
      ({ view, directory }) => view.setUint32(directory + 24, LONG.length + 1, true),
      'FileMalformed',
      'checksum',
    ],
    [
      'a size beyond all',
      ({ view, directory }) => view.setUint32(directory + 24, 0xfffffffe, true),
      'FileUnsupported',
      'far more',
    ],
    [
      'stored bytes of another length',
      ({ view, directory }) => view.setUint16(directory + 10, 0, true),
      'FileMalformed',
      'checksum',
    ],
  ])('refuses %s', async (_, damage, code, why) => {
    const zip = sample();
    damage(zip);
    const read = async () => new Zip(zip.bytes).read('a');
    await expect(read()).rejects.toMatchObject({ name: code, message: expect.stringContaining(why) as string });
  });

  it('refuses a file that is cut anywhere', () => {
    const { bytes } = sample();
    for (let length = 0; length < bytes.length; length += 7)
      expect(() => new Zip(bytes.subarray(0, length))).toThrow(
        expect.objectContaining({ name: 'FileMalformed' }) as Error,
      );
  });

  it('refuses bombs by their ratio and by the sum of what was unpacked', async () => {
    const zeros = zipSync({ a: new Uint8Array(3_000_000) });
    await expect(new Zip(zeros).read('a')).rejects.toMatchObject({ name: 'FileUnsupported' });
    const two = new Zip(zipSync({ a: new Uint8Array(600), b: new Uint8Array(600) }), {
      unpackedBytes: 1000,
      unpackRatio: 250,
    });
    expect(await two.read('a')).toHaveLength(600);
    await expect(two.read('b')).rejects.toThrow('far more');
  });

  it('stops by a signal', async () => {
    const reason = new Error('enough');
    await expect(new Zip(sample().bytes).read('a', AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
