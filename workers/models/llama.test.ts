/**
 * The whole forward pass in every form that a device may choose, against the F32 twin of the same weights run in the
 * plainest form; tools/conformance holds that one to llama.cpp.
 */
import { afterAll, describe, expect, test } from 'vitest';
import type { Variant } from '../../shaders/kernel.ts';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { dequantizedCopy } from '../../tools/testing/dequantized-copy.ts';
import { type RandomModel, randomModel } from '../../tools/testing/random-model.ts';
import { nmse } from '../../tools/testing/run-kernel.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import type { EngineOptions } from '../engines/declare-model.ts';
import { decodeWithLogprobs } from '../engines/logprobs.ts';
import { NativeEngine } from '../engines/native.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { DEFAULT_SAMPLER } from '../protocol/engine.ts';
import { bytesSource } from '../source/bytes-source.ts';

const GREEDY = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };
const PLAIN: Variant = { real: 'f32', reduction: 'thread' };
const SIZES = { layers: 2, embedding: 256, feedForward: 512, heads: 8, kvHeads: 2, contextLength: 160 } as const;
/** Prompt ids and forced ids: a prompt longer than one prefill chunk, then a few single tokens. */
const PROMPT = Array.from({ length: 37 }, (_, i) => 40 + ((i * 31) % 200));
const FORCED = [77, 123, 45, 201];

/** Drivers in software compile a kernel for seconds. */
const COMPILING_MS = 240_000;

async function open(name: string): Promise<Gpu | null> {
  const gpu = await openGpu(openNodeGpu(name)).catch(() => null);
  if (gpu instanceof Gpu) return gpu;
  console.warn(`SKIPPED: no ${name} here, the forward pass was not run on it.`);
  return null;
}

// SwiftShader compiles fastest and shows every form but f16, which lavapipe has.
const swiftShader = await open('SwiftShader');
const lavapipe = await open('llvmpipe');
afterAll(() => {
  swiftShader?.destroy();
  lavapipe?.destroy();
});

async function logprobs(gpu: Gpu, model: RandomModel, options: EngineOptions, prompt = PROMPT): Promise<number[]> {
  const bytes = writeGguf(model);
  const engine = await NativeEngine.load(gpu, bytesSource(bytes), 'random.gguf', options);
  const top = engine.model.shape.vocabularySize;
  const run = await decodeWithLogprobs(engine, prompt, { sampler: GREEDY, maxTokens: 9, top, forced: FORCED });
  engine.dispose();
  // By id, so that a swap of near ties does not show.
  return run.positions.flatMap((position) =>
    [...position.top].sort((a, b) => a.id - b.id).map(({ logprob }) => logprob),
  );
}

/** The same tensors with some of another type, as Q4_K_M and its like mix them. */
function mixed(base: RandomModel, other: RandomModel, names: RegExp): RandomModel {
  const replaced = base.tensors.map((tensor) =>
    names.test(tensor.name) ? other.tensors.find(({ name }) => name === tensor.name)! : tensor,
  );
  return { ...base, tensors: replaced };
}

describe.runIf(swiftShader)('the forward pass', () => {
  const gpu = swiftShader!;
  const q4 = randomModel({ ...SIZES, type: 'Q4_K' });
  const expected = logprobs(gpu, dequantizedCopy(q4), { variant: PLAIN });

  for (const reduction of ['thread', 'workgroup', 'subgroup'] as const) {
    test(`${reduction}: prefill and decode agree with the plain form`, { timeout: COMPILING_MS }, async () => {
      const actual = await logprobs(gpu, q4, { variant: { real: 'f32', reduction } });
      expect(nmse(actual, await expected)).toBeLessThan(1e-9);
    });
  }

  for (const reduction of ['thread', 'subgroup'] as const) {
    test.runIf(lavapipe)(`${reduction} with an f16 cache, on lavapipe`, { timeout: COMPILING_MS }, async () => {
      const actual = await logprobs(lavapipe!, q4, { variant: { real: 'f16', reduction } });
      // f16 rounds keys, values and weight tiles to 11 bits.
      expect(nmse(actual, await expected)).toBeLessThan(1e-5);
    });
  }

  test('mixed types, in attention and between gate and up', { timeout: COMPILING_MS }, async () => {
    const model = mixed(q4, randomModel({ ...SIZES, type: 'Q6_K' }), /attn_v|ffn_up|blk\.1\.ffn_down/);
    const plain = await logprobs(gpu, dequantizedCopy(model), { variant: PLAIN });
    expect(nmse(await logprobs(gpu, model, { variant: PLAIN }), plain)).toBeLessThan(1e-9);
  });

  test('a declared window keeps out what lies before it', { timeout: COMPILING_MS }, async () => {
    // Two layers of a window of 4 reach back 6 tokens from the prompt's last.
    const other = PROMPT.with(PROMPT.length - 8, 99);
    const prompts = (model: RandomModel) =>
      Promise.all([PROMPT, other].map((prompt) => logprobs(gpu, model, { variant: PLAIN }, prompt)));
    const windowed = randomModel({ ...SIZES, metadata: { 'llama.attention.sliding_window': 4 } });
    const [same, changed] = await prompts(windowed);
    expect(changed).toEqual(same);
    const [all, allChanged] = await prompts(randomModel(SIZES));
    expect(nmse(allChanged!, all!)).toBeGreaterThan(1e-6);
  });

  test('a list of layers says which of them keep to the window', { timeout: COMPILING_MS }, async () => {
    const run = (pattern?: readonly boolean[]) =>
      logprobs(
        gpu,
        randomModel({
          ...SIZES,
          metadata: {
            'llama.attention.sliding_window': 4,
            ...(pattern && { 'llama.attention.sliding_window_pattern': pattern }),
          },
        }),
        { variant: PLAIN },
      );
    const everywhere = await run();
    expect(await run([true, true])).toEqual(everywhere);
    const nowhere = await run([false, false]);
    expect(nowhere).toEqual(await logprobs(gpu, randomModel(SIZES), { variant: PLAIN }));
    const [first, second] = [await run([true, false]), await run([false, true])];
    for (const other of [everywhere, nowhere, second]) expect(nmse(first, other)).toBeGreaterThan(1e-6);
  });

  test('matrices cut into shards give the same as whole ones', { timeout: COMPILING_MS }, async () => {
    const model = randomModel({ ...SIZES, type: 'Q8_0', tied: false, biases: true });
    const whole = await logprobs(gpu, model, { variant: PLAIN });
    const cut = await logprobs(gpu, model, { variant: PLAIN, bindingBytes: 40_000 });
    expect(cut).toEqual(whole);
  });
});
