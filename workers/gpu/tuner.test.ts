/** How plans are measured and chosen, on a device whose clock is ours; what real adapters find differs from run to run. */
import { afterEach, expect, it, vi } from 'vitest';
import type { Variant } from '../../shaders/kernel.ts';
import { defaultPlan, type LinearProduct, type MatvecPlan } from '../../shaders/matvec-plan.ts';
import { AVAILABLE } from '../../src/state/testing/samples.ts';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { Gpu } from './gpu.ts';
import { openGpu } from './open-gpu.ts';
import { PipelineCache } from './pipeline-cache.ts';
import { fasterReduction, type MeasuredPlan, measurePlans } from './tuner.ts';

const VARIANT: Variant = { real: 'f32', reduction: 'subgroup' };
const PRODUCT: LinearProduct = { type: 'Q4_0', rows: 4096, columns: 4096, tokens: 1 };
const FAST: MatvecPlan = { reduction: 'shuffle', lanes: 32, rows: 2, groups: 4 };
const keyOf = ({ rows }: LinearProduct): string => String(rows);

interface Behaviour {
  /** Milliseconds of a dispatch of this kernel. */
  readonly costMs: (code: string, run: number) => number;
  /** What a submit costs by our clock. */
  readonly submitMs?: number;
  /** The device's own clock. */
  readonly timestamps?: boolean;
  readonly compileMs?: number;
  /** Whether the compiler refuses a kernel. */
  readonly refuses?: (code: string) => boolean;
  readonly outOfMemory?: boolean;
}

/** Whether a kernel was made by a plan. */
function isBy({ reduction, lanes, rows, groups }: MatvecPlan, code: string): boolean {
  const has = (name: string, value: number): boolean => code.includes(`const ${name}: u32 = ${value}u;`);
  return (
    code.includes('subgroupShuffleXor') === (reduction === 'shuffle') &&
    has('LANES', lanes) &&
    has('LANE_GROUPS', groups) &&
    has('GROUP_ROWS', rows)
  );
}

function device({ costMs, submitMs = 0.2, timestamps, compileMs = 1, refuses, outOfMemory }: Behaviour): Gpu {
  let nowMs = 0;
  let run = 0;
  let passMs = 0;
  const scopes: string[] = [];
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const pass = () => {
    let code = '';
    passMs = 0;
    run++;
    return {
      ...{ setBindGroup: () => undefined, end: () => undefined },
      setPipeline: (pipeline: { code: string }) => (code = pipeline.code),
      dispatchWorkgroups: () => (passMs += costMs(code, run)),
    };
  };
  const work = (): Promise<void> => {
    nowMs += passMs + submitMs;
    passMs = 0;
    return Promise.resolve();
  };
  const stamps = (): ArrayBuffer => {
    const began = 5_000_000n;
    const bytes = new BigUint64Array([began, began + BigInt(Math.round(passMs * 1e6))]).buffer;
    void work();
    return bytes;
  };
  const fake = {
    lost: new Promise(() => undefined),
    features: new Set(timestamps ? ['timestamp-query'] : []),
    limits: {},
    pushErrorScope: (kind: string) => scopes.push(kind),
    popErrorScope: () => Promise.resolve(scopes.pop() === 'out-of-memory' && outOfMemory ? { message: 'none' } : null),
    createShaderModule: ({ code }: { code: string }) => ({
      code,
      getCompilationInfo: () => Promise.resolve({ messages: [] }),
    }),
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createComputePipelineAsync: ({ compute }: { compute: { module: { code: string } } }) => {
      nowMs += compileMs;
      const { code } = compute.module;
      if (refuses?.(code)) return Promise.reject(new Error('refused'));
      return Promise.resolve({ code, getBindGroupLayout: () => ({}) });
    },
    createQuerySet: () => ({ destroy: () => undefined }),
    createBuffer: () => ({
      destroy: () => undefined,
      unmap: () => undefined,
      mapAsync: () => Promise.resolve(),
      getMappedRange: () => stamps(),
    }),
    createBindGroup: () => ({}),
    createCommandEncoder: () => ({
      beginComputePass: pass,
      resolveQuerySet: () => undefined,
      copyBufferToBuffer: () => undefined,
      finish: () => ({}),
    }),
    queue: { submit: () => undefined, writeBuffer: () => undefined, onSubmittedWorkDone: work },
  };
  if (AVAILABLE.kind !== 'available') throw new Error('no adapter');
  return new Gpu(fake as unknown as GPUDevice, AVAILABLE.adapter);
}

async function measure(
  behaviour: Behaviour,
  products: readonly LinearProduct[] = [PRODUCT],
  variant = VARIANT,
): Promise<ReadonlyMap<string, MeasuredPlan>> {
  const gpu = device(behaviour);
  const found = await measurePlans(gpu, new PipelineCache(gpu), variant, products, keyOf);
  expect(gpu.bytes('scratch')).toBe(0);
  return found;
}

afterEach(() => {
  vi.restoreAllMocks();
});

