/**
 * Carries declared weights from the file to the GPU, in the order in which they lie in the file, so that each byte is read
 * once: raw rows go up in slices, a kernel repacks or quantizes each into planes; vectors are decoded here. Nothing holds more
 * than two slices in JavaScript; on the GPU there is one besides the planes.
 */
import { type QuantType, quantFormats } from '../../shaders/quant/format.ts';
import { repack } from '../../shaders/repack.ts';
import type { Extent, Kernel, Variant, Workgroups } from '../../shaders/kernel.ts';
import { canQuantize, quantize } from '../../shaders/quantize.ts';
import { type Gpu, USAGE } from '../gpu/gpu.ts';
import type { PipelineCache } from '../gpu/pipeline-cache.ts';
import { encodePass } from '../gpu/recorder.ts';
import type { MatrixShard } from '../graph/matrix.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { MatrixUpload, VectorUpload, Weights } from './weights.ts';

/** Raw bytes that go up at once: large enough for full speed, small next to any model. */
const SLICE_BYTES = 8 * 2 ** 20;

/** What writes planes has no sums to share and writes no floats: one form serves every device. */
const PLAIN: Variant = { real: 'f32', reduction: 'thread' };

interface Slice {
  readonly upload: MatrixUpload;
  readonly shard: MatrixShard;
  readonly firstSourceRow: number;
  readonly rows: number;
}

/** A read, and what its bytes are. */
type Read = { readonly offset: number; readonly bytes: number } & (
  { readonly slice: Slice } | { readonly vector: VectorUpload }
);

/**
 * Has what writes planes compiled, before all else: the upload waits for nothing more, and drivers compile in the order in
 * which they were asked.
 */
export function compilePlaneKernels(pipelines: PipelineCache, { matrices }: Weights): void {
  for (const upload of matrices) {
    // Whoever runs it hears of a failure.
    for (const shard of upload.matrix.shards) planeKernel(pipelines, upload, shard).pipeline.catch(() => undefined);
  }
}

