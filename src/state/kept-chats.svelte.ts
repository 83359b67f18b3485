/**
 * All chats and the folders that they lie in, as they are kept, whichever of them is open. Every change is shown first and
 * written behind; a write that fails is told of, and the page keeps what it has. Refuses nothing: what is changed and is
 * no longer there stays away.
 */
import type { Chat, Folder, Message } from '../chats/chat.ts';
import type { ChatStore } from '../chats/chat-store.ts';
import { ChatWriter } from '../chats/chat-writer.ts';
import { earlierChat } from '../chats/earlier.ts';
import { placeIn, wholeChats, withChats } from '../chats/merge.ts';
import type { Collection } from '../chats/whole-chat.ts';
import { readStored, writeStored } from '../lib/stored.ts';
import { newId } from '../lib/new-id.ts';
import { m } from '../paraglide/messages.js';
import type { Undo } from './undo.svelte.ts';

/** What a person may change of a chat itself. */
export type ChatTraits = Partial<Pick<Chat, 'title' | 'folderId' | 'pinned' | 'archived' | 'presetId' | 'settings'>>;

/** The list of chats as state, without their messages, which the store has. */
export class KeptChats {
  list = $state.raw<readonly Chat[]>([]);
  folders = $state.raw<readonly Folder[]>([]);
  /** Whether chats outlive the page; `null` until it is known. */
  lasts = $state.raw<boolean | null>(null);

  readonly #undo: Undo;
  readonly #writer: ChatWriter;
  #sealed = false;

  /** `onFailure` hears of writes that failed. */
  constructor(undo: Undo, onFailure: (error: unknown) => void) {
    this.#undo = undo;
    this.#writer = new ChatWriter(onFailure);
  }

  /** Whether chats are encrypted: then nothing of them is kept outside their store. */
  get sealed(): boolean {
    return this.#sealed;
  }

  /** Reads what is kept. `onElsewhere` hears that another tab wrote something, once the list has it. */
  async start(open: () => Promise<ChatStore>, onElsewhere: () => Promise<void>): Promise<void> {
    const store = await this.#writer.open(open(), async () => {
      await this.#read(await this.#writer.settled());
      await onElsewhere();
    });
    this.lasts = store.lasts;
    this.#sealed = store.sealed;
    await this.#read(store);
    await this.#takeEarlier(store);
  }

  /** Resolves once everything is written. */
  async settled(): Promise<void> {
    await this.#writer.settled();
  }

  /** The chat with this id, if there is one. */
  get(id: string | null): Chat | undefined {
    return this.list.find((chat) => chat.id === id);
  }

  /** The messages of a chat, all branches, with what is being written. */
  async messages(id: string): Promise<readonly Message[]> {
    return (await this.#writer.settled()).messages(id);
  }

  /** The messages of every chat, for search. */
  async allMessages(): Promise<Message[]> {
    return (await this.#writer.settled()).allMessages();
  }

  /** Adds a chat, or puts it in place of the one with its id, with those of its messages that are changed or gone. */
  put(chat: Chat, messages: readonly Message[] = [], removedMessages: readonly string[] = []): void {
    this.#show([chat]);
    this.#writer.write({ chats: [chat], messages, removedMessages });
  }

  /** Writes a message; its chat stays as it is. */
  putMessage(message: Message): void {
    this.#writer.write({ messages: [message] });
  }

  /** Changes a chat's name or place. */
  change(id: string, traits: ChatTraits): void {
    const chat = this.get(id);
    if (chat !== undefined) this.put({ ...chat, ...traits });
  }

  /** Takes a chat out with all its messages. */
  remove(id: string): void {
    this.list = this.list.filter((chat) => chat.id !== id);
    this.#writer.write({ removedChats: [id] });
  }

  /** Makes a folder; its id. */
  addFolder(name: string): string {
    const folder: Folder = { id: newId(), name, createdAt: Date.now() };
    this.folders = [...this.folders, folder];
    this.#writer.write({ folders: [folder] });
    return folder.id;
  }

  /** Gives a folder another name. */
  renameFolder(id: string, name: string): void {
    const folder = this.folders.find((one) => one.id === id);
    if (folder === undefined) return;
    const renamed = { ...folder, name };
    this.folders = this.folders.map((one) => (one.id === id ? renamed : one));
    this.#writer.write({ folders: [renamed] });
  }

  /** Deletes a folder; its chats stay, in none; can be undone. */
  removeFolder(id: string): void {
    const folder = this.folders.find((one) => one.id === id);
    if (folder === undefined) return;
    const inside = this.list.filter(({ folderId }) => folderId === id);
    const freed = inside.map((chat) => ({ ...chat, folderId: null }));
    this.folders = this.folders.filter((one) => one.id !== id);
    this.#show(freed);
    this.#writer.write({ chats: freed, removedFolders: [id] });
    this.#undo.show(m.chats_folder_deleted({ name: folder.name }), () => {
      this.folders = [...this.folders, folder];
      const back = inside.flatMap((chat) => {
        const now = this.get(chat.id);
        return now === undefined ? [] : [{ ...now, folderId: id }];
      });
      this.#show(back);
      this.#writer.write({ chats: back, folders: [folder] });
    });
  }

  /** Keeps everything in another store from the next write on; nothing changes if `make` rejects, and then so does this. */
  async changeStore(make: () => Promise<ChatStore>): Promise<void> {
    await this.#writer.replace(async () => {
      const store = await make();
      this.#sealed = store.sealed;
      return store;
    });
  }

  /** Every chat as it is kept; with `id`, that one alone. */
  async collection(id: string | null = null): Promise<Collection> {
    const store = await this.#writer.settled();
    const messages = await (id === null ? store.allMessages() : store.messages(id));
    const chosen = this.list.filter((chat) => id === null || chat.id === id);
    return { folders: this.folders, chats: wholeChats(chosen, messages) };
  }

  /**
   * Adds whole chats, with new ids, and their folders; one with the name of a folder that is here is that folder. Rejects
   * where they cannot be written.
   */
  async addAll(collection: Collection): Promise<void> {
    const { chats, folders } = placeIn(this.folders, collection);
    const messages = collection.chats.flatMap((whole) => whole.messages);
    await this.#writer.attempt({ folders, chats, messages });
    this.folders = [...this.folders, ...folders];
    this.#show(chats);
  }

  #show(changed: readonly Chat[]): void {
    this.list = withChats(this.list, changed);
  }

  async #read(store: ChatStore): Promise<void> {
    [this.list, this.folders] = await Promise.all([store.chats(), store.folders()]);
  }

  /** Takes over the conversation of a page of before; it is forgotten there only once it is written here. */
  async #takeEarlier(store: ChatStore): Promise<void> {
    const earlier = earlierChat(readStored('conversation'), Date.now());
    if (earlier === null) return;
    await store.change({ chats: [earlier.chat], messages: earlier.messages });
    this.list = [...this.list, earlier.chat];
    writeStored('chat', earlier.chat.id);
    if (store.lasts) writeStored('conversation', null);
  }
}
