/**
 * Embeddings in every form that a device may choose, against the F32 twin of the same weights in the plainest form;
 * tools/conformance holds that one to llama.cpp. And what is refused.
 */
import { afterAll, describe, expect, test } from 'vitest';
import type { Variant } from '../../shaders/kernel.ts';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { dequantizedCopy } from '../../tools/testing/dequantized-copy.ts';
import { type RandomModel, randomModel } from '../../tools/testing/random-model.ts';
import { nmse } from '../../tools/testing/run-kernel.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { EmbeddingEngine } from './embedding.ts';
import type { EngineOptions } from './declare-model.ts';
import { NativeEngine } from './native.ts';

const PLAIN: Variant = { real: 'f32', reduction: 'thread' };
const SIZES = { layers: 2, embedding: 96, feedForward: 160, heads: 4, kvHeads: 4, contextLength: 48 } as const;
/** Longer than the first chunk of a model that may run in chunks. */
const TEXT = Array.from({ length: 37 }, (_, i) => 5 + ((i * 31) % 90));

/** Drivers in software compile a kernel for seconds, and on a busy machine for minutes. */
const COMPILING_MS = 900_000;

// SwiftShader compiles fastest and shows every form but f16.
const opened = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const swiftShader = opened instanceof Gpu ? opened : null;
if (!swiftShader) console.warn('SKIPPED: no SwiftShader here, embeddings were not run on it.');
afterAll(() => swiftShader?.destroy());

async function embeddings(
  model: RandomModel,
  texts: readonly (readonly number[])[],
  options: EngineOptions = { variant: PLAIN },
): Promise<Float32Array[]> {
  const source = bytesSource(writeGguf(model));
  const engine = await EmbeddingEngine.load(swiftShader!, source, 'random.gguf', options);
  const results: Float32Array[] = [];
  for (const text of texts) results.push(await engine.embed(text));
  engine.dispose();
  return results;
}

async function failure(work: Promise<unknown>): Promise<{ code: string | null; message: string }> {
  const error: unknown = await work.then(
    () => new Error('It did not fail'),
    (cause: unknown) => cause,
  );
  return { code: errorCode(error), message: (error as Error).message };
}

describe.runIf(swiftShader)('embeddings', () => {
  for (const architecture of ['bert', 'nomic-bert'] as const) {
    const q8 = randomModel({ architecture, ...SIZES, type: 'Q8_0' });
    const expected = embeddings(dequantizedCopy(q8), [TEXT]);
    for (const reduction of ['thread', 'workgroup', 'subgroup'] as const) {
      test(`${architecture}, ${reduction}: agrees with the plain form`, { timeout: COMPILING_MS }, async () => {
        const [actual] = await embeddings(q8, [TEXT], { variant: { real: 'f32', reduction } });
        const [plain] = await expected;
        expect(nmse(actual!, plain!)).toBeLessThan(1e-9);
        const length = Math.hypot(...actual!);
        expect(length).toBeCloseTo(1, 6);
      });
    }
  }

  test('where tokens look both ways the last one shows in the first', { timeout: COMPILING_MS }, async () => {
    const texts = [TEXT, TEXT.with(-1, 17), TEXT.slice(0, 1)];
    const bert = randomModel({ architecture: 'bert', ...SIZES });
    const [first, otherEnd, alone] = await embeddings(bert, texts);
    expect(nmse(otherEnd!, first!)).toBeGreaterThan(1e-6);
    expect(nmse(alone!, first!)).toBeGreaterThan(1e-3);
    const causal = randomModel({ ...SIZES, metadata: { 'llama.pooling_type': 2 } });
    const [before, same] = await embeddings(causal, texts);
    expect(same).toEqual(before);
  });

  test('the last state does not depend on how a text was cut into chunks', { timeout: COMPILING_MS }, async () => {
    const model = randomModel({ architecture: 'qwen3', ...SIZES, tied: true, metadata: { 'qwen3.pooling_type': 3 } });
    // The first run begins with small chunks, later ones take all that fits.
    const [small, large] = await embeddings(model, [TEXT, TEXT]);
    expect(nmse(large!, small!)).toBeLessThan(1e-10);
  });

  test('kinds of text may come as a vector where there is one', { timeout: COMPILING_MS }, async () => {
    const two = randomModel({ architecture: 'bert', ...SIZES });
    const tensors = two.tensors.map((tensor) =>
      tensor.name === 'token_types.weight'
        ? { ...tensor, shape: [SIZES.embedding], bytes: tensor.bytes.slice(0, 4 * SIZES.embedding) }
        : tensor,
    );
    const [expected] = await embeddings(two, [TEXT]);
    const [actual] = await embeddings({ ...two, tensors }, [TEXT]);
    expect(actual).toEqual(expected);
    const none = two.tensors.filter(({ name }) => name !== 'token_types.weight');
    const [without] = await embeddings({ ...two, tensors: none }, [TEXT]);
    expect(nmse(without!, expected!)).toBeGreaterThan(1e-3);
  });

  test('what cannot be embedded is refused with a reason', { timeout: COMPILING_MS }, async () => {
    const source = bytesSource(writeGguf(randomModel({ architecture: 'bert', ...SIZES })));
    const options = { variant: PLAIN, contextLength: 8 };
    const engine = await EmbeddingEngine.load(swiftShader!, source, 'random.gguf', options);
    const tooLong = await failure(engine.embed([2, 5, 6, 7, 8, 9, 10, 11, 3]));
    expect(tooLong.code).toBe('ContextFull');
    expect(tooLong.message).toMatch(/at most 8 tokens, got 9.*longer context/);
    expect((await failure(engine.embed([]))).message).toMatch(/empty/);
    expect((await failure(engine.embed([2, 100_000]))).code).toBe('SettingInvalid');
    expect(await failure(engine.embed([2, 3], AbortSignal.abort(new Error('enough'))))).toMatchObject({
      message: 'enough',
    });
    expect(await engine.embed([2, 5, 6, 7, 8, 9, 10, 3])).toHaveLength(SIZES.embedding);
    engine.dispose();
  });

  test('a model that writes does not embed, one that embeds does not chat', async () => {
    const open = (metadata: RandomModel['metadata']) =>
      [randomModel({ ...SIZES, architecture: 'qwen3', metadata })].map((model) => bytesSource(writeGguf(model)))[0]!;
    const writes = open({});
    const embeds = open({ 'qwen3.pooling_type': 3 });
    const ranks = open({ 'qwen3.pooling_type': 4 });
    for (const source of [writes, ranks]) {
      const refused = await failure(EmbeddingEngine.load(swiftShader!, source, 'random.gguf'));
      expect(refused.code).toBe('FileUnsupported');
      expect(refused.message).toMatch(/"qwen3\.pooling_type" of 1 \(mean\).*got (none|4)/);
    }
    for (const source of [embeds, ranks]) {
      const refused = await failure(NativeEngine.load(swiftShader!, source, 'random.gguf'));
      expect(refused.code).toBe('FileUnsupported');
      expect(refused.message).toMatch(/makes embeddings.*cannot chat/);
    }
  });

  test('a window that would have to look both ways is refused', async () => {
    const metadata = {
      'llama.pooling_type': 1,
      'llama.attention.causal': false,
      'llama.attention.sliding_window': 4,
    };
    const source = bytesSource(writeGguf(randomModel({ ...SIZES, metadata })));
    const refused = await failure(EmbeddingEngine.load(swiftShader!, source, 'random.gguf', { variant: PLAIN }));
    expect(refused.code).toBe('FileUnsupported');
    expect(refused.message).toMatch(/both ways through a window/);
  });
});
