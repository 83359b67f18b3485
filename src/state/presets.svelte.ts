/** The presets there are: built-in ones and a person's own, which localStorage keeps. */
import { readStored, writeStored } from '../lib/stored.ts';
import { newId } from '../lib/new-id.ts';
import { builtInPresets, freeName, isBuiltIn, plainName, type Preset } from '../settings/preset.ts';
import { type UnplacedPreset, validPresets } from '../settings/preset-file.ts';
import type { Settings } from '../settings/settings.ts';

/** The presets as state; every change is kept at once. */
export class PresetsState {
  /** A person's own. */
  own = $state.raw<readonly Preset[]>(validPresets(readStored('presets')));
  /** Whether the browser kept what was changed last. */
  kept = $state(true);
  readonly all = $derived([...builtInPresets(), ...this.own]);

  /** Takes up what something else has kept, such as a backup that was restored. */
  reread(): void {
    this.own = validPresets(readStored('presets'));
  }

  /** The preset with this id; a chat may name one that was deleted. */
  get(id: string | null | undefined): Preset | undefined {
    return this.all.find((preset) => preset.id === id);
  }

  /** Adds presets, with numbers behind names that are taken, which may not be empty; what was added. */
  add(presets: readonly UnplacedPreset[]): readonly Preset[] {
    const names = this.all.map(({ name }) => name);
    const added = presets.map(({ name, settings }): Preset => {
      const free = freeName(plainName(name), names);
      names.push(free);
      return { id: newId(), name: free, settings };
    });
    this.#change((own) => [...own, ...added]);
    return added;
  }

  /** Gives one of a person's own another name. */
  rename(id: string, name: string): void {
    const others = this.all.filter((preset) => preset.id !== id).map((preset) => preset.name);
    this.#put(id, { name: freeName(plainName(name), others) });
  }

  /** Has one of a person's own set other things. */
  replace(id: string, settings: Partial<Settings>): void {
    this.#put(id, { settings });
  }

  /** Takes away one of a person's own. Chats that have it are then as all chats. */
  remove(id: string): void {
    this.#change((own) => own.filter((preset) => preset.id !== id));
  }

  /** Brings back one that was taken away, with its id: chats that had it have it again. */
  bringBack(preset: Preset): void {
    this.#change((own) => [...own.filter(({ id }) => id !== preset.id), preset]);
  }

  #put(id: string, changes: Partial<UnplacedPreset>): void {
    if (isBuiltIn(id)) return;
    this.#change((own) => own.map((preset) => (preset.id === id ? { ...preset, ...changes } : preset)));
  }

  /** Another tab may have added some since this one read them. */
  #change(change: (own: readonly Preset[]) => readonly Preset[]): void {
    const kept = readStored('presets');
    this.own = change(kept === null ? this.own : validPresets(kept));
    this.kept = writeStored('presets', this.own);
  }
}
