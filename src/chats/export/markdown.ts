/** A chat as Markdown: the branch that is shown. Messages stand as they were written, for they are Markdown already. */
import { visibleLine } from '../../lib/visible-text.ts';
import { m } from '../../paraglide/messages.js';
import type { Message } from '../chat.ts';
import { chatName } from '../title.ts';
import type { WholeChat } from '../whole-chat.ts';
import { type ReadingOptions, shownBranch, speaker, timeText } from './shown.ts';

/** The chat as one Markdown document; each message under a heading with who wrote it and when, thoughts as quotes. */
export function toMarkdown(whole: WholeChat, { thinking }: ReadingOptions): string {
  const parts = [`# ${asText(chatName(whole.chat))}`];
  for (const message of shownBranch(whole)) {
    parts.push(
      `## ${[asText(speaker(message)), timeText(message.createdAt)].filter((part) => part !== '').join(', ')}`,
    );
    if (thinking && message.thinking !== undefined) parts.push(quote(message.thinking));
    for (const { name } of message.attachments ?? []) parts.push(`*${m.chats_attached({ name: asText(name) })}*`);
    if (message.content !== '') parts.push(message.content.trimEnd());
  }
  return `${parts.join('\n\n')}\n`;
}

function quote({ text }: NonNullable<Message['thinking']>): string {
  return [`**${m.message_thinking()}**`, '', ...text.trimEnd().split(/\r\n?|\n/u)]
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}

/** On one line, with no sign that Markdown would read: a bracket behind a backslash would begin a formula in some readers. */
function asText(name: string): string {
  return visibleLine(name)
    .replace(/[\\`*_<>#&~|$]/gu, '\\$&')
    .replace(/[[\]]/gu, (bracket) => (bracket === '[' ? '&#91;' : '&#93;'));
}
