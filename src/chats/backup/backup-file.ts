/**
 * A backup: everything but the weights, in one JSON file. The models are listed as facts, so that one knows what to fetch.
 *
 *     { "format": "freehold-backup", "version": 1, "createdAt": ISO 8601, "chats": a file of chats (../export/json.ts),
 *       "settings": { name: value }, "models": [BackedUpModel] }
 */
import type { LibraryEntry } from '../../../workers/protocol/model.ts';
import { m } from '../../paraglide/messages.js';
import { toChatsFile, type ChatsFile } from '../export/json.ts';
import { describe, isObject, type JsonObject, type LeftOut, refuse, there } from '../import/facts.ts';
import type { Collection } from '../whole-chat.ts';

const FORMAT = 'freehold-backup';
const VERSION = 1;
/** UTF-16 units of one setting's JSON. */
const LONGEST_SETTING = 2 ** 20;

/** Settings by the name under which the page keeps them. */
export type BackedUpSettings = Readonly<Record<string, unknown>>;

/** What is told of a model that is not in the file. */
interface BackedUpModel {
  readonly name: string;
  readonly fileName: string;
  readonly fileBytes: number;
  readonly quantization: string;
  readonly sha256: string | null;
  readonly origin: string;
}

/** A backup's content. */
export interface BackupFile {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly createdAt: string;
  readonly chats: ChatsFile;
  readonly settings: BackedUpSettings;
  readonly models: readonly BackedUpModel[];
}

/** A backup. `now`: milliseconds since the epoch. */
export function toBackup(
  collection: Collection,
  settings: BackedUpSettings,
  models: readonly LibraryEntry[],
  now: number,
): BackupFile {
  return {
    format: FORMAT,
    version: VERSION,
    createdAt: new Date(now).toISOString(),
    chats: toChatsFile(collection, now),
    settings,
    models: models.map(({ summary: { name, fileName, fileBytes, quantization }, sha256, origin }) => {
      return { name, fileName, fileBytes, quantization, sha256, origin };
    }),
  };
}

/** Whether a value is a backup, of whatever version. */
export function isBackup(value: unknown): value is JsonObject {
  return isObject(value) && value.format === FORMAT;
}

/** The chats, still to be read, and the settings among `names`. Throws `FileMalformed` for another version. */
export function openBackup(
  backup: JsonObject,
  names: readonly string[],
  leftOut: LeftOut,
): { readonly chats: unknown; readonly settings: BackedUpSettings } {
  if (backup.version !== VERSION) {
    const remedy = 'Open it with the Freehold that wrote it, or a newer one than this.';
    throw refuse('This backup has another version', `version ${VERSION}`, describe(backup.version), remedy);
  }
  const { chats, settings } = backup;
  if (!isObject(settings)) {
    leftOut.add(m.data_left_out_settings({ there: there(settings) }));
    return { chats, settings: {} };
  }
  const sound: [string, unknown][] = [];
  for (const [name, value] of Object.entries(settings)) {
    if (!names.includes(name)) leftOut.add(m.data_left_out_setting({ there: there(name) }));
    else if (JSON.stringify(value).length > LONGEST_SETTING) leftOut.add(m.data_left_out_setting_long({ name }));
    else sound.push([name, value]);
  }
  return { chats, settings: Object.fromEntries(sound) };
}
