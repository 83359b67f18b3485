/** A matrix × vector product that is run only to be timed, over enough weights that none of them waits in a cache. */
import { roundUp, rowStride, type Variant } from '../../shaders/kernel.ts';
import { type LinearShape, matvec } from '../../shaders/matvec.ts';
import type { LinearProduct, MatvecPlan } from '../../shaders/matvec-plan.ts';
import { quantFormats } from '../../shaders/quant/format.ts';
import { type Gpu, USAGE } from './gpu.ts';
import type { PipelineCache } from './pipeline-cache.ts';

/** WebGPU's default alignment of a binding's offset. */
const ALIGNMENT_BYTES = 256;

/** Its shape: nothing fused in, for that is the same by any plan. */
function shapeOf({ type, rows, columns, tokens }: LinearProduct, plan?: MatvecPlan): LinearShape {
  return {
    type,
    columns,
    rows,
    firstRow: 0,
    inputStride: rowStride(columns),
    outputStride: rows,
    norm: null,
    bias: false,
    epilogue: 'store',
    lastTokenOnly: false,
    tokenTile: tokens,
    plan,
  };
}

/** The buffers of a product, with its weights as often as fit. */
export class MeasuredProduct {
  readonly #gpu: Gpu;
  readonly #product: LinearProduct;
  readonly #variant: Variant;
  readonly #buffers: readonly GPUBuffer[];
  readonly #ranges: readonly { readonly offset: number; readonly size: number; readonly stride: number }[];
  readonly #copies: number;

  /**
   * Takes its memory. Rejects with `GpuOutOfMemory`.
   *
   * @param bytes of weights, for so many copies of a product as fit, at least one
   */
  static async open(gpu: Gpu, product: LinearProduct, variant: Variant, bytes: number): Promise<MeasuredProduct> {
    let made: MeasuredProduct | undefined;
    try {
      return await gpu.withinMemory('measuring how fast it is', bytes, () => {
        return (made = new MeasuredProduct(gpu, product, variant, bytes));
      });
    } catch (error) {
      made?.close();
      throw error;
    }
  }

  private constructor(gpu: Gpu, product: LinearProduct, variant: Variant, bytes: number) {
    this.#gpu = gpu;
    this.#product = product;
    this.#variant = variant;
    const { type, rows, columns, tokens } = product;
    const { quantBytes, scaleBytes } = quantFormats[type].planes(rows, columns);
    const strides = [quantBytes, scaleBytes].map((size) => roundUp(size, ALIGNMENT_BYTES));
    this.#copies = Math.max(1, Math.floor(bytes / (strides[0]! + strides[1]!)));
    const sizes: Record<string, number> = {
      quants: quantBytes,
      scales: scaleBytes,
      x: 4 * tokens * rowStride(columns),
      y: 4 * tokens * rows,
      step: 16,
    };
    this.#ranges = matvec.bindings.map(({ name }) => {
      const size = roundUp(sizes[name] ?? 16, 16);
      const isWeight = name === 'quants' || name === 'scales';
      return { offset: 0, size, stride: isWeight ? roundUp(size, ALIGNMENT_BYTES) : 0 };
    });
    this.#buffers = matvec.bindings.map(({ name, access }, i) => {
      const { size, stride } = this.#ranges[i]!;
      const usage = USAGE.copyTarget | (access === 'uniform' ? USAGE.uniform : USAGE.storage);
      return gpu.createBuffer(`measured ${name}`, Math.max(size, stride * this.#copies), 'scratch', usage);
    });
    const step = matvec.bindings.findIndex(({ name }) => name === 'step');
    gpu.write(this.#buffers[step]!, 0, new Uint32Array([0, tokens, 0, 0]));
  }

  /** Compiles a plan; what it gives encodes the product so many times. Rejects as `createPipeline` does. */
  async compile(
    pipelines: PipelineCache,
    plan?: MatvecPlan,
  ): Promise<(pass: GPUComputePassEncoder, times: number) => void> {
    const shape = shapeOf(this.#product, plan);
    const pipeline = await pipelines.get(matvec, shape, this.#variant);
    const layout = pipeline.getBindGroupLayout(0);
    const groups = Array.from({ length: this.#copies }, (_, copy) =>
      this.#gpu.createBindGroup({
        layout,
        entries: this.#buffers.map((buffer, binding) => {
          const { size, stride } = this.#ranges[binding]!;
          return { binding, resource: { buffer, offset: copy * stride, size } };
        }),
      }),
    );
    const { tokens } = this.#product;
    const grid = matvec.workgroups(shape, this.#variant, { tokens, kvLength: tokens });
    return (pass, times) => {
      pass.setPipeline(pipeline);
      for (let time = 0; time < times; time++) {
        pass.setBindGroup(0, groups[time % groups.length]);
        pass.dispatchWorkgroups(...grid);
      }
    };
  }

  close(): void {
    for (const buffer of this.#buffers) this.#gpu.release(buffer);
  }
}
