/** What a context length costs in memory. */
import type { LoadedModel } from '../../workers/protocol/engine.ts';

/** Tokens that a loaded model would get of what is asked for: never more than it was trained for. */
export function contextTokens(model: LoadedModel, asked: number | null): number {
  return Math.min(asked ?? model.contextLength, model.summary.contextLength);
}

/** Bytes of the KV cache for so many tokens, by what each costs in the loaded model: it grows with them evenly; `null` where that is not known. */
export function contextBytes({ contextBytes, contextLength }: LoadedModel, tokens: number): number | null {
  return contextBytes === null ? null : (contextBytes / contextLength) * tokens;
}
