/** Seals and opens the vault's records. All of a record is inside but its id, and of a message the chat that it is in. */
import type { Chat, Folder, Message } from '../chat.ts';
import { openBytes, type SealedBytes, sealBytes } from './sealed.ts';

/** A sealed chat or folder. */
export interface SealedRecord extends SealedBytes {
  readonly id: string;
}

/** A sealed message; lists ask for the messages of one chat. */
export interface SealedMessage extends SealedRecord {
  readonly chatId: string;
}

type Kind = 'chat' | 'folder' | 'message';

/** The cipher of one vault. */
export class RecordCipher {
  readonly #vaultId: string;
  readonly #key: CryptoKey;

  private constructor(vaultId: string, key: CryptoKey) {
    this.#vaultId = vaultId;
    this.#key = key;
  }

  /** With 32 bytes of key, of which no copy stays here. */
  static async from(vaultId: string, dataKey: Uint8Array<ArrayBuffer>): Promise<RecordCipher> {
    const key = await crypto.subtle.importKey('raw', dataKey, 'AES-GCM', false, ['encrypt', 'decrypt']);
    dataKey.fill(0);
    return new RecordCipher(vaultId, key);
  }

  /** A chat or folder, sealed. */
  async seal(kind: 'chat' | 'folder', record: Chat | Folder): Promise<SealedRecord> {
    return { id: record.id, ...(await this.#seal(this.#purpose(kind, record.id), record)) };
  }

  /** A message, sealed. */
  async sealMessage(message: Message): Promise<SealedMessage> {
    const { id, chatId } = message;
    return { id, chatId, ...(await this.#seal(this.#purpose('message', id, chatId), message)) };
  }

  /** The record; `null` if it was changed, or put in another's place. */
  async open<T extends Chat | Folder>(kind: 'chat' | 'folder', sealed: SealedRecord): Promise<T | null> {
    return this.#open<T>(this.#purpose(kind, sealed.id), sealed);
  }

  /** The message; `null` if it was changed, or put in another's place or another chat. */
  async openMessage(sealed: SealedMessage): Promise<Message | null> {
    return this.#open<Message>(this.#purpose('message', sealed.id, sealed.chatId), sealed);
  }

  #purpose(kind: Kind, ...ids: string[]): string {
    return JSON.stringify(['freehold vault 1', this.#vaultId, kind, ...ids]);
  }

  #seal(purpose: string, record: unknown): Promise<SealedBytes> {
    return sealBytes(this.#key, purpose, new TextEncoder().encode(JSON.stringify(record)));
  }

  async #open<T>(purpose: string, sealed: SealedBytes): Promise<T | null> {
    const bytes = await openBytes(this.#key, purpose, sealed);
    return bytes === null ? null : (JSON.parse(new TextDecoder().decode(bytes)) as T);
  }
}
