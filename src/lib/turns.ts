/** The conversation as the page keeps it, and as the engine is asked with it. */
import type { ChatMessage, FinishReason } from '../../workers/protocol/engine.ts';

/** How an answer went, for the quiet line under it. */
export interface AnswerStats {
  /** The model that answered. */
  readonly model: string;
  readonly finishReason: FinishReason | 'failed';
  readonly generatedTokens: number;
  readonly promptTokens: number;
  readonly reusedTokens: number;
  /** `null` where too little was generated to tell. */
  readonly tokensPerSecond: number | null;
}

/** What a model thought before it answered. */
interface Thought {
  readonly text: string;
  /** `null` where it was cut off by an error or a reload. */
  readonly ms: number | null;
}

/** One turn: what a person wrote, or what a model answered. */
export interface Turn {
  /** Unique in the conversation and rising. */
  readonly id: number;
  readonly role: 'user' | 'assistant';
  readonly content: string;
  /** Missing where a model did not think, on a person's turn, and in what was kept before thoughts were told apart. */
  readonly thinking?: Thought;
  /** `null` on a person's turn, and on an answer that a reload cut off. */
  readonly stats: AnswerStats | null;
}

/**
 * The messages to ask the engine with. Answers with no text are left out, with what was thought before them, and neighbours
 * of one role are joined, for chat templates want the roles to alternate.
 */
export function toMessages(systemPrompt: string, turns: readonly Turn[]): ChatMessage[] {
  const messages: ChatMessage[] = [];
  if (systemPrompt.trim() !== '') messages.push({ role: 'system', content: systemPrompt });
  for (const { role, content, thinking } of turns) {
    if (content === '') continue;
    const thought = thinking === undefined ? {} : { thinking: thinking.text };
    const last = messages.at(-1);
    if (last?.role === role)
      messages[messages.length - 1] = { ...last, content: `${last.content}\n\n${content}`, ...thought };
    else messages.push({ role, content, ...thought });
  }
  return messages;
}

/** The turns in a kept value; anything that is not a list of turns gives none. */
export function restoreTurns(kept: unknown): Turn[] {
  if (!Array.isArray(kept)) return [];
  return kept.every(isTurn) ? kept : [];
}

function isTurn(value: unknown): value is Turn {
  if (typeof value !== 'object' || value === null) return false;
  const turn = value as Partial<Record<keyof Turn, unknown>>;
  return (
    typeof turn.id === 'number' &&
    (turn.role === 'user' || turn.role === 'assistant') &&
    typeof turn.content === 'string' &&
    typeof turn.stats === 'object' &&
    (turn.thinking === undefined || isThought(turn.thinking))
  );
}

function isThought(value: unknown): value is Thought {
  if (typeof value !== 'object' || value === null) return false;
  const { text, ms } = value as Partial<Record<keyof Thought, unknown>>;
  return typeof text === 'string' && (ms === null || typeof ms === 'number');
}
