/**
 * Presets as a JSON file, to be kept elsewhere and given to others: written here, and read strictly.
 *
 *     { "format": "freehold-presets", "version": 1,
 *       "presets": [{ "name": "Brief", "settings": { "systemPrompt": "…", "temperature": 0.3 } }] }
 *
 * Unknown fields are refused, not ignored: one that is misspelt would do nothing without a word, and one of a newer page would
 * make the preset something else than its maker meant.
 */
import { visibleLine, visibleText } from '../lib/visible-text.ts';
import { isBuiltIn, plainName, type Preset } from './preset.ts';
import { isSettingName, type Problem, type Settings, settingProblem } from './settings.ts';

const FORMAT = 'freehold-presets';
const VERSION = 1;
const FILE_UNITS_MAX = 1_000_000;
const PRESETS_MAX = 500;
/** More than `plainName` leaves, for a number may stand behind it. */
const NAME_UNITS_MAX = 250;

/** A preset that has no place here yet. */
export type UnplacedPreset = Omit<Preset, 'id'>;

/** What of a file is meant: all of it, a preset by its number from 1, or the settings of one by its name. */
export type Place = 'file' | number | { readonly settingsOf: string };

/** Why a file is not taken. `sayRefusal` has the words, which the page does not load before they are needed. */
export type PresetRefusal =
  | { readonly reason: 'too-large' | 'not-json' | 'no-list' | 'no-presets' }
  | { readonly reason: 'format'; readonly format: string }
  | { readonly reason: 'version'; readonly version: string; readonly known: number }
  | { readonly reason: 'too-many'; readonly most: number }
  | { readonly reason: 'missing' | 'no-object' | 'no-name' | 'bad-name'; readonly place: Place }
  | { readonly reason: 'long-name'; readonly place: Place; readonly most: number }
  | { readonly reason: 'field'; readonly place: Place; readonly field: string }
  | { readonly reason: 'sets-nothing'; readonly name: string }
  | { readonly reason: 'unknown'; readonly name: string; readonly setting: string }
  | {
      readonly reason: 'invalid';
      readonly name: string;
      readonly setting: string;
      readonly value: string;
      readonly problem: Problem;
    };

/** What a file holds, or why nothing of it is taken. */
export type PresetFile = { readonly presets: readonly UnplacedPreset[] } | { readonly refused: PresetRefusal };

/** A reason to refuse, on its way out of the reader; `readPresets` makes it a value. */
class Refusal extends Error {
  readonly why: PresetRefusal;

  constructor(why: PresetRefusal) {
    super(why.reason);
    this.why = why;
  }
}

/** The file of these presets. */
export function writePresets(presets: readonly UnplacedPreset[]): string {
  const plain = presets.map(({ name, settings }) => ({ name, settings }));
  return `${JSON.stringify({ format: FORMAT, version: VERSION, presets: plain }, null, 2)}\n`;
}

/** Reads a file whole or not at all. */
export function readPresets(text: string): PresetFile {
  try {
    if (text.length > FILE_UNITS_MAX) throw new Refusal({ reason: 'too-large' });
    const file = asObject(parse(text), 'file');
    if (file.format !== FORMAT) throw new Refusal({ reason: 'format', format: FORMAT });
    if (file.version !== VERSION) throw new Refusal({ reason: 'version', version: say(file.version), known: VERSION });
    onlyFields(file, ['format', 'version', 'presets'], 'file');
    const { presets } = file;
    if (!Array.isArray(presets)) throw new Refusal({ reason: 'no-list' });
    if (presets.length === 0) throw new Refusal({ reason: 'no-presets' });
    if (presets.length > PRESETS_MAX) throw new Refusal({ reason: 'too-many', most: PRESETS_MAX });
    return { presets: presets.map((preset, index) => readPreset(preset, index + 1)) };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.why };
    throw error;
  }
}

/** A kept list of presets, without what is not valid: a browser's store may hold what an older page wrote. */
export function validPresets(kept: unknown): readonly Preset[] {
  if (!Array.isArray(kept)) return [];
  const presets = new Map<string, Preset>();
  for (const [index, one] of kept.entries()) {
    try {
      const { id, ...rest } = asObject(one, index + 1);
      // An id is one preset's, whatever a backup says.
      if (typeof id !== 'string' || id === '' || isBuiltIn(id) || presets.has(id)) continue;
      const { name, settings } = readPreset(rest, index + 1);
      presets.set(id, { id, name: plainName(name), settings });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  return [...presets.values()];
}

function readPreset(value: unknown, place: Place): UnplacedPreset {
  const preset = asObject(value, place);
  onlyFields(preset, ['name', 'settings'], place);
  const { name } = preset;
  if (typeof name !== 'string' || visibleLine(name) === '') throw new Refusal({ reason: 'no-name', place });
  if (name.length > NAME_UNITS_MAX) throw new Refusal({ reason: 'long-name', place, most: NAME_UNITS_MAX });
  if (name !== name.trim() || /\p{Cc}|\p{Zl}|\p{Zp}/u.test(name)) throw new Refusal({ reason: 'bad-name', place });
  const called = visibleText(name);
  const settings = asObject(preset.settings, { settingsOf: called });
  if (Object.keys(settings).length === 0) throw new Refusal({ reason: 'sets-nothing', name: called });
  for (const [setting, one] of Object.entries(settings)) {
    if (!isSettingName(setting)) throw new Refusal({ reason: 'unknown', name: called, setting: say(setting) });
    const problem = settingProblem(setting, one);
    if (problem !== null) throw new Refusal({ reason: 'invalid', name: called, setting, value: say(one), problem });
  }
  return { name, settings: settings as Partial<Settings> };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch {
    throw new Refusal({ reason: 'not-json' });
  }
}

function asObject(value: unknown, place: Place): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Refusal({ reason: value === undefined ? 'missing' : 'no-object', place });
}

function onlyFields(object: Record<string, unknown>, known: readonly string[], place: Place): void {
  const unknown = Object.keys(object).find((field) => !known.includes(field));
  if (unknown !== undefined) throw new Refusal({ reason: 'field', place, field: say(unknown) });
}

/** A value of a stranger's, short enough for a sentence. */
function say(value: unknown): string {
  const text = value === undefined ? 'none' : visibleText(JSON.stringify(value));
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
