/** From what a foreign file says of a conversation to a chat of ours: new ids, a sound tree, no text without a bound. */
import { visibleLine } from '../../lib/visible-text.ts';
import { m } from '../../paraglide/messages.js';
import type { Message } from '../chat.ts';
import { firstLine } from '../title.ts';
import { MessageTree } from '../tree.ts';
import type { WholeChat } from '../whole-chat.ts';
import { newId } from '../../lib/new-id.ts';
import { IMPORT_LIMITS, type LeftOut, most } from './facts.ts';

/** A message as a file has it, with the file's own ids. */
export interface ReadMessage {
  readonly id: string;
  /** The message that it follows; one that is missing counts as `null`. */
  readonly parentId: string | null;
  readonly role: Message['role'];
  readonly content: string;
  readonly thinking: NonNullable<Message['thinking']> | null;
  /** `null`: the time of the one before. */
  readonly createdAt: number | null;
}

/** A conversation as a file has it. */
export interface ReadChat {
  readonly title: string;
  /** Milliseconds since the epoch; `null` where the file does not say. */
  readonly createdAt: number | null;
  readonly changedAt: number | null;
  readonly messages: readonly ReadMessage[];
  /** The end of the branch that was shown. */
  readonly leafId: string | null;
}

/** A title, or another name, on one line, bounded, with nothing in it that cannot be seen. */
export function plainTitle(title: string): string {
  return visibleLine(title.slice(0, IMPORT_LIMITS.title));
}

/**
 * A chat of what was read; `null`, said in `leftOut`, if it has no message. Turns of one speaker with nothing beside them
 * become one, for other programs cut an answer where a tool was called, and chat templates want speakers to alternate.
 */
export function buildChat(read: ReadChat, now: number, leftOut: LeftOut): WholeChat | null {
  const ordered = inOrder(read.messages, leftOut);
  if (ordered.length === 0) {
    leftOut.add(m.data_left_out_chat_empty());
    return null;
  }
  const begun = read.createdAt ?? ordered.find(({ createdAt }) => createdAt !== null)?.createdAt ?? now;
  const chatId = newId();
  const childCounts = new Map<string | null, number>();
  for (const { parentId } of ordered) childCounts.set(parentId, (childCounts.get(parentId) ?? 0) + 1);
  const built = new Map<string, Message>();
  /** From the file's ids to ours. */
  const ids = new Map<string, string>();
  for (const message of ordered) {
    const parent = message.parentId === null ? undefined : built.get(ids.get(message.parentId)!);
    if (parent?.role === message.role && childCounts.get(message.parentId) === 1) {
      ids.set(message.id, parent.id);
      built.set(parent.id, { ...parent, ...joined(parent, message) });
      continue;
    }
    const id = newId();
    ids.set(message.id, id);
    built.set(id, {
      id,
      chatId,
      parentId: parent?.id ?? null,
      role: message.role,
      content: message.content.toWellFormed(),
      ...(message.thinking === null ? {} : { thinking: message.thinking }),
      createdAt: message.createdAt ?? parent?.createdAt ?? begun,
      answer: null,
    });
  }
  const messages = [...built.values()];
  const tree = new MessageTree(messages);
  const shown = read.leafId === null ? undefined : ids.get(read.leafId);
  if (read.leafId !== null && shown === undefined) leftOut.add(m.data_left_out_branch_gone());
  const leafId = tree.newestLeaf(shown ?? null);
  const title = plainTitle(read.title);
  const changedAt = messages.reduce(
    (latest, message) => Math.max(latest, message.createdAt),
    Math.max(read.changedAt ?? 0, begun),
  );
  const line = firstLine(tree.path(leafId)[0]!.content);
  const traits = { title, firstLine: line, createdAt: begun, changedAt, leafId };
  return { chat: { id: chatId, ...traits, folderId: null, pinned: false, archived: false, draft: '' }, messages };
}

function joined(parent: Message, { content, thinking }: ReadMessage): Pick<Message, 'content' | 'thinking'> {
  const thoughts = [parent.thinking?.text, thinking?.text].filter((text) => text !== undefined);
  return {
    content: [parent.content, content.toWellFormed()].filter((text) => text !== '').join('\n\n'),
    ...(thoughts.length === 0 ? {} : { thinking: { text: thoughts.join('\n\n'), ms: null } }),
  };
}

/** Each message after the one that it follows, without second ones of an id, too long ones, and what only follows itself. */
function inOrder(messages: readonly ReadMessage[], leftOut: LeftOut): ReadMessage[] {
  const byId = new Map<string, ReadMessage>();
  for (const message of messages) {
    if (byId.has(message.id)) leftOut.add(m.data_left_out_message_same_id());
    else byId.set(message.id, message);
  }
  const children = new Map<string | null, ReadMessage[]>();
  for (const message of byId.values()) {
    const missing = message.parentId !== null && !byId.has(message.parentId);
    if (missing) leftOut.add(m.data_left_out_follows_gone());
    const placed = missing ? { ...message, parentId: null } : message;
    const siblings = children.get(placed.parentId);
    if (siblings === undefined) children.set(placed.parentId, [placed]);
    else siblings.push(placed);
  }
  const ordered = [...(children.get(null) ?? [])];
  for (const message of ordered) for (const child of children.get(message.id) ?? []) ordered.push(child);
  for (let count = ordered.length; count < byId.size; count++) leftOut.add(m.data_left_out_message_circle());
  if (ordered.length > IMPORT_LIMITS.messagesOfChat) {
    leftOut.add(m.data_left_out_messages_after({ most: most(IMPORT_LIMITS.messagesOfChat) }));
    ordered.length = IMPORT_LIMITS.messagesOfChat;
  }
  return ordered;
}

/** A text within its bound; a longer one is cut, and `leftOut` says so. */
export function boundedText(text: string, leftOut: LeftOut): string {
  if (text.length <= IMPORT_LIMITS.text) return text.toWellFormed();
  leftOut.add(m.data_left_out_text_end({ most: most(IMPORT_LIMITS.text) }));
  return text.slice(0, IMPORT_LIMITS.text).toWellFormed();
}
