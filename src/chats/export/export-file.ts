/** Chats as a file to keep: one chat as it is, all chats for reading as one zip. */
import { m } from '../../paraglide/messages.js';
import { chatName } from '../title.ts';
import type { Collection, WholeChat } from '../whole-chat.ts';
import { FileNames, safeFileName } from './file-names.ts';
import { toHtml } from './html.ts';
import { toChatsFile } from './json.ts';
import { toMarkdown } from './markdown.ts';
import type { ReadingOptions } from './shown.ts';

/** The forms of an export. */
export type ExportForm = 'markdown' | 'json' | 'html';

const ENDINGS: Readonly<Record<ExportForm, string>> = { markdown: 'md', json: 'json', html: 'html' };
const TYPES: Readonly<Record<ExportForm, string>> = {
  markdown: 'text/markdown',
  json: 'application/json',
  html: 'text/html',
};

/** One chat in a file. JSON holds all branches; the others what is shown. `now`: milliseconds since the epoch. */
export function exportChat(whole: WholeChat, form: ExportForm, options: ReadingOptions, now: number): File {
  const name = new FileNames().take(chatName(whole.chat), ENDINGS[form]);
  const text = form === 'json' ? jsonText({ folders: [], chats: [whole] }, now) : readingText(whole, form, options);
  return new File([text], name, { type: TYPES[form] });
}

/** All chats in one file: JSON, or a zip of one file a chat. `now`: milliseconds since the epoch. */
export async function exportAll(
  collection: Collection,
  form: ExportForm,
  options: ReadingOptions,
  now: number,
): Promise<File> {
  const name = safeFileName(m.chats_file({ date: new Date(now).toISOString().slice(0, 10) }));
  if (form === 'json') return new File([jsonText(collection, now)], `${name}.json`, { type: TYPES.json });
  const { strToU8, zipSync } = await import('fflate');
  const names = new FileNames();
  const entries = collection.chats.map((whole) => [
    names.take(chatName(whole.chat), ENDINGS[form]),
    strToU8(readingText(whole, form, options)),
  ]);
  const bytes = zipSync(Object.fromEntries(entries) as Record<string, Uint8Array>, { mtime: now });
  return new File([bytes], `${name}.zip`, { type: 'application/zip' });
}

function readingText(whole: WholeChat, form: 'markdown' | 'html', options: ReadingOptions): string {
  return form === 'markdown' ? toMarkdown(whole, options) : toHtml(whole, options);
}

function jsonText(collection: Collection, now: number): string {
  return JSON.stringify(toChatsFile(collection, now), null, 1);
}
