/**
 * The IndexedDB database of chats, apart from the weights. Its records are either all in the clear or all sealed: it turns
 * from one to the other in a single transaction, so that no crash leaves some of each, and a tab that has not noticed writes
 * nothing of the wrong kind.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { EngineError } from '../../workers/protocol/errors.ts';
import type { Chat, Folder, Message } from './chat.ts';
import type { ChatStore, RecordChange, RecordStore } from './chat-store.ts';
import type { SealedMessage, SealedRecord } from './vault/record-cipher.ts';
import type { VaultRecord } from './vault/vault.ts';
import type { Records, SealedStore } from './vault/vault-store.ts';

interface ChatSchema extends DBSchema {
  chats: { key: string; value: Chat | SealedRecord };
  folders: { key: string; value: Folder | SealedRecord };
  messages: { key: string; value: Message | SealedMessage; indexes: { chatId: string } };
  /** Under `vault` the vault, if it is on; under `revision` how often records were changed. */
  state: { key: string; value: VaultRecord | number };
}

const CHATS_DATABASE = 'freehold-chats';
const STORES = ['chats', 'folders', 'messages', 'state'] as const;

/** Everything in the database at one moment. */
export type Snapshot = { readonly revision: number } & (
  | ({ readonly vault: null } & Records<Chat, Folder, Message>)
  | ({ readonly vault: VaultRecord } & Records<SealedRecord, SealedRecord, SealedMessage>)
);

/** The records that are to be there from now on. */
export type Contents =
  | ({ readonly vault: null } & Records<Chat, Folder, Message>)
  | ({ readonly vault: VaultRecord } & Records<SealedRecord, SealedRecord, SealedMessage>);

/** The database. Methods reject with what the browser gives as the reason. */
export class ChatDatabase {
  readonly #database: IDBPDatabase<ChatSchema>;

  private constructor(database: IDBPDatabase<ChatSchema>) {
    this.#database = database;
  }

  /** Opens it; `null` where there is none to be had. */
  static async open(): Promise<ChatDatabase | null> {
    try {
      const database = await openDB<ChatSchema>(CHATS_DATABASE, 2, {
        upgrade(created, oldVersion) {
          if (oldVersion < 1) {
            created.createObjectStore('chats', { keyPath: 'id' });
            created.createObjectStore('folders', { keyPath: 'id' });
            created.createObjectStore('messages', { keyPath: 'id' }).createIndex('chatId', 'chatId');
          }
          created.createObjectStore('state');
        },
        // A newer page in another tab wants to change the form, or to delete all: it must not wait for this one.
        blocking(_current, _blocked, event) {
          (event.target as IDBDatabase).close();
        },
      });
      return new ChatDatabase(database);
    } catch {
      return null;
    }
  }

