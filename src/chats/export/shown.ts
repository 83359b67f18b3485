/** What exports for reading have in common: the branch that is shown, who speaks, and when. */
import { m } from '../../paraglide/messages.js';
import type { Message } from '../chat.ts';
import { MessageTree } from '../tree.ts';
import type { WholeChat } from '../whole-chat.ts';

/** What a person chooses of an export for reading. */
export interface ReadingOptions {
  /** Whether thoughts are in it. */
  readonly thinking: boolean;
}

/** The messages of the branch that is shown, in order. */
export function shownBranch({ chat, messages }: WholeChat): readonly Message[] {
  const tree = new MessageTree(messages);
  return tree.path(chat.leafId ?? tree.newestLeaf(null));
}

/** Who speaks: a person, or the model by its name where that is known. */
export function speaker({ role, answer }: Message): string {
  if (role === 'user') return m.message_you();
  if (role === 'break') return m.chats_break();
  return answer?.model.name.replace(/\s+/gu, ' ').trim() || m.message_assistant();
}

/** A time in UTC to the minute, since an export travels; empty for what is no time. */
export function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? '' : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
