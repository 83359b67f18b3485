/** The one conversation that pages of before kept in localStorage, as a chat. */
import type { Message } from './chat.ts';
import { newChat } from './new-chat.ts';
import type { WholeChat } from './whole-chat.ts';
import { newId } from '../lib/new-id.ts';

interface EarlierTurn {
  readonly role: 'user' | 'assistant';
  readonly content: string;
  readonly thinking?: { readonly text: string; readonly ms: number | null };
}

/** A chat with the turns of a kept value; `null` for anything that is not a list of turns, and for an empty one. */
export function earlierChat(kept: unknown, now: number): WholeChat | null {
  if (!Array.isArray(kept) || kept.length === 0 || !kept.every(isTurn)) return null;
  const turns = kept as readonly EarlierTurn[];
  const chat = newChat(turns[0]!.content, now);
  const messages: Message[] = [];
  for (const { role, content, thinking } of turns) {
    const parentId = messages.at(-1)?.id ?? null;
    const said = { role, content, ...(thinking === undefined ? {} : { thinking }) };
    messages.push({
      id: newId(),
      chatId: chat.id,
      parentId,
      ...said,
      createdAt: now + messages.length,
      answer: null,
    });
  }
  return { chat: { ...chat, leafId: messages.at(-1)!.id }, messages };
}

function isTurn(value: unknown): value is EarlierTurn {
  if (typeof value !== 'object' || value === null) return false;
  const { role, content, thinking } = value as Partial<Record<keyof EarlierTurn, unknown>>;
  if ((role !== 'user' && role !== 'assistant') || typeof content !== 'string') return false;
  if (thinking === undefined) return true;
  if (typeof thinking !== 'object' || thinking === null) return false;
  const { text, ms } = thinking as { text?: unknown; ms?: unknown };
  return typeof text === 'string' && (ms === null || typeof ms === 'number');
}
