import { describe, expect, it } from 'vitest';
import { sparseSource } from '../../tools/testing/sparse-source.ts';
import { withHeader, writeSafetensors } from '../../tools/testing/write-safetensors.ts';
import { type ErrorCode, errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readSafetensors } from './safetensors.ts';

const zeros = (count: number): Uint8Array => new Uint8Array(count);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
/** A tensor of two weights in F32 whose entry is changed; 8 bytes of data. */
const entry = (change: Record<string, unknown>): Uint8Array =>
  withHeader(JSON.stringify({ t: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...change } }), zeros(8));
/** The same with raw JSON in place of the entry. */
const rawEntry = (json: string): Uint8Array => withHeader(`{"t":${json}}`, zeros(8));
/** A file whose length field says `length`, with some text and zeros after it. */
function lengthSays(length: bigint, text = '{}'): Uint8Array {
  const bytes = withHeader(text, zeros(64));
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}
/** One F32 tensor for each pair of offsets, named a, b, c …; its shape fits the pair. */
function placed(dataBytes: number, ...places: readonly (readonly [begin: number, end: number])[]): Uint8Array {
  const entries = places.map(([begin, end], index) => {
    const name = String.fromCharCode(97 + index);
    return [name, { dtype: 'F32', shape: [(end - begin) / 4], data_offsets: [begin, end] }] as const;
  });
  return withHeader(JSON.stringify(Object.fromEntries(entries)), zeros(dataBytes));
}
const GOOD = writeSafetensors(
  [
    { name: 'w', dtype: 'BF16', shape: [3, 2], bytes: zeros(12) },
    { name: 'v', dtype: 'F32', shape: [2], bytes: zeros(8) },
  ],
  { format: 'pt' },
);
const cut = (count: number): Uint8Array => GOOD.subarray(0, count);
const SOUND = '"dtype":"F32","shape":[2],"data_offsets":[0,8]';

type Case = readonly [what: string, bytes: Uint8Array, code: ErrorCode, message: RegExp];

const OTHER_FILES: readonly Case[] = [
  ['an empty file', zeros(0), 'FileTruncated', /empty/],
  ['a GGUF file', latin1(`GGUF${'\0'.repeat(60)}`), 'FileUnsupported', /not a safetensors file.*a GGUF file.*as it is/],
  ['a PyTorch archive', latin1(`PK\x03\x04${'\0'.repeat(60)}`), 'FileUnsupported', /ZIP archive/],
  ['a pickle', latin1(`\x80\x02\x8a\x0a${'\0'.repeat(60)}`), 'FileUnsupported', /pickle/],
  ['a web page', latin1('<!DOCTYPE html><html></html>'), 'FileUnsupported', /web page/],
  ['a Git LFS pointer', latin1('version https://git-lfs.github.com/spec/v1\n'), 'FileUnsupported', /Git LFS/],
  ['a JSON error', latin1('{"error":"not found"}'), 'FileUnsupported', /JSON file/],
  ['a gzip archive', latin1(`\x1f\x8b${'\0'.repeat(60)}`), 'FileUnsupported', /gzip/],
  ['an HDF5 file', latin1(`\x89HDF${'\0'.repeat(60)}`), 'FileUnsupported', /HDF5/],
  ['zeros', zeros(64), 'FileMalformed', /00 00 00 00/],
];

