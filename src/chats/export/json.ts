/**
 * Our own format: every chat with every branch and every record, as JSON that can be imported again.
 *
 *     { "format": "freehold-chats", "version": 1, "exportedAt": ISO 8601,
 *       "folders": [Folder], "chats": [Chat and "messages": [Message]] }
 *
 * Folder, Chat and Message are the types of `chat.ts`, field by field: times in milliseconds since 1970, `parentId` of a
 * message that begins a chat is `null`, `leafId` is the end of the branch that is shown. A reader must refuse a version that
 * it does not know, ignore fields that it does not know, and trust nothing.
 */
import type { Chat, Folder, Message } from '../chat.ts';
import type { Collection } from '../whole-chat.ts';

/** What the `format` field says. */
export const CHATS_FORMAT = 'freehold-chats';
/** The version that this page writes, and the only one that there has been. */
export const CHATS_VERSION = 1;

/** A file of chats. */
export interface ChatsFile {
  readonly format: typeof CHATS_FORMAT;
  readonly version: typeof CHATS_VERSION;
  readonly exportedAt: string;
  readonly folders: readonly Folder[];
  readonly chats: readonly (Chat & { readonly messages: readonly Message[] })[];
}

/** Chats as a file's content. `now`: milliseconds since the epoch. */
export function toChatsFile({ folders, chats }: Collection, now: number): ChatsFile {
  return {
    format: CHATS_FORMAT,
    version: CHATS_VERSION,
    exportedAt: new Date(now).toISOString(),
    folders,
    chats: chats.map(({ chat, messages }) => ({ ...chat, messages })),
  };
}
