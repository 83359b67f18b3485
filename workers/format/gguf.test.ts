import { describe, expect, it } from 'vitest';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import type { GgufContent, TypedValue } from '../../tools/testing/write-gguf.ts';
import { errorCode } from '../protocol/errors.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readGguf } from './gguf.ts';

const TENSOR = { name: 't', type: 'F32', shape: [2, 4], bytes: new Uint8Array(32) } as const;
const GOOD: GgufContent = {
  metadata: { 'general.architecture': 'llama', 'general.name': 'small', list: [1, 2, 3], words: ['a', 'b'] },
  tensors: [TENSOR, { name: 'u', type: 'Q8_0', shape: [64], bytes: new Uint8Array(68) }],
};

/** Where the first byte sequence of `text` stands. */
function find(bytes: Uint8Array, text: string): number {
  const at = new TextDecoder('latin1').decode(bytes).indexOf(text);
  expect(at).toBeGreaterThanOrEqual(0);
  return at;
}

/** A good file with some bytes changed: at an offset, or relative to where a text stands. */
function changed(at: number | string, write: (view: DataView, offset: number) => void, content = GOOD): Uint8Array {
  const bytes = writeGguf(content);
  write(new DataView(bytes.buffer), typeof at === 'number' ? at : find(bytes, at));
  return bytes;
}

const u32 =
  (value: number, shift = 0) =>
  (view: DataView, offset: number) => {
    view.setUint32(offset + shift, value, true);
  };
const u64 =
  (value: bigint, shift = 0) =>
  (view: DataView, offset: number) => {
    view.setBigUint64(offset + shift, value, true);
  };
const text = (value: string): Uint8Array => new TextEncoder().encode(value.padEnd(64, '\n'));
const raw = (...bytes: number[]): Uint8Array => Uint8Array.from([...bytes, ...new Array<number>(64).fill(0)]);
const withValue = (value: TypedValue, key = 'k'): Uint8Array => writeGguf({ metadata: [[key, value]] });
const withTensor = (tensor: Partial<NonNullable<GgufContent['tensors']>[number]>): Uint8Array =>
  writeGguf({ metadata: {}, tensors: [{ ...TENSOR, ...tensor }] });
const nested = (depth: number): TypedValue =>
  depth === 1
    ? { type: 'array', itemType: 'uint8', value: [1] }
    : { type: 'array', itemType: 'array', value: [nested(depth - 1)] };

/** In a file whose only entry is key "k": 24 header, 8 + 1 key, then the value's type at 33 and the value at 37. */
const TYPE = 33;
const VALUE = 37;

