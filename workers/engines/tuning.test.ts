/** What is kept and measured anew, with measurements that are counted; `workers/gpu/tuner.test.ts` has how they are made. */
import { beforeEach, expect, it } from 'vitest';
import type { Variant } from '../../shaders/kernel.ts';
import { defaultPlan, type LinearProduct, type MatvecPlan } from '../../shaders/matvec-plan.ts';
import { AVAILABLE } from '../../src/state/testing/samples.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { MeasuredPlan } from '../gpu/tuner.ts';
import { LinearPlans } from '../graph/linear-plans.ts';
import type { AdapterSummary } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import { type Measuring, Tuning, type TuningKeeper } from './tuning.ts';

const VARIANT: Variant = { real: 'f16', reduction: 'subgroup' };
const LARGE: LinearProduct = { type: 'Q4_K', rows: 14_336, columns: 4096, tokens: 1 };
const SMALL: LinearProduct = { type: 'Q6_K', rows: 1024, columns: 4096, tokens: 1 };
/** Of the same class as `SMALL`. */
const SIMILAR: LinearProduct = { ...SMALL, rows: 600 };
const FAST: MatvecPlan = { reduction: 'shuffle', lanes: 32, rows: 2, groups: 4 };
const WON: MeasuredPlan = { plan: FAST, microseconds: 40, defaultMicroseconds: 60 };
const USUAL: MeasuredPlan = { plan: defaultPlan(4096, VARIANT), microseconds: 60, defaultMicroseconds: 60 };

const kept = new Map<string, unknown>();
const keeper: TuningKeeper = {
  read: (key) => Promise.resolve(structuredClone(kept.get(key))),
  write: (key, record) => Promise.resolve(void kept.set(key, structuredClone(record))),
};
let reductions = 0;
let measured: LinearProduct[] = [];
let checked: MatvecPlan[] = [];

beforeEach(() => {
  kept.clear();
  [reductions, measured, checked] = [0, [], []];
});

/** Finds `WON` for the first product that it is asked for, the default for others, and nothing for rows of 512. */
function measuring(changes: Partial<Measuring> = {}): Measuring {
  return {
    fasterReduction: () => {
      reductions++;
      return Promise.resolve('subgroup');
    },
    measurePlans: (_gpu, _pipelines, _variant, products, keyOf) => {
      measured.push(...products);
      const reached = products.filter(({ columns }) => columns > 512);
      return Promise.resolve(new Map(reached.map((product, i) => [keyOf(product), i === 0 ? WON : USUAL])));
    },
    isPlanSound: (_gpu, _pipelines, _type, _variant, plan) => {
      checked.push(plan);
      return Promise.resolve(true);
    },
    ...changes,
  };
}

function adapter(changes: Partial<AdapterSummary> = {}): AdapterSummary {
  if (AVAILABLE.kind !== 'available') throw new Error('no adapter');
  return { ...AVAILABLE.adapter, ...changes };
}

/** A visit: the device is opened anew, and a model with these products is loaded. */
async function visit(
  products: readonly LinearProduct[],
  { changes = {}, on = adapter(), browser = 'a browser' } = {},
): Promise<{ tuning: Tuning; plans: LinearPlans }> {
  const tuning = new Tuning({ adapter: on } as Gpu, keeper, browser, measuring(changes));
  const plans = new LinearPlans();
  for (const product of products) plans.ask(product, product.rows);
  expect(await tuning.reduction()).toBe('subgroup');
  await tuning.settle(plans, VARIANT);
  return { tuning, plans };
}

it('measures once; the next visit measures nothing and runs the same', async () => {
  const first = await visit([SMALL, LARGE]);
  expect(first.plans.planFor(LARGE)).toEqual(FAST);
  expect(first.plans.planFor(SMALL)).toBe(undefined); // the default, without being asked for
  expect([reductions, measured.length]).toEqual([1, 2]);
  const second = await visit([SMALL, LARGE]);
  expect(second.plans.planFor(LARGE)).toEqual(FAST);
  expect([reductions, measured.length]).toEqual([1, 2]);
  expect(await second.tuning.measured()).toEqual(await first.tuning.measured());
});

