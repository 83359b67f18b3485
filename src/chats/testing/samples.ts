/** Chats and messages for tests. */
import type { Attachment } from '../../attachments/attachment.ts';
import type { Chat, Message } from '../chat.ts';

/** A message of the chat `chat`; its id is its text. */
export function message(id: string, parentId: string | null, changes: Partial<Message> = {}): Message {
  return { id, chatId: 'chat', parentId, role: 'user', content: id, createdAt: 0, answer: null, ...changes };
}

/** An empty chat. */
export function chat(id: string, changes: Partial<Chat> = {}): Chat {
  return {
    id,
    title: '',
    firstLine: id,
    createdAt: 0,
    changedAt: 0,
    folderId: null,
    pinned: false,
    archived: false,
    leafId: null,
    draft: '',
    ...changes,
  };
}

/** A text file as it was attached. */
export function attachment(name: string, text: string): Attachment {
  return { name, kind: 'text', text, bytes: text.length, warnings: [] };
}
