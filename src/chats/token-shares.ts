/** How a context is filled: what each part of a prompt takes of it, and how near its end it is. Figures only. */
import type { ChatMessage, TokenCounts } from '../../workers/protocol/engine.ts';

/** Where the tokens of a prompt go; the parts add up to `total`. */
export interface TokenShares {
  readonly systemPrompt: number;
  readonly attachments: number;
  /** Earlier turns, or the summary in their place. */
  readonly earlier: number;
  /** The words that are being written. */
  readonly draft: number;
  /** What the chat template adds. */
  readonly template: number;
  readonly total: number;
  readonly contextLength: number;
}

/** Shares a count out. `attachments` and `draft` are counted by themselves; seams between tokens go to what is earlier. */
export function shareOut(
  counts: TokenCounts,
  messages: readonly Pick<ChatMessage, 'role'>[],
  own: { readonly attachments: number; readonly draft: number },
  contextLength: number,
): TokenShares {
  const systemPrompt = messages[0]?.role === 'system' ? counts.messages[0]! : 0;
  const said = counts.messages.reduce((sum, count) => sum + count, 0) - systemPrompt;
  const attachments = Math.min(own.attachments, said);
  const draft = Math.min(own.draft, said - attachments);
  const { total } = counts;
  const template = Math.min(counts.template, total);
  // A template may trim what it is given: then the whole is less than its parts.
  const earlier = Math.max(
    0,
    Math.min(said - attachments - draft, total - template - systemPrompt - attachments - draft),
  );
  return { systemPrompt, attachments, earlier, draft, template, total, contextLength };
}

/** How full a context is, for its colour. */
export function fullness({
  total,
  contextLength,
}: Pick<TokenShares, 'total' | 'contextLength'>): 'low' | 'high' | 'full' {
  const share = total / contextLength;
  return share >= 0.9 ? 'full' : share >= 0.75 ? 'high' : 'low';
}

/** An answer that has less than this share of the context is hardly one. */
const LEAST_ANSWER = 1 / 16;

/** Whether there is room for an answer: `tight` where for a few words only. */
export function roomFor({
  total,
  contextLength,
}: Pick<TokenShares, 'total' | 'contextLength'>): 'enough' | 'tight' | 'none' {
  const left = contextLength - total;
  return left <= 0 ? 'none' : left < contextLength * LEAST_ANSWER ? 'tight' : 'enough';
}
