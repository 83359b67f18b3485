/** Ways to load a model in less graphics memory than it was tried in. */
import { DEFAULT_CONTEXT_TOKENS, type LoadOptions } from '../../workers/protocol/engine.ts';
import type { ModelSummary } from '../../workers/protocol/model.ts';
import { formatBytes, formatInteger } from './format.ts';
import { m } from '../paraglide/messages.js';
import { sizeChoices } from './make-smaller.ts';

/** A shorter context than this holds no conversation. */
const LEAST_CONTEXT_TOKENS = 256;

/** What to change, and how a button says it. */
export interface LighterLoad {
  readonly label: () => string;
  readonly options: Pick<LoadOptions, 'contextLength' | 'quantize'>;
}

/** Half the context, and for a model of floats the next smaller weights. */
export function lighterLoads(summary: ModelSummary, { contextLength, quantize }: LoadOptions): LighterLoad[] {
  const ways: LighterLoad[] = [];
  const tokens = contextLength ?? Math.min(DEFAULT_CONTEXT_TOKENS, summary.contextLength);
  const half = Math.floor(tokens / 2);
  if (half >= LEAST_CONTEXT_TOKENS) {
    ways.push({
      label: () => m.problems_shorter_context({ tokens: formatInteger(half), before: formatInteger(tokens) }),
      options: { contextLength: half },
    });
  }
  const choices = sizeChoices(summary);
  const smaller = choices[choices.findIndex((choice) => choice.quantize === (quantize ?? null)) + 1];
  if (choices.length > 0 && smaller !== undefined) {
    ways.push({
      label: () => m.problems_smaller_weights({ bytes: formatBytes(smaller.weightBytes) }),
      options: { quantize: smaller.quantize },
    });
  }
  return ways;
}