const LENGTHS: readonly Case[] = [
  ['one byte', cut(1), 'FileTruncated', /length of the header/],
  ['seven bytes', cut(7), 'FileTruncated', /length of the header.*at least 8/],
  ['eight bytes', cut(8), 'FileTruncated', /inside the header/],
  ['nine bytes', cut(9), 'FileTruncated', /inside the header/],
  ['half a header', cut(40), 'FileTruncated', /inside the header at byte 8/],
  ['a length of 0', lengthSays(0n), 'FileMalformed', /at least 2 bytes, got 0/],
  ['a length of 1', lengthSays(1n), 'FileMalformed', /at least 2 bytes, got 1/],
  ['a length past the end', lengthSays(1000n), 'FileTruncated', /at least 1000 more/],
  ['a length of 2^32 - 1', lengthSays(2n ** 32n - 1n), 'FileMalformed', /at most 100000000 bytes, got 4294967295/],
  ['a length of 2^32', lengthSays(2n ** 32n), 'FileMalformed', /at most 100000000/],
  ['a length of 2^53', lengthSays(2n ** 53n), 'FileMalformed', /out of range at byte 0/],
  ['a length of 2^63', lengthSays(2n ** 63n), 'FileMalformed', /out of range/],
  ['a length of 2^64 - 1', lengthSays(2n ** 64n - 1n), 'FileMalformed', /18446744073709551615/],
  ['a header of 100 MB and a byte', lengthSays(100_000_001n), 'FileMalformed', /at most 100000000/],
  [
    'a header of 100 MB',
    lengthSays(100_000_000n),
    'FileUnsupported',
    /longer than that of any model.*at most 16777216/,
  ],
  ['a header of 16 MiB and a byte', lengthSays(16_777_217n), 'FileUnsupported', /got 16777217/],
  ['a header of 16 MiB that is not there', lengthSays(16_777_216n), 'FileTruncated', /inside the header/],
  ['a length one too small', lengthSays(1n + 1n, '{ }'), 'FileMalformed', /not sound JSON/],
  ['a length one too great', lengthSays(3n), 'FileMalformed', /expected the end of the text/],
];

