/** Our own format (see ../export/json.ts), read as if anyone had written it. Chats, folders and messages get new ids. */
import { m } from '../../paraglide/messages.js';
import type { Attachment, AttachmentKind } from '../../attachments/attachment.ts';
import { cleanName } from '../../attachments/file-name.ts';
import type { AnswerRecord, Chat, Folder, Message } from '../chat.ts';
import { CHATS_FORMAT, CHATS_VERSION } from '../export/json.ts';
import { validSettings } from '../../settings/settings.ts';
import { firstLine } from '../title.ts';
import { MessageTree } from '../tree.ts';
import type { Collection, WholeChat } from '../whole-chat.ts';
import { newId } from '../../lib/new-id.ts';
import { checkAnswerRecord } from './answer-record.ts';
import { boundedText, plainTitle } from './build-chat.ts';
import {
  describe,
  IMPORT_LIMITS,
  isObject,
  type JsonObject,
  type LeftOut,
  most,
  refuse,
  there,
  timeMs,
} from './facts.ts';

/** Whether a value is a file of our chats, of whatever version. */
export function isFreeholdChats(value: unknown): value is JsonObject {
  return isObject(value) && value.format === CHATS_FORMAT;
}

/** The chats of a file. Throws `FileMalformed` where the version is another, or there is no list of chats. */
export function readFreehold(file: JsonObject, now: number, leftOut: LeftOut): Collection {
  if (file.version !== CHATS_VERSION) {
    const remedy = 'Open it with the Freehold that wrote it, or a newer one than this.';
    throw refuse('This file of chats has another version', `version ${CHATS_VERSION}`, describe(file.version), remedy);
  }
  if (!Array.isArray(file.chats))
    throw refuse('This file of chats cannot be read', 'a list as its “chats”', describe(file.chats));
  const folders = new Map<string, Folder>();
  if (!Array.isArray(file.folders)) leftOut.add(m.data_left_out_folders({ there: there(file.folders) }));
  else for (const folder of file.folders as unknown[]) readFolder(folder, now, folders, leftOut);
  const chats: WholeChat[] = [];
  for (const chat of file.chats as unknown[]) {
    const whole = readChat(chat, folders, now, leftOut);
    if (whole !== null) chats.push(whole);
  }
  return { folders: [...folders.values()], chats };
}

function readFolder(folder: unknown, now: number, folders: Map<string, Folder>, leftOut: LeftOut): void {
  if (!isObject(folder) || !isId(folder.id) || typeof folder.name !== 'string') {
    leftOut.add(m.data_left_out_folder({ there: there(folder) }));
    return;
  }
  const createdAt = readTime(folder.createdAt, leftOut) ?? now;
  folders.set(folder.id, { id: newId(), name: plainTitle(folder.name) || m.data_folder(), createdAt });
}

function readChat(
  read: unknown,
  folders: ReadonlyMap<string, Folder>,
  now: number,
  leftOut: LeftOut,
): WholeChat | null {
  if (!isObject(read) || !Array.isArray(read.messages)) {
    leftOut.add(m.data_left_out_chat_object({ there: there(isObject(read) ? read.messages : read) }));
    return null;
  }
  const chatId = newId();
  /** From the file's ids to ours; a message is known only once it was read. */
  const ids = new Map<string, string>();
  const parents = new Map<string, unknown>();
  const flat: Message[] = [];
  for (const message of read.messages as unknown[]) {
    if (flat.length === IMPORT_LIMITS.messagesOfChat) {
      leftOut.add(m.data_left_out_messages_after({ most: most(IMPORT_LIMITS.messagesOfChat) }));
      break;
    }
    const made = readMessage(message, chatId, ids, now, leftOut);
    if (made === null) continue;
    flat.push(made.message);
    parents.set(made.message.id, made.parentId);
  }
  const messages = withParents(flat, parents, ids, leftOut);
  const tree = new MessageTree(messages);
  const leafId = typeof read.leafId === 'string' ? ids.get(read.leafId) : undefined;
  if (leafId === undefined && read.leafId !== null)
    leftOut.add(m.data_left_out_branch_id({ there: there(read.leafId) }));
  const end = leafId ?? tree.newestLeaf(null);
  const createdAt = readTime(read.createdAt, leftOut) ?? messages[0]?.createdAt ?? now;
  const folderId = typeof read.folderId === 'string' ? folders.get(read.folderId)?.id : undefined;
  if (folderId === undefined && read.folderId !== null)
    leftOut.add(m.data_left_out_chat_folder({ there: there(read.folderId) }));
  const chat: Chat = {
    id: chatId,
    title: plainTitle(readText(read, 'title', leftOut)),
    firstLine: firstLine(tree.path(end)[0]?.content ?? ''),
    createdAt,
    changedAt: readTime(read.changedAt, leftOut) ?? createdAt,
    folderId: folderId ?? null,
    pinned: readFlag(read, 'pinned', leftOut),
    archived: readFlag(read, 'archived', leftOut),
    leafId: end,
    draft: boundedText(readText(read, 'draft', leftOut), leftOut),
    // A preset that is not here stands for none.
    ...(typeof read.presetId === 'string' && isId(read.presetId) ? { presetId: read.presetId } : {}),
    ...(isObject(read.settings) ? { settings: validSettings(read.settings) } : {}),
  };
  return { chat, messages };
}

