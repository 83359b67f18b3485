/** GGUF files that are broken, by class: what is broken, the error's code, and a piece of its message. */
import { describe, expect, it } from 'vitest';
import { sparseSource } from '../../tools/testing/sparse-source.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import type { GgufContent, TypedValue } from '../../tools/testing/write-gguf.ts';
import { errorCode } from '../protocol/errors.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readGguf } from './gguf.ts';
import { TENSOR_TYPES } from './tensor-types.ts';

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

type Case = readonly [what: string, bytes: Uint8Array, code: ErrorCode, message: RegExp];

const OTHER_FILES: readonly Case[] = [
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
];

const HEADER: readonly Case[] = [
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
];

const KEYS_AND_VALUES: readonly Case[] = [
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
];

const ARRAYS: readonly Case[] = [
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
];

const ALIGNMENT: readonly Case[] = [
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
];

const TENSORS: readonly Case[] = [
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
];

const ENDS: readonly Case[] = [
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

/** Numbers that break readers: past a cap, past a signed or unsigned 32 or 64 bits, past what a JavaScript number holds. */
const HOSTILE = [
  2n ** 24n + 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const beyond = (value: bigint, max: number): RegExp =>
  value >= 2n ** 53n
    ? new RegExp(`out of range.*below 2\\^53, got ${value}`)
    : new RegExp(`at most ${max}.*got ${value}`);
const word = { metadata: { k: 'v' } };
const words = { metadata: { k: ['a'] } };
const number = { metadata: { k: 1 } };
const numbers = { metadata: { k: [1] } };
const tensorOnly = { metadata: {}, tensors: [TENSOR] };
const LENGTHS_AND_COUNTS: readonly Case[] = HOSTILE.flatMap((value): Case[] => [
  [`${value} tensors`, changed(8, u64(value)), 'FileMalformed', beyond(value, 65_536)],
  [`${value} entries`, changed(16, u64(value)), 'FileMalformed', beyond(value, 65_536)],
  [`a key of ${value} bytes`, changed(24, u64(value)), 'FileMalformed', beyond(value, 65_535)],
  [`a string of ${value} bytes`, changed(VALUE, u64(value), word), 'FileMalformed', beyond(value, 16_777_216)],
  [`${value} items`, changed(VALUE, u64(value, 4), numbers), 'FileMalformed', beyond(value, 4_194_304)],
  [
    `a string in an array of ${value} bytes`,
    changed(VALUE, u64(value, 12), words),
    'FileMalformed',
    beyond(value, 16_777_216),
  ],
  [`a tensor name of ${value} bytes`, changed(24, u64(value), tensorOnly), 'FileMalformed', beyond(value, 1024)],
]);

/** Text that is not UTF-8, four bytes each. */
const NOT_TEXT = {
  'a stray continuation': [0x61, 0x80, 0x61, 0x61],
  'a byte that UTF-8 never has': [0x61, 0xff, 0x61, 0x61],
  'an overlong zero': [0xc0, 0x80, 0x61, 0x61],
  'an overlong letter of three bytes': [0xe0, 0x81, 0xa1, 0x61],
  'an overlong letter of four bytes': [0xf0, 0x80, 0x81, 0xa1],
  'half a character of UTF-16': [0xed, 0xa0, 0x80, 0x61],
  'a character past U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
  'a character that is cut': [0x61, 0x61, 0xe2, 0x82],
} as const;
const put =
  (bytes: readonly number[], shift = 0) =>
  (view: DataView, offset: number) => {
    for (const [index, byte] of bytes.entries()) view.setUint8(offset + shift + index, byte);
  };
const TEXT: readonly Case[] = Object.entries(NOT_TEXT).flatMap(([what, bytes]): Case[] => [
  [
    `${what} in a key`,
    changed('kkkk', put(bytes), { metadata: { kkkk: 1 } }),
    'FileMalformed',
    /key 1 is not valid text at byte 32.*UTF-8/,
  ],
  [
    `${what} in a value`,
    changed('vvvv', put(bytes), { metadata: { k: 'vvvv' } }),
    'FileMalformed',
    /"k" is not valid text at byte 45/,
  ],
  [
    `${what} in an array`,
    changed('vvvv', put(bytes), { metadata: { k: ['a', 'vvvv'] } }),
    'FileMalformed',
    /"k" is not valid text/,
  ],
  [
    `${what} in a tensor's name`,
    changed('tttt', put(bytes), { metadata: {}, tensors: [{ ...TENSOR, name: 'tttt' }] }),
    'FileMalformed',
    /name of tensor 1 is not valid text at byte 32/,
  ],
]);

const UNKNOWN_TYPES: readonly Case[] = [14, 15, 31, 255, 256, 65_536, 2 ** 31].flatMap((type): Case[] => [
  [`a value of type ${type}`, changed(TYPE, u32(type), number), 'FileMalformed', new RegExp(`0 to 12\\), got ${type}`)],
  [`items of type ${type}`, changed(VALUE, u32(type), numbers), 'FileMalformed', new RegExp(`items of.*got ${type}`)],
]);

const SCALARS: readonly (readonly [type: Exclude<TypedValue['type'], 'array'>, bytes: number])[] = [
  ['uint8', 1],
  ['int8', 1],
  ['uint16', 2],
  ['int16', 2],
  ['uint32', 4],
  ['int32', 4],
  ['float32', 4],
  ['bool', 1],
  ['uint64', 8],
  ['int64', 8],
  ['float64', 8],
];
/** Files that end where something else was promised. Entries of the least size come first, so that the count is believed. */
const CUTS: readonly Case[] = [
  ...[1, 2, 3].map((length): Case => [
    `${length} letters of GGUF`,
    writeGguf(GOOD).slice(0, length),
    'FileTruncated',
    /header.*at least 24/,
  ]),
  ...[4, 8, 12, 16, 20, 23].map((length): Case => [
    `a header of ${length} bytes`,
    writeGguf(GOOD).slice(0, length),
    'FileTruncated',
    /inside the header at byte 0/,
  ]),
  ...SCALARS.flatMap(([type, bytes]): Case[] => {
    const value = { type, value: 1 } as const;
    const array = { type: 'array', itemType: type, value: [1, 1, 1] } as const;
    return [
      [
        `a ${type} that is cut`,
        withValue(value, 'kkkkkkkk').slice(0, 44 + bytes - 1),
        'FileTruncated',
        /"kkkkkkkk".*at byte 44/,
      ],
      [
        `an array of ${type} that is cut`,
        withValue(array, 'kkkkkkkk').slice(0, 56 + 3 * bytes - 1),
        'FileTruncated',
        new RegExp(`"kkkkkkkk".*at byte 56: expected at least ${3 * bytes} more`),
      ],
    ];
  }),
  [
    'a key’s length that is cut',
    writeGguf({ metadata: { kkkkkkkkkkkkkkkkkkkk: 1 } }).slice(0, 45),
    'FileTruncated',
    /key 1 at byte 32/,
  ],
  [
    'a value’s type that is cut',
    writeGguf({ metadata: { kkkkkkkk: 1 } }).slice(0, 42),
    'FileTruncated',
    /"kkkkkkkk" at byte 40/,
  ],
  [
    'a string’s length that is cut',
    writeGguf({ metadata: { k: 'vvvv' } }).slice(0, 44),
    'FileTruncated',
    /"k" at byte 37/,
  ],
  ['a string that is cut', writeGguf({ metadata: { k: 'vvvv' } }).slice(0, 48), 'FileTruncated', /"k" at byte 45/],
  ['an array’s count that is cut', writeGguf({ metadata: { k: [1] } }).slice(0, 48), 'FileTruncated', /"k" at byte 37/],
  [
    'a string in an array that is cut',
    writeGguf({ metadata: { k: ['vvvv'] } }).slice(0, 60),
    'FileTruncated',
    /"k" at byte 57/,
  ],
  [
    'a tensor’s dimensions that are cut',
    writeGguf({ metadata: {}, tensors: [{ ...TENSOR, name: 'tttttttttttt' }] }).slice(0, 60),
    'FileTruncated',
    /"tttttttttttt" at byte 48/,
  ],
];

const GOOD_VALUES: Readonly<Record<string, string | number | boolean>> = { string: '32', bool: true };
const MORE_ALIGNMENT: readonly Case[] = [
  ...(['uint8', 'int8', 'uint16', 'int16', 'int32', 'float32', 'float64', 'int64', 'bool'] as const).map(
    (type): Case => [
      `an alignment of ${type}`,
      withValue({ type, value: GOOD_VALUES[type] ?? 32 }, 'general.alignment'),
      'FileMalformed',
      /wrong type.*uint32 \(4\)/,
    ],
  ),
  [
    'an alignment that is a list',
    withValue({ type: 'array', itemType: 'uint32', value: [32] }, 'general.alignment'),
    'FileMalformed',
    /uint32 \(4\), got 9/,
  ],
  ...[5, 6, 12, 31, 33, 48, 100, 2 ** 31, 2 ** 32 - 1].map((alignment): Case => [
    `an alignment of ${alignment}`,
    writeGguf({ metadata: { 'general.alignment': { type: 'uint32', value: alignment } } }),
    'FileMalformed',
    new RegExp(`impossible.*power of two.*got ${alignment}`),
  ]),
];

/** Of each type with blocks, a row that no whole number of them fills; of every type, data that end a byte too early. */
const BLOCKS: readonly Case[] = TENSOR_TYPES.flatMap(({ name, blockElements, blockBytes }): Case[] => {
  const tensor = { name: 't', type: name, shape: [1, blockElements], bytes: new Uint8Array(blockBytes) };
  const whole = writeGguf({ metadata: {}, tensors: [tensor] });
  const padding = (32 - (blockBytes % 32)) % 32;
  const short: Case = [
    `a block of ${name} that lacks a byte`,
    whole.slice(0, whole.length - padding - 1),
    'FileTruncated',
    new RegExp(`ends before "t" does.*at least ${whole.length - padding} bytes`),
  ];
  if (blockElements === 1) return [short];
  const odd = writeGguf({ metadata: {}, tensors: [{ ...tensor, shape: [blockElements, blockElements - 1] }] });
  return [
    short,
    [
      `a row of ${name} with a weight too few`,
      odd,
      'FileMalformed',
      new RegExp(`multiple of ${blockElements} for ${name}, got ${blockElements - 1}`),
    ],
  ];
});

const TENSOR_TYPE_NUMBERS: readonly Case[] = [5, 31, 32, 33, 36, 37, 38, 42, 255, 65_536, 2 ** 31].map((type) => [
  `tensor type ${type}`,
  withTensor({ type }),
  'FileUnsupported',
  new RegExp(`unknown to this version.*number ${type}\\. Choose another quantization`),
]);

const DIMENSIONS: readonly Case[] = [
  ...[[0], [0, 1], [1, 0], [1, 0, 1], [0, 1, 1, 1], [1, 1, 1, 0]].map((shape): Case => [
    `a dimension of zero in ${shape.join('×')}`,
    withTensor({ shape }),
    'FileMalformed',
    /dimension of the tensor "t" is zero.*at least 1, got 0/,
  ]),
  ...[6, 8, 63, 2 ** 16, 2 ** 31].map((count): Case => [
    `${count} dimensions`,
    changed(33, u32(count), tensorOnly),
    'FileMalformed',
    new RegExp(`1 to 4, got ${count}`),
  ]),
  ...[2n ** 53n, 2n ** 63n].map((size): Case => [
    `a dimension of ${size}`,
    withTensor({ shape: [size] }),
    'FileMalformed',
    new RegExp(`dimension of the tensor "t" is out of range.*got ${size}`),
  ]),
  [
    'four dimensions of 2^16',
    withTensor({ shape: [2 ** 16, 2 ** 16, 2 ** 16, 2 ** 16] }),
    'FileMalformed',
    /2\^53 weights/,
  ],
  ['weights that wrap to zero in 64 bits', withTensor({ shape: [2 ** 32, 2 ** 32] }), 'FileMalformed', /2\^53 weights/],
  [
    'weights that wrap to eight in 32 bits',
    withTensor({ shape: [2 ** 29 + 1, 8] }),
    'FileTruncated',
    /ends before "t" does/,
  ],
];

const at = (...offsets: readonly (number | bigint)[]): Uint8Array =>
  writeGguf({ metadata: {}, tensors: offsets.map((offset, index) => ({ ...TENSOR, name: `t${index}`, offset })) });
const MORE_PLACES: readonly Case[] = [
  ...[1, 2, 8, 16, 31, 33].map((offset): Case => [
    `a tensor at ${offset}`,
    at(offset),
    'FileMalformed',
    new RegExp(`"t0" is not aligned.*multiple of 32, got ${offset}`),
  ]),
  [
    'a tensor at 32 where 64 is the alignment',
    writeGguf({ alignment: 64, metadata: {}, tensors: [{ ...TENSOR, offset: 32 }] }),
    'FileMalformed',
    /multiple of 64, got 32/,
  ],
  ...[2n ** 53n, 2n ** 63n].map((offset): Case => [
    `a tensor at ${offset}`,
    at(offset),
    'FileMalformed',
    new RegExp(`out of range.*got ${offset}`),
  ]),
  ...[2 ** 31, 2 ** 40].map((offset): Case => [
    `a tensor at ${offset}, past the end`,
    at(offset),
    'FileTruncated',
    /ends before "t0" does/,
  ]),
  ['three tensors of which two share a place', at(0, 32, 32), 'FileMalformed', /"t2" overlaps "t1"/],
  ['a tensor before one that reaches into it', at(32, 0, 32), 'FileMalformed', /"t2" overlaps "t0"/],
  ['a second tensor past the end', at(0, 96), 'FileTruncated', /ends before "t1" does/],
];

const NAMES: readonly Case[] = [
  [
    'a key twice, of two types',
    writeGguf({
      metadata: [
        ['k', { type: 'uint8', value: 1 }],
        ['k', { type: 'string', value: '1' }],
      ],
    }),
    'FileMalformed',
    /"k" comes twice/,
  ],
  [
    'a key twice, with another between',
    writeGguf({
      metadata: [
        ['k', { type: 'uint8', value: 1 }],
        ['l', { type: 'uint8', value: 1 }],
        ['k', { type: 'uint8', value: 1 }],
      ],
    }),
    'FileMalformed',
    /"k" comes twice/,
  ],
  [
    '__proto__ twice',
    writeGguf({
      metadata: [
        ['__proto__', { type: 'uint8', value: 1 }],
        ['__proto__', { type: 'uint8', value: 1 }],
      ],
    }),
    'FileMalformed',
    /"__proto__" comes twice/,
  ],
  [
    'an empty second key',
    writeGguf({
      metadata: [
        ['k', { type: 'uint8', value: 1 }],
        ['', { type: 'uint8', value: 1 }],
      ],
    }),
    'FileMalformed',
    /key 2 is empty/,
  ],
  [
    'a tensor twice, of two types',
    writeGguf({ metadata: {}, tensors: [TENSOR, { name: 't', type: 'F16', shape: [8], bytes: new Uint8Array(16) }] }),
    'FileMalformed',
    /"t" comes twice/,
  ],
  [
    'a tensor twice, with another between',
    writeGguf({ metadata: {}, tensors: [TENSOR, { ...TENSOR, name: 'u' }, TENSOR] }),
    'FileMalformed',
    /"t" comes twice/,
  ],
  [
    'a tensor name of 1,025 bytes',
    withTensor({ name: 'n'.repeat(1025) }),
    'FileMalformed',
    /at most 1024 bytes, got 1025/,
  ],
  [
    'a second tensor without a name',
    writeGguf({ metadata: {}, tensors: [TENSOR, { ...TENSOR, name: '' }] }),
    'FileMalformed',
    /Tensor 2 has no name/,
  ],
  [
    'a truth value of 255',
    changed(VALUE, put([255]), { metadata: { k: true } }),
    'FileMalformed',
    /expected 0 or 1, got 255/,
  ],
  [
    'a truth value of 2 in an array',
    changed(VALUE, put([2], 12), { metadata: { k: [true] } }),
    'FileMalformed',
    /expected 0 or 1, got 2/,
  ],
  [
    'a u64 of 2^64 - 1',
    withValue({ type: 'uint64', value: 2n ** 64n - 1n }),
    'FileMalformed',
    /below 2\^53, got 18446744073709551615/,
  ],
  ['an i64 of -2^63', withValue({ type: 'int64', value: -(2n ** 63n) }), 'FileMalformed', /got -9223372036854775808/],
  [
    'a u64 beyond 2^53 in an array',
    withValue({ type: 'array', itemType: 'uint64', value: [2n ** 60n] }),
    'FileMalformed',
    /below 2\^53/,
  ],
];

const BAD = {
  OTHER_FILES,
  HEADER,
  KEYS_AND_VALUES,
  ARRAYS,
  ALIGNMENT,
  TENSORS,
  ENDS,
  LENGTHS_AND_COUNTS,
  TEXT,
  UNKNOWN_TYPES,
  CUTS,
  MORE_ALIGNMENT,
  BLOCKS,
  TENSOR_TYPE_NUMBERS,
  DIMENSIONS,
  MORE_PLACES,
  NAMES,
};

describe('readGguf refuses', () => {
  it('at least 250 kinds of bad files', () => {
    expect(Object.values(BAD).flat().length).toBeGreaterThanOrEqual(250);
  });

  describe.each(Object.entries(BAD))('%s', (_class, cases) => {
    it.each(cases)('%s', async (_what, bytes, code, message) => {
      const error: unknown = await readGguf(bytesSource(bytes)).then(
        () => null,
        (cause: unknown) => cause,
      );
      expect([errorCode(error), (error as Error | null)?.message]).toEqual([code, expect.stringMatching(message)]);
    });
  });

  it('metadata that are too long, before they are read', async () => {
    const strings = 5;
    const stringBytes = 16 * 2 ** 20;
    const head = writeGguf({ metadata: { k: new Array<string>(strings).fill('') } }).subarray(0, 49);
    const length = new Uint8Array(BigUint64Array.of(BigInt(stringBytes)).buffer);
    const runs = Array.from({ length: strings }, (_, index) => [49 + index * (8 + stringBytes), length] as const);
    let readBytes = 0;
    const source = sparseSource(2 ** 30, [[0, head], ...runs]);
    const error: unknown = await readGguf({
      ...source,
      read: (offset, count) => {
        readBytes += count;
        return source.read(offset, count);
      },
    }).catch((cause: unknown) => cause);
    expect(errorCode(error)).toBe('FileMalformed');
    expect((error as Error).message).toMatch(/metadata are too long.*at most 67108864 bytes/);
    expect(readBytes).toBeLessThanOrEqual(64 * 2 ** 20);
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
