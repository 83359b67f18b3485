import { describe, expect, it } from 'vitest';
import { sparseSource } from '../../tools/testing/sparse-source.ts';
import { splitGguf } from '../../tools/testing/split-gguf.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import type { GgufContent, TypedValue } from '../../tools/testing/write-gguf.ts';
import { type ErrorCode, errorCode } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readSplitGguf, splitFileName, splitName } from './gguf-split.ts';
import { readGguf } from './gguf.ts';
import { summarize } from './summary.ts';

const named = (fileName: string, bytes: Uint8Array): NamedSource => ({ ...bytesSource(bytes), fileName });

const MODEL = randomModel({ layers: 2, embedding: 32, feedForward: 64, heads: 4, kvHeads: 2 });
const PARTS = splitGguf(MODEL, 3).map((bytes, index) => named(`m-0000${index + 1}-of-00003.gguf`, bytes));

/** The three parts of a tiny model, one tensor each, with changes to the second. */
function tiny(change: { metadata?: Record<string, TypedValue | null>; tensor?: string; fileName?: string } = {}) {
  return [0, 1, 2].map((index) => {
    const changed = index === 1 ? change : {};
    const metadata: Record<string, TypedValue | null> = {
      'general.architecture': { type: 'string', value: 'llama' },
      'split.no': { type: 'uint16', value: index },
      'split.count': { type: 'uint16', value: 3 },
      'split.tensors.count': { type: 'int32', value: 3 },
      ...changed.metadata,
    };
    const content: GgufContent = {
      metadata: Object.entries(metadata).filter((entry): entry is [string, TypedValue] => entry[1] !== null),
      tensors: [{ name: changed.tensor ?? `t${index}`, type: 'F32', shape: [2, 4], bytes: new Uint8Array(32) }],
    };
    return named(changed.fileName ?? `m-0000${index + 1}-of-00003.gguf`, writeGguf(content));
  });
}

describe('the name of a part', () => {
  it('gives stem, number and count, and back', () => {
    const name = { stem: 'dir/Big-Model-Q4_K_M', number: 2, count: 12 };
    expect(splitFileName(name)).toBe('dir/Big-Model-Q4_K_M-00002-of-00012.gguf');
    expect(splitName(splitFileName(name))).toEqual(name);
  });

  it.each(['m.gguf', 'm-1-of-3.gguf', 'm-00001-of-00003.bin', '-00001-of-00003.gguf', 'm-00001of-00003.gguf'])(
    'is not %s',
    (fileName) => {
      expect(splitName(fileName)).toBeNull();
    },
  );
});

