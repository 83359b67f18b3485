/** What a chat is called. */
import { visibleLine } from '../lib/visible-text.ts';
import { m } from '../paraglide/messages.js';
import type { Chat } from './chat.ts';

const LONGEST_LINE = 80;

/** The first line of a text that says something, cut at a word where it is long, with nothing in it that cannot be seen. */
export function firstLine(text: string): string {
  const line = text.split('\n').find((one) => visibleLine(one) !== '') ?? '';
  const plain = visibleLine(line);
  if (plain.length <= LONGEST_LINE) return plain;
  const cut = plain.slice(0, LONGEST_LINE);
  const words = cut.slice(0, Math.max(cut.lastIndexOf(' '), LONGEST_LINE / 2)).trimEnd();
  // A cut must not leave half of a character that takes two units.
  return `${words.replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The name that lists and the window show. */
export function chatName({ title, firstLine: line }: Pick<Chat, 'title' | 'firstLine'>): string {
  return title || line || m.chats_new();
}
