/** Adds up what a token's experts made of it, each by its weight: behind `expert-matmul`, as `expert-sum` does by itself. */
import { type Kernel, spread, STEP_WGSL } from './kernel.ts';
import { ROUTE_WGSL } from './route.ts';
import text from './expert-combine.wgsl?raw';

/** Rows of one length. */
export interface ExpertCombineShape {
  /** Experts of a token. */
  readonly used: number;
  /** Floats between two rows, in z and in y: a multiple of 4. */
  readonly stride: number;
}

const WORKGROUP_SIZE = 64;

/** y[t, :] += Σₛ weight of routes[t, s] · z[t, s, :], over whole rows; padding that is zero in both stays zero. */
export const expertCombine: Kernel<ExpertCombineShape> = {
  name: 'expert-combine',
  bindings: [
    { name: 'z', access: 'read' },
    { name: 'routes', access: 'read' },
    { name: 'y', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: () => STEP_WGSL + ROUTE_WGSL + text,
  overrides: ({ used, stride }) => ({ WORKGROUP_SIZE, USED: used, STRIDE: stride / 4 }),
  workgroups: ({ stride }, _variant, { tokens }) => [...spread(Math.ceil((tokens * stride) / 4 / WORKGROUP_SIZE)), 1],
};
