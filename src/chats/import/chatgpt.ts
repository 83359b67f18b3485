/**
 * ChatGPT's export, `conversations.json`: a list of conversations, each a `mapping` from ids to nodes with a parent, children
 * and perhaps a message; `current_node` ends the branch that is shown. Times are in seconds. The format is not documented;
 * this follows files of 2023 to 2026. What was hidden, the system's and the tools' is left out.
 */
import { m } from '../../paraglide/messages.js';
import { boundedText, type ReadChat, type ReadMessage } from './build-chat.ts';
import { isObject, type JsonObject, type LeftOut, objectsIn, there, timeMs } from './facts.ts';

/** Whether a value is one conversation of ChatGPT's. */
export function isChatGpt(value: unknown): value is JsonObject {
  return isObject(value) && 'mapping' in value;
}

/** A conversation; `null`, said in `leftOut`, where it is none. */
export function readChatGpt(conversation: JsonObject, leftOut: LeftOut): ReadChat | null {
  const { mapping, title, current_node: leafId } = conversation;
  if (!isObject(mapping)) {
    leftOut.add(m.data_left_out_chat_mapping({ there: there(mapping) }));
    return null;
  }
  if (typeof title !== 'string' && title != null) leftOut.add(m.data_left_out_chat_name({ there: there(title) }));
  if (typeof leafId !== 'string' && leafId != null)
    leftOut.add(m.data_left_out_branch_field({ field: 'current_node', there: there(leafId) }));
  const nodes = new Map(Object.entries(mapping));
  const said = new Map<string, Said>();
  for (const [id, node] of nodes) {
    if (!isObject(node)) {
      leftOut.add(m.data_left_out_message_object({ there: there(node) }));
      continue;
    }
    if (node.parent != null && (typeof node.parent !== 'string' || !nodes.has(node.parent)))
      leftOut.add(m.data_left_out_follows_id({ there: there(node.parent) }));
    const read = readNode(node.message, leftOut);
    if (read !== null) said.set(id, read);
  }
  const above = new Above(nodes, said, leftOut);
  const messages: ReadMessage[] = [];
  for (const [id, { role, content, createdAt }] of said) {
    if (role === 'thought') continue;
    const { parentId, thoughts } = above.of(id);
    const thinking = role === 'assistant' && thoughts !== '' ? { text: thoughts, ms: null } : null;
    messages.push({ id, parentId, role, content, thinking, createdAt });
  }
  return {
    title: typeof title === 'string' ? title : '',
    createdAt: readTime(conversation.create_time, leftOut),
    changedAt: readTime(conversation.update_time, leftOut),
    messages,
    // The end may be a node with nothing to show: then what it follows ends the branch.
    leafId:
      typeof leafId !== 'string'
        ? null
        : said.has(leafId) && said.get(leafId)!.role !== 'thought'
          ? leafId
          : (above.of(leafId).parentId ?? leafId),
  };
}

/** What a node says: a turn, or a thought that belongs to the turn after it. */
interface Said {
  readonly role: ReadMessage['role'] | 'thought';
  readonly content: string;
  readonly createdAt: number | null;
}

/** Finds what a node follows, past the nodes that say nothing. */
class Above {
  readonly #nodes: ReadonlyMap<string, unknown>;
  readonly #said: ReadonlyMap<string, Said>;
  readonly #leftOut: LeftOut;

  constructor(nodes: ReadonlyMap<string, unknown>, said: ReadonlyMap<string, Said>, leftOut: LeftOut) {
    this.#nodes = nodes;
    this.#said = said;
    this.#leftOut = leftOut;
  }

  /** The turn above a node, and the thoughts between them. */
  of(id: string): { readonly parentId: string | null; readonly thoughts: string } {
    const thoughts: string[] = [];
    const seen = new Set<string>([id]);
    for (let at = this.#parent(id); at !== null; at = this.#parent(at)) {
      if (seen.has(at)) {
        this.#leftOut.add(m.data_left_out_follows_circle());
        break;
      }
      seen.add(at);
      const said = this.#said.get(at);
      if (said?.role === 'thought') thoughts.unshift(said.content);
      else if (said !== undefined) return { parentId: at, thoughts: thoughts.join('\n\n') };
    }
    return { parentId: null, thoughts: thoughts.join('\n\n') };
  }

  #parent(id: string): string | null {
    const node = this.#nodes.get(id);
    return isObject(node) && typeof node.parent === 'string' && this.#nodes.has(node.parent) ? node.parent : null;
  }
}

function readNode(message: unknown, leftOut: LeftOut): Said | null {
  if (message == null) return null;
  if (!isObject(message)) {
    leftOut.add(m.data_left_out_message_object({ there: there(message) }));
    return null;
  }
  const { author, content, metadata, recipient } = message;
  const role = isObject(author) ? author.role : author;
  if (!isObject(content)) {
    leftOut.add(m.data_left_out_message_content_object({ there: there(content) }));
    return null;
  }
  const kind = content.content_type;
  const createdAt = readTime(message.create_time, leftOut);
  if (kind === 'thoughts') return { role: 'thought', content: boundedText(thoughtText(content), leftOut), createdAt };
  if (kind === 'reasoning_recap') return null;
  const text = boundedText(textOf(content, leftOut), leftOut);
  if (text.trim() === '') return null;
  const hidden = isObject(metadata) && metadata.is_visually_hidden_from_conversation === true;
  if (hidden || role === 'system' || kind === 'user_editable_context') leftOut.add(m.data_left_out_message_hidden());
  else if (role === 'tool' || (typeof recipient === 'string' && recipient !== 'all'))
    leftOut.add(m.data_left_out_message_tool());
  else if (role === 'user' || role === 'assistant') return { role, content: text, createdAt };
  else leftOut.add(m.data_left_out_message_author({ there: there(role) }));
  return null;
}

function readTime(value: unknown, leftOut: LeftOut): number | null {
  const time = timeMs(value, 1000);
  if (time === null && value != null) leftOut.add(m.data_left_out_date_seconds({ there: there(value) }));
  return time;
}

function thoughtText(content: JsonObject): string {
  return objectsIn(content.thoughts)
    .map(({ summary, content: text }) =>
      [summary, text].filter((part) => typeof part === 'string' && part !== '').join('\n'),
    )
    .filter((text) => text !== '')
    .join('\n\n');
}

/** The text of a message's content; what is not text leaves a mark where it was. */
function textOf({ parts, text }: JsonObject, leftOut: LeftOut): string {
  if (typeof text === 'string') return text;
  if (!Array.isArray(parts)) {
    if (parts !== undefined || text !== undefined)
      leftOut.add(m.data_left_out_message_parts({ there: there(parts ?? text) }));
    return '';
  }
  return parts
    .map((part: unknown) => (typeof part === 'string' ? part : partMark(part, leftOut)))
    .filter((part) => part !== '')
    .join('\n\n');
}

function partMark(part: unknown, leftOut: LeftOut): string {
  if (!isObject(part)) {
    leftOut.add(m.data_left_out_message_part({ there: there(part) }));
    return '';
  }
  // What was said aloud comes with its words.
  if (typeof part.text === 'string') return part.text;
  const kind = typeof part.content_type === 'string' ? part.content_type : '';
  if (kind.startsWith('image')) {
    leftOut.add(m.data_left_out_image());
    return '[Image]';
  }
  if (/audio|video/u.test(kind)) {
    leftOut.add(m.data_left_out_recording());
    return '[Recording]';
  }
  leftOut.add(m.data_left_out_attachment());
  return '[Attachment]';
}
