/** The settings for all chats, kept in localStorage, and what of them holds in a chat with a preset or its own. */
import { readStored, writeStored } from '../lib/stored.ts';
import { DEFAULT_SETTINGS, resolveSettings, type Settings, validSettings } from '../settings/settings.ts';
import type { ChatChoices } from './chats.svelte.ts';
import { PresetsState } from './presets.svelte.ts';

/** The settings as state; every change is kept at once. */
export class SettingsState {
  /** For all chats. */
  current = $state.raw<Settings>(resolveSettings(validSettings(readStored('settings'))));
  readonly presets = new PresetsState();

  /** Changes some settings for all chats. They must have passed `settingProblem`. */
  change(changes: Partial<Settings>): void {
    this.current = { ...this.current, ...changes };
    writeStored('settings', this.current);
  }

  /** Takes up what something else has kept, such as a backup that was restored. */
  reread(): void {
    this.current = resolveSettings(validSettings(readStored('settings')));
    this.presets.reread();
  }

  /** Back to what a new person starts with; the system prompt stays. */
  reset(): void {
    this.change({ ...DEFAULT_SETTINGS, systemPrompt: this.current.systemPrompt });
  }

  /** What holds in a chat: what is set for all, then its preset's, then its own. */
  for({ presetId, settings }: ChatChoices): Settings {
    return resolveSettings(this.current, this.presets.get(presetId)?.settings ?? {}, validSettings(settings));
  }
}
