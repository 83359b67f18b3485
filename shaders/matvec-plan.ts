/** How a matrix × vector product is dealt to lanes: what a device may be asked to try, and what runs where nobody asked. */
import type { Variant } from './kernel.ts';
import type { QuantType } from './quant/types.ts';

/** One way to deal a product. Rows and groups leave every sum as it is to the bit; lanes and reduction change its order. */
export interface MatvecPlan {
  /**
   * How the lanes of a group share a sum: `thread` (one lane, no barrier), `workgroup` (workgroup memory), `subgroup` (subgroups
   * of any size, one group a workgroup) or `shuffle` (no barrier; subgroups of at least so many lanes).
   */
  readonly reduction: Variant['reduction'] | 'shuffle';
  /** Lanes that share a group of rows: 1 for `thread`, else a power of two from 8 up, from 2 up for `shuffle`. */
  readonly lanes: number;
  /** Rows of a group: a block of x is loaded once for them. */
  readonly rows: 2 | 4 | 8;
  /** Groups in a workgroup; lanes × groups is at most 256. */
  readonly groups: number;
}

/** Rows that lanes share where nothing else was measured. */
export const ROWS_PER_GROUP = 4;

/** Groups of rows in a workgroup where one lane does a group alone. */
export const THREADS = 16;

/** Lanes that share one group of rows: fewer where a row is short, so that none idles. */
export function lanesOf(columns: number, { reduction }: Pick<Variant, 'reduction'>): number {
  if (reduction === 'thread') return 1;
  return columns > 1024 ? 64 : columns > 512 ? 32 : 16;
}

/** The plan where nothing was measured. */
export function defaultPlan(columns: number, { reduction }: Pick<Variant, 'reduction'>): MatvecPlan {
  const lanes = lanesOf(columns, { reduction });
  return { reduction, lanes, rows: ROWS_PER_GROUP, groups: reduction === 'thread' ? THREADS : 1 };
}

/** Whether something is this plan. */
export function isSamePlan(plan: MatvecPlan, other: unknown): boolean {
  const { reduction, lanes, rows, groups } = (other ?? {}) as Partial<MatvecPlan>;
  return plan.reduction === reduction && plan.lanes === lanes && plan.rows === rows && plan.groups === groups;
}

/** Rows × groups that one lane may do alone. A software adapter has a few threads: what counts is that x is loaded rarely. */
const THREAD_PLANS: readonly MatvecPlan[] = [
  { reduction: 'thread', lanes: 1, rows: 8, groups: 16 },
  { reduction: 'thread', lanes: 1, rows: 2, groups: 16 },
  { reduction: 'thread', lanes: 1, rows: 4, groups: 64 },
];

/** Lanes, rows and groups that share work: from many small workgroups to few large ones, those that differ most first. */
const SHARED_PLANS = [
  [32, 4, 1],
  [64, 4, 1],
  [32, 2, 4],
  [64, 8, 1],
  [32, 4, 4],
  [16, 4, 4],
  [128, 4, 1],
  [32, 2, 1],
  [64, 2, 1],
  [32, 8, 4],
  [16, 2, 8],
  [8, 4, 8],
] as const;

/**
 * The plans to try beside the default one, in the order to try them. `fewestSubgroupLanes` is the adapter's own word; 0 where
 * it gives none. Eight rows of a tile of tokens would fill the registers of any device, so they are not tried.
 */
export function otherPlans(
  columns: number,
  { reduction }: Pick<Variant, 'reduction'>,
  tokenTile: number,
  fewestSubgroupLanes: number,
): readonly MatvecPlan[] {
  const usual = defaultPlan(columns, { reduction });
  // Lanes without a block of their own only wait.
  const shared = SHARED_PLANS.filter(([lanes]) => lanes * 32 <= Math.max(columns, 512)).map(
    ([lanes, rows, groups]): MatvecPlan => {
      const fits = reduction === 'subgroup' && lanes <= fewestSubgroupLanes;
      const alone = groups === 1 ? reduction : 'workgroup';
      return { reduction: fits ? 'shuffle' : alone, lanes, rows, groups };
    },
  );
  return (reduction === 'thread' ? THREAD_PLANS : shared).filter(
    (plan) => !isSamePlan(plan, usual) && (tokenTile === 1 || plan.rows <= ROWS_PER_GROUP),
  );
}

/** A product whose plan is to be chosen: what its speed depends on. */
export interface LinearProduct {
  readonly type: QuantType;
  readonly rows: number;
  readonly columns: number;
  /** Tokens that share one pass over the weights. */
  readonly tokens: number;
}
