/**
 * Carries declared weights from the file to the GPU: raw rows go up in slices, a kernel repacks or quantizes each into
 * planes. Nothing holds more than two slices in JavaScript; on the GPU there is one besides the planes.
 */
import { type QuantType, quantFormats } from '../../shaders/quant/format.ts';
import { repack } from '../../shaders/repack.ts';
import type { Kernel, Variant } from '../../shaders/kernel.ts';
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

/** Uploads everything that `weights` declares; reports bytes read so far. Aborts between slices. */
export async function uploadWeights(
  gpu: Gpu,
  pipelines: PipelineCache,
  source: ByteSource,
  weights: Weights,
  onLoaded: (loadedBytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  let loadedBytes = 0;
  const report = (bytes: number): void => {
    loadedBytes += bytes;
    onLoaded(loadedBytes);
  };
  await uploadVectors(gpu, source, weights.vectors, report, signal);
  await uploadMatrices(gpu, pipelines, source, weights.matrices, report, signal);
  await gpu.idle();
}

async function uploadVectors(
  gpu: Gpu,
  source: ByteSource,
  uploads: readonly VectorUpload[],
  report: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  // Several tensors may share one slot (stacked biases): each slot is written once, whole.
  const contents = new Map<VectorUpload['slot'], Float32Array<ArrayBuffer>>();
  for (const { tensor, type, slot, step, offset } of uploads) {
    const bytes = await source.read(tensor.byteOffset, tensor.byteLength, signal);
    const length = tensor.shape.reduce((product, dim) => product * dim, 1);
    const values = quantFormats[type].dequantize(bytes, length);
    const content = contents.get(slot) ?? new Float32Array(slot.bytes / 4);
    for (let i = 0; i < length; i++) content[i * step + offset] = values[i]!;
    contents.set(slot, content);
    report(tensor.byteLength);
  }
  for (const [slot, content] of contents) gpu.write(slot.buffer, 0, content);
}

async function uploadMatrices(
  gpu: Gpu,
  pipelines: PipelineCache,
  source: ByteSource,
  uploads: readonly MatrixUpload[],
  report: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const slices = uploads.flatMap(cut);
  const largest = slices.reduce((bytes, slice) => Math.max(bytes, sliceBytes(slice)), 16);
  const raw = gpu.createBuffer('raw rows', Math.ceil(largest / 16) * 16, 'scratch', USAGE.storage | USAGE.copyTarget);
  const parameters = gpu.createBuffer('slice', 16, 'scratch', USAGE.uniform | USAGE.copyTarget);
  const read = (slice: Slice | undefined): Promise<Uint8Array<ArrayBuffer>> | undefined => {
    if (!slice) return undefined;
    const { tensor } = slice.upload;
    const bytes = source.read(tensor.byteOffset + slice.firstSourceRow * rowBytes(slice), sliceBytes(slice), signal);
    bytes.catch(() => undefined); // awaited a turn later; an abort in between must not count as unhandled
    return bytes;
  };
  try {
    let next = read(slices[0]);
    for (const [index, slice] of slices.entries()) {
      const bytes = await next!;
      next = read(slices[index + 1]);
      signal?.throwIfAborted();
      gpu.write(raw, 0, padded(bytes));
      await writePlanes(gpu, pipelines, slice, raw, parameters);
      report(bytes.byteLength);
    }
    await gpu.idle();
  } finally {
    gpu.release(raw);
    gpu.release(parameters);
  }
}

/** Repacks a slice, or quantizes it where its matrix is of another type than the file. */
async function writePlanes(
  gpu: Gpu,
  pipelines: PipelineCache,
  slice: Slice,
  raw: GPUBuffer,
  parameters: GPUBuffer,
): Promise<void> {
  const { type, matrix } = slice.upload;
  const { columns, type: to } = matrix;
  const planeRows = slice.shard.rows;
  const [quants, scales] = [slice.shard.quants.buffer, slice.shard.scales.buffer];
  if (type === to) {
    const shape = { type, columns, planeRows };
    await runOnSlice(gpu, pipelines, slice, repack, shape, parameters, { raw, quants, scales });
  } else if (canQuantize(type, columns) && (to === 'Q8_0' || to === 'Q4_0')) {
    const shape = { from: type, to, columns, planeRows };
    await runOnSlice(gpu, pipelines, slice, quantize, shape, parameters, { quants: raw, codes: quants, scales });
  } else throw new Error(`"${matrix.label}" of ${type} was declared as ${to}`);
}

async function runOnSlice<Shape>(
  gpu: Gpu,
  pipelines: PipelineCache,
  { upload, shard, firstSourceRow, rows }: Slice,
  kernel: Kernel<Shape>,
  shape: Shape,
  parameters: GPUBuffer,
  planes: Readonly<Record<string, GPUBuffer>>,
): Promise<void> {
  const { rowStep, rowOffset } = upload;
  const pipeline = await pipelines.get(kernel, shape, PLAIN);
  const planeRow = firstSourceRow * rowStep + rowOffset - shard.firstRow;
  gpu.write(parameters, 0, new Uint32Array([rows, Math.floor(planeRow / rowStep), rowStep, planeRow % rowStep]));
  const buffers: Readonly<Record<string, GPUBuffer>> = { ...planes, slice: parameters };
  const bindGroup = gpu.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: kernel.bindings.map(({ name }, binding) => ({ binding, resource: { buffer: buffers[name]! } })),
  });
  const encoder = gpu.device.createCommandEncoder({ label: kernel.name });
  const step = {
    label: kernel.name,
    pipeline,
    bindGroup,
    workgroups: () => kernel.workgroups(shape, PLAIN, { tokens: rows, kvLength: 0 }),
  };
  encodePass(gpu, encoder, [step], { tokens: rows, kvLength: 0 });
  gpu.submit(encoder);
  // Bounds what the driver has queued to one slice.
  await gpu.idle();
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
