/** Puts chats that come together with those that are here. */
import type { Chat, Folder, Message } from './chat.ts';
import type { Collection, WholeChat } from './whole-chat.ts';

/** The list with these chats in place of those with their ids, or added. */
export function withChats(list: readonly Chat[], changed: readonly Chat[]): readonly Chat[] {
  const ids = new Set(changed.map(({ id }) => id));
  return [...list.filter(({ id }) => !ids.has(id)), ...changed];
}

/**
 * The chats of a collection in folders of here, and the folders that have to be added for that: one with the name of a folder
 * that is here, or comes with them, is that folder.
 */
export function placeIn(
  here: readonly Folder[],
  { folders, chats }: Collection,
): { readonly chats: readonly Chat[]; readonly folders: readonly Folder[] } {
  const byName = new Map(here.map((folder) => [folder.name, folder.id]));
  const added: Folder[] = [];
  const ids = new Map<string | null, string>();
  for (const folder of folders) {
    const known = byName.get(folder.name);
    ids.set(folder.id, known ?? folder.id);
    if (known !== undefined) continue;
    byName.set(folder.name, folder.id);
    added.push(folder);
  }
  return { folders: added, chats: chats.map(({ chat }) => ({ ...chat, folderId: ids.get(chat.folderId) ?? null })) };
}

/** Chats, each with its messages of all that are given. */
export function wholeChats(chats: readonly Chat[], messages: readonly Message[]): readonly WholeChat[] {
  const byChat = new Map<string, Message[]>(chats.map(({ id }) => [id, []]));
  for (const message of messages) byChat.get(message.chatId)?.push(message);
  return chats.map((chat) => ({ chat, messages: byChat.get(chat.id)! }));
}
