import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFile, unpermuted } from '../../tools/testing/hugging-face-twin.ts';
import {
  mlcConfig,
  mlcShards,
  mlcTensors,
  mlcTwin,
  onThreeBits,
  withoutLowestCode,
  withShortScales,
  type MlcTensorToWrite,
} from '../../tools/testing/mlc-twin.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { outcome } from '../../tools/testing/outcome.ts';
import { quantFormats, type QuantType } from '../../shaders/quant/format.ts';
import { readMlcValues } from '../models/mlc-values.ts';
import { type ErrorCode, errorCode } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readGguf } from './gguf.ts';
import { mlcModelFile } from './mlc-model-file.ts';
import { dequantizeGroups, groupScheme, groupsOf } from './mlc-quantization.ts';
import { readMlc } from './mlc.ts';
import type { ModelFile } from './model-file.ts';

const SIZES = { layers: 2, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2 } as const;
const MODEL = withoutLowestCode(randomModel({ ...SIZES, type: 'Q4_0' }));
const HEADS: Readonly<Record<string, number>> = { attn_q: SIZES.heads, attn_k: SIZES.kvHeads };
const named = (fileName: string, bytes: Uint8Array): NamedSource => ({ ...bytesSource(bytes), fileName });

describe('group quantization, on words written by hand', () => {
  const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

  it('q4f16_1: eight codes a word from the lowest bits up, around 7', () => {
    const weights = dequantizeGroups(
      words(0x76543210, 0xeedcba98, 0, 0x77777777),
      [0.5],
      1,
      32,
      groupScheme('q4f16_1')!,
    );
    expect([...weights.subarray(0, 16)]).toEqual([
      -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 3.5,
    ]);
    expect([...weights.subarray(16, 24)]).toEqual(Array<number>(8).fill(-3.5));
    expect([...weights.subarray(24)]).toEqual(Array<number>(8).fill(0));
  });

  it('q4f16_1: a group that is not full ends in codes that mean nothing', () => {
    expect(groupsOf(40, groupScheme('q4f16_1')!)).toEqual({ groups: 2, words: 8 });
    const two = words(...Array<number>(8).fill(0x88888888), ...Array<number>(8).fill(0x99999999));
    const weights = dequantizeGroups(two, [1, 2, 3, 4], 2, 40, groupScheme('q4f16_1')!);
    const row = (a: number, b: number) => [...Array<number>(32).fill(a), ...Array<number>(8).fill(b)];
    expect([...weights]).toEqual([...row(1, 2), ...row(6, 8)]);
  });

  it('q4f16_0: words and scales lie transposed', () => {
    // Two rows of 32: word w of row n stands at 2w + n.
    const stored = words(
      0x77777778,
      0x99999999,
      0x77777777,
      0x99999999,
      0x77777777,
      0x99999999,
      0x77777777,
      0x99999999,
    );
    const weights = dequantizeGroups(stored, [3, 5], 2, 32, groupScheme('q4f16_0')!, true);
    expect([...weights]).toEqual([3, ...Array<number>(31).fill(0), ...Array<number>(32).fill(10)]);
  });

  it('q3f16_1: ten codes of three bits a word, around 3, forty a group', () => {
    const ascending = [0, 1, 2, 3, 4, 5, 6, 6, 5, 4];
    const word = ascending.reduce((sum, code, at) => sum + code * 8 ** at, 0);
    const scheme = groupScheme('q3f16_1')!;
    expect(groupsOf(50, scheme)).toEqual({ groups: 2, words: 8 });
    const weights = dequantizeGroups(words(word, word, word, word, word, 0, 0, 0), [1, 10], 1, 50, scheme);
    const group = ascending.map((code) => code - 3);
    expect([...weights]).toEqual([...group, ...group, ...group, ...group, ...group.map((value) => 10 * value)]);
  });

  it('any weights, quantized by the rule and read back, are off by half a step at most', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('q4f16_1', 'q4f32_1', 'q4f16_0', 'q3f16_1'),
        fc.array(fc.integer({ min: -800, max: 800 }), { minLength: 1, maxLength: 90 }),
        (name, hundredths) => {
          const row = hundredths.map((value) => value / 100);
          const scheme = groupScheme(name)!;
          const { groups, words: count } = groupsOf(row.length, scheme);
          const scales = Array.from({ length: groups }, (_, group) => {
            const values = row.slice(group * scheme.groupSize, (group + 1) * scheme.groupSize);
            return Math.max(...values.map(Math.abs)) / scheme.middle || 1;
          });
          const packed = new Uint32Array(count);
          for (const [k, value] of row.entries()) {
            const scale = scales[Math.floor(k / scheme.groupSize)]!;
            const code = Math.min(2 * scheme.middle, Math.max(0, Math.round(value / scale + scheme.middle)));
            packed[Math.floor(k / scheme.codesPerWord)]! |= code << (scheme.bits * (k % scheme.codesPerWord));
          }
          const weights = dequantizeGroups(
            new Uint8Array(packed.buffer),
            scales,
            1,
            row.length,
            scheme,
            scheme.transposed,
          );
          for (const [k, value] of row.entries())
            expect(Math.abs(weights[k]! - value)).toBeLessThanOrEqual(
              scales[Math.floor(k / scheme.groupSize)]! * 0.501,
            );
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the same weights as GGUF and as MLC', () => {
  it.each([1, 5])('give the same tensors from q4f16_1, bit for bit, with %i tensors a shard', async (perShard) => {
    const gguf = await readGguf(bytesSource(writeGguf(MODEL)));
    const model = await readMlc(mlcTwin(MODEL, 'q4f16_1', perShard).toReversed());
    const file = mlcModelFile(model);
    expect([...file.tensors.keys()].sort()).toEqual([...gguf.tensors.keys()].sort());
    for (const expected of gguf.tensors.values()) {
      const { byteOffset, ...rest } = file.tensors.get(expected.name)!;
      expect({ ...rest, byteOffset: 0 }).toEqual({ ...expected, byteOffset: 0 });
      const bytes = await gguf.source.read(expected.byteOffset, expected.byteLength);
      const heads = HEADS[/attn_[qk](?=\.)/.exec(expected.name)?.[0] ?? ''];
      const inOrder = heads ? unpermuted(bytes, expected.shape[0]!, heads) : bytes;
      expect(Buffer.compare(await file.source.read(byteOffset, expected.byteLength), inOrder), expected.name).toBe(0);
      const weight = model.weights.get(expected.name)!;
      const count = expected.shape.reduce((product, size) => product * size, 1);
      const values = quantFormats[expected.type as 'Q4_0' | 'F32'].dequantize(inOrder, count);
      expect(Buffer.compare(Buffer.from((await readMlcValues(model, weight)).buffer), Buffer.from(values.buffer))).toBe(
        0,
      );
    }
    for (const key of [
      'llama.block_count',
      'llama.context_length',
      'llama.attention.head_count_kv',
      'llama.rope.freq_base',
    ])
      expect([key, file.metadata.get(key)]).toEqual([key, gguf.metadata.get(key)]);
  });

  it('any range reads as a part of the whole', async () => {
    const file = mlcModelFile(await readMlc(mlcTwin(MODEL, 'q4f16_1')));
    const whole = await file.source.read(0, file.source.byteLength);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(5000), async (offset, count) => {
        const length = Math.min(count, whole.length - offset);
        expect(Buffer.compare(await file.source.read(offset, length), whole.subarray(offset, offset + length))).toBe(0);
      }),
      { numRuns: 100 },
    );
    expect(errorCode(await file.source.read(whole.length, 1).catch((error: unknown) => error))).toBe('FileTruncated');
    await expect(file.source.read(0, 1, AbortSignal.abort())).rejects.toThrow(/abort/i);
  });

  it('q0f16 passes through as it lies', async () => {
    const plain = randomModel({ ...SIZES, type: 'F16', tied: true });
    const model = await readMlc(mlcTwin(plain, 'q0f16'));
    const file = mlcModelFile(model);
    expect(file.tensors.get('token_embd.weight')!.type).toBe('F16');
    expect(file.tensors.has('output.weight')).toBe(false);
    const up = plain.tensors.find(({ name }) => name === 'blk.1.ffn_up.weight')!;
    const { byteOffset, byteLength } = file.tensors.get(up.name)!;
    expect(Buffer.compare(await file.source.read(byteOffset, byteLength), up.bytes)).toBe(0);
  });

  it.each(['q4f16_0', 'q4f32_1'])('%s gives the numbers of q4f16_1', async (quantization) => {
    const short = withShortScales(MODEL);
    const expected = mlcModelFile(await readMlc(mlcTwin(short, 'q4f16_1')));
    const model = await readMlc(mlcTwin(short, quantization));
    const file = mlcModelFile(model);
    const valuesOf = async ({ tensors, source }: ModelFile, name: string): Promise<Float32Array<ArrayBuffer>> => {
      const { byteOffset, byteLength, shape, type } = tensors.get(name)!;
      const count = shape.reduce((product, size) => product * size, 1);
      return quantFormats[type as QuantType].dequantize(await source.read(byteOffset, byteLength), count);
    };
    for (const name of expected.tensors.keys()) {
      const values = await valuesOf(file, name);
      const bytes = Buffer.from(values.buffer);
      expect(Buffer.compare(bytes, Buffer.from((await valuesOf(expected, name)).buffer)), name).toBe(0);
      const defined = await readMlcValues(model, model.weights.get(name)!);
      expect(Buffer.compare(bytes, Buffer.from(defined.buffer)), name).toBe(0);
    }
    expect(file.tensors.get('blk.0.attn_v.weight')!.type).toBe(quantization === 'q4f32_1' ? 'Q4_F32' : 'Q4_0');
    const whole = await file.source.read(0, file.source.byteLength);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(3000), async (offset, count) => {
        const length = Math.min(count, whole.length - offset);
        expect(Buffer.compare(await file.source.read(offset, length), whole.subarray(offset, offset + length))).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('scales of q4f32_1 may lie in f32 too, whatever their size', async () => {
    const small = new Float32Array([2 ** -60 * 1.23456789]);
    const tensors = mlcTensors(MODEL, 'q4f32_1').map((tensor) =>
      tensor.name.endsWith('q_scale')
        ? { ...tensor, bytes: new Uint8Array(new Float32Array(tensor.bytes.length / 2).fill(small[0]!).buffer) }
        : tensor,
    );
    const { list, files } = mlcShards(tensors, 100);
    const config = jsonFile('mlc-chat-config.json', mlcConfig(MODEL, 'q4f32_1'));
    const model = await readMlc([config, jsonFile('ndarray-cache.json', list), ...files]);
    const { tensors: table, source } = mlcModelFile(model);
    const { byteOffset, byteLength, shape } = table.get('blk.0.attn_v.weight')!;
    const bytes = await source.read(byteOffset, byteLength);
    const values = quantFormats.Q4_F32.dequantize(bytes, shape[0]! * shape[1]!);
    expect(values).toEqual(await readMlcValues(model, model.weights.get('blk.0.attn_v.weight')!));
    expect(Math.max(...values)).toBe(Math.fround(7 * small[0]!));
  });

  it('q3f16_1 gives the numbers that its groups of 40 stand for', async () => {
    const rounded = onThreeBits(randomModel({ ...SIZES, feedForward: 224 }));
    const model = await readMlc(mlcTwin(rounded, 'q3f16_1', 3));
    const { tensors, source } = mlcModelFile(model);
    for (const { name, byteOffset, byteLength, shape, type } of tensors.values()) {
      expect(type).toBe(shape.length === 1 ? 'F32' : 'Q3_G40');
      const count = shape.reduce((product, size) => product * size, 1);
      const values = quantFormats[type as QuantType].dequantize(await source.read(byteOffset, byteLength), count);
      const defined = await readMlcValues(model, model.weights.get(name)!);
      expect(Buffer.compare(Buffer.from(values.buffer), Buffer.from(defined.buffer)), name).toBe(0);
    }
    const down = rounded.tensors.find(({ name }) => name === 'blk.1.ffn_down.weight')!;
    const { byteOffset, byteLength } = tensors.get(down.name)!;
    const read = quantFormats.Q3_G40.dequantize(await source.read(byteOffset, byteLength), 64 * 224);
    expect(Buffer.compare(Buffer.from(read.buffer), down.bytes)).toBe(0);
    const whole = await source.read(0, source.byteLength);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(3000), async (offset, wanted) => {
        const length = Math.min(wanted, whole.length - offset);
        expect(Buffer.compare(await source.read(offset, length), whole.subarray(offset, offset + length))).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('rows that are no multiple of 32 are refused', async () => {
    const model = await readMlc(mlcTwin(onThreeBits(randomModel({ ...SIZES, feedForward: 40 })), 'q3f16_1'));
    expect(await outcome(() => mlcModelFile(model))).toEqual([
      'FileUnsupported',
      expect.stringMatching(/multiple of 32 weights, got q3f16_1 with rows of 40/),
    ]);
  });

  it.each([
    ['code 15 of four bits', 'q4f16_1', 'q_weight', 40, 0xf0, /0 to 14, got 15/],
    ['code 7 of three bits', 'q3f16_1', 'q_weight', 40, 0x07, /0 to 6, got 7/],
    ['a scale below zero', 'q3f16_1', 'q_scale', 41, 0xb0, /zero or more, got a negative/],
  ])('%s is refused when it is read', async (_what, quantization, part, place, wrong, message) => {
    const model = quantization === 'q3f16_1' ? onThreeBits(randomModel(SIZES)) : MODEL;
    const tensors = mlcTensors(model, quantization).map((tensor) =>
      tensor.name === `lm_head.${part}`
        ? { ...tensor, bytes: tensor.bytes.map((byte, at) => (at === place ? wrong : byte)) }
        : tensor,
    );
    const { list, files } = mlcShards(tensors, 100);
    const config = jsonFile('mlc-chat-config.json', mlcConfig(model, quantization));
    const file = mlcModelFile(await readMlc([config, jsonFile('tensor-cache.json', list), ...files]));
    const { byteOffset, byteLength } = file.tensors.get('output.weight')!;
    expect(await outcome(() => file.source.read(byteOffset, byteLength))).toEqual([
      'FileMalformed',
      expect.stringMatching(message),
    ]);
  });
});

describe('mixtures of experts', () => {
  const SMALL = { ...SIZES, feedForward: 96 };
  const MIXTURES = [
    randomModel({ ...SMALL, experts: { count: 5, used: 2 } }),
    randomModel({ ...SMALL, architecture: 'qwen2moe' }),
    randomModel({ ...SMALL, architecture: 'qwen3moe' }),
  ].map(onThreeBits);
  const bytesOf = async ({ tensors, source }: ModelFile, name: string) => {
    const { byteOffset, byteLength } = tensors.get(name)!;
    return source.read(byteOffset, byteLength);
  };

  it.each([...MIXTURES.entries()])('have the numbers of GGUF, case %i', async (_index, mixture) => {
    const gguf = await readGguf(bytesSource(writeGguf(mixture)));
    const model = await readMlc(mlcTwin(mixture, 'q3f16_1', 3));
    const file = mlcModelFile(model);
    expect([...file.tensors.keys()].sort()).toEqual([...gguf.tensors.keys()].sort());
    for (const { name, shape } of gguf.tensors.values()) {
      const tensor = file.tensors.get(name)!;
      expect([name, tensor.shape]).toEqual([name, name.includes('gate_inp_shexp') ? [1, ...shape] : shape]);
      const count = shape.reduce((product, size) => product * size, 1);
      const values = quantFormats[tensor.type as QuantType].dequantize(await bytesOf(file, name), count);
      const defined = await readMlcValues(model, model.weights.get(name)!);
      expect(Buffer.compare(Buffer.from(values.buffer), Buffer.from(defined.buffer)), name).toBe(0);
      if (/attn_[qk]\./.test(name) && mixture === MIXTURES[0]) continue; // rows in another order
      expect(Buffer.compare(Buffer.from(values.buffer), await bytesOf(gguf, name)), name).toBe(0);
    }
    expect(file.tensors.get('blk.1.ffn_up_exps.weight')!.type).toBe('Q3_G40');
    expect(file.tensors.get('blk.1.ffn_gate_inp.weight')!.type).toBe('F32');
    const whole = await file.source.read(0, file.source.byteLength);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(20_000), async (offset, wanted) => {
        const length = Math.min(wanted, whole.length - offset);
        expect(Buffer.compare(await file.source.read(offset, length), whole.subarray(offset, offset + length))).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it.each(['q4f16_0', 'q0f16'])('in %s, whose experts are never transposed', async (quantization) => {
    const type = quantization === 'q0f16' ? 'F16' : 'Q4_0';
    const mixture = withoutLowestCode(randomModel({ ...SMALL, architecture: 'qwen2moe', type }));
    const gguf = await readGguf(bytesSource(writeGguf(mixture)));
    const file = mlcModelFile(await readMlc(mlcTwin(mixture, quantization)));
    for (const name of gguf.tensors.keys())
      expect(Buffer.compare(await bytesOf(file, name), await bytesOf(gguf, name)), name).toBe(0);
  });

  it.each<readonly [string, Record<string, unknown>, ErrorCode, RegExp]>([
    ['another number of experts', { num_local_experts: 4 }, 'ShapeMismatch', /moe\.gate.*expected 4×64, got 5×64/],
    ['no number of experts', { num_local_experts: null }, 'FileMalformed', /"num_local_experts"/],
    ['other lengths', { intermediate_size: 64 }, 'ShapeMismatch', /moe\.e1_e3.*expected 5×128×8, got 5×192×8/],
  ])('with %s are refused', async (_what, change, code, message) => {
    const [mixtral] = MIXTURES;
    const { model_config: sizes, ...rest } = mlcConfig(mixtral!, 'q3f16_1');
    const config = jsonFile('mlc-chat-config.json', { ...rest, model_config: { ...(sizes as object), ...change } });
    const files = mlcTwin(mixtral!, 'q3f16_1').toSpliced(0, 1, config);
    expect(await outcome(() => readMlc(files))).toEqual([code, expect.stringMatching(message)]);
  });
});

describe('readMlc refuses', () => {
  const TENSORS = mlcTensors(MODEL);
  const CONFIG = mlcConfig(MODEL, 'q4f16_1');
  const { list: LIST, files: SHARDS } = mlcShards(TENSORS, 4);
  type Json = Record<string, unknown>;
  /** A folder whose list, configuration or tensors are changed. */
  const folder = (list: unknown = LIST, config: unknown = CONFIG, shards = SHARDS): NamedSource[] => [
    jsonFile('mlc-chat-config.json', config),
    jsonFile('tensor-cache.json', list),
    ...shards,
  ];
  const withConfig = (change: Json): NamedSource[] => folder(LIST, { ...CONFIG, ...change });
  const withModelConfig = (change: Json): NamedSource[] =>
    folder(LIST, { ...CONFIG, model_config: { ...(CONFIG['model_config'] as Json), ...change } });
  const withShard = (change: Json): NamedSource[] =>
    folder({ records: [{ ...LIST.records[0], ...change }, ...LIST.records.slice(1)] });
  const inside = LIST.records[0]!['records'] as Json[];
  const withRecord = (change: Json, at = 0): NamedSource[] =>
    withShard({ records: inside.map((record, index) => (index === at ? { ...record, ...change } : record)) });
  const withTensors = (tensors: readonly MlcTensorToWrite[], quantization = 'q4f16_1'): NamedSource[] => {
    const { list, files } = mlcShards(tensors, 4);
    return folder(list, mlcConfig(MODEL, quantization), files);
  };
  const retyped = (name: string, change: Partial<MlcTensorToWrite>) =>
    withTensors(TENSORS.map((tensor) => (tensor.name === name ? { ...tensor, ...change } : tensor)));
  const embedding = TENSORS[0]!;

  const BAD: readonly (readonly [what: string, files: readonly NamedSource[], code: ErrorCode, message: RegExp])[] = [
    // Files.
    ['no files', [], 'NotFound', /"mlc-chat-config\.json"/],
    ['no configuration', folder().slice(1), 'NotFound', /"mlc-chat-config\.json"/],
    ['no list', folder().toSpliced(1, 1), 'NotFound', /"tensor-cache\.json" or "ndarray-cache\.json"/],
    ['a missing shard', folder().toSpliced(3, 1), 'NotFound', /"params_shard_1\.bin"/],
    [
      'a shard cut short',
      folder(LIST, CONFIG, [named(SHARDS[0]!.fileName, new Uint8Array(9)), ...SHARDS.slice(1)]),
      'FileTruncated',
      /"params_shard_0\.bin" is of the wrong size.*got 9/,
    ],
    [
      'a shard too long',
      folder(LIST, CONFIG, [named(SHARDS[0]!.fileName, new Uint8Array(10_000_000)), ...SHARDS.slice(1)]),
      'FileMalformed',
      /wrong size.*got 10000000/,
    ],
    [
      'a list that is no JSON',
      folder().toSpliced(1, 1, named('tensor-cache.json', new Uint8Array(4))),
      'FileMalformed',
      /not sound JSON/,
    ],
    [
      'a list with a key twice',
      folder().toSpliced(1, 1, named('tensor-cache.json', new TextEncoder().encode('{"records":[],"records":[]}'))),
      'FileMalformed',
      /"records" once/,
    ],
    [
      'a list nested too deep',
      folder().toSpliced(1, 1, named('tensor-cache.json', new TextEncoder().encode(`{"a":${'['.repeat(99)}`))),
      'FileMalformed',
      /at most 8 levels/,
    ],
    // The list of shards.
    ['no list of shards', folder({}), 'FileMalformed', /list of shards.*an array, got nothing/],
    ['an empty list of shards', folder({ records: [] }), 'FileMalformed', /1 to 10000, got 0/],
    ['a shard that is a number', folder({ records: [1] }), 'FileMalformed', /an object, got 1/],
    [
      'a shard without a name',
      withShard({ dataPath: undefined }),
      'FileMalformed',
      /file name of a shard.*text, got nothing/,
    ],
    [
      'a shard whose name climbs out',
      withShard({ dataPath: '../params_shard_0.bin' }),
      'FileMalformed',
      /a plain name/,
    ],
    ['a shard in a folder', withShard({ dataPath: 'a/b.bin' }), 'FileMalformed', /a plain name/],
    ['a hidden shard', withShard({ dataPath: '.bin' }), 'FileMalformed', /a plain name/],
    [
      'a shard twice',
      folder({ records: [...LIST.records, LIST.records[0]] }),
      'FileMalformed',
      /"params_shard_0\.bin" comes twice/,
    ],
    ['a shard in another format', withShard({ format: 'zip' }), 'FileUnsupported', /raw-shard, got zip/],
    ['a shard without a size', withShard({ nbytes: null }), 'FileMalformed', /size of the shard.*got null/],
    ['a shard of another size', withShard({ nbytes: 12 }), 'FileMalformed', /do not fill it.*12 bytes/],
    ['an MD5 that is none', withShard({ md5sum: 'abc' }), 'FileMalformed', /32 hexadecimal digits, got "abc"/],
    ['an MD5 that is a number', withShard({ md5sum: 1 }), 'FileMalformed', /MD5.*text, got 1/],
    [
      'a shard without tensors',
      withShard({ records: null }),
      'FileMalformed',
      /tensors of the shard.*an array, got null/,
    ],
    // Tensors in a shard.
    ['a tensor that is text', withShard({ records: ['a'] }), 'FileMalformed', /an object, got "a"/],
    ['a tensor without a name', withRecord({ name: undefined }), 'FileMalformed', /name of a tensor.*got nothing/],
    ['a tensor with an empty name', withRecord({ name: '' }), 'FileMalformed', /printable ASCII/],
    ['a tensor whose name is no ASCII', withRecord({ name: 'mödel' }), 'FileMalformed', /printable ASCII/],
    ['a tensor twice', withRecord({ name: inside[1]!['name'] }), 'FileMalformed', /comes twice/],
    ['an unknown type', withRecord({ dtype: 'float8' }), 'FileUnsupported', /"float8"/],
    ['a type that objects have', withRecord({ dtype: 'toString' }), 'FileUnsupported', /"toString"/],
    ['an unknown encoding', withRecord({ format: 'zstd' }), 'FileUnsupported', /raw or f32-to-bf16, got "zstd"/],
    ['no shape', withRecord({ shape: undefined }), 'FileMalformed', /shape of the tensor.*got nothing/],
    ['an empty shape', withRecord({ shape: [] }), 'FileMalformed', /1 to 8, got 0/],
    ['a dimension of zero', withRecord({ shape: [0, 8] }), 'FileMalformed', /from 1, got 0/],
    ['a dimension below zero', withRecord({ shape: [-1, 8] }), 'FileMalformed', /from 1, got -1/],
    ['a shape beyond 2^53', withRecord({ shape: [2 ** 40, 2 ** 40] }), 'FileMalformed', /fewer than 2\^53/],
    ['a size that does not fit', withRecord({ nbytes: 4 }), 'FileMalformed', /does not fit its shape and type.*got 4/],
    ['an offset below zero', withRecord({ byteOffset: -4 }), 'FileMalformed', /offset of the tensor.*got -4/],
    ['an offset as text', withRecord({ byteOffset: '0' }), 'FileMalformed', /got "0"/],
    ['tensors that overlap', withRecord({ byteOffset: 0 }, 1), 'FileMalformed', /overlaps another/],
    ['a gap before the first tensor', withShard({ records: inside.slice(1) }), 'FileMalformed', /after a gap/],
    ['a last tensor that is gone', withShard({ records: inside.slice(0, -1) }), 'FileMalformed', /do not fill it/],
    // The configuration.
    ['no model type', withConfig({ model_type: undefined }), 'FileMalformed', /"model_type".*text, got nothing/],
    [
      'another model type',
      withConfig({ model_type: 'rwkv6' }),
      'FileUnsupported',
      /llama, mistral, qwen2, qwen3, .*got "rwkv6"/,
    ],
    ['no quantization', withConfig({ quantization: null }), 'FileMalformed', /"quantization"/],
    [
      'another quantization',
      withConfig({ quantization: 'e4m3_e4m3_f16' }),
      'FileUnsupported',
      /q4f16_1.*"e4m3_e4m3_f16"/,
    ],
    [
      'a quantization that objects have',
      withConfig({ quantization: 'constructor' }),
      'FileUnsupported',
      /"constructor"/,
    ],
    ['no sizes', withConfig({ model_config: undefined }), 'FileMalformed', /"model_config".*an object/],
    [
      'no context',
      withModelConfig({ context_window_size: -1 }).toSpliced(
        0,
        1,
        jsonFile('mlc-chat-config.json', {
          ...CONFIG,
          context_window_size: -1,
          model_config: { ...(CONFIG['model_config'] as Json), context_window_size: -1 },
        }),
      ),
      'FileMalformed',
      /"context_window_size"/,
    ],
    ['heads that do not divide', withModelConfig({ num_attention_heads: 5 }), 'FileMalformed', /a divisor/],
    ['another activation', withModelConfig({ hidden_act: 'gelu' }), 'FileUnsupported', /silu/],
    // Tensors against the configuration.
    ['a missing tensor', withTensors(TENSORS.slice(1)), 'TensorMissing', /"model\.embed_tokens\.q_weight"/],
    ['a missing scale', withTensors(TENSORS.toSpliced(1, 1)), 'TensorMissing', /"model\.embed_tokens\.q_scale"/],
    [
      'a missing layer',
      withModelConfig({ num_hidden_layers: 3 }),
      'TensorMissing',
      /"model\.layers\.2\.self_attn\.qkv_proj\.q_weight"/,
    ],
    [
      'a layer too many',
      withModelConfig({ num_hidden_layers: 1 }),
      'FileUnsupported',
      /"model\.layers\.1\..*only tensors that the model is known to have/,
    ],
    ['another width', withModelConfig({ hidden_size: 128 }), 'ShapeMismatch', /expected 509×16, got 509×8/],
    ['another vocabulary', withModelConfig({ vocab_size: 500 }), 'ShapeMismatch', /expected 500×8/],
    [
      'transposed words that should not be',
      retyped(embedding.name, { shape: embedding.shape.toReversed() }),
      'ShapeMismatch',
      /got 8×509/,
    ],
    ['words that should be transposed', withTensors(TENSORS, 'q4f16_0'), 'ShapeMismatch', /qkv_proj/],
    [
      'plain weights that should be words',
      withTensors(TENSORS, 'q0f16'),
      'TensorMissing',
      /"model\.embed_tokens\.weight"/,
    ],
    ['words of another type', retyped(embedding.name, { dtype: 'int32' }), 'TensorUnsupported', /uint32, got int32/],
    [
      'scales of another type',
      withTensors(TENSORS, 'q4f32_1'),
      'TensorUnsupported',
      /float32 or bfloat16, got float16/,
    ],
    [
      'an unknown tensor',
      withTensors([...TENSORS, { name: 'vision.weight', dtype: 'float16', shape: [1], bytes: new Uint8Array(2) }]),
      'FileUnsupported',
      /"vision\.weight"/,
    ],
  ];

  it('at least 50 kinds of bad models', () => {
    expect(BAD.length).toBeGreaterThanOrEqual(50);
  });

  it.each(BAD)('%s', async (_what, files, code, message) => {
    expect(await outcome(() => readMlc(files))).toEqual([code, expect.stringMatching(message)]);
  });
});
