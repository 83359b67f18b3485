/** What was measured of a device, as it is kept, and the key that it is kept under. A record that is not just so is none. */
import type { Variant } from '../../shaders/kernel.ts';
import { type LinearShape, matvec } from '../../shaders/matvec.ts';
import { defaultPlan, isSamePlan, type LinearProduct, otherPlans } from '../../shaders/matvec-plan.ts';
import { isQuantType, QUANT_TYPES } from '../../shaders/quant/format.ts';
import type { MeasuredPlan } from '../gpu/tuner.ts';
import type { AdapterSummary } from '../protocol/engine.ts';
import { sha256Hex } from '../source/digest.ts';

/** A device's record. */
export interface TuningRecord {
  /** The faster way to reduce. */
  readonly reduction: Variant['reduction'];
  /** By `classKey`; `null` where time ran out, or the device's clock was too coarse to tell. */
  readonly plans: Readonly<Record<string, MeasuredPlan | null>>;
}

const REDUCTIONS: readonly unknown[] = ['thread', 'workgroup', 'subgroup'] satisfies Variant['reduction'][];

/** Any product: what a kernel is made of shows in its text. */
const SHAPE: LinearShape = {
  ...{ type: 'F32', columns: 4096, rows: 1, firstRow: 0, inputStride: 4096, outputStride: 1 },
  ...{ norm: null, bias: false, epilogue: 'store', lastTokenOnly: false, tokenTile: 1 },
};

/** Products share a plan where rows differ by less than twofold. */
export function classKey(
  { type, rows, columns, tokens }: LinearProduct,
  { reduction }: Pick<Variant, 'reduction'>,
): string {
  return [reduction, type, 2 ** Math.ceil(Math.log2(rows)), columns, tokens].join(' ');
}

/** What a key says, or `null` for one of another form. */
export function productOfKey(key: string): (LinearProduct & Pick<Variant, 'reduction'>) | null {
  const [reduction, type = '', ...sizes] = key.split(' ');
  const [rows = 0, columns = 0, tokens = 0, ...rest] = sizes.map(Number);
  const isSize = (size: number): boolean => Number.isSafeInteger(size) && size > 0;
  if (!REDUCTIONS.includes(reduction) || !isQuantType(type) || rest.length > 0) return null;
  if (![rows, columns, tokens].every(isSize)) return null;
  return { reduction: reduction as Variant['reduction'], type, rows, columns, tokens };
}

/** What a browser keeps a record under: another adapter, browser, kernel or list of plans has a record of its own. */
export async function recordKey(adapter: AdapterSummary, browser: string): Promise<string> {
  const kernels = QUANT_TYPES.map((type) => matvec.source({ ...SHAPE, type }, { real: 'f32', reduction: 'subgroup' }));
  const plans = (['thread', 'workgroup', 'subgroup'] as const).flatMap((reduction) =>
    [defaultPlan(4096, { reduction }), ...otherPlans(4096, { reduction }, 1, adapter.subgroupLanes)].map((plan) => [
      plan,
      matvec.source({ ...SHAPE, plan }, { real: 'f32', reduction }),
    ]),
  );
  return sha256Hex(JSON.stringify([adapter, browser, kernels, plans]));
}

/** What was kept, if it is a record of this device; anything else is `null`. */
export function readRecord(kept: unknown, { subgroupLanes }: AdapterSummary): TuningRecord | null {
  if (!isObject(kept) || !REDUCTIONS.includes(kept['reduction']) || !isObject(kept['plans'])) return null;
  const sound = Object.entries(kept['plans']).every(([key, measured]) => {
    const product = productOfKey(key);
    if (product === null) return false;
    if (measured === null) return true;
    if (!isObject(measured)) return false;
    const { columns, tokens } = product;
    const known = [defaultPlan(columns, product), ...otherPlans(columns, product, tokens, subgroupLanes)];
    const times = [measured['microseconds'], measured['defaultMicroseconds']];
    return (
      known.some((one) => isSamePlan(one, measured['plan'])) &&
      times.every((time) => typeof time === 'number' && Number.isFinite(time) && time > 0)
    );
  });
  return sound ? (kept as unknown as TuningRecord) : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
