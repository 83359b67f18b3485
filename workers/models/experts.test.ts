/**
 * Mixtures of experts in every form that a device may choose, against the F32 twin of the same weights run in the
 * plainest form; tools/conformance holds that one to llama.cpp.
 */
import { afterAll, describe, expect, test } from 'vitest';
import type { Variant } from '../../shaders/kernel.ts';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { dequantizedCopy } from '../../tools/testing/dequantized-copy.ts';
import { fusedExperts } from '../../tools/testing/fused-experts.ts';
import { type RandomModel, randomModel } from '../../tools/testing/random-model.ts';
import { nmse } from '../../tools/testing/run-kernel.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import type { EngineOptions } from '../engines/declare-model.ts';
import { decodeWithLogprobs } from '../engines/logprobs.ts';
import { NativeEngine } from '../engines/native.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { DEFAULT_SAMPLER } from '../protocol/engine.ts';
import { errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';

const GREEDY = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };
const PLAIN: Variant = { real: 'f32', reduction: 'thread' };
const SIZES = { layers: 1, embedding: 256, feedForward: 256, heads: 8, kvHeads: 2, contextLength: 64 } as const;
const EXPERTS = { count: 6, used: 3, feedForward: 256, sharedFeedForward: 256 } as const;
const PROMPT = Array.from({ length: 19 }, (_, i) => 40 + ((i * 31) % 200));
const FORCED = [77, 123];

/** Drivers in software compile a kernel for seconds. */
const COMPILING_MS = 240_000;

const gpu = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const present = gpu instanceof Gpu;
if (!present) console.warn('SKIPPED: no SwiftShader here, mixtures of experts were not run.');
afterAll(() => {
  if (present) gpu.destroy();
});

async function logprobs(model: RandomModel, options: EngineOptions = { variant: PLAIN }): Promise<number[]> {
  const engine = await NativeEngine.load(gpu as Gpu, bytesSource(writeGguf(model)), 'random.gguf', options);
  const top = engine.model.shape.vocabularySize;
  const run = await decodeWithLogprobs(engine, PROMPT, { sampler: GREEDY, maxTokens: 3, top, forced: FORCED });
  engine.dispose();
  // By id, so that a swap of near ties does not show.
  return run.positions.flatMap((position) =>
    [...position.top].sort((a, b) => a.id - b.id).map(({ logprob }) => logprob),
  );
}

describe.runIf(present)('a mixture of experts', () => {
  const q4 = randomModel({ ...SIZES, architecture: 'qwen2moe', experts: EXPERTS, type: 'Q4_K' });
  let expected: Promise<number[]> | null = null;
  const plain = (): Promise<number[]> => (expected ??= logprobs(dequantizedCopy(q4)));

  for (const reduction of ['thread', 'workgroup', 'subgroup'] as const) {
    test(`${reduction}: prefill and decode agree with the plain form`, { timeout: COMPILING_MS }, async () => {
      const actual = await logprobs(q4, { variant: { real: 'f32', reduction } });
      expect(nmse(actual, await plain())).toBeLessThan(1e-9);
    });
  }

  test('MXFP4 with biases and sinks, as gpt-oss has it', { timeout: COMPILING_MS }, async () => {
    const model = randomModel({ ...SIZES, architecture: 'gpt-oss', type: 'MXFP4', layers: 2 });
    const actual = await logprobs(model, { variant: { real: 'f32', reduction: 'workgroup' } });
    expect(nmse(actual, await logprobs(dequantizedCopy(model)))).toBeLessThan(1e-9);
  });

  test('gate and up of different types', { timeout: COMPILING_MS }, async () => {
    const other = randomModel({ ...SIZES, architecture: 'qwen2moe', experts: EXPERTS, type: 'Q6_K' });
    const tensors = q4.tensors.map((tensor) =>
      /ffn_up_(exps|shexp)/.test(tensor.name) ? other.tensors.find(({ name }) => name === tensor.name)! : tensor,
    );
    const model = { ...q4, tensors };
    expect(nmse(await logprobs(model), await logprobs(dequantizedCopy(model)))).toBeLessThan(1e-9);
  });

  test('is the same where gate and up are in one tensor', { timeout: COMPILING_MS }, async () => {
    expect(await logprobs(fusedExperts(q4))).toEqual(await logprobs(q4));
  });

  test('is the same where bindings hold some of the experts', { timeout: COMPILING_MS }, async () => {
    // Gate and up of one expert take 64 KiB, of all six 384.
    const cut = await logprobs(q4, { variant: PLAIN, bindingBytes: 160 * 1024 });
    expect(nmse(cut, await plain())).toBeLessThan(1e-9);
  });

  test('is refused where a binding cannot hold one expert, or a token takes more than there are', async () => {
    const load = (model: RandomModel, options: EngineOptions): Promise<unknown> =>
      NativeEngine.load(gpu as Gpu, bytesSource(writeGguf(model)), 'random.gguf', { variant: PLAIN, ...options }).then(
        () => null,
        (error: unknown) => errorCode(error),
      );
    expect(await load(q4, { bindingBytes: 48 * 1024 })).toBe('ModelTooLarge');
    const greedy = randomModel({ ...SIZES, architecture: 'qwen3moe', metadata: { 'qwen3moe.expert_used_count': 12 } });
    expect(await load(greedy, {})).toBe('FileUnsupported');
  });
});