const BAD: readonly (readonly [what: string, bytes: Uint8Array, code: ErrorCode, message: RegExp])[] = [
  // What the file is.
  ['an empty file', new Uint8Array(0), 'FileTruncated', /empty/],
  ['a magic of zeros', raw(0, 0, 0, 0), 'FileMalformed', /expected the letters GGUF, got the bytes 00 00 00 00/],
  ['a magic in lower case', text('gguf'), 'FileMalformed', /67 67 75 66/],
  ['a safetensors file', raw(0x40, 1, 0, 0, 0, 0, 0, 0, 0x7b, 0x22), 'FileUnsupported', /safetensors/],
  ['a PyTorch archive', raw(0x50, 0x4b, 3, 4), 'FileUnsupported', /ZIP archive, such as a PyTorch/],
  ['a Python pickle', raw(0x80, 2, 0x8a, 0x0a), 'FileUnsupported', /pickle/],
  ['an ONNX model', raw(8, 7, 0x12, 7), 'FileUnsupported', /ONNX/],
  ['a web page', text('<!DOCTYPE html><html>'), 'FileUnsupported', /web page.*direct link/],
  ['a web page after white space', text('\n\n  <html>'), 'FileUnsupported', /web page/],
  ['a Git LFS pointer', text('version https://git-lfs.github.com/spec/v1'), 'FileUnsupported', /Git LFS pointer/],
  ['a JSON error', text('{"error":"not found"}'), 'FileUnsupported', /JSON/],
  ['a GGML file', text('lmgg'), 'FileUnsupported', /old GGML/],
  ['a GGJT file', text('tjgg'), 'FileUnsupported', /old GGML/],
  ['an HDF5 file', raw(0x89, 0x48, 0x44, 0x46), 'FileUnsupported', /HDF5/],
  ['a TensorFlow Lite file', raw(0x1c, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33), 'FileUnsupported', /TensorFlow Lite/],
  ['a gzip archive', raw(0x1f, 0x8b), 'FileUnsupported', /gzip/],
  ['a reversed magic', text('FUGG'), 'FileUnsupported', /big-endian/],
  // Version and counts.
  ['version 0', writeGguf({ ...GOOD, version: 0 }), 'FileMalformed', /version is impossible at byte 4/],
  ['version 1', writeGguf({ ...GOOD, version: 1 }), 'FileUnsupported', /first version/],
  ['version 4', writeGguf({ ...GOOD, version: 4 }), 'FileUnsupported', /got 4\. Update/],
  ['version 2^32 - 1', writeGguf({ ...GOOD, version: 0xffffffff }), 'FileUnsupported', /got 4294967295/],
  ['version 3, big-endian', writeGguf({ ...GOOD, version: 0x03000000 }), 'FileUnsupported', /big-endian/],
  ['version 2, big-endian', writeGguf({ ...GOOD, version: 0x02000000 }), 'FileUnsupported', /big-endian/],
  ['2^64 - 1 tensors', changed(8, u64(2n ** 64n - 1n)), 'FileMalformed', /number of tensors.*18446744073709551615/],
  ['2^63 tensors', changed(8, u64(2n ** 63n)), 'FileMalformed', /at byte 8/],
  ['2^32 tensors', changed(8, u64(2n ** 32n)), 'FileMalformed', /at most 65536, got 4294967296/],
  ['more tensors than the file has room for', changed(8, u64(65_536n)), 'FileTruncated', /tensors at byte 16/],
  ['2^64 - 1 entries', changed(16, u64(2n ** 64n - 1n)), 'FileMalformed', /metadata entries/],
  ['2^63 entries', changed(16, u64(2n ** 63n)), 'FileMalformed', /at byte 16/],
  ['2^32 entries', changed(16, u64(2n ** 32n)), 'FileMalformed', /at most 65536/],
  ['more entries than the file has room for', changed(16, u64(65_536n)), 'FileTruncated', /metadata entries/],
  // Keys and values.
  ['a key length of -1', changed(24, u64(2n ** 64n - 1n)), 'FileMalformed', /length of metadata key 1/],
  ['a key longer than GGUF allows', changed(24, u64(65_536n)), 'FileMalformed', /at most 65535/],
  ['a key past the end', changed(24, u64(65_535n)), 'FileTruncated', /metadata key 1 at byte 32/],
  ['an empty key', withValue({ type: 'uint8', value: 1 }, ''), 'FileMalformed', /key 1 is empty at byte 24/],
  ['a key that is not UTF-8', changed(32, u32(0xffffffff)), 'FileMalformed', /key 1 is not valid text at byte 32/],
  [
    'an overlong encoding',
    changed(32, (v, o) => {
      v.setUint16(o, 0x80c0, true);
    }),
    'FileMalformed',
    /UTF-8/,
  ],
  [
    'a key twice',
    writeGguf({
      metadata: [
        ['k', { type: 'uint8', value: 1 }],
        ['k', { type: 'uint8', value: 2 }],
      ],
    }),
    'FileMalformed',
    /"k" comes twice at byte 38/,
  ],
  ['value type 13', changed(TYPE, u32(13), { metadata: { k: 1 } }), 'FileMalformed', /0 to 12\), got 13/],
  ['value type 2^32 - 1', changed(TYPE, u32(0xffffffff), { metadata: { k: 1 } }), 'FileMalformed', /got 4294967295/],
  [
    'a truth value of 2',
    changed(
      VALUE,
      (v, o) => {
        v.setUint8(o, 2);
      },
      { metadata: { k: true } },
    ),
    'FileMalformed',
    /expected 0 or 1, got 2/,
  ],
  ['a string length of -1', changed(VALUE, u64(2n ** 64n - 1n), { metadata: { k: 'v' } }), 'FileMalformed', /"k"/],
  ['a string of 2^40 bytes', changed(VALUE, u64(2n ** 40n), { metadata: { k: 'v' } }), 'FileMalformed', /16777216/],
  ['a string past the end', changed(VALUE, u64(1000n), { metadata: { k: 'v' } }), 'FileTruncated', /1000 more/],
  ['a string that is not UTF-8', changed(VALUE, u32(0xff, 8), { metadata: { k: 'v123' } }), 'FileMalformed', /UTF-8/],
  ['a u64 beyond 2^53', withValue({ type: 'uint64', value: 2n ** 53n }), 'FileMalformed', /9007199254740992/],
  ['an i64 below -2^53', withValue({ type: 'int64', value: -(2n ** 60n) }), 'FileMalformed', /below 2\^53/],
  // Arrays.
  ['an item type of 13', changed(VALUE, u32(13), { metadata: { k: [1] } }), 'FileMalformed', /items of.*got 13/],
  ['2^64 - 1 items', changed(VALUE, u64(2n ** 64n - 1n, 4), { metadata: { k: [1] } }), 'FileMalformed', /item count/],
  ['2^63 items', changed(VALUE, u64(2n ** 63n, 4), { metadata: { k: [1] } }), 'FileMalformed', /item count/],
  ['2^32 items', changed(VALUE, u64(2n ** 32n, 4), { metadata: { k: [1] } }), 'FileMalformed', /at most 4194304/],
  [
    'more items than the file has room for',
    changed(VALUE, u64(1000n, 4), { metadata: { k: [1] } }),
    'FileTruncated',
    /4000/,
  ],
  [
    'more strings than the file has room for',
    changed(VALUE, u64(99n, 4), { metadata: { k: ['a'] } }),
    'FileTruncated',
    /792/,
  ],
  ['an array nested five deep', withValue(nested(5)), 'FileMalformed', /nested too deep.*at most 4 levels, got 5/],
  ['an array nested a thousand deep', withValue(nested(1000)), 'FileMalformed', /nested too deep/],
  [
    'a bad string in an array',
    changed(VALUE, u64(2n ** 64n - 1n, 12), { metadata: { k: ['a'] } }),
    'FileMalformed',
    /"k"/,
  ],
  // Alignment.
  ...[0, 13, 3, 2 ** 30, 2 ** 21].map(
    (alignment) =>
      [
        `an alignment of ${alignment}`,
        writeGguf({ metadata: { 'general.alignment': alignment } }),
        'FileMalformed',
        new RegExp(`general.alignment is impossible.*got ${alignment}`),
      ] as const,
  ),
  ['an alignment that is text', writeGguf({ metadata: { 'general.alignment': '32' } }), 'FileMalformed', /wrong type/],
  [
    'an alignment of uint64',
    withValue({ type: 'uint64', value: 32 }, 'general.alignment'),
    'FileMalformed',
    /wrong type/,
  ],
  // The tensor table.
  ['a tensor with no name', withTensor({ name: '' }), 'FileMalformed', /Tensor 1 has no name/],
  [
    'a tensor name of 2,000 bytes',
    withTensor({ name: 'n'.repeat(2000) }),
    'FileMalformed',
    /at most 1024 bytes, got 2000/,
  ],
  [
    'a tensor name that is not UTF-8',
    changed(32, u32(0xff), { metadata: {}, tensors: [TENSOR] }),
    'FileMalformed',
    /tensor 1 is/,
  ],
  ['a tensor twice', writeGguf({ metadata: {}, tensors: [TENSOR, TENSOR] }), 'FileMalformed', /"t" comes twice/],
  ['no dimensions', withTensor({ shape: [] }), 'FileMalformed', /dimensions.*1 to 4, got 0/],
  ['five dimensions', withTensor({ shape: [1, 1, 1, 1, 8] }), 'FileMalformed', /1 to 4, got 5/],
  [
    '2^32 - 1 dimensions',
    changed(33, u32(0xffffffff), { metadata: {}, tensors: [TENSOR] }),
    'FileMalformed',
    /4294967295/,
  ],
  ['a dimension of 0', withTensor({ shape: [0, 4] }), 'FileMalformed', /dimension of.*is zero/],
  ['a dimension of -1', withTensor({ shape: [2n ** 64n - 1n] }), 'FileMalformed', /18446744073709551615/],
  ['2^54 weights', withTensor({ shape: [2 ** 27, 2 ** 27] }), 'FileMalformed', /fewer than 2\^53 weights/],
  ['weights that overflow 64 bits', withTensor({ shape: [2 ** 40, 2 ** 40] }), 'FileMalformed', /2\^53 weights/],
  ['bytes beyond 2^53', withTensor({ type: 'F64', shape: [2 ** 51, 3] }), 'FileMalformed', /2\^53 bytes/],
  ['an unknown tensor type', withTensor({ type: 99 }), 'FileUnsupported', /number 99.*another quantization/],
  ['a withdrawn tensor type', withTensor({ type: 4 }), 'FileUnsupported', /number 4/],
  ['tensor type 2^32 - 1', withTensor({ type: 0xffffffff }), 'FileUnsupported', /4294967295/],
  [
    'a row of 33 in blocks of 32',
    withTensor({ type: 'Q8_0', shape: [32, 33] }),
    'FileMalformed',
    /multiple of 32 for Q8_0, got 33/,
  ],
  ['a row of 128 in blocks of 256', withTensor({ type: 'Q4_K', shape: [128] }), 'FileMalformed', /multiple of 256/],
  ['an offset of -1', withTensor({ offset: 2n ** 64n - 1n }), 'FileMalformed', /offset of the tensor "t"/],
  ['an offset near 2^53', withTensor({ offset: 2n ** 53n - 32n }), 'FileMalformed', /out of range/],
  ['an unaligned offset', withTensor({ offset: 4 }), 'FileMalformed', /not aligned.*multiple of 32, got 4/],
  ['an offset past the end', withTensor({ offset: 3200 }), 'FileTruncated', /ends before "t" does/],
  ['an offset beyond 4 GiB that int32 would wrap', withTensor({ offset: 2 ** 32 }), 'FileTruncated', /4294967/],
  [
    'two tensors in one place',
    writeGguf({ metadata: {}, tensors: [TENSOR, { ...TENSOR, name: 'u', offset: 0 }] }),
    'FileMalformed',
    /"u" overlaps "t"/,
  ],
  [
    'two tensors that overlap in part',
    writeGguf({
      metadata: {},
      tensors: [
        { ...TENSOR, shape: [10] },
        { ...TENSOR, name: 'u' },
      ],
    }),
    'FileMalformed',
    /overlaps/,
  ],
  // The file's end.
  ['data short by one byte', writeGguf(GOOD).slice(0, -29), 'FileTruncated', /ends before "u"/],
  [
    'bytes after the padding',
    Uint8Array.from([...writeGguf(GOOD), 1]),
    'FileMalformed',
    /follow the last tensor.*1 more/,
  ],
  [
    'a second file behind the first',
    Uint8Array.from([...writeGguf(GOOD), ...writeGguf(GOOD)]),
    'FileMalformed',
    /follow/,
  ],
];

