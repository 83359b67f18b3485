/**
 * Known answers: before a model is trusted to a device, its kernels compute small sums whose results are known.
 *
 * Browsers and drivers have shipped with silently wrong arithmetic in exactly such kernels; a person would only see a
 * model that talks nonsense. Refuses with the kernel's name, once for each device, variant and tensor type.
 */
import type { Kernel, Variant } from '../../shaders/kernel.ts';
import { matmul } from '../../shaders/matmul.ts';
import { matvec, type LinearShape } from '../../shaders/matvec.ts';
import type { MatvecPlan } from '../../shaders/matvec-plan.ts';
import { matvecReference } from '../../shaders/matvec.ref.ts';
import { type QuantType, quantFormats } from '../../shaders/quant/format.ts';
import { quantize, type QuantizedType } from '../../shaders/quantize.ts';
import { quantizeReference } from '../../shaders/quantize.ref.ts';
import { repack } from '../../shaders/repack.ts';
import { emptyPlanes, repackReference } from '../../shaders/repack.ref.ts';
import { errorCode } from '../protocol/errors.ts';
import { checkAttention } from './attention-self-test.ts';
import { checkExperts } from './expert-self-test.ts';
import type { Gpu } from './gpu.ts';
import { compare, sequence, values } from './known-answers.ts';
import type { PipelineCache } from './pipeline-cache.ts';
import { runOnce } from './run-once.ts';

const ROWS = 24;
const COLUMNS = 512;

const passed = new WeakMap<Gpu, Set<string>>();

/** Checks what a model with these tensor types, and maybe with experts, will run. Rejects with `GpuWrongResult`. */
export async function selfTest(
  gpu: Gpu,
  pipelines: PipelineCache,
  types: Iterable<QuantType>,
  variant: Variant,
  experts = false,
): Promise<void> {
  const done = passed.get(gpu) ?? new Set<string>();
  passed.set(gpu, done);
  const once = async (key: string, check: () => Promise<void>): Promise<void> => {
    if (done.has(key)) return;
    await check();
    done.add(key);
  };
  const { real, reduction } = variant;
  for (const type of types) {
    await once(`matvec ${type} ${reduction}`, () => checkLinear(gpu, pipelines, matvec, type, variant, 1));
    // Without tiles a prompt runs through matvec too.
    if (reduction === 'thread') continue;
    await once(`matmul ${type} ${real}`, () => checkLinear(gpu, pipelines, matmul, type, variant, 3));
  }
  await once(`attention ${real} ${reduction}`, () => checkAttention(gpu, pipelines, variant));
  if (experts) await once(`experts ${reduction}`, () => checkExperts(gpu, pipelines, variant));
}

/** Checks that weights are made smaller as they should be, to the bit. Rejects with `GpuWrongResult`. */
export async function checkQuantize(gpu: Gpu, pipelines: PipelineCache, to: QuantizedType): Promise<void> {
  const done = passed.get(gpu) ?? new Set<string>();
  passed.set(gpu, done);
  if (done.has(`quantize ${to}`)) return;
  const weights = values(ROWS * COLUMNS);
  const slice = { rows: ROWS, firstRow: 0, rowStep: 1, rowOffset: 0 };
  const expected = emptyPlanes(to, ROWS, COLUMNS);
  const blocks = quantizeReference(to, weights);
  repackReference({ type: to, columns: COLUMNS, planeRows: ROWS }, blocks, slice, expected);
  const data = {
    quants: weights,
    codes: expected.quants.byteLength,
    scales: expected.scales.byteLength,
    slice: Uint32Array.of(ROWS, 0, 1, 0),
  };
  const shape = { from: 'F32', to, columns: COLUMNS, planeRows: ROWS } as const;
  const extent = { tokens: ROWS, kvLength: 0 };
  const run = { kernel: quantize, shape, variant: { real: 'f32', reduction: 'thread' }, extent, data } as const;
  for (const [output, words] of [
    ['codes', expected.quants],
    ['scales', expected.scales],
  ] as const) {
    const result = new Uint32Array(await runOnce(gpu, pipelines, { ...run, output }));
    compare(`${quantize.name} ${to}`, result, words, 0);
  }
  done.add(`quantize ${to}`);
}