const JSON_TEXT: readonly Case[] = [
  ['a header that is cut', withHeader('{"t":'), 'FileMalformed', /The header is not sound JSON at byte 13/],
  ['no closing brace', withHeader(`{"t":{${SOUND}}`, zeros(8)), 'FileMalformed', /end of the object/],
  ['two closing braces', withHeader('{}}'), 'FileMalformed', /end of the text, got "}"/],
  ['a second value', withHeader('{} {}'), 'FileMalformed', /end of the text/],
  ['zeros for padding', withHeader('{}\0\0'), 'FileMalformed', /end of the text/],
  ['a trailing comma', withHeader('{"a":{},}'), 'FileMalformed', /key in quotes/],
  ['a leading comma', withHeader('{,}'), 'FileMalformed', /key in quotes/],
  ['no comma', withHeader('{"a":{}"b":{}}'), 'FileMalformed', /a comma or the end of the object/],
  ['no colon', withHeader('{"a"{}}'), 'FileMalformed', /a colon/],
  ['no value', withHeader('{"a":}'), 'FileMalformed', /a JSON value/],
  ['single quotes', withHeader("{'a':{}}"), 'FileMalformed', /key in quotes/],
  ['a key without quotes', withHeader('{a:{}}'), 'FileMalformed', /key in quotes/],
  ['a number as a key', withHeader('{1:{}}'), 'FileMalformed', /key in quotes/],
  ['a comment', withHeader('{/* */}'), 'FileMalformed', /key in quotes/],
  ['NaN', rawEntry('NaN'), 'FileMalformed', /a JSON value, got "NaN/],
  ['Infinity', rawEntry('Infinity'), 'FileMalformed', /a JSON value/],
  ['a hexadecimal number', rawEntry('0x10'), 'FileMalformed', /end of the object/],
  ['a leading zero', rawEntry('01'), 'FileMalformed', /end of the object/],
  ['a plus sign', rawEntry('+1'), 'FileMalformed', /a JSON value/],
  ['a number that overflows', rawEntry('1e999'), 'FileMalformed', /a number that a computer can hold/],
  ['an open string', withHeader('{"a'), 'FileMalformed', /end of the string/],
  ['a line break in a string', withHeader('{"a\n":{}}'), 'FileMalformed', /end of the string/],
  ['an unknown escape', withHeader('{"\\x61":{}}'), 'FileMalformed', /an escape that JSON knows/],
  ['a short escape', withHeader('{"\\u006":{}}'), 'FileMalformed', /an escape that JSON knows/],
  ['half a character', withHeader('{"\\ud800":{}}'), 'FileMalformed', /whole characters/],
  ['nesting past the format', withHeader(`{"t":[[[[${''}]]]]}`), 'FileMalformed', /at most 4 levels/],
  ['nesting of 100,000', withHeader(`{"t":${'['.repeat(100_000)}`), 'FileMalformed', /at most 4 levels of nesting/],
  ['a depth of braces', withHeader(`${'{"a":'.repeat(50_000)}`), 'FileMalformed', /at most 4 levels/],
  ['two million values', withHeader(`{"t":[${'0,'.repeat(2_000_000)}0]}`), 'FileMalformed', /fewer values/],
];

const ENCODING: readonly Case[] = [
  ['a stray byte', withHeader(latin1('{"\xff":{}}')), 'FileMalformed', /not valid text at byte 8.*UTF-8/],
  ['an overlong encoding', withHeader(latin1('{"\xc0\x80":{}}')), 'FileMalformed', /UTF-8/],
  ['a surrogate in UTF-8', withHeader(latin1('{"\xed\xa0\x80":{}}')), 'FileMalformed', /UTF-8/],
  ['a cut character', withHeader(latin1('{"\xe2\x82":{}}')), 'FileMalformed', /UTF-8/],
  ['a byte order mark', withHeader(latin1('\xef\xbb\xbf{}')), 'FileMalformed', /not a safetensors file/],
  ['a header in UTF-16', withHeader(latin1('{\0"\0a\0"\0}\0')), 'FileMalformed', /not sound JSON|UTF-8/],
  ['an umlaut in a name', withHeader('{"ä":{}}'), 'FileMalformed', /printable ASCII.*"ä"/],
  ['an escaped umlaut in a name', withHeader('{"\\u00e4":{}}'), 'FileMalformed', /printable ASCII/],
  ['a Cyrillic look-alike', withHeader('{"lm_he\u0430d.weight":{}}'), 'FileMalformed', /printable ASCII/],
  ['a control character in a name', withHeader('{"a\\u0000b":{}}'), 'FileMalformed', /printable ASCII/],
  ['a direction mark in a name', withHeader('{"a\\u202eb":{}}'), 'FileMalformed', /printable ASCII/],
  ['an empty name', withHeader('{"":{}}'), 'FileMalformed', /The name of a tensor is wrong/],
  ['a name of 1,025 letters', withHeader(`{"${'n'.repeat(1025)}":{}}`), 'FileMalformed', /1 to 1024/],
];

const DUPLICATES: readonly Case[] = [
  [
    'a tensor twice',
    withHeader(`{"t":{${SOUND}},"t":{${SOUND}}}`, zeros(8)),
    'FileMalformed',
    /the key "t" once, got it twice/,
  ],
  [
    'a tensor twice, once escaped',
    withHeader(`{"t":{${SOUND}},"\\u0074":{${SOUND}}}`, zeros(8)),
    'FileMalformed',
    /"t" once/,
  ],
  ['two types', rawEntry(`{"dtype":"F16",${SOUND}}`), 'FileMalformed', /"dtype" once/],
  ['two shapes', rawEntry(`{"shape":[1],${SOUND}}`), 'FileMalformed', /"shape" once/],
  ['two places', rawEntry(`{"data_offsets":[0,4],${SOUND}}`), 'FileMalformed', /"data_offsets" once/],
  ['two notes', withHeader('{"__metadata__":{"a":"1","a":"2"}}'), 'FileMalformed', /"a" once/],
  ['notes twice', withHeader('{"__metadata__":{},"__metadata__":{}}'), 'FileMalformed', /"__metadata__" once/],
  ['__proto__ twice', withHeader('{"__proto__":{},"__proto__":{}}'), 'FileMalformed', /"__proto__" once/],
];

const NOTES: readonly Case[] = [
  ['notes as text', withHeader('{"__metadata__":"pt"}'), 'FileMalformed', /an object, got "pt"/],
  ['notes as a list', withHeader('{"__metadata__":[]}'), 'FileMalformed', /an object, got an array of 0/],
  ['no notes, but null', withHeader('{"__metadata__":null}'), 'FileMalformed', /an object, got null/],
  ['a note that is a number', withHeader('{"__metadata__":{"a":1}}'), 'FileMalformed', /The note "a".*text, got 1/],
  ['a note that is null', withHeader('{"__metadata__":{"a":null}}'), 'FileMalformed', /text, got null/],
  ['a note in a note', withHeader('{"__metadata__":{"a":{}}}'), 'FileMalformed', /text, got an object/],
];

const ENTRIES: readonly Case[] = [
  ['an entry that is null', rawEntry('null'), 'FileMalformed', /entry of the tensor "t".*an object, got null/],
  ['an entry that is a list', rawEntry('[]'), 'FileMalformed', /an object, got an array of 0/],
  ['an entry that is a number', rawEntry('8'), 'FileMalformed', /an object, got 8/],
  ['an entry that is text', rawEntry('"F32"'), 'FileMalformed', /an object, got "F32"/],
  ['an empty entry', rawEntry('{}'), 'FileMalformed', /type of the tensor "t".*text, got nothing/],
  ['no type', entry({ dtype: undefined }), 'FileMalformed', /text, got nothing/],
  ['a type that is a number', entry({ dtype: 0 }), 'FileMalformed', /text, got 0/],
  ['a type that is null', entry({ dtype: null }), 'FileMalformed', /text, got null/],
  ['a type in lower case', entry({ dtype: 'f32' }), 'FileUnsupported', /unknown to this version: got "f32"/],
  ['a type of the future', entry({ dtype: 'F4' }), 'FileUnsupported', /got "F4".*another conversion/],
  ['an empty type', entry({ dtype: '' }), 'FileUnsupported', /got ""/],
  ['a type that objects have', entry({ dtype: 'constructor' }), 'FileUnsupported', /"constructor"/],
  ['a GGUF type', entry({ dtype: 'Q4_0' }), 'FileUnsupported', /"Q4_0"/],
  ['no shape', entry({ shape: undefined }), 'FileMalformed', /shape of the tensor "t".*an array, got nothing/],
  ['a shape that is a number', entry({ shape: 2 }), 'FileMalformed', /an array, got 2/],
  ['a shape that is an object', entry({ shape: {} }), 'FileMalformed', /an array, got an object/],
  ['a dimension below zero', entry({ shape: [-2] }), 'FileMalformed', /whole number from 0, got -2/],
  ['half a dimension', entry({ shape: [2.5] }), 'FileMalformed', /got 2\.5/],
  ['a dimension as text', entry({ shape: ['2'] }), 'FileMalformed', /got "2"/],
  ['a dimension that is null', entry({ shape: [null] }), 'FileMalformed', /got null/],
  ['a dimension that is a list', entry({ shape: [[2]] }), 'FileMalformed', /got an array of 1/],
  ['a dimension of 2^53', entry({ shape: [2 ** 53] }), 'FileMalformed', /got 9007199254740992/],
  ['a dimension of 1e300', entry({ shape: [1e300] }), 'FileMalformed', /got 1e\+300/],
  ['nine dimensions', entry({ shape: [2, 1, 1, 1, 1, 1, 1, 1, 1] }), 'FileMalformed', /at most 8, got 9/],
  ['a product beyond 2^53', entry({ shape: [2 ** 30, 2 ** 30] }), 'FileMalformed', /fewer than 2\^53 weights/],
  ['a product that overflows before a zero', entry({ shape: [2 ** 30, 2 ** 30, 0] }), 'FileMalformed', /2\^53 weights/],
  ['bytes beyond 2^53', entry({ shape: [2 ** 52] }), 'FileMalformed', /fewer than 2\^53 bytes/],
];

const PLACES: readonly Case[] = [
  ['no place', entry({ data_offsets: undefined }), 'FileMalformed', /place of the tensor "t".*an array, got nothing/],
  ['a place that is a number', entry({ data_offsets: 0 }), 'FileMalformed', /an array, got 0/],
  ['an empty place', entry({ data_offsets: [] }), 'FileMalformed', /begins and ends, got 0 numbers/],
  ['one offset', entry({ data_offsets: [0] }), 'FileMalformed', /got 1 numbers/],
  ['three offsets', entry({ data_offsets: [0, 4, 8] }), 'FileMalformed', /got 3 numbers/],
  ['an offset below zero', entry({ data_offsets: [-8, 0] }), 'FileMalformed', /whole number from 0, got -8/],
  ['half an offset', entry({ data_offsets: [0.5, 8.5] }), 'FileMalformed', /got 0\.5/],
  ['an offset as text', entry({ data_offsets: ['0', '8'] }), 'FileMalformed', /got "0"/],
  ['an offset of 2^53', entry({ data_offsets: [0, 2 ** 53] }), 'FileMalformed', /got 9007199254740992/],
  [
    'an end before the beginning',
    entry({ data_offsets: [8, 0] }),
    'FileMalformed',
    /ends before it begins.*from 8, got 0/,
  ],
  ['four bytes too few', entry({ data_offsets: [0, 4] }), 'FileMalformed', /expected 8 bytes, got 4/],
  ['a byte too many', entry({ data_offsets: [0, 9] }), 'FileMalformed', /expected 8 bytes, got 9/],
  ['no bytes', entry({ data_offsets: [0, 0] }), 'FileMalformed', /expected 8 bytes, got 0/],
  ['the size of another type', entry({ dtype: 'F16' }), 'FileMalformed', /expected 4 bytes, got 8/],
  ['the size of another shape', entry({ shape: [2, 2] }), 'FileMalformed', /expected 16 bytes, got 8/],
  ['bytes for nothing', entry({ shape: [0] }), 'FileMalformed', /expected 0 bytes, got 8/],
  ['one place for two', placed(8, [0, 8], [0, 8]), 'FileMalformed', /"b" overlaps "a".*from 8, got 0/],
  ['a place inside another', placed(16, [0, 16], [4, 8]), 'FileMalformed', /"b" overlaps "a"/],
  ['places that overlap by a weight', placed(16, [0, 8], [4, 16]), 'FileMalformed', /"b" overlaps "a".*from 8, got 4/],
  ['an overlap in another order', placed(16, [4, 16], [0, 8]), 'FileMalformed', /"a" overlaps "b"/],
  ['an overlap of the third', placed(24, [0, 8], [8, 16], [12, 24]), 'FileMalformed', /"c" overlaps "b"/],
  ['a gap at the start', placed(12, [4, 12]), 'FileMalformed', /gap before the tensor "a".*offset of 0, got 4/],
  ['a gap between two', placed(20, [0, 8], [12, 20]), 'FileMalformed', /gap before the tensor "b".*of 8, got 12/],
  ['a gap in another order', placed(20, [12, 20], [0, 8]), 'FileMalformed', /gap before the tensor "a"/],
  ['an offset near 2^53', entry({ data_offsets: [2 ** 53 - 9, 2 ** 53 - 1] }), 'FileMalformed', /gap before/],
];

const ENDS: readonly Case[] = [
  ['no data', placed(0, [0, 8]), 'FileTruncated', /ends before "a" does.*a file of \d+ bytes/],
  ['a byte of data too few', placed(7, [0, 8]), 'FileTruncated', /fetch the file again/],
  ['the second tensor missing', placed(8, [0, 8], [8, 16]), 'FileTruncated', /ends before "b" does/],
  ['a byte too many', placed(9, [0, 8]), 'FileMalformed', /Unknown bytes follow.*1 more bytes/],
  ['data without tensors', withHeader('{}', zeros(4)), 'FileMalformed', /4 more bytes/],
  ['data behind notes alone', withHeader('{"__metadata__":{"a":"b"}}', zeros(1)), 'FileMalformed', /1 more bytes/],
  ['a terabyte that is claimed', placed(0, [0, 2 ** 40]), 'FileTruncated', /ends before "a" does/],
  ['a petabyte that is claimed', placed(0, [0, 2 ** 50]), 'FileTruncated', /ends before "a" does/],
];

const BAD = { OTHER_FILES, LENGTHS, JSON_TEXT, ENCODING, DUPLICATES, NOTES, ENTRIES, PLACES, ENDS };

describe('readSafetensors refuses', () => {
  it('at least 120 kinds of bad files', () => {
    expect(Object.values(BAD).flat().length).toBeGreaterThanOrEqual(120);
  });

  describe.each(Object.entries(BAD))('%s', (_class, cases) => {
    it.each(cases)('%s', async (_what, bytes, code, message) => {
      const error: unknown = await readSafetensors(bytesSource(bytes)).then(
        () => null,
        (cause: unknown) => cause,
      );
      expect([errorCode(error), (error as Error).message]).toEqual([code, expect.stringMatching(message)]);
    });
  });

  it('a file cut at any byte, as truncated', async () => {
    for (let length = 0; length < GOOD.length; length++) {
      const error: unknown = await readSafetensors(bytesSource(cut(length))).catch((cause: unknown) => cause);
      expect(errorCode(error), `cut at ${length}`).toBe('FileTruncated');
    }
  });
});

describe('readSafetensors reads', () => {
  it('names, types, shapes and places', async () => {
    const { tensors, metadata } = await readSafetensors(bytesSource(GOOD));
    const dataOffset = GOOD.length - 20;
    expect([...metadata]).toEqual([['format', 'pt']]);
    expect([...tensors.values()]).toEqual([
      { name: 'w', type: 'BF16', shape: [3, 2], byteOffset: dataOffset, byteLength: 12 },
      { name: 'v', type: 'F32', shape: [2], byteOffset: dataOffset + 12, byteLength: 8 },
    ]);
  });

  it('every type, scalars, tensors without weights, any order, fields of the future', async () => {
    const header = {
      b: { dtype: 'F64', shape: [], data_offsets: [5, 13], stride: [1] },
      none: { dtype: 'I32', shape: [0, 7], data_offsets: [5, 5] },
      a: { dtype: 'F8_E4M3', shape: [5], data_offsets: [0, 5] },
    };
    const { tensors } = await readSafetensors(bytesSource(withHeader(JSON.stringify(header), zeros(13))));
    expect([...tensors.keys()]).toEqual(['b', 'none', 'a']);
    expect(tensors.get('b')!.byteLength).toBe(8);
  });

  it('nothing but a header, notes in any script, and names that JavaScript objects trip over', async () => {
    expect((await readSafetensors(bytesSource(withHeader('{}      ')))).tensors.size).toBe(0);
    const names = ['__proto__', 'constructor', 'toString'];
    const tensors = names.map((name) => ({ name, dtype: 'F32', shape: [1], bytes: zeros(4) }));
    const entries = tensors.map(
      ({ name }, at) => `"${name}":{"dtype":"F32","shape":[1],"data_offsets":[${4 * at},${4 * at + 4}]}`,
    );
    const file = await readSafetensors(
      bytesSource(withHeader(`{"__metadata__":{"__proto__":"Ä 模型"},${entries.join(',')}}`, zeros(12))),
    );
    expect([...file.tensors.keys()]).toEqual(names);
    expect(file.metadata.get('__proto__')).toBe('Ä 模型');
  });

  it('offsets beyond 4 GiB, from the head alone', async () => {
    const big = 6_553_600_000;
    const header = JSON.stringify({
      big: { dtype: 'BF16', shape: [800_000, 4096], data_offsets: [0, big] },
      tail: { dtype: 'F32', shape: [8], data_offsets: [big, big + 32] },
    });
    const head = withHeader(header);
    const reads: number[] = [];
    const sparse = sparseSource(head.length + big + 32, [[0, head]]);
    const { tensors } = await readSafetensors({
      ...sparse,
      read: (offset, length) => {
        reads.push(length);
        return sparse.read(offset, length);
      },
    });
    expect(tensors.get('tail')!.byteOffset).toBe(head.length + big);
    expect(reads).toEqual([256 * 1024]);
  });

  it('nothing once the signal is aborted', async () => {
    await expect(readSafetensors(bytesSource(GOOD), AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});
