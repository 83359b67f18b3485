import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gptOssConfig, gptOssFolder, gptOssTensors, randomGptOss } from '../../tools/testing/gpt-oss-twin.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import type { SafetensorToWrite } from '../../tools/testing/write-safetensors.ts';
import { type ErrorCode, errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readGguf } from './gguf.ts';
import { readHuggingFace } from './hugging-face.ts';

const MODEL = randomGptOss({ layers: 2, embedding: 64, heads: 4, kvHeads: 2, headDim: 64, feedForward: 96 });
const TENSORS = gptOssTensors(MODEL);
const CONFIG = gptOssConfig(MODEL);

describe('gpt-oss in safetensors', () => {
  it('has the tensors of GGUF, bit for bit', async () => {
    const gguf = await readGguf(bytesSource(writeGguf(MODEL)));
    const file = await readHuggingFace(gptOssFolder(TENSORS, CONFIG));
    expect([...file.tensors.keys()].sort()).toEqual([...gguf.tensors.keys()].sort());
    for (const { name, type, shape, byteOffset, byteLength } of gguf.tensors.values()) {
      const tensor = file.tensors.get(name)!;
      expect([name, tensor.type, tensor.shape]).toEqual([name, type, shape]);
      const bytes = await file.source.read(tensor.byteOffset, tensor.byteLength);
      expect(Buffer.compare(bytes, await gguf.source.read(byteOffset, byteLength)), name).toBe(0);
    }
    const keys = [...gguf.metadata.keys()].filter((key) =>
      /^gpt-oss\.(expert_(used_)?count|rope|attention\.sl)/.test(key),
    );
    expect(keys).toHaveLength(8);
    for (const key of keys) expect([key, file.metadata.get(key)]).toEqual([key, gguf.metadata.get(key)]);
    const whole = await file.source.read(0, file.source.byteLength);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(9000), async (offset, wanted) => {
        const length = Math.min(wanted, whole.length - offset);
        expect(Buffer.compare(await file.source.read(offset, length), whole.subarray(offset, offset + length))).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('lays out a block: the scale, then weights j and j + 16 in byte j', async () => {
    const [expert, row] = [1, 2];
    const tensors = TENSORS.map((tensor) => {
      if (!tensor.name.startsWith('model.layers.0.mlp.experts.gate_up_proj_')) return tensor;
      const bytes = tensor.bytes.slice();
      const [, rows, groups] = tensor.shape;
      // The up of that row: stored rows are gate and up in turn.
      const first = (expert * rows! + 2 * row + 1) * groups!;
      if (tensor.name.endsWith('_scales')) bytes[first] = 130;
      if (tensor.name.endsWith('_blocks'))
        bytes.set([0x21, 0x43, 0, 0, 0, 0, 0, 0, 0xba, 0xdc, 0, 0, 0, 0, 0, 0xf0], 16 * first);
      return { ...tensor, bytes };
    });
    const { tensors: table, source } = await readHuggingFace(gptOssFolder(tensors, CONFIG));
    const { byteOffset, shape } = table.get('blk.0.ffn_up_exps.weight')!;
    const block = await source.read(byteOffset + (expert * shape[1]! + row) * (shape[2]! / 32) * 17, 17);
    expect([...block]).toEqual([130, 0xa1, 0xb2, 0xc3, 0xd4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0]);
  });

  it('stretches by YaRN whose ramp is not rounded, as factors for each pair', async () => {
    const scaling = {
      rope_type: 'yarn',
      factor: 32,
      original_max_position_embeddings: 4096,
      beta_fast: 32,
      beta_slow: 1,
      truncate: false,
    };
    const config = { ...CONFIG, rope_scaling: scaling };
    const { metadata, tensors, source } = await readHuggingFace(gptOssFolder(TENSORS, config));
    expect(metadata.get('gpt-oss.rope.scaling.type')).toBe('linear');
    expect(metadata.get('gpt-oss.rope.scaling.factor')).toBe(1);
    expect(metadata.get('gpt-oss.rope.scaling.attn_factor')).toBeCloseTo(1 + 0.1 * Math.log(32), 12);
    const { byteOffset, byteLength } = tensors.get('rope_freqs.weight')!;
    const factors = new Float32Array((await source.read(byteOffset, byteLength)).buffer);
    // Of 32 pairs the ramp goes from 8.0928 to 17.3980: 64 · ln(4096 / (2π · 32 or 1)) / (2 · ln 150000).
    const divisor = (ramp: number): number => 1 / (1 - ramp + ramp / 32);
    expect([...factors.subarray(0, 9)]).toEqual(Array<number>(9).fill(1));
    expect(factors[9]).toBeCloseTo(divisor((9 - 8.0928) / (17.398 - 8.0928)), 3);
    expect(factors[17]).toBeCloseTo(divisor((17 - 8.0928) / (17.398 - 8.0928)), 2);
    expect([...factors.subarray(18)]).toEqual(Array<number>(14).fill(32));
  });

  const changed = (name: string, change: Partial<SafetensorToWrite> | null): SafetensorToWrite[] =>
    TENSORS.flatMap((tensor) => (tensor.name.endsWith(name) ? (change ? [{ ...tensor, ...change }] : []) : [tensor]));
  it.each<readonly [string, readonly SafetensorToWrite[], Record<string, unknown>, ErrorCode, RegExp]>([
    ['no scales', changed('1.mlp.experts.down_proj_scales', null), {}, 'TensorMissing', /layers\.1.*down_proj_scales/],
    [
      'no biases',
      changed('1.mlp.experts.gate_up_proj_bias', null),
      {},
      'TensorMissing',
      /layers\.1.*gate_up_proj_bias/,
    ],
    [
      'blocks of another shape',
      changed('0.mlp.experts.down_proj_blocks', { shape: [9 * 64, 7, 16] }),
      {},
      'ShapeMismatch',
      /rows × groups × 16, got 576×7×16/,
    ],
    [
      'scales of another shape',
      changed('0.mlp.experts.down_proj_scales', { shape: [64, 9, 7] }),
      {},
      'ShapeMismatch',
      /expected 9×64×7, got 64×9×7/,
    ],
    [
      'blocks of another type',
      changed('0.mlp.experts.down_proj_blocks', { dtype: 'I8' }),
      {},
      'TensorUnsupported',
      /expected U8, got I8/,
    ],
    ['a layer too many', TENSORS, { num_hidden_layers: 1 }, 'FileMalformed', /no layer/],
    [
      'experts in floats',
      changed('0.mlp.experts.down_proj_blocks', { name: 'model.layers.0.mlp.experts.down_proj' }),
      {},
      'FileUnsupported',
      /down_proj".*not known here/,
    ],
    [
      'windows in other layers',
      TENSORS,
      { layer_types: ['full_attention'] },
      'FileUnsupported',
      /sliding_attention, got 0/,
    ],
    ['another clamp', TENSORS, { swiglu_limit: 5 }, 'FileUnsupported', /expected 7, got 5/],
    [
      'another quantization',
      TENSORS,
      { quantization_config: { quant_method: 'awq' } },
      'FileUnsupported',
      /mxfp4, got "awq"/,
    ],
    ['no window', TENSORS, { sliding_window: 0 }, 'FileMalformed', /"sliding_window"/],
  ])('with %s is refused', async (_what, tensors, change, code, message) => {
    const error: unknown = await readHuggingFace(gptOssFolder(tensors, { ...CONFIG, ...change })).catch(
      (cause: unknown) => cause,
    );
    expect([errorCode(error), (error as Error).message]).toEqual([code, expect.stringMatching(message)]);
  });
});