/** Whether a device computes soundly in this variant; `selfTest` as a value. */
export async function isSound(
  gpu: Gpu,
  pipelines: PipelineCache,
  types: Iterable<QuantType>,
  variant: Variant,
  experts = false,
): Promise<boolean> {
  try {
    await selfTest(gpu, pipelines, types, variant, experts);
    return true;
  } catch (error) {
    if (errorCode(error) === 'GpuWrongResult') return false;
    throw error;
  }
}

/** Whether a device computes soundly by this plan: known answers for one weight type, once for each device. */
export async function isPlanSound(
  gpu: Gpu,
  pipelines: PipelineCache,
  type: QuantType,
  variant: Variant,
  plan: MatvecPlan,
): Promise<boolean> {
  const key = `matvec ${type} ${JSON.stringify(plan)}`;
  const done = passed.get(gpu) ?? new Set<string>();
  passed.set(gpu, done);
  try {
    if (!done.has(key)) await checkLinear(gpu, pipelines, matvec, type, variant, 1, plan);
    done.add(key);
    return true;
  } catch (error) {
    if (errorCode(error) === 'GpuWrongResult') return false;
    throw error;
  }
}

async function checkLinear(
  gpu: Gpu,
  pipelines: PipelineCache,
  kernel: Kernel<LinearShape>,
  type: QuantType,
  variant: Variant,
  tokens: number,
  plan?: MatvecPlan,
): Promise<void> {
  const { planes, dequantize, fileRowBytes, blockBytes, table } = quantFormats[type];
  const { quantBytes, scaleBytes } = planes(ROWS, COLUMNS);
  // Bytes below 60 make every f16 and f32 that a block may hold finite and below one.
  const raw = Uint8Array.from(sequence(Math.ceil((ROWS * fileRowBytes(COLUMNS)) / 4) * 4, 60));
  // An exponent below 60 would make MXFP4's weights too small to show: these are 2⁻⁷ … 2⁰.
  if (type === 'MXFP4') for (let at = 0; at < raw.length; at += blockBytes) raw[at] = 120 + (raw[at]! & 7);
  const repackData = {
    raw: new Uint32Array(raw.buffer),
    quants: quantBytes,
    scales: scaleBytes,
    slice: Uint32Array.of(ROWS, 0, 1, 0),
    table,
  };
  const repackShape = { type, columns: COLUMNS, planeRows: ROWS };
  const repacked = async (output: 'quants' | 'scales'): Promise<Uint32Array<ArrayBuffer>> => {
    const run = {
      kernel: repack,
      shape: repackShape,
      variant,
      extent: { tokens: ROWS, kvLength: 0 },
      data: repackData,
    };
    return new Uint32Array(await runOnce(gpu, pipelines, { ...run, output }));
  };
  const shape: LinearShape = {
    type,
    columns: COLUMNS,
    rows: ROWS,
    firstRow: 0,
    inputStride: COLUMNS,
    outputStride: ROWS,
    norm: kernel === matvec ? { epsilon: 1e-5 } : null,
    bias: true,
    epilogue: 'store',
    lastTokenOnly: false,
    tokenTile: 1,
    plan,
  };
  const x = values(tokens * COLUMNS);
  const normWeight = values(COLUMNS);
  const bias = values(ROWS);
  const data = {
    quants: await repacked('quants'),
    scales: await repacked('scales'),
    x,
    norm_weight: normWeight,
    bias,
    y: 4 * tokens * ROWS,
    step: Uint32Array.of(0, tokens, 0, 0),
  };
  const extent = { tokens, kvLength: tokens };
  const result = await runOnce(gpu, pipelines, { kernel, shape, variant, extent, data, output: 'y' });
  const weights = dequantize(raw, ROWS * COLUMNS);
  const y = new Float32Array(tokens * ROWS);
  const expected = matvecReference(shape, { weights, x, normWeight, bias, y }, tokens);
  compare(`${kernel.name} ${type}`, new Float32Array(result), expected);
}
