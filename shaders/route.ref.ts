/** What `route` computes: a sort, and weights in f64. */
import type { RouteShape } from './route.ts';

/** One chosen expert of one token. */
export interface Route {
  readonly expert: number;
  readonly weight: number;
}

/** (tokens, used) from `logits` (tokens, stride). */
export function routeReference(shape: RouteShape, logits: ArrayLike<number>, tokens: number): Route[] {
  const { experts, used, stride, weights, scale } = shape;
  return Array.from({ length: tokens }, (_, token) => {
    const all = Array.from({ length: experts }, (_, expert) => ({ expert, logit: logits[token * stride + expert]! }));
    const sorted = all.toSorted((a, b) => b.logit - a.logit || a.expert - b.expert);
    const chosen = sorted.slice(0, used);
    const peak = sorted[0]!.logit;
    const counted = weights === 'softmax' ? sorted : chosen;
    const whole = counted.reduce((sum, { logit }) => sum + Math.exp(logit - peak), 0);
    return chosen.map(({ expert, logit }) => {
      const weight = weights === 'sigmoid' ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit - peak) / whole;
      return { expert, weight: scale * weight };
    });
  }).flat();
}