describe('readSplitGguf', () => {
  it('gives the same metadata and the same tensors as the file that was cut, in any order of parts', async () => {
    const whole = await readGguf(bytesSource(writeGguf(MODEL)));
    for (const order of [PARTS, PARTS.toReversed()]) {
      const joined = await readSplitGguf(order);
      expect([...joined.metadata]).toEqual([...whole.metadata]);
      expect([...joined.tensors.keys()]).toEqual([...whole.tensors.keys()]);
      for (const tensor of whole.tensors.values()) {
        const { name, byteOffset, byteLength, ...rest } = joined.tensors.get(tensor.name)!;
        expect({ name, byteLength, ...rest, byteOffset: 0 }).toEqual({ ...tensor, byteOffset: 0 });
        const bytes = await joined.source.read(byteOffset, byteLength);
        const expected = await whole.source.read(tensor.byteOffset, tensor.byteLength);
        expect(Buffer.compare(bytes, expected)).toBe(0);
      }
      const fileBytes = PARTS.reduce((sum, { byteLength }) => sum + byteLength, 0);
      expect(summarize(joined, 'm.gguf')).toEqual({ ...summarize(whole, 'm.gguf'), fileBytes });
    }
  });

  it('a part alone is still refused, as one of several', async () => {
    expect(summarize(await readGguf(PARTS[0]!), 'm.gguf').unsupported).toMatch(/one of 3 parts/);
  });

  it('takes parts in folders, a first part without tensors, and a model in one part', async () => {
    expect(
      (await readSplitGguf(tiny().map((part) => ({ ...part, fileName: `x/y/${part.fileName}` })))).tensors.size,
    ).toBe(3);
    const first = writeGguf({
      metadata: { 'split.no': 0, 'split.count': 2, 'split.tensors.count': 1, 'general.architecture': 'llama' },
    });
    const second = writeGguf({
      metadata: { 'split.no': 1, 'split.count': 2, 'split.tensors.count': 1 },
      tensors: [{ name: 't', type: 'F32', shape: [8], bytes: new Uint8Array(32) }],
    });
    const file = await readSplitGguf([named('a-00001-of-00002.gguf', first), named('a-00002-of-00002.gguf', second)]);
    expect(file.tensors.get('t')!.byteOffset).toBe(first.length + second.length - 32);
    const only = writeGguf({ metadata: { 'split.no': 0, 'split.count': 1, 'split.tensors.count': 0 } });
    expect((await readSplitGguf([named('a-00001-of-00001.gguf', only)])).tensors.size).toBe(0);
  });

  it('parts of more than 4 GiB: offsets stay exact, and only heads are read', async () => {
    const rows = 400_000;
    const dataBytes = rows * 4096 * 4;
    const parts = [0, 1].map((index) => {
      const head = writeGguf({
        metadata: { 'split.no': index, 'split.count': 2, 'split.tensors.count': 4 },
        tensors: [
          { name: `big${index}`, type: 'F32', shape: [rows, 4096], bytes: new Uint8Array(0) },
          { name: `tail${index}`, type: 'F32', shape: [8], bytes: new Uint8Array(0), offset: dataBytes },
        ],
      });
      const tail = new Uint8Array(Float32Array.of(index + 1).buffer);
      const source = sparseSource(head.length + dataBytes + 32, [
        [0, head],
        [head.length + dataBytes, tail],
      ]);
      return { ...source, fileName: `huge-0000${index + 1}-of-00002.gguf` };
    });
    const file = await readSplitGguf(parts);
    const { byteOffset } = file.tensors.get('tail1')!;
    expect(byteOffset).toBe(parts[0]!.byteLength + parts[1]!.byteLength - 32);
    expect(byteOffset).toBeGreaterThan(3 * 2 ** 32);
    expect(new DataView((await file.source.read(byteOffset, 4)).buffer).getFloat32(0, true)).toBe(2);
  });

  const u16 = (value: number): TypedValue => ({ type: 'uint16', value });
  const BAD: readonly (readonly [what: string, files: readonly NamedSource[], code: ErrorCode, message: RegExp])[] = [
    ['no file', [], 'FileMalformed', /not the name of one part/],
    [
      'a file with another name',
      [named('m.gguf', writeGguf(MODEL))],
      'FileMalformed',
      /expected a name such as.*"m\.gguf"/,
    ],
    ['a second part missing', tiny().toSpliced(1, 1), 'NotFound', /Part 2 of 3.*"m-00002-of-00003\.gguf".*2 of 3/],
    ['all but the last missing', tiny().slice(2), 'NotFound', /Part 1 of 3.*1 of 3 parts/],
    ['a part twice', [...tiny(), tiny()[2]!], 'FileMalformed', /Part 3 comes twice/],
    ['a part of another model', tiny({ fileName: 'n-00002-of-00003.gguf' }), 'FileMalformed', /another model in "n-/],
    ['a part of another count', tiny({ fileName: 'm-00002-of-00004.gguf' }), 'FileMalformed', /another model/],
    ['part zero', tiny({ fileName: 'm-00000-of-00003.gguf' }), 'FileMalformed', /impossible.*1 to 3, got 0/],
    ['part four of three', tiny({ fileName: 'm-00004-of-00003.gguf' }), 'FileMalformed', /1 to 3, got 4/],
    [
      'zero parts',
      [named('m-00001-of-00000.gguf', new Uint8Array(9))],
      'FileMalformed',
      /number of parts is impossible/,
    ],
    ['too many parts', [named('m-00001-of-99999.gguf', new Uint8Array(9))], 'FileMalformed', /1 to 1000, got 99999/],
    ['swapped parts', tiny({ metadata: { 'split.no': u16(2) } }), 'FileMalformed', /"split\.no".*expected 1, got 2/],
    ['another count inside', tiny({ metadata: { 'split.count': u16(4) } }), 'FileMalformed', /"split\.count".*got 4/],
    ['another total', tiny({ metadata: { 'split.tensors.count': u16(9) } }), 'FileMalformed', /tensors\.count.*got 9/],
    ['no number inside', tiny({ metadata: { 'split.no': null } }), 'FileMalformed', /lacks.*"split\.no"/],
    ['no count inside', tiny({ metadata: { 'split.count': null } }), 'FileMalformed', /lacks.*"split\.count"/],
    ['no total inside', tiny({ metadata: { 'split.tensors.count': null } }), 'FileMalformed', /lacks/],
    [
      'a number as text',
      tiny({ metadata: { 'split.no': { type: 'string', value: '1' } } }),
      'FileMalformed',
      /split\.no/,
    ],
    ['a tensor twice', tiny({ tensor: 't0' }), 'FileMalformed', /"t0" comes twice in "m-00002/],
    [
      'another architecture',
      tiny({ metadata: { 'general.architecture': { type: 'string', value: 'gemma' } } }),
      'FileMalformed',
      /another architecture in "m-00002.*"llama", got "gemma"/,
    ],
    [
      'a truncated part',
      tiny().map((part, index) => (index === 1 ? named(part.fileName, writeGguf(MODEL).slice(0, 50)) : part)),
      'FileTruncated',
      /^In "m-00002-of-00003\.gguf": /,
    ],
    [
      'a part that is no GGUF file',
      tiny().map((part, index) => (index === 1 ? named(part.fileName, new Uint8Array(64)) : part)),
      'FileMalformed',
      /^In "m-00002-of-00003\.gguf": .*letters GGUF/,
    ],
  ];

  it.each(BAD)('refuses %s', async (_what, files, code, message) => {
    const error: unknown = await readSplitGguf(files).then(
      () => null,
      (cause: unknown) => cause,
    );
    expect(errorCode(error)).toBe(code);
    expect((error as Error).message).toMatch(message);
  });

  it('refuses fewer tensors than promised', async () => {
    const part = (index: number, tensors: GgufContent['tensors']) =>
      named(
        `m-0000${index + 1}-of-00002.gguf`,
        writeGguf({
          metadata: { 'split.no': index, 'split.count': 2, 'split.tensors.count': 2 },
          tensors: tensors ?? [],
        }),
      );
    const tensor = { name: 't', type: 'F32', shape: [8], bytes: new Uint8Array(32) } as const;
    await expect(readSplitGguf([part(0, [tensor]), part(1, [])])).rejects.toThrow(/all tensors.*expected 2, got 1/);
  });

  it('stops for a signal', async () => {
    await expect(readSplitGguf(PARTS, AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});
