/** What every new message has, whoever writes it. */
import type { Message } from './chat.ts';
import { newId } from '../lib/new-id.ts';

/** Id, place and time of a message that is written now, behind `parentId`; `null`: at the beginning of the chat. */
export function newMessage(
  chatId: string,
  parentId: string | null,
): Pick<Message, 'id' | 'chatId' | 'parentId' | 'createdAt'> {
  return { id: newId(), chatId, parentId, createdAt: Date.now() };
}