  /** The vault; `null` where chats are kept in the clear. */
  async vault(): Promise<VaultRecord | null> {
    return asVault(await this.#database.get('state', 'vault'));
  }

  /** Keeps chats in the clear. Changes reject once there is a vault. */
  plain(): ChatStore {
    return new StoredRecords<Chat, Folder, Message>(this.#database, null);
  }

  /** Keeps records of a vault. Changes reject once it is gone. */
  sealed({ id }: VaultRecord): SealedStore {
    return new StoredRecords<SealedRecord, SealedRecord, SealedMessage>(this.#database, id);
  }

  /** All that is there. */
  async snapshot(): Promise<Snapshot> {
    const transaction = this.#database.transaction(STORES);
    const [chats, folders, messages, vault, revision] = await Promise.all([
      transaction.objectStore('chats').getAll(),
      transaction.objectStore('folders').getAll(),
      transaction.objectStore('messages').getAll(),
      transaction.objectStore('state').get('vault'),
      transaction.objectStore('state').get('revision'),
    ]);
    return { chats, folders, messages, vault: asVault(vault), revision: asCount(revision) } as Snapshot;
  }

  /** Puts `next` in place of everything, at once, if nothing was changed since `snapshot`; whether it did. */
  async exchange({ revision }: Snapshot, next: Contents): Promise<boolean> {
    const transaction = this.#database.transaction(STORES, 'readwrite');
    const state = transaction.objectStore('state');
    if (asCount(await state.get('revision')) !== revision) {
      await transaction.done;
      return false;
    }
    try {
      for (const name of ['chats', 'folders', 'messages'] as const) {
        const store = transaction.objectStore(name);
        await store.clear();
        await Promise.all(next[name].map(async (record) => store.put(record)));
      }
      await (next.vault === null ? state.delete('vault') : state.put(next.vault, 'vault'));
      await state.put(revision + 1, 'revision');
    } catch (error) {
      abort(transaction);
      throw error;
    }
    await transaction.done;
    return true;
  }

  /** Puts a vault's record in place of the one with its id, as for another passphrase; whether that is still there. */
  async replaceVault(vault: VaultRecord): Promise<boolean> {
    const transaction = this.#database.transaction('state', 'readwrite');
    const there = asVault(await transaction.store.get('vault'))?.id === vault.id;
    if (there) await transaction.store.put(vault, 'vault');
    await transaction.done;
    return there;
  }

  /** Deletes every record, and the vault. */
  async clear(): Promise<void> {
    const transaction = this.#database.transaction(STORES, 'readwrite');
    await Promise.all([...STORES.map((name) => transaction.objectStore(name).clear()), transaction.done]);
  }
}

/** The records of one kind, in the clear or of one vault. */
class StoredRecords<
  C extends Chat | SealedRecord,
  F extends Folder | SealedRecord,
  M extends Message | SealedMessage,
> implements RecordStore<C, F, M> {
  readonly lasts = true;
  readonly sealed: boolean;
  readonly #database: IDBPDatabase<ChatSchema>;
  readonly #vaultId: string | null;

  constructor(database: IDBPDatabase<ChatSchema>, vaultId: string | null) {
    this.#database = database;
    this.#vaultId = vaultId;
    this.sealed = vaultId !== null;
  }

  chats(): Promise<C[]> {
    return this.#database.getAll('chats') as Promise<C[]>;
  }

  folders(): Promise<F[]> {
    return this.#database.getAll('folders') as Promise<F[]>;
  }

  messages(chatId: string): Promise<M[]> {
    return this.#database.getAllFromIndex('messages', 'chatId', chatId) as Promise<M[]>;
  }

  allMessages(): Promise<M[]> {
    return this.#database.getAll('messages') as Promise<M[]>;
  }

  async change(change: RecordChange<C, F, M>): Promise<void> {
    const transaction = this.#database.transaction(STORES, 'readwrite');
    const chats = transaction.objectStore('chats');
    const folders = transaction.objectStore('folders');
    const messages = transaction.objectStore('messages');
    const state = transaction.objectStore('state');
    const [vault, revision] = await Promise.all([state.get('vault'), state.get('revision')]);
    if ((asVault(vault)?.id ?? null) !== this.#vaultId) {
      abort(transaction);
      throw movedOn();
    }
    const remove = async (id: string): Promise<void> => {
      const ids = await messages.index('chatId').getAllKeys(id);
      await Promise.all([chats.delete(id), ...ids.map((messageId) => messages.delete(messageId))]);
    };
    const removedChats = change.removedChats ?? [];
    const work: Promise<unknown>[] = [];
    try {
      work.push(state.put(asCount(revision) + 1, 'revision'));
      for (const chat of change.chats ?? []) work.push(chats.put(chat));
      for (const folder of change.folders ?? []) work.push(folders.put(folder));
      for (const message of change.messages ?? []) work.push(messages.put(message));
      for (const id of change.removedMessages ?? []) work.push(messages.delete(id));
      for (const id of change.removedFolders ?? []) work.push(folders.delete(id));
      for (const id of removedChats) work.push(remove(id));
      // Asked for now, the commit outlives a page that goes away in the next moment. A chat's messages are looked up first.
      if (removedChats.length === 0) transaction.commit();
    } catch (error) {
      // What cannot be cloned is refused before it is asked for, which does not end the transaction by itself.
      abort(transaction);
      await Promise.allSettled([...work, transaction.done]);
      throw error;
    }
    await Promise.all([...work, transaction.done]);
  }

  close(): void {
    this.#database.close();
  }
}

/** Undoes a transaction. What cannot be cloned fails before it is asked for, and does not end the transaction by itself. */
function abort(transaction: { readonly done: Promise<void>; abort(): void }): void {
  transaction.done.catch(() => undefined);
  try {
    transaction.abort();
  } catch {
    // It has ended already.
  }
}

function asVault(value: VaultRecord | number | undefined): VaultRecord | null {
  return typeof value === 'object' ? value : null;
}

function asCount(value: VaultRecord | number | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function movedOn(): EngineError {
  return new EngineError('StorageFailed', {
    what: 'This could not be kept, for the vault was turned on or off in another tab',
    remedy: 'Reload this page; copy first what you want to keep of it.',
  });
}
