/** One pipeline for each distinct text and set of constants: layers of equal shape share theirs. */
import type { Kernel, Variant } from '../../shaders/kernel.ts';
import type { Gpu } from './gpu.ts';
import { createPipeline } from './pipeline.ts';

const caches = new WeakMap<Gpu, PipelineCache>();

/** Compiles each pipeline once and in parallel. Lives as long as its device: a model loaded again finds its kernels. */
export class PipelineCache {
  readonly #gpu: Gpu;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /** The device's one cache. */
  static of(gpu: Gpu): PipelineCache {
    const cache = caches.get(gpu) ?? new PipelineCache(gpu);
    caches.set(gpu, cache);
    return cache;
  }

  /** The pipeline of a kernel at fixed sizes. Rejects as `createPipeline` does. */
  get<Shape>(kernel: Kernel<Shape>, shape: Shape, variant: Variant): Promise<GPUComputePipeline> {
    const key = JSON.stringify([kernel.source(shape, variant), kernel.overrides(shape, variant)]);
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = createPipeline(this.#gpu.device, kernel, shape, variant);
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }
}
