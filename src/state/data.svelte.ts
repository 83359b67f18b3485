/** What a person takes out and brings in: exports, imports, backups. The code for each is loaded when it is first asked for. */
import type { LibraryEntry } from '../../workers/protocol/model.ts';
import { cleanName } from '../attachments/file-name.ts';
import { m } from '../paraglide/messages.js';
import type { ExportForm } from '../chats/export/export-file.ts';
import type { ReadingOptions } from '../chats/export/shown.ts';
import type { DeriveKey } from '../chats/vault/passphrase-key.ts';
import { readStored, writeStored } from '../lib/stored.ts';
import type { KeptChats } from './kept-chats.svelte.ts';

/**
 * Under what the page keeps what a person has set. What is not here is no setting, or belongs to the weights or to this device,
 * as the air gap does, the list of requests, and the sites that may use the model: no file may let a site in.
 */
const SETTING_NAMES = [
  'settings',
  'presets',
  'prompts',
  'preferences',
  'language',
  'sidebar',
  'quantize',
  'mirror',
  'lockAfter',
] as const;

/** What came of an import. */
export interface ImportReport {
  readonly fileName: string;
  /** Chats that are new here. */
  readonly added: number;
  /** Chats that were here already. */
  readonly known: number;
  readonly restoredSettings: number;
  /** Settings that this browser has already, which stay as they are. */
  readonly keptSettings: number;
  readonly leftOut: readonly string[];
}

/** How an import ended, if it did not fail. */
export type ImportOutcome = 'done' | 'locked' | 'wrong-passphrase';

/** Exports, imports and backups as state. Methods reject with the reason. */
export class DataState {
  /** Of the last import. */
  report = $state.raw<ImportReport | null>(null);

  readonly #chats: KeptChats;
  readonly #models: () => readonly LibraryEntry[];
  readonly #derive: DeriveKey;
  readonly #onSettings: () => void;

  /** `onSettings` hears that settings were restored. */
  constructor(chats: KeptChats, models: () => readonly LibraryEntry[], derive: DeriveKey, onSettings: () => void) {
    this.#chats = chats;
    this.#models = models;
    this.#derive = derive;
    this.#onSettings = onSettings;
  }

  /** A file of one chat, or `null` if it is gone; of all chats for `null`. */
  async export(id: string | null, form: ExportForm, options: ReadingOptions): Promise<File | null> {
    const { exportAll, exportChat } = await import('../chats/export/export-file.ts');
    const collection = await this.#chats.collection(id);
    if (id === null) return exportAll(collection, form, options, Date.now());
    const [whole] = collection.chats;
    return whole === undefined ? null : exportChat(whole, form, options, Date.now());
  }

  /** A file of everything but the weights; under a passphrase if there is one. */
  async backup(passphrase: string | null): Promise<File> {
    const { toBackup } = await import('../chats/backup/backup-file.ts');
    const kept = SETTING_NAMES.map((name) => [name, readStored(name)] as const).filter(([, value]) => value !== null);
    const content = toBackup(await this.#chats.collection(), Object.fromEntries(kept), this.#models(), Date.now());
    const name = m.data_backup_file_name({ date: content.createdAt.slice(0, 10) });
    const text = JSON.stringify(content);
    if (passphrase === null) return new File([text], `${name}.json`, { type: 'application/json' });
    const { lockText } = await import('../chats/backup/locked-file.ts');
    return new File([await lockText(text, passphrase, this.#derive)], `${name}.locked`);
  }

  /** Takes in a file of chats or a backup; what is here stays as it is. `passphrase`: of a locked backup. */
  async import(file: File, passphrase: string | null = null): Promise<ImportOutcome> {
    this.report = null;
    const [{ isLocked, unlockText }, { unpack, checkSize }] = await Promise.all([
      import('../chats/backup/locked-file.ts'),
      import('../chats/import/unpack.ts'),
    ]);
    checkSize(file);
    if (!(await isLocked(file))) {
      await this.#take(file.name, await unpack(file));
      return 'done';
    }
    if (passphrase === null) return 'locked';
    const text = await unlockText(file, passphrase, this.#derive);
    if (text === null) return 'wrong-passphrase';
    await this.#take(file.name, [{ name: file.name, text }]);
    return 'done';
  }

  async #take(fileName: string, texts: readonly { readonly name: string; readonly text: string }[]): Promise<void> {
    const [{ readImport }, { KnownChats }] = await Promise.all([
      import('../chats/import/read-import.ts'),
      import('../chats/import/known-chats.ts'),
    ]);
    const { folders, chats, settings, leftOut } = readImport(texts, Date.now(), SETTING_NAMES);
    const here = new KnownChats((await this.#chats.collection()).chats);
    const added = chats.filter((whole) => !here.has(whole));
    await this.#chats.addAll({ folders, chats: added });
    const unset = Object.entries(settings).filter(([name]) => readStored(name) === null);
    for (const [name, value] of unset) writeStored(name, value);
    if (unset.length > 0) this.#onSettings();
    this.report = {
      fileName: cleanName(fileName),
      added: added.length,
      known: chats.length - added.length,
      restoredSettings: unset.length,
      keptSettings: Object.keys(settings).length - unset.length,
      leftOut,
    };
  }
}
