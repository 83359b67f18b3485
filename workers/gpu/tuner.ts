/**
 * Measures on this device how lanes should share a sum; never judged by vendor or name.
 *
 * Software adapters pay for every barrier: there one thread a row is ten times faster. Hardware wants many lanes a row.
 * The gap is wide, so one short measurement decides the same way every time, and results stay reproducible.
 */
import type { Variant } from '../../shaders/kernel.ts';
import { matvec, type LinearShape } from '../../shaders/matvec.ts';
import { quantFormats } from '../../shaders/quant/format.ts';
import { errorCode } from '../protocol/errors.ts';
import { type Gpu, USAGE } from './gpu.ts';
import type { PipelineCache } from './pipeline-cache.ts';

const ROWS = 1024;
const COLUMNS = 1024;
/** Enough dispatches that hardware's launch time does not drown the work. */
const DISPATCHES = 4;

const decided = new WeakMap<Gpu, Promise<Variant['reduction']>>();

/** The faster way to reduce on this device, measured once: barrier-free threads, or lanes with what the device has. */
export function fasterReduction(gpu: Gpu, pipelines: PipelineCache): Promise<Variant['reduction']> {
  let decision = decided.get(gpu);
  if (!decision) {
    decision = measure(gpu, pipelines);
    decided.set(gpu, decision);
  }
  return decision;
}

async function measure(gpu: Gpu, pipelines: PipelineCache): Promise<Variant['reduction']> {
  const shared = gpu.adapter.subgroups ? 'subgroup' : 'workgroup';
  const threadMs = await timeMatvec(gpu, pipelines, 'thread');
  const sharedMs = await timeMatvec(gpu, pipelines, shared).catch((error: unknown) => {
    if (errorCode(error) === 'GpuWrongResult') return Infinity; // what the driver cannot compile is not fast
    throw error;
  });
  return threadMs < sharedMs ? 'thread' : shared;
}

/** Milliseconds of the faster of two runs; the first one warms up. */
async function timeMatvec(gpu: Gpu, pipelines: PipelineCache, reduction: Variant['reduction']): Promise<number> {
  const shape: LinearShape = {
    type: 'Q8_0',
    columns: COLUMNS,
    rows: ROWS,
    firstRow: 0,
    inputStride: COLUMNS,
    outputStride: ROWS,
    norm: null,
    bias: false,
    epilogue: 'store',
    lastTokenOnly: false,
    tokenTile: 1,
  };
  const variant: Variant = { real: 'f32', reduction };
  const { quantBytes, scaleBytes } = quantFormats[shape.type].planes(ROWS, COLUMNS);
  const bytes = {
    quants: quantBytes,
    scales: scaleBytes,
    x: 4 * COLUMNS,
    norm_weight: 16,
    bias: 16,
    y: 4 * ROWS,
    step: 16,
  };
  const pipeline = await pipelines.get(matvec, shape, variant);
  const buffers = matvec.bindings.map(({ name, access }) =>
    gpu.createBuffer(
      `tuner ${name}`,
      bytes[name as keyof typeof bytes],
      'scratch',
      USAGE.copyTarget | (access === 'uniform' ? USAGE.uniform : USAGE.storage),
    ),
  );
  try {
    gpu.write(buffers[matvec.bindings.findIndex(({ name }) => name === 'step')]!, 0, new Uint32Array([0, 1, 0, 0]));
    const bindGroup = gpu.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    let best = Infinity;
    for (let run = 0; run < 3; run++) {
      const encoder = gpu.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      const grid = matvec.workgroups(shape, variant, { tokens: 1, kvLength: 1 });
      for (let dispatch = 0; dispatch < DISPATCHES; dispatch++) pass.dispatchWorkgroups(...grid);
      pass.end();
      const startedAt = performance.now();
      gpu.submit(encoder);
      await gpu.idle();
      if (run > 0) best = Math.min(best, performance.now() - startedAt);
    }
    return best;
  } finally {
    for (const buffer of buffers) gpu.release(buffer);
  }
}