function readMessage(
  read: unknown,
  chatId: string,
  ids: Map<string, string>,
  now: number,
  leftOut: LeftOut,
): { readonly message: Message; readonly parentId: unknown } | null {
  if (!isObject(read) || !isId(read.id) || typeof read.content !== 'string') {
    const got = isObject(read) ? (isId(read.id) ? read.content : read.id) : read;
    leftOut.add(m.data_left_out_message_id_content({ there: there(got) }));
    return null;
  }
  const { role, thinking, answer } = read;
  if (role !== 'user' && role !== 'assistant' && role !== 'break') {
    leftOut.add(m.data_left_out_message_own_role({ there: there(role) }));
    return null;
  }
  if (ids.has(read.id)) {
    leftOut.add(m.data_left_out_message_same_id());
    return null;
  }
  const id = newId();
  ids.set(read.id, id);
  const thought =
    isObject(thinking) && typeof thinking.text === 'string'
      ? { text: boundedText(thinking.text, leftOut), ms: timeMs(thinking.ms, 1) }
      : null;
  if (thought === null && thinking !== undefined)
    leftOut.add(m.data_left_out_thought_object({ there: there(thinking) }));
  const message: Message = {
    id,
    chatId,
    parentId: null,
    role,
    content: boundedText(read.content, leftOut),
    ...(thought === null ? {} : { thinking: thought }),
    ...readAttachments(read.attachments, leftOut),
    // The file's id for now: `withParents` knows ours.
    ...(typeof read.keepFrom === 'string' ? { keepFrom: read.keepFrom } : {}),
    createdAt: readTime(read.createdAt, leftOut) ?? now,
    answer: readAnswer(answer, leftOut),
    ...(readFlag(read, 'edited', leftOut) ? { edited: true } : {}),
  };
  return { message, parentId: read.parentId };
}

const ATTACHMENT_KINDS: readonly unknown[] = ['text', 'csv', 'html', 'pdf', 'docx', 'odt'] satisfies AttachmentKind[];

function readAttachments(read: unknown, leftOut: LeftOut): Pick<Message, 'attachments'> {
  if (read === undefined) return {};
  if (!Array.isArray(read)) {
    leftOut.add(m.data_left_out_attached({ there: there(read) }));
    return {};
  }
  const attachments = (read as unknown[]).flatMap((one): Attachment[] => {
    if (!isObject(one) || typeof one.name !== 'string' || typeof one.text !== 'string' || one.text === '') {
      leftOut.add(m.data_left_out_attached_one({ there: there(one) }));
      return [];
    }
    const kind = ATTACHMENT_KINDS.includes(one.kind) ? (one.kind as AttachmentKind) : 'text';
    const bytes = typeof one.bytes === 'number' && one.bytes >= 0 ? one.bytes : one.text.length;
    return [{ name: cleanName(one.name), kind, text: boundedText(one.text, leftOut), bytes, warnings: [] }];
  });
  return attachments.length === 0 ? {} : { attachments };
}

function readAnswer(answer: unknown, leftOut: LeftOut): AnswerRecord | null {
  if (answer === null) return null;
  if (!isObject(answer)) {
    leftOut.add(m.data_left_out_answer_object({ there: there(answer) }));
    return null;
  }
  const record = checkAnswerRecord(answer);
  if (typeof record !== 'string') return record;
  leftOut.add(m.data_left_out_answer_field({ field: record }));
  return null;
}

/** With the messages that they follow, by our ids; a circle is cut where it closes. */
function withParents(
  flat: readonly Message[],
  parents: ReadonlyMap<string, unknown>,
  ids: ReadonlyMap<string, string>,
  leftOut: LeftOut,
): Message[] {
  const parentOf = new Map<string, string | null>();
  for (const { id } of flat) {
    const wished = parents.get(id);
    const parentId = typeof wished === 'string' ? ids.get(wished) : undefined;
    if (parentId === undefined && wished !== null) leftOut.add(m.data_left_out_follows_id({ there: there(wished) }));
    parentOf.set(id, parentId ?? null);
  }
  const sound = new Set<string>();
  for (const { id } of flat) {
    const walked = new Set<string>();
    let last = id;
    for (let at: string | null = id; at !== null && !sound.has(at); at = parentOf.get(at)!) {
      if (walked.has(at)) {
        leftOut.add(m.data_left_out_follows_circle());
        parentOf.set(last, null);
        break;
      }
      walked.add(at);
      last = at;
    }
    for (const one of walked) sound.add(one);
  }
  return flat.map(({ keepFrom: kept, ...message }) => {
    const keepFrom = kept === undefined ? undefined : ids.get(kept);
    if (kept !== undefined && keepFrom === undefined) leftOut.add(m.data_left_out_break_keeps());
    const parentId = parentOf.get(message.id)!;
    const break_ = keepFrom === undefined ? {} : { keepFrom };
    if (message.answer === null) return { ...message, ...break_, parentId };
    const { replayOf: original, ...record } = message.answer;
    const replayOf = original === undefined ? undefined : ids.get(original);
    return { ...message, parentId, answer: { ...record, ...(replayOf === undefined ? {} : { replayOf }) } };
  });
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 200;
}

function readText(object: JsonObject, name: string, leftOut: LeftOut): string {
  const value = object[name];
  if (typeof value === 'string') return value;
  leftOut.add(m.data_left_out_chat_text({ field: name, there: there(value) }));
  return '';
}

function readFlag(object: JsonObject, name: string, leftOut: LeftOut): boolean {
  const value = object[name];
  if (typeof value === 'boolean') return value;
  // A message says that it was edited only where it was.
  if (value !== undefined || name !== 'edited') leftOut.add(m.data_left_out_flag({ field: name, there: there(value) }));
  return false;
}

function readTime(value: unknown, leftOut: LeftOut): number | null {
  const time = timeMs(value, 1);
  if (time === null) leftOut.add(m.data_left_out_date_milliseconds({ there: there(value) }));
  return time;
}
