/** Runs one kernel once on data from JavaScript and reads one buffer back: for checks at load, never in a loop. */
import type { Extent, Kernel, Variant } from '../../shaders/kernel.ts';
import { USAGE, type Gpu } from './gpu.ts';
import type { PipelineCache } from './pipeline-cache.ts';
import { encodePass } from './recorder.ts';

/** Contents of the bindings by name; a number asks for that many zero bytes. */
type BindingData = Readonly<Record<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | number>>;

/** One kernel, what it reads and which of its bindings to read back. */
export interface RunOnce<Shape> {
  readonly kernel: Kernel<Shape>;
  readonly shape: Shape;
  readonly variant: Variant;
  readonly extent: Extent;
  readonly data: BindingData;
  readonly output: string;
}

/** Resolves to the bytes of the output binding. Frees everything that it made. */
export async function runOnce<Shape>(gpu: Gpu, pipelines: PipelineCache, run: RunOnce<Shape>): Promise<ArrayBuffer> {
  const { kernel, shape, variant, extent, data, output } = run;
  const pipeline = await pipelines.get(kernel, shape, variant);
  const made: GPUBuffer[] = [];
  const make = (label: string, bytes: number, usage: number): GPUBuffer => {
    const buffer = gpu.createBuffer(label, Math.max(16, Math.ceil(bytes / 16) * 16), 'scratch', usage);
    made.push(buffer);
    return buffer;
  };
  try {
    const buffers = new Map<string, GPUBuffer>();
    for (const { name, access } of kernel.bindings) {
      const content = data[name] ?? 0;
      const usage = access === 'uniform' ? USAGE.uniform : USAGE.storage | USAGE.copySource;
      const buffer = make(name, typeof content === 'number' ? content : content.byteLength, usage | USAGE.copyTarget);
      if (typeof content !== 'number') gpu.write(buffer, 0, content);
      buffers.set(name, buffer);
    }
    const bindGroup = gpu.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [...buffers.values()].map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    const source = buffers.get(output)!;
    const target = make('result', source.size, USAGE.mapRead | USAGE.copyTarget);
    const encoder = gpu.device.createCommandEncoder({ label: kernel.name });
    const workgroups = (): ReturnType<typeof kernel.workgroups> => kernel.workgroups(shape, variant, extent);
    encodePass(gpu, encoder, [{ label: kernel.name, pipeline, bindGroup, workgroups }], extent);
    encoder.copyBufferToBuffer(source, 0, target, 0, source.size);
    gpu.submit(encoder);
    return await gpu.read(target, 0, source.size);
  } finally {
    for (const buffer of made) gpu.release(buffer);
  }
}
