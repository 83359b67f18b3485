/** What to say of how a model would do here: the verdict, what it rests on, and how fast it may be. */
import { m } from '../../paraglide/messages.js';
import { formatBytes, formatInteger } from '../format.ts';
import { plainNumber } from '../plain-number.ts';
import type { MemoryNeed } from './need.ts';
import type { SpeedRange } from './speed.ts';
import type { Finding, Verdict } from './verdict.ts';

/** The verdict in a word or two. */
export function sayVerdict(verdict: Verdict): string {
  return { fits: m.models_find_fits, tight: m.models_find_tight, no: m.models_find_no }[verdict]();
}

/** What a model takes on the graphics processor, part by part. */
export function sayNeed({ total, weights, kvCache, scratch }: MemoryNeed, contextTokens: number): string {
  return m.models_find_needs({
    total: formatBytes(total),
    weights: formatBytes(weights),
    tokens: formatInteger(contextTokens),
    cache: formatBytes(kvCache),
    scratch: formatBytes(scratch),
  });
}

/** What speaks against a model, with both numbers. */
export function sayFinding({ about, verdict, neededBytes, thereBytes }: Finding): string {
  const needed = formatBytes(neededBytes);
  if (thereBytes === null) return m.models_find_memory_unknown({ needed });
  const numbers = { needed, there: formatBytes(thereBytes) };
  switch (about) {
    case 'buffer':
      return m.models_find_buffer_no(numbers);
    case 'storage':
      return (verdict === 'no' ? m.models_find_storage_no : m.models_find_storage_tight)(numbers);
    case 'memory':
      return (verdict === 'no' ? m.models_find_memory_no : m.models_find_memory_tight)(numbers);
    case 'memory-unknown':
      return m.models_find_memory_least(numbers);
  }
}

/** How fast it may be, called an estimate. */
export function saySpeed({ low, high }: SpeedRange): string {
  return m.models_find_speed({ low: rounded(low), high: rounded(high) });
}

/** An estimate has no more than two digits that mean anything: `0.4`, `7.1`, `38`, `140`. */
function rounded(tokensPerSecond: number): string {
  return plainNumber(Number(tokensPerSecond.toPrecision(tokensPerSecond < 1 ? 1 : 2)));
}
