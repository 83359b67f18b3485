/**
 * A few tokens in one step against the same tokens one by one, for families whose blocks differ: what is sampled behind
 * each, in the plain form and by tiles.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { randomModel, type RandomModelOptions } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { NativeEngine } from '../engines/native.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { DEFAULT_SAMPLER } from '../protocol/engine.ts';
import { bytesSource } from '../source/bytes-source.ts';

const SIZES = { layers: 2, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2, contextLength: 160 } as const;
const SAMPLER = { ...DEFAULT_SAMPLER, temperature: 2, topK: 20, topP: 1, minP: 0, repetitionPenalty: 1.2, seed: 3 };
const PROMPT = Array.from({ length: 19 }, (_, i) => 40 + ((i * 31) % 200));
const DRAFTS = [77, 123, 45, 201, 45, 77, 88];
/** Drivers in software compile a kernel for seconds. */
const COMPILING_MS = 240_000;

const gpu = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const present = gpu instanceof Gpu;
if (!present) console.warn('SKIPPED: no SwiftShader here, no few tokens were run.');

const FAMILIES: readonly (RandomModelOptions & { readonly form: 'thread' | 'workgroup' })[] = [
  { form: 'thread', architecture: 'gemma2' },
  { form: 'thread', architecture: 'phi2' },
  { form: 'thread', architecture: 'gpt2' },
  { form: 'thread', architecture: 'olmo2' },
  { form: 'thread', architecture: 'llama', type: 'Q8_0', tied: false },
  { form: 'workgroup', architecture: 'qwen3', type: 'Q8_0' },
];

describe.runIf(present)('a few tokens', { timeout: COMPILING_MS }, () => {
  afterAll(() => {
    (gpu as Gpu).destroy();
  });

  test.each(FAMILIES)(
    '$architecture, $form: what is sampled behind each is what single steps sample',
    async (family) => {
      const { form, ...options } = family;
      const variant = { real: 'f32', reduction: form } as const;
      const bytes = bytesSource(writeGguf(randomModel({ ...SIZES, ...options })));
      const engine = await NativeEngine.load(gpu as Gpu, bytes, 'r.gguf', { variant, speculation: 'always' });
      const { runner } = engine.model;
      const sampling = engine.beginSampling(SAMPLER);
      await runner.prepareVerify();
      const prefill = async (): Promise<void> => {
        engine.forget(0);
        await (
          await engine.prefill(PROMPT, sampling, false, () => undefined)
        ).result!.token;
      };
      await prefill();
      const single: number[] = [];
      for (const [index, id] of [PROMPT[0]!, ...DRAFTS].entries()) {
        const position = PROMPT.length + index;
        runner.force(position, id);
        single.push(await runner.decode(position, sampling).token);
      }
      expect(new Set(single).size).toBeGreaterThan(4);
      for (const count of [7, 3]) {
        await prefill();
        runner.force(PROMPT.length, PROMPT[0]!);
        const few = await runner.verify(PROMPT.length, DRAFTS.slice(0, count), sampling);
        expect([...few]).toEqual(single.slice(0, count + 1));
      }
      engine.dispose();
    },
  );

  test('are not for a mixture of experts, nor, unless asked for, for a software adapter', async () => {
    const variant = { real: 'f32', reduction: 'thread' } as const;
    for (const [model, options] of [
      [{ architecture: 'qwen3moe' }, { speculation: 'always' }],
      [SIZES, {}],
      [SIZES, { speculation: 'off' }],
    ] as const) {
      const bytes = bytesSource(writeGguf(randomModel(model)));
      const engine = await NativeEngine.load(gpu as Gpu, bytes, 'r.gguf', { variant, ...options });
      expect(engine.model.speculation).toBeNull();
      engine.dispose();
    }
  });
});
