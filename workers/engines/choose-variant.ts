/** Which form of the kernels a model runs in on a device: the fastest one that computes soundly there. */
import type { Variant } from '../../shaders/kernel.ts';
import type { QuantType } from '../../shaders/quant/format.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { PipelineCache } from '../gpu/pipeline-cache.ts';
import { isSound, selfTest } from '../gpu/self-test.ts';
import { fasterReduction } from '../gpu/tuner.ts';
import type { Tuning } from './tuning.ts';

/** What runs anywhere. */
const PLAIN: Variant = { real: 'f32', reduction: 'thread' };

/** The fastest way to run that computes soundly on this device, as far as `tuning` knows or measures it. Rejects with `GpuWrongResult` if none does. */
export async function chooseVariant(
  gpu: Gpu,
  pipelines: PipelineCache,
  types: ReadonlySet<QuantType>,
  quantization: string,
  experts: boolean,
  tuning: Tuning | null,
): Promise<Variant> {
  const preferred = await (tuning ? tuning.reduction() : fasterReduction(gpu, pipelines));
  // A file of full precision keeps it in the cache too; quantised weights are coarser than f16 anyway.
  const reals = gpu.adapter.f16 && quantization !== 'F32' ? (['f16', 'f32'] as const) : (['f32'] as const);
  for (const real of reals) {
    for (const reduction of new Set([preferred, 'workgroup', 'thread'] as const)) {
      if (await isSound(gpu, pipelines, types, { real, reduction }, experts)) return { real, reduction };
    }
  }
  await selfTest(gpu, pipelines, types, PLAIN, experts);
  return PLAIN;
}