it('measures only what is new in a second model, and nothing twice that time did not suffice for', async () => {
  const unreached: LinearProduct = { ...SMALL, columns: 512 };
  await visit([SMALL, unreached]);
  measured = [];
  await visit([SIMILAR, unreached, LARGE]);
  expect(measured).toMatchObject([LARGE]);
});

it('lists what was measured, what saves most first', async () => {
  const { tuning } = await visit([SMALL, LARGE]);
  expect(await tuning.measured()).toMatchObject([
    { type: 'Q4_K', rows: 16_384, columns: 4096, tokens: 1, plan: FAST, microseconds: 40, defaultMicroseconds: 60 },
    { type: 'Q6_K', rows: 1024, microseconds: 60, defaultMicroseconds: 60 },
  ]);
});

it('measures anew on another adapter and in another browser', async () => {
  await visit([LARGE]);
  await visit([LARGE], { on: adapter({ description: 'another' }) });
  await visit([LARGE], { browser: 'a newer browser' });
  expect([reductions, measured.length, kept.size]).toEqual([3, 3, 3]);
});

const KEY = 'subgroup Q4_K 16384 4096 1';
it.each([
  ['nothing of ours', 'text'],
  ['an unknown reduction', { reduction: 'magic', plans: {} }],
  ['no plans', { reduction: 'subgroup' }],
  ['a list of plans', { reduction: 'subgroup', plans: [WON] }],
  ['a key of another form', { reduction: 'subgroup', plans: { 'Q4_K 16384': WON } }],
  ['a key of no size', { reduction: 'subgroup', plans: { 'subgroup Q4_K 0 4096 1': WON } }],
  ['a type that does not exist', { reduction: 'subgroup', plans: { [KEY.replace('Q4_K', 'Q9_Z')]: WON } }],
  ['a plan that is never tried', { reduction: 'subgroup', plans: { [KEY]: { ...WON, plan: { ...FAST, rows: 3 } } } }],
  [
    'a plan for larger subgroups',
    { reduction: 'subgroup', plans: { [KEY]: { ...WON, plan: { ...FAST, lanes: 64 } } } },
  ],
  ['a time that is none', { reduction: 'subgroup', plans: { [KEY]: { ...WON, microseconds: NaN } } }],
  ['no time', { reduction: 'subgroup', plans: { [KEY]: { plan: FAST } } }],
])('ignores a record with %s, and measures again', async (_what, record) => {
  await visit([LARGE]);
  const [[key, written]] = [...kept] as [[string, unknown]];
  kept.set(key, record);
  const { plans } = await visit([LARGE]);
  expect([reductions, measured.length]).toEqual([2, 2]);
  expect(plans.planFor(LARGE)).toEqual(FAST);
  expect(kept.get(key)).toEqual(written);
});

it('does without a keeper that fails', async () => {
  const fails = () => Promise.reject(new Error('private window'));
  const tuning = new Tuning({ adapter: adapter() } as Gpu, { read: fails, write: fails }, '', measuring());
  const plans = new LinearPlans();
  plans.ask(LARGE, 1);
  await tuning.settle(plans, VARIANT);
  expect(plans.planFor(LARGE)).toEqual(FAST);
});

it('runs no plan that computes wrongly here', async () => {
  const { plans } = await visit([LARGE], { changes: { isPlanSound: () => Promise.resolve(false) } });
  expect(plans.planFor(LARGE)).toBe(undefined);
});

it('checks what is kept on each device that it comes to', async () => {
  await visit([LARGE]);
  await visit([LARGE]);
  expect(checked).toEqual([FAST, FAST]);
});

it('keeps the default where there is no room to measure, and tries again', async () => {
  const full = () => Promise.reject(new EngineError('GpuOutOfMemory', { what: 'full' }));
  const { plans } = await visit([LARGE], { changes: { measurePlans: full } });
  expect(plans.planFor(LARGE)).toBe(undefined);
  await visit([LARGE]);
  expect(measured).toHaveLength(1);
});

it('tells of a device that is lost, and measures when it is back', async () => {
  const lost = () => Promise.reject(new EngineError('GpuLost', { what: 'gone' }));
  await expect(visit([LARGE], { changes: { measurePlans: lost } })).rejects.toMatchObject({ name: 'GpuLost' });
  expect((await visit([LARGE])).plans.planFor(LARGE)).toEqual(FAST);
});
