import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fusedExperts } from '../../tools/testing/fused-experts.ts';
import { type RandomModel, randomModel } from '../../tools/testing/random-model.ts';
import { splitGguf } from '../../tools/testing/split-gguf.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readSplitGguf } from './gguf-split.ts';
import { readGguf } from './gguf.ts';
import type { ModelFile } from './model-file.ts';

const SIZES = { layers: 2, embedding: 64, heads: 4, kvHeads: 2, experts: { count: 5, used: 2, feedForward: 32 } };
// gpt-oss has biases for each expert.
const APART = randomModel({ ...SIZES, architecture: 'gpt-oss', type: 'Q5_0' });
const FUSED = fusedExperts(APART);
const PARTS = splitGguf(FUSED, 3).map((bytes, index) => ({
  ...bytesSource(bytes),
  fileName: `m-0000${index + 1}-of-00003.gguf`,
}));

const contentOf = async ({ tensors, source }: ModelFile) => {
  const read = [...tensors.values()].map(async ({ name, type, shape, byteOffset, byteLength }) => {
    return [name, type, shape, Buffer.from(await source.read(byteOffset, byteLength))] as const;
  });
  return (await Promise.all(read)).sort(([a], [b]) => (a < b ? -1 : 1));
};

describe('gate and up of experts in one tensor', () => {
  it.each([
    ['one file', () => readGguf(bytesSource(writeGguf(FUSED)))],
    ['several files', () => readSplitGguf(PARTS)],
  ])('of %s are read as two tensors', async (_what, read) => {
    expect(FUSED.tensors.filter(({ name }) => name.includes('ffn_gate_up_exps'))).toHaveLength(4);
    const file = await read();
    expect(await contentOf(file)).toEqual(await contentOf(await readGguf(bytesSource(writeGguf(APART)))));
  });

  it('any range reads as a part of the whole', async () => {
    const { source } = await readGguf(bytesSource(writeGguf(FUSED)));
    const whole = await source.read(0, source.byteLength);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(9000), async (offset, wanted) => {
        const length = Math.min(wanted, whole.length - offset);
        expect(Buffer.compare(await source.read(offset, length), whole.subarray(offset, offset + length))).toBe(0);
      }),
      { numRuns: 100 },
    );
    expect(errorCode(await source.read(whole.length, 1).catch((error: unknown) => error))).toBe('FileTruncated');
  });

  const changed = (name: string, shape: readonly number[]): RandomModel => ({
    ...FUSED,
    tensors: FUSED.tensors.map((tensor) => (tensor.name === name ? { ...tensor, shape } : tensor)),
  });
  const name = 'blk.1.ffn_gate_up_exps.weight';
  it.each([
    ['an odd number of rows', changed(name, [64, 5, 64]), /even number of rows, got 64×5×64/],
    ['no experts', changed(name, [20_480]), /impossible shape.*got 20480/],
    ['four dimensions', changed(name, [5, 2, 32, 64]), /impossible shape.*got 5×2×32×64/],
    [
      'another gate of the same layer',
      { ...FUSED, tensors: [...FUSED.tensors, APART.tensors.find((t) => t.name === 'blk.1.ffn_gate_exps.weight')!] },
      /beside its own half.*no "blk\.1\.ffn_gate_exps\.weight"/,
    ],
  ])('with %s are refused', async (_what, model, message) => {
    const error: unknown = await readGguf(bytesSource(writeGguf(model))).catch((cause: unknown) => cause);
    expect(errorCode(error)).toBe('FileMalformed');
    expect((error as Error).message).toMatch(message);
  });
});
