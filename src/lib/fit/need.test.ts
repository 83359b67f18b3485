/** What is told of a model's memory beforehand, held against numbers by hand and against the engine's own plan. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomModel } from '../../../tools/testing/random-model.ts';
import { writeGguf } from '../../../tools/testing/write-gguf.ts';
import { declareModel } from '../../../workers/engines/declare-model.ts';
import type { ArchitectureName } from '../../../workers/format/architecture-names.ts';
import { readGguf } from '../../../workers/format/gguf.ts';
import { summarize } from '../../../workers/format/summary.ts';
import type { Gpu } from '../../../workers/gpu/gpu.ts';
import type { ModelSizes } from '../../../workers/protocol/model.ts';
import { Sampler } from '../../../workers/sample/sampler.ts';
import { bytesSource } from '../../../workers/source/bytes-source.ts';
import { activeShare, memoryNeed, weightBytesOnGpu } from './need.ts';

const HARDWARE = { f16: true, isFallback: false };
/** Llama 3.2 1B. */
const LLAMA_1B: ModelSizes = {
  layers: 16,
  embeddingLength: 2048,
  feedForwardLength: 8192,
  heads: 32,
  kvHeads: 8,
  headDim: 64,
  vocabularySize: 128_256,
  experts: null,
};

describe('memoryNeed', () => {
  it('counts the cache of Llama 3.2 1B: 16 layers, keys and values, 8 heads of 64, 2 bytes each', () => {
    // 16 · 2 · 8 · 64 · 2 bytes = 32,768 bytes a token.
    expect(memoryNeed(LLAMA_1B, 807_694_464, 4096, HARDWARE).kvCache).toBe(134_217_728);
    expect(memoryNeed(LLAMA_1B, 807_694_464, 131_072, HARDWARE).kvCache).toBe(4_294_967_296);
    expect(memoryNeed(LLAMA_1B, 807_694_464, 4096, { ...HARDWARE, f16: false }).kvCache).toBe(268_435_456);
    expect(memoryNeed(LLAMA_1B, 807_694_464, 4096, HARDWARE, true).kvCache).toBe(268_435_456);
  });

  it('counts its scratch buffer by buffer', () => {
    // Chunks of 512 tokens, 4 bytes a value: three rows of 2048, q, k and v of 3072, attended 2048, hidden 8192.
    const rows = 512 * 4 * (3 * 2048 + 3072 + 2048 + 8192);
    // A head's partial result is its 64 values and two more: for each token of a chunk, for 32 runs of decode, and of
    // each of eight tokens with drafts.
    const partials = 4 * 32 * 66 * (512 + 32 + 8 * 32);
    // Logits of eight tokens, angles of two tables, ids, small ones.
    const rest = 8 * 4 * 128_256 + 2 * 4 * 4096 * 64 + 4 * 4096 + 24_576;
    const need = memoryNeed(LLAMA_1B, 1000, 4096, HARDWARE);
    expect(need.scratch).toBe(rows + partials + rest);
    expect(need.total).toBe(1000 + need.kvCache + need.scratch);
    // 8192 · 512 · 4 bytes against 8 · 4096 · 64 · 2 bytes of a layer's keys.
    expect(need.largestBuffer).toBe(16_777_216);
    expect(memoryNeed(LLAMA_1B, 1000, 131_072, HARDWARE).largestBuffer).toBe(134_217_728);
  });

  it('never shrinks as the context or the model grows', () => {
    const size = (max: number) => fc.integer({ min: 1, max });
    const sizes = fc.record({
      ...{ layers: size(100), embeddingLength: size(16_384), feedForwardLength: size(65_536) },
      ...{ heads: size(128), kvHeads: size(128), headDim: size(256), vocabularySize: size(300_000) },
      experts: fc.option(fc.record({ count: size(256), used: size(64) })),
    });
    const key = fc.constantFrom('layers', 'embeddingLength', 'feedForwardLength', 'heads', 'kvHeads', 'headDim');
    const device = fc.record({ f16: fc.boolean(), isFallback: fc.boolean() });
    fc.assert(
      fc.property(sizes, size(1e10), size(1e6), size(1e6), key, device, (model, bytes, context, more, part, facts) => {
        const need = memoryNeed(model, bytes, context, facts);
        const longer = memoryNeed(model, bytes, context + more, facts);
        const larger = memoryNeed({ ...model, [part]: model[part] + 1 }, bytes + more, context, facts);
        for (const other of [longer, larger]) {
          expect(other.total).toBeGreaterThan(need.total);
          expect(other.largestBuffer).toBeGreaterThanOrEqual(need.largestBuffer);
        }
        // In whole blocks of 64 positions.
        expect(memoryNeed(model, bytes, context + 64, facts).kvCache).toBeGreaterThan(need.kvCache);
      }),
    );
  });

  const families: ArchitectureName[] = [
    'llama',
    'qwen3',
    'gemma3',
    'olmo2',
    'phi2',
    'phi3',
    'qwen2moe',
    'qwen3moe',
    'gpt-oss',
  ];
  it.each(families)('covers what the engine plans for %s, and not much more', async (architecture) => {
    const file = await readGguf(bytesSource(writeGguf(randomModel({ architecture, contextLength: 4096 }))));
    const summary = summarize(file, 'random.gguf');
    for (const reduction of ['subgroup', 'thread'] as const) {
      const gpu = roomyGpu(reduction === 'thread');
      const declared = await declareModel(gpu, file, summary, null, { variant: { real: 'f16', reduction } });
      void new Sampler(declared.graph, declared.output.slot, declared.shape.vocabularySize);
      const { memory } = declared.graph;
      const facts = { f16: true, isFallback: reduction === 'thread' };
      const need = memoryNeed(summary.sizes!, summary.fileBytes, declared.contextLength, facts);
      expect(need.kvCache).toBe(memory.bytes('kv-cache'));
      expect(need.scratch).toBeGreaterThanOrEqual(memory.bytes('scratch'));
      expect(need.scratch).toBeLessThan(2 * memory.bytes('scratch'));
      // Metadata apart: these models have little of it, and a vocabulary of their own.
      expect(need.weights).toBeGreaterThan(0.98 * memory.bytes('weights'));
    }
  });
});

/** A device that nothing is too large for, and on which nothing runs. */
function roomyGpu(isFallback: boolean): Gpu {
  const limits = { maxBufferSize: 2 ** 32, maxStorageBufferBindingSize: 2 ** 32 };
  return { device: { limits }, adapter: { isFallback } } as unknown as Gpu;
}

describe('weights on the GPU', () => {
  it('are those of the file, but for types that are laid out wider', () => {
    expect(weightBytesOnGpu(1000, 'Q4_K + Q6_K')).toBe(1000);
    expect(weightBytesOnGpu(1000, null)).toBe(1000);
    expect(weightBytesOnGpu(3060, 'IQ3_XXS')).toBe(4250);
    expect(weightBytesOnGpu(2060, 'UD-IQ2_XXS')).toBe(3380);
  });

  it('are read by each token as far as it runs through them', () => {
    expect(activeShare(LLAMA_1B, 1_236_000_000)).toBe(1);
    // Qwen3 30B A3B: 8 of 128 experts of 3 · 2048 · 768 weights in each of 48 layers. Its maker says 3.3 of 30.5 billion.
    const sizes = { ...LLAMA_1B, layers: 48, feedForwardLength: 768, experts: { count: 128, used: 8 } };
    expect(activeShare(sizes, 30_500_000_000)).toBeCloseTo(3.3 / 30.5, 2);
  });
});