/** Uploads everything that `weights` declares; reports bytes read so far. Aborts between reads. */
export async function uploadWeights(
  gpu: Gpu,
  pipelines: PipelineCache,
  source: ByteSource,
  weights: Weights,
  onLoaded: (loadedBytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const reads = inFileOrder(weights);
  const vectors = new Vectors();
  const planes = new PlaneWriter(gpu, pipelines, weights.matrices, reads);
  const largest = reads.reduce((most, { bytes }) => Math.max(most, bytes), 0);
  // One read fills while the other goes up.
  const memories = [new Uint8Array(largest), new Uint8Array(largest)];
  const begin = (index: number): Promise<Uint8Array<ArrayBuffer>> | undefined => {
    const read = reads[index];
    if (!read) return undefined;
    const bytes = source.read(read.offset, read.bytes, signal, memories[index % 2]);
    bytes.catch(() => undefined); // awaited a turn later; an abort in between must not count as unhandled
    return bytes;
  };
  let loadedBytes = 0;
  try {
    let next = begin(0);
    for (const [index, read] of reads.entries()) {
      const bytes = await next!;
      next = begin(index + 1);
      signal?.throwIfAborted();
      if ('slice' in read) await planes.write(read.slice, bytes);
      else vectors.add(read.vector, bytes);
      onLoaded((loadedBytes += read.bytes));
    }
    vectors.write(gpu);
    await gpu.idle();
  } finally {
    planes.release();
  }
}

function inFileOrder({ vectors, matrices }: Weights): Read[] {
  const reads: Read[] = vectors.map((vector) => {
    const { byteOffset, byteLength } = vector.tensor;
    return { offset: byteOffset, bytes: byteLength, vector };
  });
  for (const slice of matrices.flatMap(cut)) {
    const offset = slice.upload.tensor.byteOffset + slice.firstSourceRow * rowBytes(slice);
    reads.push({ offset, bytes: sliceBytes(slice), slice });
  }
  return reads.sort((a, b) => a.offset - b.offset);
}

/** Vectors on their way. Several tensors may share one slot (stacked biases): each slot is written once, whole. */
class Vectors {
  readonly #contents = new Map<VectorUpload['slot'], Float32Array<ArrayBuffer>>();

  add({ tensor, type, slot, step, offset, plus }: VectorUpload, bytes: Uint8Array<ArrayBuffer>): void {
    const length = tensor.shape.reduce((product, dim) => product * dim, 1);
    const values = quantFormats[type].dequantize(bytes, length);
    const content = this.#contents.get(slot) ?? new Float32Array(slot.bytes / 4);
    for (let i = 0; i < length; i++) content[i * step + offset] = values[i]! + plus;
    this.#contents.set(slot, content);
  }

  write(gpu: Gpu): void {
    for (const [slot, content] of this.#contents) gpu.write(slot.buffer, 0, content);
  }
}

/** Slices on their way into planes. */
class PlaneWriter {
  readonly #gpu: Gpu;
  readonly #pipelines: PipelineCache;
  readonly #raw: GPUBuffer;
  readonly #table: GPUBuffer;
  readonly #parameters: GPUBuffer;
  #submitted: Promise<void> = Promise.resolve();

  constructor(gpu: Gpu, pipelines: PipelineCache, uploads: readonly MatrixUpload[], reads: readonly Read[]) {
    this.#gpu = gpu;
    this.#pipelines = pipelines;
    const largest = reads.reduce((most, read) => ('slice' in read ? Math.max(most, read.bytes) : most), 16);
    const tableBytes = Math.max(16, ...uploads.map(({ type }) => quantFormats[type].table.byteLength));
    const usage = USAGE.storage | USAGE.copyTarget;
    this.#raw = gpu.createBuffer('raw rows', Math.ceil(largest / 16) * 16, 'scratch', usage);
    this.#table = gpu.createBuffer('table', tableBytes, 'scratch', usage);
    this.#parameters = gpu.createBuffer('slice', 16, 'scratch', USAGE.uniform | USAGE.copyTarget);
  }

  /** Has a slice written into planes. The one before it may be under way. */
  async write(slice: Slice, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const gpu = this.#gpu;
    const { upload, shard, firstSourceRow, rows } = slice;
    const { rowStep, rowOffset, type } = upload;
    const kernel = planeKernel(this.#pipelines, upload, shard);
    const pipeline = await kernel.pipeline;
    const planeRow = firstSourceRow * rowStep + rowOffset - shard.firstRow;
    gpu.write(this.#raw, 0, padded(bytes));
    if (quantFormats[type].table.byteLength > 0) gpu.write(this.#table, 0, quantFormats[type].table);
    const slot = [rows, Math.floor(planeRow / rowStep), rowStep, planeRow % rowStep];
    gpu.write(this.#parameters, 0, new Uint32Array(slot));
    const own = { raw: this.#raw, table: this.#table, slice: this.#parameters };
    const planes = { quants: shard.quants.buffer, scales: shard.scales.buffer };
    const bindGroup = gpu.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: kernel.buffers({ ...own, ...planes }).map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    const encoder = gpu.device.createCommandEncoder({ label: kernel.label });
    const step = { label: kernel.label, pipeline, bindGroup, workgroups: kernel.workgroups };
    encodePass(gpu, encoder, [step], { tokens: rows, kvLength: 0 });
    gpu.submit(encoder);
    // Bounds what the driver has queued to two slices: this one is repacked while the next is read.
    await this.#submitted;
    this.#submitted = gpu.idle();
    this.#submitted.catch(() => undefined); // awaited a slice later
  }

  release(): void {
    for (const buffer of [this.#raw, this.#table, this.#parameters]) this.#gpu.release(buffer);
  }
}

/** The buffers that a kernel which writes planes may ask for. */
type PlaneBuffers = Readonly<Record<'raw' | 'table' | 'slice' | 'quants' | 'scales', GPUBuffer>>;

/** What writes the rows of one tensor into one shard's planes. */
interface PlaneKernel {
  readonly label: string;
  readonly pipeline: Promise<GPUComputePipeline>;
  /** In the order of the kernel's bindings. */
  buffers(all: PlaneBuffers): GPUBuffer[];
  workgroups(extent: Extent): Workgroups;
}

/** Repacks, or quantizes where the matrix is of another type than the file. The pipeline is compiled once for all that share it. */
function planeKernel(pipelines: PipelineCache, { type, matrix }: MatrixUpload, { rows }: MatrixShard): PlaneKernel {
  const { columns, type: to } = matrix;
  const described = <Shape>(
    kernel: Kernel<Shape>,
    shape: Shape,
    named: (all: PlaneBuffers) => Readonly<Record<string, GPUBuffer>>,
  ): PlaneKernel => ({
    label: kernel.name,
    pipeline: pipelines.get(kernel, shape, PLAIN),
    buffers: (all) => kernel.bindings.map(({ name }) => named(all)[name]!),
    workgroups: (extent) => kernel.workgroups(shape, PLAIN, extent),
  });
  if (type === to) return described(repack, { type, columns, planeRows: rows }, (all) => all);
  if (canQuantize(type, columns) && (to === 'Q8_0' || to === 'Q4_0')) {
    const shape = { from: type, to, columns, planeRows: rows };
    return described(quantize, shape, (all) => ({ ...all, quants: all.raw, codes: all.quants }));
  }
  throw new Error(`"${matrix.label}" of ${type} was declared as ${to}`);
}

/** The slices of one tensor: whole rows, at most SLICE_BYTES, none across a shard's edge. */
function cut(upload: MatrixUpload): Slice[] {
  const { matrix, rowStep, rowOffset, tensor, type } = upload;
  const sourceRows = tensor.shape[0]!;
  const rowsPerSlice = Math.max(1, Math.floor(SLICE_BYTES / fileRowBytes(type, matrix.columns)));
  const slices: Slice[] = [];
  for (const shard of matrix.shards) {
    const from = Math.max(0, Math.ceil((shard.firstRow - rowOffset) / rowStep));
    const to = Math.min(sourceRows, Math.ceil((shard.firstRow + shard.rows - rowOffset) / rowStep));
    for (let row = from; row < to; row += rowsPerSlice) {
      slices.push({ upload, shard, firstSourceRow: row, rows: Math.min(rowsPerSlice, to - row) });
    }
  }
  return slices;
}

function fileRowBytes(type: QuantType, columns: number): number {
  return quantFormats[type].fileRowBytes(columns);
}

function rowBytes({ upload }: Slice): number {
  return fileRowBytes(upload.type, upload.matrix.columns);
}

function sliceBytes(slice: Slice): number {
  return slice.rows * rowBytes(slice);
}

/** writeBuffer takes multiples of four bytes. */
function padded(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes.byteLength % 4 === 0) return bytes;
  const copy = new Uint8Array(Math.ceil(bytes.byteLength / 4) * 4);
  copy.set(bytes);
  return copy;
}
