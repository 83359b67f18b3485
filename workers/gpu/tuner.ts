/**
 * Measures on this device how lanes should share a sum, and by which plan a product runs fastest; never judged by vendor or
 * name. The default stays unless another plan wins by more than noise, so that results stay reproducible.
 *
 * Software adapters pay for every barrier: there one thread a row is ten times faster. Hardware wants many lanes a row. That
 * gap is wide, so one short measurement decides the same way every time.
 */
import type { Variant } from '../../shaders/kernel.ts';
import { defaultPlan, type LinearProduct, type MatvecPlan, otherPlans } from '../../shaders/matvec-plan.ts';
import { quantFormats } from '../../shaders/quant/format.ts';
import { errorCode } from '../protocol/errors.ts';
import type { Gpu } from './gpu.ts';
import { MeasuredProduct } from './measured-product.ts';
import type { PipelineCache } from './pipeline-cache.ts';
import { Stopwatch } from './stopwatch.ts';

/** What the reduction is measured with, and how often: hardware's launch time must not drown the work. */
const REDUCED: LinearProduct = { type: 'Q8_0', rows: 1024, columns: 1024, tokens: 1 };
const DISPATCHES = 4;

/** How long the plans of a model may be measured, and on how many bytes of weights: past the caches of a graphics card. */
const HARDWARE = { budgetMs: 2000, bytes: 128 * 2 ** 20, leastRunMs: 2 } as const;
/** The same where one thread a row is fastest: a processor, which is slow, and takes what time it has from the person. */
const SOFTWARE = { budgetMs: 500, bytes: 2 ** 20, leastRunMs: 2 } as const;

/** A run is so many times longer than what the clock can tell. */
const RESOLUTIONS = 20;
/** A clock that wants longer runs than this tells nothing here. */
const LONGEST_RUN_MS = 100;
const DISPATCHES_MAX = 4096;

/** Plans that are measured again, and how often: the median counts. */
const FINALISTS = 3;
const REPEATS = 5;
/** The part of the default's time that a plan must save to take its place. */
const LEAST_GAIN = 0.05;

/** What was measured of one product: the plan that it runs with from now on, and its time beside the default's. */
export interface MeasuredPlan {
  readonly plan: MatvecPlan;
  readonly microseconds: number;
  readonly defaultMicroseconds: number;
}

const decided = new WeakMap<Gpu, Promise<Variant['reduction']>>();

/** The faster way to reduce on this device, measured once: barrier-free threads, or lanes with what the device has. */
export function fasterReduction(gpu: Gpu, pipelines: PipelineCache): Promise<Variant['reduction']> {
  const decision = decided.get(gpu) ?? measureReduction(gpu, pipelines);
  decided.set(gpu, decision);
  return decision;
}

async function measureReduction(gpu: Gpu, pipelines: PipelineCache): Promise<Variant['reduction']> {
  const shared = gpu.adapter.subgroups ? 'subgroup' : 'workgroup';
  const threadMs = await timeReduction(gpu, pipelines, 'thread');
  const sharedMs = await timeReduction(gpu, pipelines, shared).catch((error: unknown) => {
    if (errorCode(error) === 'GpuWrongResult') return Infinity; // what the driver cannot compile is not fast
    throw error;
  });
  return threadMs < sharedMs ? 'thread' : shared;
}

/** Milliseconds of the faster of two runs; the first one warms up. */
async function timeReduction(gpu: Gpu, pipelines: PipelineCache, reduction: Variant['reduction']): Promise<number> {
  const measured = await MeasuredProduct.open(gpu, REDUCED, { real: 'f32', reduction }, 0);
  const stopwatch = new Stopwatch(gpu);
  try {
    const run = await measured.compile(pipelines);
    const times: number[] = [];
    for (let time = 0; time < 3; time++) times.push(await stopwatch.time((pass) => run(pass, DISPATCHES)));
    return Math.min(...times.slice(1));
  } finally {
    stopwatch.close();
    measured.close();
  }
}

/**
 * Measures the plans of these products, in their order, for as long as the budget lasts. What is missing from the result was
 * not reached, or cannot be told here. Rejects with `GpuLost`; a plan that the driver cannot compile is passed over.
 *
 * @param keyOf products of one key share what is measured of the first of them
 */
