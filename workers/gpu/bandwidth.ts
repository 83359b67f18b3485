/** How many bytes a second a device moves, by a plain copy kernel: what the speed of every other kernel is held against. */
import { copy } from '../../shaders/copy.ts';
import type { Variant } from '../../shaders/kernel.ts';
import { type Gpu, USAGE } from './gpu.ts';
import { createPipeline } from './pipeline.ts';

/** What is copied: bytes of each of the two buffers, copies in each run, runs. */
export interface CopyRuns {
  readonly bytes: number;
  readonly copies: number;
  readonly repeats: number;
}

/**
 * What is quick and still past most caches: 128 MiB, which every device can bind, several times in a run, so that neither
 * the submit nor the browser's coarse clock drowns a fast card; 16 MiB once in software.
 */
export function quickRuns({ adapter }: Gpu): CopyRuns {
  const runs = adapter.isFallback ? { bytes: 16 * 2 ** 20, copies: 1 } : { bytes: 128 * 2 ** 20, copies: 4 };
  return { ...runs, repeats: 3 };
}

/** Bytes read plus bytes written in a second, in the best of the runs. Rejects with `GpuOutOfMemory`. */
export async function copyBandwidth(gpu: Gpu, { bytes, copies, repeats }: CopyRuns): Promise<number> {
  const shape = { elements: bytes / 16 };
  const variant: Variant = { real: 'f32', reduction: 'thread' };
  const pipeline = await createPipeline(gpu.device, copy, shape, variant);
  const made: GPUBuffer[] = [];
  try {
    await gpu.withinMemory('measuring how fast it is', 2 * bytes, () => {
      for (const { name } of copy.bindings)
        made.push(gpu.createBuffer(`copy ${name}`, bytes, 'scratch', USAGE.storage));
    });
    const bindGroup = gpu.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: made.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    let bestMs = Infinity;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const encoder = gpu.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      const grid = copy.workgroups(shape, variant, { tokens: 1, kvLength: 1 });
      for (let done = 0; done < copies; done++) pass.dispatchWorkgroups(...grid);
      pass.end();
      const startedAt = performance.now();
      gpu.submit(encoder);
      await gpu.idle();
      bestMs = Math.min(bestMs, performance.now() - startedAt);
    }
    return (2 * bytes * copies * 1000) / bestMs;
  } finally {
    for (const buffer of made) gpu.release(buffer);
  }
}
