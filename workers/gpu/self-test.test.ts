import { describe, expect, test } from 'vitest';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import type { Variant } from '../../shaders/kernel.ts';
import { QUANT_TYPES } from '../../shaders/quant/types.ts';
import { Gpu } from './gpu.ts';
import { openGpu } from './open-gpu.ts';
import { PipelineCache } from './pipeline-cache.ts';
import { checkQuantize, isSound, selfTest } from './self-test.ts';

const PLAIN: Variant = { real: 'f32', reduction: 'thread' };
const COMPILING_MS = 120_000;

async function open(name: string): Promise<Gpu | null> {
  const gpu = await openGpu(openNodeGpu(name)).catch(() => null);
  if (gpu instanceof Gpu) return gpu;
  console.warn(`SKIPPED: no ${name} here, the self-test was not run on it.`);
  return null;
}

/** A device whose compiler changes one expression of every kernel. */
function faulty(gpu: Gpu, expression: string, replacement: string): Gpu {
  const { device } = gpu;
  const createShaderModule = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) =>
    createShaderModule({ ...descriptor, code: descriptor.code.replaceAll(expression, replacement) });
  return gpu;
}

describe('self-test', () => {
  test('passes on a sound device, for every tensor type', { timeout: 3 * COMPILING_MS }, async () => {
    const gpu = await open('SwiftShader');
    if (!gpu) return;
    await selfTest(gpu, new PipelineCache(gpu), QUANT_TYPES, PLAIN, true);
    await selfTest(gpu, new PipelineCache(gpu), ['Q4_0'], { real: 'f32', reduction: 'subgroup' }, true);
    expect(gpu.bytes('scratch')).toBe(0);
    gpu.destroy();
  });

  test('passes with an f16 cache and f16 tiles', { timeout: COMPILING_MS }, async () => {
    const gpu = await open('llvmpipe');
    if (!gpu?.adapter.f16) return;
    await selfTest(gpu, new PipelineCache(gpu), ['Q4_0'], { real: 'f16', reduction: 'subgroup' });
    gpu.destroy();
  });

  test('refuses a device that computes wrongly, with the kernel’s name', { timeout: COMPILING_MS }, async () => {
    const opened = await open('SwiftShader');
    if (!opened) return;
    const gpu = faulty(opened, 'inverseSqrt(', '1.01 * inverseSqrt(');
    const refused = selfTest(gpu, new PipelineCache(gpu), ['Q8_0'], PLAIN);
    await expect(refused).rejects.toMatchObject({ name: 'GpuWrongResult', message: /matvec Q8_0/ });
    gpu.destroy();
  });

  test('refuses a device that turns heads the other way', { timeout: COMPILING_MS }, async () => {
    const opened = await open('SwiftShader');
    if (!opened) return;
    const gpu = faulty(opened, 'select(other, -other, leads)', 'select(-other, other, leads)');
    const refused = selfTest(gpu, new PipelineCache(gpu), [], PLAIN);
    await expect(refused).rejects.toMatchObject({ name: 'GpuWrongResult', message: /attention-decode/ });
    gpu.destroy();
  });

  test('refuses a device that chooses other experts', { timeout: COMPILING_MS }, async () => {
    const opened = await open('SwiftShader');
    if (!opened) return;
    const gpu = faulty(opened, 'against > logit', 'against < logit');
    const refused = selfTest(gpu, new PipelineCache(gpu), [], PLAIN, true);
    await expect(refused).rejects.toMatchObject({ name: 'GpuWrongResult', message: /route/ });
  });

  test('refuses a device that makes weights smaller wrongly', { timeout: COMPILING_MS }, async () => {
    const opened = await open('SwiftShader');
    if (!opened) return;
    await checkQuantize(opened, new PipelineCache(opened), 'Q8_0');
    await opened.idle();
    opened.destroy();
    const again = await open('SwiftShader');
    const gpu = faulty(again!, 'shifted / 127u', 'shifted / 126u');
    const refused = checkQuantize(gpu, new PipelineCache(gpu), 'Q8_0');
    await expect(refused).rejects.toMatchObject({ name: 'GpuWrongResult', message: /quantize Q8_0/ });
    gpu.destroy();
  });

  for (const [fault, replacement] of [
    ['wrong', 'var sum = 2.0 * subgroupAdd(value);'],
    ['refused by the compiler', 'var sum = nonsense(value);'],
  ] as const) {
    test(`a form that is ${fault} is told from one that is sound`, { timeout: COMPILING_MS }, async () => {
      const opened = await open('SwiftShader');
      if (!opened) return;
      const gpu = faulty(opened, 'var sum = subgroupAdd(value);', replacement);
      const pipelines = new PipelineCache(gpu);
      expect(await isSound(gpu, pipelines, ['Q8_0'], { real: 'f32', reduction: 'subgroup' })).toBe(false);
      expect(await isSound(gpu, pipelines, ['Q8_0'], { real: 'f32', reduction: 'workgroup' })).toBe(true);
      await gpu.idle();
      gpu.destroy();
    });
  }
});
