/** A chat that has just been begun. */
import type { Chat } from './chat.ts';
import { firstLine } from './title.ts';
import { newId } from '../lib/new-id.ts';

/** A chat with an id of its own and no messages yet, named after the text that begins it. `now`: ms since the epoch. */
export function newChat(text: string, now: number): Chat {
  return {
    id: newId(),
    title: '',
    firstLine: firstLine(text),
    createdAt: now,
    changedAt: now,
    folderId: null,
    pinned: false,
    archived: false,
    leafId: null,
    draft: '',
  };
}
