/** A chat with everything in it, as it is exported, imported and backed up. Types only. */
import type { Chat, Folder, Message } from './chat.ts';

/** A chat and its messages, of all branches. */
export interface WholeChat {
  readonly chat: Chat;
  readonly messages: readonly Message[];
}

/** Chats and the folders that they lie in. */
export interface Collection {
  readonly folders: readonly Folder[];
  readonly chats: readonly WholeChat[];
}
