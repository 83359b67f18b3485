/** A device for a worker that cannot go on without one. */
import type { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { EngineError } from '../protocol/errors.ts';

/** Opens a device of this worker's browser. Rejects with `GpuUnavailable`, which says why there is none. */
export async function openDevice(): Promise<Gpu> {
  const gpu = await openGpu(navigator.gpu as GPU | undefined);
  if (!('kind' in gpu)) return gpu;
  throw new EngineError('GpuUnavailable', {
    what: gpu.detail.replace(/\.$/, ''),
    remedy: 'Reload the page, or use a browser with WebGPU.',
  });
}
