import { describe, expect, test } from 'vitest';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import type { Variant } from '../../shaders/kernel.ts';
import { Gpu } from './gpu.ts';
import { openGpu } from './open-gpu.ts';
import { PipelineCache } from './pipeline-cache.ts';
import { selfTest } from './self-test.ts';

const TYPES = ['F32', 'F16', 'BF16', 'Q4_0', 'Q8_0', 'Q4_K', 'Q6_K'] as const;
const PLAIN: Variant = { real: 'f32', reduction: 'thread' };

async function open(): Promise<Gpu | null> {
  const gpu = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
  if (gpu instanceof Gpu) return gpu;
  console.warn('SKIPPED: no SwiftShader here, the self-test was not run.');
  return null;
}

describe('self-test', () => {
  test('passes on a sound device, for every tensor type', async () => {
    const gpu = await open();
    if (!gpu) return;
    await selfTest(gpu, new PipelineCache(gpu), TYPES, PLAIN);
    expect(gpu.bytes('scratch')).toBe(0);
    gpu.destroy();
  });

  test('refuses a device that computes wrongly, with the kernel’s name', async () => {
    const gpu = await open();
    if (!gpu) return;
    // A driver whose inverse square root is one per cent off.
    const { device } = gpu;
    const createShaderModule = device.createShaderModule.bind(device);
    device.createShaderModule = (descriptor) =>
      createShaderModule({ ...descriptor, code: descriptor.code.replaceAll('inverseSqrt(', '1.01 * inverseSqrt(') });
    const refused = selfTest(gpu, new PipelineCache(gpu), ['Q8_0'], PLAIN);
    await expect(refused).rejects.toMatchObject({ name: 'GpuWrongResult', message: /matvec Q8_0/ });
    gpu.destroy();
  });
});