export async function measurePlans(
  gpu: Gpu,
  pipelines: PipelineCache,
  variant: Variant,
  products: readonly LinearProduct[],
  keyOf: (product: LinearProduct) => string,
): Promise<ReadonlyMap<string, MeasuredPlan>> {
  const effort = variant.reduction === 'thread' ? SOFTWARE : HARDWARE;
  const endsAt = performance.now() + effort.budgetMs;
  const found = new Map<string, MeasuredPlan>();
  const stopwatch = new Stopwatch(gpu);
  try {
    const runMs = Math.max(effort.leastRunMs, RESOLUTIONS * (await stopwatch.resolutionMs()));
    let longestMs = 0;
    for (const product of products) {
      const key = keyOf(product);
      const startedAt = performance.now();
      // A product takes about as long as the ones before it: the last one must not run over.
      if (found.has(key) || startedAt + longestMs > endsAt || runMs > LONGEST_RUN_MS) continue;
      const measured = await measureProduct(gpu, pipelines, variant, fitted(product, effort.bytes), {
        stopwatch,
        runMs,
        endsAt,
        bytes: effort.bytes,
      });
      if (measured) found.set(key, measured);
      longestMs = Math.max(longestMs, performance.now() - startedAt);
    }
  } finally {
    stopwatch.close();
  }
  return found;
}

/** As many rows as so many bytes hold: beyond that they take their share of time. */
function fitted(product: LinearProduct, bytes: number): LinearProduct {
  const { quantBytes, scaleBytes } = quantFormats[product.type].rowBytes(product.columns);
  const rows = Math.max(64, Math.floor(bytes / (quantBytes + scaleBytes)));
  return { ...product, rows: Math.min(product.rows, rows) };
}

interface Effort {
  readonly stopwatch: Stopwatch;
  readonly runMs: number;
  readonly endsAt: number;
  readonly bytes: number;
}

/** A plan that is ready to run. */
interface Candidate {
  readonly plan: MatvecPlan;
  readonly encode: (pass: GPUComputePassEncoder, times: number) => void;
  readonly times: number[];
}

async function measureProduct(
  gpu: Gpu,
  pipelines: PipelineCache,
  variant: Variant,
  product: LinearProduct,
  { stopwatch, runMs, endsAt, bytes }: Effort,
): Promise<MeasuredPlan | null> {
  const measured = await MeasuredProduct.open(gpu, product, variant, bytes);
  const isLate = (): boolean => performance.now() > endsAt;
  try {
    const usual: Candidate = {
      plan: defaultPlan(product.columns, variant),
      encode: await measured.compile(pipelines),
      times: [],
    };
    const dispatches = await enoughDispatches(stopwatch, usual.encode, runMs);
    if (dispatches === null) return null;
    const run = async ({ encode, times }: Candidate): Promise<void> => {
      times.push((await stopwatch.time((pass) => encode(pass, dispatches))) / dispatches);
    };
    const plans = otherPlans(product.columns, variant, product.tokens, gpu.adapter.subgroupLanes);
    // At once: a device compiles on several threads.
    const compiled = await Promise.all(plans.map((plan) => measured.compile(pipelines, plan).catch(unlessRefused)));
    const others: Candidate[] = [];
    for (const [i, plan] of plans.entries()) {
      const encode = compiled[i] ?? null;
      if (isLate()) break;
      if (encode === null) continue;
      const candidate = { plan, encode, times: [] };
      await stopwatch.time((pass) => encode(pass, 1)); // the first run warms up
      await run(candidate);
      others.push(candidate);
    }
    await run(usual);
    const finalists = others.sort((a, b) => a.times[0]! - b.times[0]!).slice(0, FINALISTS);
    // In turns, so that what else the device does befalls all of them.
    for (let repeat = 1; repeat < REPEATS && !isLate(); repeat++)
      for (const candidate of [usual, ...finalists]) await run(candidate);
    return choose(usual, finalists);
  } finally {
    measured.close();
  }
}

/** Doubles a run until it takes as long as it must; `null` where it never does. */
async function enoughDispatches(
  stopwatch: Stopwatch,
  encode: Candidate['encode'],
  runMs: number,
): Promise<number | null> {
  for (let dispatches = 1; dispatches <= DISPATCHES_MAX; dispatches *= 2) {
    const ms = await stopwatch.time((pass) => encode(pass, dispatches));
    if (ms >= runMs) return dispatches;
  }
  return null;
}

/** The fastest, if it was faster than the default ever was and by more than the least gain; otherwise the default. */
function choose(usual: Candidate, finalists: readonly Candidate[]): MeasuredPlan {
  const usualMs = median(usual.times);
  const [fastest] = [...finalists].sort((a, b) => median(a.times) - median(b.times));
  const limitMs = Math.min(usualMs * (1 - LEAST_GAIN), ...usual.times);
  const chosen = fastest && fastest.times.length === REPEATS && median(fastest.times) < limitMs ? fastest : usual;
  return {
    plan: chosen.plan,
    microseconds: 1000 * median(chosen.times),
    defaultMicroseconds: 1000 * usualMs,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function unlessRefused(error: unknown): null {
  if (errorCode(error) === 'GpuWrongResult') return null;
  throw error;
}
