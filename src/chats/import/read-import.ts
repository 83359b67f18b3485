/** Chats out of a file that a person chose: Freehold's, ChatGPT's or llama.cpp's. Told apart by what is in it, not by name. */
import { m } from '../../paraglide/messages.js';
import { type BackedUpSettings, isBackup, openBackup } from '../backup/backup-file.ts';
import type { Collection, WholeChat } from '../whole-chat.ts';
import { buildChat, type ReadChat } from './build-chat.ts';
import { isChatGpt, readChatGpt } from './chatgpt.ts';
import { describe, IMPORT_LIMITS, LeftOut, most, refuse, there } from './facts.ts';
import { isFreeholdChats, readFreehold } from './freehold.ts';
import { isLlamaChat, isLlamaSession, readLlamaChat, readLlamaLines } from './llama-web-ui.ts';
import type { NamedText } from './unpack.ts';
import { parseJson } from './parse-json.ts';

/** What a file gave. */
export interface Imported extends Collection {
  /** Of a backup; else none. */
  readonly settings: BackedUpSettings;
  /** What was not taken in, a line for each kind, with why. */
  readonly leftOut: readonly string[];
}

/** What texts give that lie in one file; `settingNames` are those that a backup may bring. Throws `FileMalformed` if there is no chat in any of them. */
export function readImport(texts: readonly NamedText[], now: number, settingNames: readonly string[]): Imported {
  const leftOut = new LeftOut();
  let settings: BackedUpSettings = {};
  const values = texts.map(({ name, text }) => {
    const parsed = parseJson(text, name);
    const value = 'value' in parsed ? parsed.value : readLines(parsed.lines, leftOut);
    if (!isBackup(value)) return { name, value };
    const opened = openBackup(value, settingNames, leftOut);
    settings = opened.settings;
    return { name, value: opened.chats };
  });
  const folders: Collection['folders'][number][] = [];
  const chats: WholeChat[] = [];
  for (const { name, value } of values) {
    if (isFreeholdChats(value)) {
      const read = readFreehold(value, now, leftOut);
      folders.push(...read.folders);
      for (const chat of read.chats) chats.push(chat);
      continue;
    }
    const items = isLlamaSession(value)
      ? readLlamaLines([value], leftOut)
      : Array.isArray(value)
        ? (value as unknown[])
        : [value];
    const known = items.filter((item) => isChatGpt(item) || isLlamaChat(item)).length;
    if (known === 0 && values.length === 1)
      throw refuse(
        `${name} has no chats`,
        'chats of Freehold, ChatGPT or llama.cpp',
        describe(items.length === 1 ? items[0] : value),
      );
    for (const item of items) {
      if (chats.length === IMPORT_LIMITS.chats) {
        leftOut.add(m.data_left_out_chats_after({ most: most(IMPORT_LIMITS.chats) }));
        break;
      }
      const chat = readItem(item, now, leftOut);
      if (chat !== null) chats.push(chat);
    }
  }
  const { lines } = leftOut;
  if (chats.length === 0 && !values.some(({ value }) => isFreeholdChats(value)))
    throw refuse('There is no chat in this file', 'at least one with a message', lines[0] ?? 'none');
  return { folders, chats, settings, leftOut: lines };
}

function readLines(lines: readonly unknown[], leftOut: LeftOut): unknown {
  return isLlamaSession(lines[0]) ? readLlamaLines(lines, leftOut) : lines;
}

function readItem(item: unknown, now: number, leftOut: LeftOut): WholeChat | null {
  let read: ReadChat | null = null;
  if (isChatGpt(item)) read = readChatGpt(item, leftOut);
  else if (isLlamaChat(item)) read = readLlamaChat(item, leftOut);
  else leftOut.add(m.data_left_out_chat_unknown({ there: there(item) }));
  return read === null ? null : buildChat(read, now, leftOut);
}
