/** Chooses the experts of each token by the router's logits (Shazeer and others 2017), and what each counts. */
import { constants, directives, STEP_WGSL } from './kernel.ts';
import type { Kernel, Variant } from './kernel.ts';
import { reduceSnippet } from './snippets/reduce.ts';
import text from './route.wgsl?raw';

/** One choice. */
export interface RouteShape {
  readonly experts: number;
  /** Experts a token runs through; at most 64, and not more than there are. */
  readonly used: number;
  /** Floats between two tokens of logits. */
  readonly stride: number;
  /**
   * What a chosen expert counts: its share of `softmax` over all experts; of `softmax-of-chosen`, over those that are
   * chosen, which is also a softmax over all that is normalised anew; or the `sigmoid` of its own logit.
   */
  readonly weights: 'softmax' | 'softmax-of-chosen' | 'sigmoid';
  /** Multiplies every weight. */
  readonly scale: number;
}

/** One chosen expert of one token, as WGSL. Bytes: 8. */
export const ROUTE_WGSL = 'struct Route { expert: u32, weight: f32 }\n';

/** Bytes of `Route`. */
export const ROUTE_BYTES = 8;

const LANES = 64;
const WEIGHTS = { softmax: 0, 'softmax-of-chosen': 1, sigmoid: 2 } as const;

/** routes[t, 0 … used) ← the experts with the largest logits[t, expert], the largest first, each with its weight. */
export const route: Kernel<RouteShape> = {
  name: 'route',
  bindings: [
    { name: 'logits', access: 'read' },
    { name: 'routes', access: 'read_write' },
    { name: 'step', access: 'uniform' },
  ],
  source: ({ used }, { reduction }: Variant) =>
    directives({ real: 'f32', reduction }) +
    constants({ USED: used, LANES: reduction === 'thread' ? 1 : LANES }) +
    STEP_WGSL +
    ROUTE_WGSL +
    reduceSnippet(reduction, 'f32') +
    text,
  overrides: ({ experts, stride, weights, scale }) => ({
    EXPERTS: experts,
    STRIDE: stride,
    WEIGHTS: WEIGHTS[weights],
    SCALE: scale,
  }),
  workgroups: (_shape, _variant, { tokens }) => [tokens, 1, 1],
};
