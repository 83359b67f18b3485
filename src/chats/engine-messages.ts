/** A branch of a chat as the engine is asked with it. */
import type { ChatMessage } from '../../workers/protocol/engine.ts';
import { withAttachments } from '../attachments/with-attachments.ts';
import { sentAfterBreak, withSummary } from './break.ts';
import type { Message } from './chat.ts';

/** What the engine needs of a message. */
export type EngineTurn = Pick<Message, 'id' | 'role' | 'content' | 'attachments' | 'thinking' | 'keepFrom'>;

/**
 * The conversation that the engine is asked to continue. Nothing from before the last break is sent but its summary, at the
 * head of the first question after it. Answers with no text are left out, with what was thought before them, and neighbours
 * of one role are joined, for chat templates want the roles to alternate.
 */
export function toEngineMessages(systemPrompt: string, path: readonly EngineTurn[]): ChatMessage[] {
  const messages: ChatMessage[] = [];
  if (systemPrompt.trim() !== '') messages.push({ role: 'system', content: systemPrompt });
  const { lastBreak, turns } = sentAfterBreak(path);
  let summary = lastBreak?.content.trim() ?? '';
  for (const { role, content: words, attachments = [], thinking } of turns) {
    if (role === 'break') continue;
    let content = withAttachments(words, attachments);
    if (content === '') continue;
    if (summary !== '') {
      if (role === 'user') content = withSummary(summary, content);
      else messages.push({ role: 'user', content: withSummary(summary, '') });
      summary = '';
    }
    const thought = thinking === undefined ? {} : { thinking: thinking.text };
    const last = messages.at(-1);
    if (last?.role === role)
      messages[messages.length - 1] = { ...last, content: `${last.content}\n\n${content}`, ...thought };
    else messages.push({ role, content, ...thought });
  }
  if (summary !== '') messages.push({ role: 'user', content: withSummary(summary, '') });
  return messages;
}