describe('readGguf refuses', () => {
  it('at least sixty kinds of bad files', () => {
    expect(BAD.length).toBeGreaterThanOrEqual(60);
  });

  it.each(BAD)('%s', async (_what, bytes, code, message) => {
    const error: unknown = await readGguf(bytesSource(bytes)).then(
      () => null,
      (cause: unknown) => cause,
    );
    expect(errorCode(error)).toBe(code);
    expect((error as Error).message).toMatch(message);
  });

  it('a file cut at any byte, naming where', async () => {
    const bytes = writeGguf(GOOD);
    const dataEnd = bytes.length - 28; // the last tensor needs no padding
    for (let length = 0; length < dataEnd; length++) {
      const error: unknown = await readGguf(bytesSource(bytes.subarray(0, length))).catch((cause: unknown) => cause);
      expect(errorCode(error), `cut at ${length}`).toBe('FileTruncated');
    }
    for (let length = dataEnd; length <= bytes.length; length++) await readGguf(bytesSource(bytes.subarray(0, length)));
  });
});

describe('readGguf reads', () => {
  it('every value type', async () => {
    const metadata: [string, TypedValue][] = [
      ['u8', { type: 'uint8', value: 255 }],
      ['i8', { type: 'int8', value: -128 }],
      ['u16', { type: 'uint16', value: 65_535 }],
      ['i16', { type: 'int16', value: -32_768 }],
      ['u32', { type: 'uint32', value: 4_294_967_295 }],
      ['i32', { type: 'int32', value: -2_147_483_648 }],
      ['f32', { type: 'float32', value: -0.5 }],
      ['bool', { type: 'bool', value: true }],
      ['string', { type: 'string', value: '\ufeffÄ 🦙' }],
      ['u64', { type: 'uint64', value: Number.MAX_SAFE_INTEGER }],
      ['i64', { type: 'int64', value: Number.MIN_SAFE_INTEGER }],
      ['f64', { type: 'float64', value: Math.PI }],
      ['strings', { type: 'array', itemType: 'string', value: ['', 'b'] }],
      ['floats', { type: 'array', itemType: 'float32', value: [0.5, Infinity] }],
      ['none', { type: 'array', itemType: 'uint8', value: [] }],
      ['nested', nested(4)],
    ];
    const file = await readGguf(bytesSource(writeGguf({ metadata })));
    expect([...file.metadata.keys()]).toEqual(metadata.map(([key]) => key));
    for (const [key, { value }] of metadata.slice(0, -1)) expect(file.metadata.get(key)).toEqual(value);
    expect(file.metadata.get('nested')).toEqual([[[[1]]]]);
  });

  it('shapes from the outside in, and offsets from the start of the file', async () => {
    const bytes = writeGguf({ ...GOOD, alignment: 128 });
    const file = await readGguf(bytesSource(bytes));
    const dataOffset = bytes.length - 256;
    expect(file.tensors.get('t')).toEqual({
      name: 't',
      type: 'F32',
      shape: [2, 4],
      byteOffset: dataOffset,
      byteLength: 32,
    });
    expect(file.tensors.get('u')).toEqual({
      name: 'u',
      type: 'Q8_0',
      shape: [64],
      byteOffset: dataOffset + 128,
      byteLength: 68,
    });
  });

  it('version 2', async () => {
    expect((await readGguf(bytesSource(writeGguf({ ...GOOD, version: 2 })))).tensors.size).toBe(2);
  });

  it('tensors in another order than their data, with a gap between them', async () => {
    const bytes = writeGguf({
      metadata: {},
      tensors: [
        { ...TENSOR, offset: 64 },
        { ...TENSOR, name: 'u', offset: 0, bytes: new Uint8Array(64) },
      ],
    });
    expect([...(await readGguf(bytesSource(bytes))).tensors.keys()]).toEqual(['t', 'u']);
  });

  it('a vocabulary without tensors, with and without padding', async () => {
    const bytes = writeGguf({ metadata: { k: 'v' } });
    expect((await readGguf(bytesSource(bytes))).tensors.size).toBe(0);
    expect((await readGguf(bytesSource(bytes.subarray(0, 46)))).metadata.get('k')).toBe('v');
  });

  it('names that JavaScript objects trip over', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const file = await readGguf(
      bytesSource(
        writeGguf({
          metadata: names.map((name) => [name, { type: 'uint8', value: 1 }] as const),
          tensors: names.map((name) => ({ ...TENSOR, name })),
        }),
      ),
    );
    expect([...file.metadata.keys()]).toEqual(names);
    expect([...file.tensors.keys()]).toEqual(names);
    expect(file.metadata.get('valueOf')).toBeUndefined();
  });

  it('no more than a window of a large file, and offsets beyond 4 GiB', async () => {
    const rows = 400_000;
    const tensor = { name: 'big', type: 'F32', shape: [rows, 4096], bytes: new Uint8Array(0) } as const;
    const tail = { name: 'tail', type: 'F32', shape: [8], bytes: new Uint8Array(0), offset: rows * 4096 * 4 } as const;
    const head = writeGguf({ metadata: { k: 'v' }, tensors: [tensor, tail] });
    const byteLength = head.length + rows * 4096 * 4 + 32;
    const reads: [offset: number, length: number][] = [];
    const sparse: ByteSource = {
      byteLength,
      read: (offset, length) => {
        reads.push([offset, length]);
        const bytes = new Uint8Array(length);
        bytes.set(head.subarray(offset, Math.min(head.length, offset + length)));
        return Promise.resolve(bytes);
      },
    };
    const file = await readGguf(sparse);
    expect(file.tensors.get('tail')?.byteOffset).toBe(head.length + 6_553_600_000);
    expect(reads).toEqual([[0, 256 * 1024]]);
  });

  it('in windows that grow to 4 MiB, whatever the metadata holds', async () => {
    const words = Array.from({ length: 300_000 }, (_, index) => `a word that is number ${index}`);
    const bytes = writeGguf({ metadata: { words, long: 'x'.repeat(9_000_000) } });
    const lengths: number[] = [];
    const source = bytesSource(bytes);
    const file = await readGguf({
      byteLength: bytes.length,
      read: (offset, length) => {
        lengths.push(length);
        return source.read(offset, length);
      },
    });
    expect(file.metadata.get('words')).toEqual(words);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(9_000_000);
    expect(lengths.slice(0, 5)).toEqual([1, 2, 4, 8, 16].map((factor) => factor * 256 * 1024));
  });

  it('nothing once the signal is aborted', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(readGguf(bytesSource(writeGguf(GOOD)), controller.signal)).rejects.toThrow(/abort/i);
  });
});
