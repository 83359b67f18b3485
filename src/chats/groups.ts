/** Chats in the order in which people look for them: pinned ones, then by how long ago something was said. */
import { m } from '../paraglide/messages.js';
import { getLocale } from '../paraglide/runtime.js';
import type { Chat } from './chat.ts';

/** Chats under one heading, newest first. */
export interface ChatGroup {
  readonly key: string;
  readonly label: string;
  readonly chats: readonly Chat[];
}

const DAY_MS = 86_400_000;

/** The groups that have chats; `now` in milliseconds since the epoch, days by the local calendar. */
export function groupChats(chats: readonly Chat[], now: number): ChatGroup[] {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const groups = new Map<string, { label: string; chats: Chat[] }>();
  const newestFirst = [...chats].sort((a, b) => b.changedAt - a.changedAt);
  for (const chat of [...newestFirst.filter(({ pinned }) => pinned), ...newestFirst.filter(({ pinned }) => !pinned)]) {
    const [key, label] = chat.pinned ? ['pinned', m.chats_pinned()] : age(chat.changedAt, midnight);
    const group = groups.get(key);
    if (group) group.chats.push(chat);
    else groups.set(key, { label, chats: [chat] });
  }
  return [...groups].map(([key, group]) => ({ key, ...group }));
}

function age(time: number, midnight: number): [key: string, label: string] {
  if (time >= midnight) return ['today', m.chats_today()];
  if (time >= midnight - DAY_MS) return ['yesterday', m.chats_yesterday()];
  if (time >= midnight - 7 * DAY_MS) return ['week', m.chats_past_week()];
  if (time >= midnight - 30 * DAY_MS) return ['month', m.chats_past_month()];
  const date = new Date(time);
  return [
    `${date.getFullYear()}-${date.getMonth()}`,
    date.toLocaleDateString(getLocale(), { month: 'long', year: 'numeric' }),
  ];
}
