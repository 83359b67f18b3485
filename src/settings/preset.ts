/** A preset: some settings under a name, to be given to chats. The built-in ones are data. */
import { visibleLine } from '../lib/visible-text.ts';
import { m } from '../paraglide/messages.js';
import type { Settings } from './settings.ts';

/** Settings with a name. What it does not have stays as for all chats. */
export interface Preset {
  readonly id: string;
  readonly name: string;
  readonly settings: Partial<Settings>;
}

/** What comes with the page, under names in its language. Their ids are kept by chats: they never change. */
const BUILT_IN: readonly (Omit<Preset, 'name'> & { readonly name: () => string })[] = [
  {
    id: 'built-in-precise',
    name: m.settings_preset_precise,
    settings: {
      systemPrompt:
        'Answer exactly and keep to what was asked. Where you do not know or are not sure, say so instead of guessing.',
      temperature: 0.2,
      topP: 0.9,
    },
  },
  {
    id: 'built-in-free',
    name: m.settings_preset_free,
    settings: {
      systemPrompt: 'Be inventive. Prefer the unexpected word and the fresh idea, and vary how you write.',
      temperature: 1.1,
      topK: 0,
      topP: 1,
      minP: 0.05,
    },
  },
  {
    id: 'built-in-brief',
    name: m.settings_preset_brief,
    settings: {
      systemPrompt: 'Answer in one to three short sentences, in plain words, with nothing before or after the answer.',
      thinking: false,
    },
  },
];

/** The built-in presets. */
export function builtInPresets(): readonly Preset[] {
  return BUILT_IN.map((preset) => ({ ...preset, name: preset.name() }));
}

/** Whether it comes with the page, and so is neither renamed nor deleted. */
export function isBuiltIn(id: string): boolean {
  return BUILT_IN.some((preset) => preset.id === id);
}

/** What was typed, as a name of one line and no great length, with nothing that cannot be seen; may be empty. */
export function plainName(typed: string): string {
  return visibleLine(visibleLine(typed).slice(0, 200));
}

/** The name, or the name with a number where it is taken. */
export function freeName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name;
  let number = 2;
  while (taken.includes(`${name} ${number}`)) number++;
  return `${name} ${number}`;
}
