/**
 * What is attached to messages that are being written, chat by chat. It lasts as long as the page: texts of many megabytes
 * that nobody sent are not kept. The names are, and after a reload the chat says what must be attached again.
 */
import { untrack } from 'svelte';
import { readStored, writeStored } from '../lib/stored.ts';
import { AttachmentsState } from './attachments.svelte.ts';

/** Where a new chat's are, which has no id. */
const NEW_CHAT = '';

/** The attachments of every draft. */
export class DraftAttachments {
  readonly #byChat: Record<string, AttachmentsState | undefined> = {};

  constructor() {
    for (const [chat, names] of lostNames()) this.of(chat).mourn(names);
    writeStored('unsentFiles', null);
  }

  /** Those of a chat; of a new one for `null`. */
  of(chatId: string | null): AttachmentsState {
    const key = chatId ?? NEW_CHAT;
    const known = this.#byChat[key];
    if (known !== undefined) return known;
    // State that is made while a component reads it would not be followed by that component.
    const made = untrack(() => new AttachmentsState());
    this.#byChat[key] = made;
    return made;
  }

  /** Keeps the names of what is attached and not sent, for when the page comes back without it. */
  keepNames(): void {
    const names: Record<string, string[]> = {};
    for (const [chat, attachments] of Object.entries(this.#byChat)) {
      const items = attachments?.items ?? [];
      if (items.length > 0) names[chat] = items.map(({ name }) => name);
    }
    writeStored('unsentFiles', Object.keys(names).length === 0 ? null : names);
  }
}

function lostNames(): [chat: string, names: string[]][] {
  const kept = readStored('unsentFiles');
  if (typeof kept !== 'object' || kept === null) return [];
  return Object.entries(kept).flatMap(([chat, names]): [string, string[]][] =>
    Array.isArray(names) && names.every((name) => typeof name === 'string') ? [[chat, names]] : [],
  );
}
