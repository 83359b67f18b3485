/**
 * Adds to the residual stream what a token's chosen experts make of their own activations, each by its weight: down and
 * the sum of a mixture of experts, in one dispatch.
 */
import { type ExpertShape, expertGroups, expertOverrides, expertSource } from './expert-matvec.ts';
import type { Kernel } from './kernel.ts';
import { lanesOf } from './matvec-plan.ts';
import text from './expert-sum.wgsl?raw';

/**
 * y[t, r] += Σₛ weight·(Σₖ W[e, r, k]·x[t, s, k] + bias[e, r]) with (e, weight) = routes[t, s]; sums in f32. Experts that are
 * not in these planes are left out, so that shards add up.
 */
export const expertSum: Kernel<ExpertShape> = {
  name: 'expert-sum',
  bindings: [
    { name: 'quants', access: 'read' },
    { name: 'scales', access: 'read' },
    { name: 'x', access: 'read' },
    { name: 'routes', access: 'read' },
    { name: 'bias', access: 'read' },
    { name: 'y', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: (shape, variant) => expertSource(shape, variant, lanesOf(shape.columns * shape.used, variant)) + text,
  overrides: expertOverrides,
  workgroups: (shape, variant, { tokens }) => [...expertGroups(shape, variant), tokens],
};
