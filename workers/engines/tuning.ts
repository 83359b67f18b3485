/**
 * What was measured of one device, and what models make of it: the reduction, and a plan for each product. Measured once, and
 * kept where the caller says. A plan runs only where it has proved on this device that it computes soundly.
 */
import type { Variant } from '../../shaders/kernel.ts';
import { defaultPlan, isSamePlan } from '../../shaders/matvec-plan.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { PipelineCache } from '../gpu/pipeline-cache.ts';
import { isPlanSound } from '../gpu/self-test.ts';
import { fasterReduction, measurePlans } from '../gpu/tuner.ts';
import type { LinearPlans } from '../graph/linear-plans.ts';
import type { MeasuredProduct } from '../protocol/measured-product.ts';
import { errorCode } from '../protocol/errors.ts';
import { classKey, productOfKey, readRecord, recordKey, type TuningRecord } from './tuning-record.ts';

/** Where records are kept. What it rejects with is taken for "nothing is kept here". */
export interface TuningKeeper {
  read(key: string): Promise<unknown>;
  write(key: string, record: TuningRecord): Promise<void>;
}

/** What is asked of the device itself; tests count it. */
export interface Measuring {
  readonly fasterReduction: typeof fasterReduction;
  readonly measurePlans: typeof measurePlans;
  readonly isPlanSound: typeof isPlanSound;
}

/** One device's measurements. */
export class Tuning {
  readonly gpu: Gpu;
  readonly #keeper: TuningKeeper;
  readonly #browser: string;
  readonly #measuring: Measuring;
  #record: Promise<TuningRecord> | null = null;

  /** @param browser what tells this browser's version from another: the same shader may run otherwise there */
  constructor(
    gpu: Gpu,
    keeper: TuningKeeper,
    browser: string,
    measuring: Measuring = { fasterReduction, measurePlans, isPlanSound },
  ) {
    this.gpu = gpu;
    this.#browser = browser;
    this.#keeper = keeper;
    this.#measuring = measuring;
  }

  /** The faster way to reduce, measured where it is not known. */
  async reduction(): Promise<Variant['reduction']> {
    return (await this.#known()).reduction;
  }

  /** Sets the plans of a model, measuring those products that are new to this device. Rejects with `GpuLost`. */
  async settle(plans: LinearPlans, variant: Variant): Promise<void> {
    const pipelines = PipelineCache.of(this.gpu);
    const record = await this.#complete(await this.#known(), plans, variant);
    for (const product of plans.asked) {
      const measured = record.plans[classKey(product, variant)];
      if (!measured) continue;
      const { plan } = measured;
      if (isSamePlan(plan, defaultPlan(product.columns, variant))) continue; // the model's own self-test checks it
      if (await this.#measuring.isPlanSound(this.gpu, pipelines, product.type, variant, plan)) plans.set(product, plan);
    }
  }

  /** What is known of the device, what saves most first. */
  async measured(): Promise<readonly MeasuredProduct[]> {
    const { plans } = await this.#known();
    const list = Object.entries(plans).flatMap(([key, measured]) => {
      const product = productOfKey(key);
      return product && measured ? [{ ...product, ...measured }] : [];
    });
    const gain = (one: MeasuredProduct): number => one.defaultMicroseconds / one.microseconds;
    return list.sort((a, b) => gain(b) - gain(a));
  }

  #known(): Promise<TuningRecord> {
    this.#record ??= this.#load();
    // What failed, a lost device above all, is tried again.
    this.#record.catch(() => (this.#record = null));
    return this.#record;
  }

  async #load(): Promise<TuningRecord> {
    const gpu = this.gpu;
    const kept = readRecord(await this.#keeper.read(await this.#key()).catch(() => null), gpu.adapter);
    if (kept) return kept;
    const record = { reduction: await this.#measuring.fasterReduction(gpu, PipelineCache.of(gpu)), plans: {} };
    await this.#keep(record);
    return record;
  }

  async #complete(record: TuningRecord, asking: LinearPlans, variant: Variant): Promise<TuningRecord> {
    const keyOf = (product: Parameters<typeof classKey>[0]): string => classKey(product, variant);
    const unknown = asking.asked.filter((product) => !(keyOf(product) in record.plans));
    if (unknown.length === 0) return record;
    const found = await this.#measure(unknown, variant, keyOf);
    if (found === null) return record;
    const measured = unknown.map((product) => [keyOf(product), found.get(keyOf(product)) ?? null] as const);
    const complete = { ...record, plans: { ...record.plans, ...Object.fromEntries(measured) } };
    this.#record = Promise.resolve(complete);
    await this.#keep(complete);
    return complete;
  }

  /** `null` where there is no room to measure: then nothing is known, and it is tried again at the next load. */
  async #measure(
    products: LinearPlans['asked'],
    variant: Variant,
    keyOf: Parameters<typeof measurePlans>[4],
  ): Promise<Awaited<ReturnType<typeof measurePlans>> | null> {
    try {
      return await this.#measuring.measurePlans(this.gpu, PipelineCache.of(this.gpu), variant, products, keyOf);
    } catch (error) {
      if (errorCode(error) === 'GpuOutOfMemory') return null;
      throw error;
    }
  }

  async #keep(record: TuningRecord): Promise<void> {
    await this.#keeper.write(await this.#key(), record).catch(() => undefined); // it is measured again
  }

  #key(): Promise<string> {
    return recordKey(this.gpu.adapter, this.#browser);
  }
}
