/** A store of chats that keeps each record sealed in the store that it wraps. */
import { EngineError } from '../../../workers/protocol/errors.ts';
import type { Chat, Folder, Message } from '../chat.ts';
import type { ChatChange, ChatStore, RecordStore } from '../chat-store.ts';
import type { RecordCipher, SealedMessage, SealedRecord } from './record-cipher.ts';

/** What is wrapped: it never sees anything but ids and sealed bytes. */
export type SealedStore = RecordStore<SealedRecord, SealedRecord, SealedMessage>;

/** The vault as a store. Records that do not open are passed over; `onDamaged` hears how many of a reading. */
export class VaultStore implements ChatStore {
  readonly sealed = true;
  readonly #inner: SealedStore;
  readonly #cipher: RecordCipher;
  readonly #onDamaged: (count: number) => void;

  constructor(inner: SealedStore, cipher: RecordCipher, onDamaged: (count: number) => void) {
    this.#inner = inner;
    this.#cipher = cipher;
    this.#onDamaged = onDamaged;
  }

  get lasts(): boolean {
    return this.#inner.lasts;
  }

  async chats(): Promise<Chat[]> {
    return this.#all((await this.#inner.chats()).map((sealed) => this.#cipher.open<Chat>('chat', sealed)));
  }

  async folders(): Promise<Folder[]> {
    return this.#all((await this.#inner.folders()).map((sealed) => this.#cipher.open<Folder>('folder', sealed)));
  }

  async messages(chatId: string): Promise<Message[]> {
    return this.#all((await this.#inner.messages(chatId)).map((sealed) => this.#cipher.openMessage(sealed)));
  }

  async allMessages(): Promise<Message[]> {
    return this.#all((await this.#inner.allMessages()).map((sealed) => this.#cipher.openMessage(sealed)));
  }

  async change({ chats, folders, messages, ...removed }: ChatChange): Promise<void> {
    const cipher = this.#cipher;
    await this.#inner.change({
      ...removed,
      ...(await sealAll(cipher, { chats: chats ?? [], folders: folders ?? [], messages: messages ?? [] })),
    });
  }

  close(): void {
    this.#inner.close();
  }

  async #all<T>(opening: readonly Promise<T | null>[]): Promise<T[]> {
    const records = (await Promise.all(opening)).filter((record) => record !== null);
    if (records.length < opening.length) this.#onDamaged(opening.length - records.length);
    return records;
  }
}

/** Every record of some, by kind. */
export interface Records<C, F, M> {
  readonly chats: readonly C[];
  readonly folders: readonly F[];
  readonly messages: readonly M[];
}

/** Records, sealed. */
export async function sealAll(
  cipher: RecordCipher,
  { chats, folders, messages }: Records<Chat, Folder, Message>,
): Promise<Records<SealedRecord, SealedRecord, SealedMessage>> {
  const [sealedChats, sealedFolders, sealedMessages] = await Promise.all([
    Promise.all(chats.map((chat) => cipher.seal('chat', chat))),
    Promise.all(folders.map((folder) => cipher.seal('folder', folder))),
    Promise.all(messages.map((message) => cipher.sealMessage(message))),
  ]);
  return { chats: sealedChats, folders: sealedFolders, messages: sealedMessages };
}

/** Records in the clear. Throws `StorageFailed` if one of them does not open: it must not get lost by that. */
export async function openAll(
  cipher: RecordCipher,
  { chats, folders, messages }: Records<SealedRecord, SealedRecord, SealedMessage>,
): Promise<Records<Chat, Folder, Message>> {
  const all = async <T>(opening: readonly Promise<T | null>[]): Promise<T[]> => {
    const records = (await Promise.all(opening)).filter((record) => record !== null);
    if (records.length === opening.length) return records;
    throw new EngineError('StorageFailed', {
      what: 'The vault stays on',
      expected: `${opening.length} records that can be opened`,
      got: records.length,
      remedy: 'Make a backup of what can be read, delete everything, and restore the backup.',
    });
  };
  return {
    chats: await all(chats.map((sealed) => cipher.open<Chat>('chat', sealed))),
    folders: await all(folders.map((sealed) => cipher.open<Folder>('folder', sealed))),
    messages: await all(messages.map((sealed) => cipher.openMessage(sealed))),
  };
}
