import { describe, expect, it } from 'vitest';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import type { GgufContent, TypedValue } from '../../tools/testing/write-gguf.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readGguf } from './gguf.ts';

const TENSOR = { name: 't', type: 'F32', shape: [2, 4], bytes: new Uint8Array(32) } as const;
const GOOD: GgufContent = {
  metadata: { 'general.architecture': 'llama', 'general.name': 'small', list: [1, 2, 3], words: ['a', 'b'] },
  tensors: [TENSOR, { name: 'u', type: 'Q8_0', shape: [64], bytes: new Uint8Array(68) }],
};

const nested = (depth: number): TypedValue =>
  depth === 1
    ? { type: 'array', itemType: 'uint8', value: [1] }
    : { type: 'array', itemType: 'array', value: [nested(depth - 1)] };

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
