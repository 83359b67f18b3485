/**
 * What keeps chats. A message is a record, so that an answer in the making costs a small write. Where the browser keeps
 * nothing, chats last as long as the page.
 */
import type { Chat, Folder, Message } from './chat.ts';

/** What one change writes and deletes, all or nothing. */
export interface RecordChange<C, F, M> {
  readonly chats?: readonly C[];
  readonly folders?: readonly F[];
  readonly messages?: readonly M[];
  readonly removedChats?: readonly string[];
  readonly removedFolders?: readonly string[];
  readonly removedMessages?: readonly string[];
}

/** What keeps records of chats. Methods reject with what the browser gives as the reason. */
export interface RecordStore<C, F, M> {
  /** Whether what is kept outlives the page. */
  readonly lasts: boolean;
  /** Whether what is kept is encrypted: then nothing of it may be kept elsewhere in the clear. */
  readonly sealed: boolean;
  chats(): Promise<C[]>;
  folders(): Promise<F[]>;
  /** The messages of one chat, in no order. */
  messages(chatId: string): Promise<M[]>;
  /** The messages of all chats, in no order. */
  allMessages(): Promise<M[]>;
  /** A removed chat takes its messages with it. */
  change(change: RecordChange<C, F, M>): Promise<void>;
  close(): void;
}

/** What keeps chats. */
export type ChatStore = RecordStore<Chat, Folder, Message>;
/** A change of chats. */
export type ChatChange = RecordChange<Chat, Folder, Message>;

/** For browsers that keep nothing, such as some private windows. */
export class ChatsInMemory implements ChatStore {
  readonly lasts = false;
  readonly sealed = false;
  readonly #chats = new Map<string, Chat>();
  readonly #folders = new Map<string, Folder>();
  readonly #messages = new Map<string, Message>();

  chats(): Promise<Chat[]> {
    return Promise.resolve([...this.#chats.values()]);
  }

  folders(): Promise<Folder[]> {
    return Promise.resolve([...this.#folders.values()]);
  }

  messages(chatId: string): Promise<Message[]> {
    return Promise.resolve([...this.#messages.values()].filter((message) => message.chatId === chatId));
  }

  allMessages(): Promise<Message[]> {
    return Promise.resolve([...this.#messages.values()]);
  }

  change(change: ChatChange): Promise<void> {
    for (const chat of change.chats ?? []) this.#chats.set(chat.id, chat);
    for (const folder of change.folders ?? []) this.#folders.set(folder.id, folder);
    for (const message of change.messages ?? []) this.#messages.set(message.id, message);
    for (const id of change.removedMessages ?? []) this.#messages.delete(id);
    for (const id of change.removedFolders ?? []) this.#folders.delete(id);
    for (const id of change.removedChats ?? []) {
      this.#chats.delete(id);
      for (const message of this.#messages.values()) if (message.chatId === id) this.#messages.delete(message.id);
    }
    return Promise.resolve();
  }

  close(): void {
    // Nothing is open.
  }
}