it.each([true, false])('takes a plan that wins clearly (the device’s own clock: %s)', async (timestamps) => {
  const found = await measure({ timestamps, costMs: (code) => (isBy(FAST, code) ? 0.03 : 0.05) });
  const { plan, microseconds, defaultMicroseconds } = found.get('4096')!;
  expect(plan).toEqual(FAST);
  expect(defaultMicroseconds / microseconds).toBeGreaterThan(1.6);
  // Our clock has the submit in it, spread over many dispatches.
  expect(microseconds).toBeGreaterThanOrEqual(29.9);
  expect(microseconds).toBeLessThan(32);
});

it('keeps the default where another plan wins by less than noise', async () => {
  const found = await measure({ timestamps: true, costMs: (code) => (isBy(FAST, code) ? 0.048 : 0.05) });
  expect(found.get('4096')!.plan).toEqual(defaultPlan(4096, VARIANT));
  expect(found.get('4096')!.microseconds).toBe(found.get('4096')!.defaultMicroseconds);
});

it('keeps the default where it was once as fast as the winner', async () => {
  const costMs = (code: string, run: number): number => (isBy(FAST, code) ? 0.04 : run % 8 < 4 ? 0.03 : 0.05);
  expect((await measure({ timestamps: true, costMs })).get('4096')!.plan).toEqual(defaultPlan(4096, VARIANT));
});

it('passes over what the driver refuses', async () => {
  const costMs = (code: string): number => (code.includes('subgroupShuffleXor') ? 0.01 : 0.05);
  const refuses = (code: string): boolean => code.includes('subgroupShuffleXor');
  const found = await measure({ timestamps: true, costMs, refuses });
  expect(found.get('4096')!.plan).toEqual(defaultPlan(4096, VARIANT));
});

it('tells nothing by a clock that is too coarse', async () => {
  expect(await measure({ submitMs: 100, costMs: () => 0.05 })).toEqual(new Map());
});

it('ends with its budget, and measures what comes first', async () => {
  const products = Array.from({ length: 200 }, (_, i) => ({ ...PRODUCT, rows: 64 * (i + 1) }));
  const found = await measure({ timestamps: true, compileMs: 10, costMs: () => 0.05 }, products);
  expect(performance.now()).toBeLessThanOrEqual(2000);
  expect(found.size).toBeGreaterThan(2);
  expect([...found.keys()]).toEqual(products.slice(0, found.size).map(keyOf));
});

it('takes a quarter of the time where one thread a row is fastest', async () => {
  const products = Array.from({ length: 200 }, (_, i) => ({ ...PRODUCT, rows: 64 * (i + 1) }));
  await measure({ compileMs: 10, costMs: () => 5 }, products, { real: 'f32', reduction: 'thread' });
  expect(performance.now()).toBeLessThanOrEqual(500);
});

it('measures products of one key once', async () => {
  const found = await measure({ timestamps: true, costMs: () => 0.05 }, [PRODUCT, { ...PRODUCT, columns: 1024 }]);
  expect(found.size).toBe(1);
});

it('leaves nothing behind where there is no room', async () => {
  const gpu = device({ outOfMemory: true, costMs: () => 1 });
  const measuring = measurePlans(gpu, new PipelineCache(gpu), VARIANT, [PRODUCT], keyOf);
  await expect(measuring).rejects.toMatchObject({ name: 'GpuOutOfMemory' });
  expect(gpu.bytes('scratch')).toBe(0);
});

it('reduces as is faster here, once for a device', async () => {
  const isThread = (code: string): boolean => code.includes('const LANES: u32 = 1u;');
  const software = device({ costMs: (code) => (isThread(code) ? 1 : 10) });
  expect(await fasterReduction(software, new PipelineCache(software))).toBe('thread');
  const { submits } = software.counts;
  expect(await fasterReduction(software, new PipelineCache(software))).toBe('thread');
  expect(software.counts.submits).toBe(submits);
  const hardware = device({ costMs: (code) => (isThread(code) ? 10 : 1) });
  expect(await fasterReduction(hardware, new PipelineCache(hardware))).toBe('subgroup');
  const refusing = device({ costMs: () => 1, refuses: (code) => !isThread(code) });
  expect(await fasterReduction(refusing, new PipelineCache(refusing))).toBe('thread');
});

it.each(['llvmpipe', 'SwiftShader'])('measures on a real adapter: %s', { timeout: 120_000 }, async (name) => {
  const gpu = await openGpu(openNodeGpu(name)).catch(() => null);
  if (!(gpu instanceof Gpu)) {
    console.warn(`SKIPPED: no ${name} here, nothing was measured on it.`);
    return;
  }
  // Rows and columns whose planes end within an alignment of offsets.
  const products: LinearProduct[] = [
    { type: 'Q4_0', rows: 1001, columns: 1120, tokens: 1 },
    { type: 'Q6_K', rows: 77, columns: 512, tokens: 3 },
  ];
  for (const reduction of ['thread', 'workgroup'] as const) {
    const variant: Variant = { real: 'f32', reduction };
    const found = await measurePlans(gpu, new PipelineCache(gpu), variant, products, keyOf);
    // The first is reached however long it takes.
    expect(found.get('1001')!.microseconds).toBeGreaterThan(0);
    for (const { plan, microseconds, defaultMicroseconds } of found.values()) {
      expect(plan.reduction).toBe(reduction);
      expect(microseconds).toBeLessThanOrEqual(defaultMicroseconds);
    }
  }
  expect(gpu.bytes('scratch')).toBe(0);
  await gpu.idle();
  gpu.destroy();
});
