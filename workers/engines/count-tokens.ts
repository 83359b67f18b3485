/** Where a conversation's tokens go. Needs no GPU; a tokenizer that remembers makes it cheap to ask again. */
import type { TokenCounts } from '../protocol/engine.ts';
import type { ToolMessage } from '../protocol/tools.ts';
import type { Tokenizer } from '../text/tokenizer.ts';

/**
 * Shares a prompt's tokens out. A message counts what its text takes by itself, an answer the ids that it was; tokens
 * across a seam, spaces that a template trims, thoughts, tools and their calls go to the rest.
 */
export function countTokens(
  promptIds: readonly number[],
  messages: readonly ToolMessage[],
  tokenizer: Tokenizer,
  answers: ReadonlyMap<string, readonly number[]>,
): TokenCounts {
  const own = messages.map(({ role, content }) => {
    if (content === null) return 0;
    const known = role === 'assistant' ? answers.get(content) : undefined;
    return (known ?? tokenizer.encode(content, true)).length;
  });
  const total = promptIds.length;
  return { total, messages: own, template: Math.max(0, total - own.reduce((sum, count) => sum + count, 0)) };
}
