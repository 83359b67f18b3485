/**
 * The export of llama.cpp's web page. Until 2026 JSON: `{ conv, messages }`, or a list of those; since then lines of JSON: one
 * `{ "type": "session", … }` with a conversation's fields, then `{ "type": "message", "message": … }` for each message; of
 * several, a zip. Facts from tools/server/webui and tools/ui in ggml-org/llama.cpp: `conv` has id, name, lastModified and
 * currNode; a message has id, parent, role, content, timestamp in milliseconds, `thinking` or `reasoningContent`, and `extra`
 * for attachments. Each conversation hangs under an empty message of type `root`.
 */
import { m } from '../../paraglide/messages.js';
import { boundedText, type ReadChat, type ReadMessage } from './build-chat.ts';
import { isObject, type JsonObject, type LeftOut, objectsIn, there, timeMs } from './facts.ts';

/** Whether a value is one exported conversation. */
export function isLlamaChat(value: unknown): value is JsonObject {
  return isObject(value) && 'conv' in value && 'messages' in value;
}

/** Whether a value is the first line of the form in lines. */
export function isLlamaSession(value: unknown): value is JsonObject {
  return isObject(value) && value.type === 'session';
}

/** The conversations of a file of lines; lines that are none are said in `leftOut`. */
export function readLlamaLines(lines: readonly unknown[], leftOut: LeftOut): JsonObject[] {
  const chats: { conv: JsonObject; messages: unknown[] }[] = [];
  for (const line of lines) {
    if (isLlamaSession(line)) chats.push({ conv: line, messages: [] });
    else if (isObject(line) && line.type === 'message' && chats.length > 0) chats.at(-1)!.messages.push(line.message);
    else leftOut.add(m.data_left_out_line({ there: there(line) }));
  }
  return chats;
}

/** A conversation; `null`, said in `leftOut`, where it is none. */
export function readLlamaChat({ conv, messages }: JsonObject, leftOut: LeftOut): ReadChat | null {
  if (!isObject(conv)) {
    leftOut.add(m.data_left_out_chat_conv({ there: there(conv) }));
    return null;
  }
  if (!Array.isArray(messages)) {
    leftOut.add(m.data_left_out_chat_messages({ there: there(messages) }));
    return null;
  }
  if (typeof conv.name !== 'string' && conv.name != null)
    leftOut.add(m.data_left_out_chat_name({ there: there(conv.name) }));
  /** Of messages that are passed over: what they follow. */
  const passed = new Map<string, string | null>();
  const read: ReadMessage[] = [];
  for (const message of messages as unknown[]) {
    if (!isObject(message) || idOf(message.id) === null) {
      leftOut.add(m.data_left_out_message_id({ there: there(isObject(message) ? message.id : message) }));
      continue;
    }
    const turn = readMessage(message, leftOut);
    if (turn === null) passed.set(idOf(message.id)!, parentOf(message));
    else read.push(turn);
  }
  const turnAbove = (id: string | null): string | null => {
    const seen = new Set<string>();
    let at = id;
    while (at !== null && passed.has(at) && !seen.has(at)) {
      seen.add(at);
      at = passed.get(at)!;
    }
    return at !== null && passed.has(at) ? null : at;
  };
  const leafId = idOf(conv.currNode);
  if (leafId === null && conv.currNode != null)
    leftOut.add(m.data_left_out_branch_field({ field: 'currNode', there: there(conv.currNode) }));
  return {
    title: typeof conv.name === 'string' ? conv.name : '',
    createdAt: null,
    changedAt: readTime(conv.lastModified, leftOut),
    messages: read.map((message) => ({ ...message, parentId: turnAbove(message.parentId) })),
    leafId: turnAbove(leafId),
  };
}

function readMessage(message: JsonObject, leftOut: LeftOut): ReadMessage | null {
  const { role, content, type } = message;
  if (type === 'root') return null;
  if (typeof content !== 'string') {
    leftOut.add(m.data_left_out_message_content_text({ there: there(content) }));
    return null;
  }
  if (role !== 'user' && role !== 'assistant') {
    if (role === 'tool') leftOut.add(m.data_left_out_message_tool());
    else if (role !== 'system') leftOut.add(m.data_left_out_message_role({ there: there(role) }));
    else if (content !== '') leftOut.add(m.data_left_out_message_hidden());
    return null;
  }
  if (message.parent != null && idOf(message.parent) === null)
    leftOut.add(m.data_left_out_follows_id({ there: there(message.parent) }));
  const thought = message.reasoningContent ?? message.thinking;
  if (thought != null && typeof thought !== 'string')
    leftOut.add(m.data_left_out_thought_text({ there: there(thought) }));
  return {
    id: idOf(message.id)!,
    parentId: parentOf(message),
    role,
    content: boundedText(
      [...marks(message.extra, leftOut), content].filter((part) => part !== '').join('\n\n'),
      leftOut,
    ),
    thinking: typeof thought === 'string' && thought !== '' ? { text: boundedText(thought, leftOut), ms: null } : null,
    createdAt: readTime(message.timestamp, leftOut),
  };
}

/** Ids were numbers in the first versions. */
function idOf(value: unknown): string | null {
  return (typeof value === 'string' && value !== '') || Number.isFinite(value) ? String(value) : null;
}

/** Roots have had −1, null and an empty text for a parent. */
function parentOf({ parent }: JsonObject): string | null {
  return parent === -1 ? null : idOf(parent);
}

function readTime(value: unknown, leftOut: LeftOut): number | null {
  const time = timeMs(value, 1);
  if (time === null && value != null) leftOut.add(m.data_left_out_date_milliseconds({ there: there(value) }));
  return time;
}

/** A line for each attachment; files of text keep their text. */
function marks(extra: unknown, leftOut: LeftOut): string[] {
  if (extra != null && !Array.isArray(extra)) leftOut.add(m.data_left_out_attachments({ there: there(extra) }));
  return objectsIn(extra).map(({ name, content }) => {
    const called = typeof name === 'string' && name !== '' ? `Attachment: ${name.slice(0, 200)}` : 'Attachment';
    if (typeof content === 'string' && content !== '') return `[${called}]\n\n${content}`;
    leftOut.add(m.data_left_out_attachment());
    return `[${called}]`;
  });
}
