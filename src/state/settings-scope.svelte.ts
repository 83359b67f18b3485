/** What the settings panel works on: the settings for all chats, or what the open chat has of its own. */
import { m } from '../paraglide/messages.js';
import { saySettings } from '../settings/words.ts';
import type { Preset } from '../settings/preset.ts';
import { type SettingName, type Settings, validSettings, whatIsSet } from '../settings/settings.ts';
import type { ChatsState } from './chats.svelte.ts';
import type { SettingsState } from './settings.svelte.ts';
import type { Undo } from './undo.svelte.ts';

/** For whom something is set. */
export type Scope = 'all' | 'chat';

/** Where the value that holds comes from. */
export type Origin = 'all' | 'preset' | 'chat';

/** The panel's side of the settings. What takes something away can be undone. */
export class SettingsScope {
  /** A chat that has something of its own is what a person means who opens the panel in it. */
  scope = $state<Scope>('all');

  readonly #settings: SettingsState;
  readonly #chats: ChatsState;
  readonly #undo: Undo;

  constructor(settings: SettingsState, chats: ChatsState, undo: Undo) {
    this.#settings = settings;
    this.#chats = chats;
    this.#undo = undo;
    if (this.chatHasOwn) this.scope = 'chat';
  }

  /** What holds for those for whom is set. */
  get values(): Settings {
    return this.scope === 'all' ? this.#settings.current : this.#settings.for(this.#chats.choices);
  }

  /** What the open chat has of its own. */
  get own(): Partial<Settings> {
    return validSettings(this.#chats.choices.settings);
  }

  /** Whether the open chat has a preset or anything of its own. */
  get chatHasOwn(): boolean {
    return this.chatPreset !== null || Object.keys(this.own).length > 0;
  }

  /** The open chat's preset. */
  get chatPreset(): Preset | null {
    return this.#settings.presets.get(this.#chats.choices.presetId) ?? null;
  }

  /** Where a setting's value comes from. */
  origin(name: SettingName): Origin {
    if (this.scope === 'all') return 'all';
    if (Object.hasOwn(this.own, name)) return 'chat';
    return Object.hasOwn(this.chatPreset?.settings ?? {}, name) ? 'preset' : 'all';
  }

  /** Sets something. Values must have passed `settingProblem`. */
  change(changes: Partial<Settings>): void {
    if (this.scope === 'all') this.#settings.change(changes);
    else this.#chats.choose({ settings: { ...this.own, ...changes } });
  }

  /** Has the open chat follow its preset, or all chats, in one setting again. */
  putBack(name: SettingName): void {
    this.#chats.choose({ settings: without(this.own, name) });
  }

  /** Gives the open chat a preset; `null` takes it away. */
  usePreset(id: string | null): void {
    this.#chats.choose({ presetId: id });
  }

  /** Sets for all chats what a preset sets. */
  useForAll({ name, settings }: Preset): void {
    const before = this.#settings.current;
    this.#settings.change(settings);
    this.#undo.show(m.settings_all_set_to({ name }), () => {
      this.#settings.change(before);
    });
  }

  /** Makes a preset of what is set now, and gives it to the open chat if that is what is set. */
  keepAsPreset(name: string): Preset {
    const [preset] = this.#settings.presets.add([{ name, settings: this.#setNow }]);
    if (this.scope === 'chat') this.#chats.choose({ presetId: preset!.id, settings: null });
    return preset!;
  }

  /** Puts what is set now into a preset that there is. */
  putInto(preset: Preset): void {
    const { presets } = this.#settings;
    presets.replace(preset.id, this.#setNow);
    this.#undo.show(m.settings_preset_changed({ name: preset.name }), () => {
      presets.replace(preset.id, preset.settings);
    });
  }

  /** Deletes one of a person's own presets. */
  removePreset(preset: Preset): void {
    const { presets } = this.#settings;
    presets.remove(preset.id);
    this.#undo.show(m.settings_preset_deleted({ name: preset.name }), () => {
      presets.bringBack(preset);
    });
  }

  /** Back to the defaults for all chats, but for the system prompt; or for the open chat, to what holds for all. */
  reset(): void {
    if (this.scope === 'all') {
      const before = this.#settings.current;
      this.#settings.reset();
      this.#undo.show(m.settings_are_defaults(), () => {
        this.#settings.change(before);
      });
      return;
    }
    const { presetId = null, settings = null } = this.#chats.choices;
    const chatId = this.#chats.currentId;
    this.#chats.choose({ presetId: null, settings: null });
    this.#undo.show(m.settings_chat_as_all(), () => {
      if (chatId === null && this.#chats.currentId === null) this.#chats.choose({ presetId, settings });
      else if (chatId !== null) this.#chats.change(chatId, { presetId, settings });
    });
  }

  /** What is set now, in words; `null` where nothing is that a preset could keep. */
  get said(): string | null {
    const set = this.#setNow;
    return Object.keys(set).length === 0 ? null : saySettings(set);
  }

  /** What differs from the defaults, and what this chat sets on purpose, a default too. */
  get #setNow(): Partial<Settings> {
    const set = whatIsSet(this.values);
    return this.scope === 'all' ? set : { ...set, ...this.chatPreset?.settings, ...this.own };
  }
}

function without(settings: Partial<Settings>, name: SettingName): Partial<Settings> {
  return Object.fromEntries(Object.entries(settings).filter(([one]) => one !== name));
}
