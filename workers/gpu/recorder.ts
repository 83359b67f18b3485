/** Recorded steps and their replay: nothing is created here, a token only re-encodes what load has made. */
import type { Extent, Workgroups } from '../../shaders/kernel.ts';
import type { Gpu } from './gpu.ts';

/** One dispatch, ready to be encoded any number of times. */
export interface Step {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: (extent: Extent) => Workgroups;
}

/** Encodes steps as one compute pass, in order; WebGPU makes each dispatch see what the one before wrote. */
export function encodePass(gpu: Gpu, encoder: GPUCommandEncoder, steps: readonly Step[], extent: Extent): void {
  const pass = encoder.beginComputePass();
  gpu.counts.passes++;
  for (const { pipeline, bindGroup, workgroups } of steps) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...workgroups(extent));
  }
  gpu.counts.dispatches += steps.length;
  pass.end();
}
