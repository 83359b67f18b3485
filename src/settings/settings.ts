/** What a person may set for answers, what each value may be, and which one holds where several levels speak. No state. */
import { DEFAULT_SAMPLER, FORMAT_UNITS_MAX } from '../../workers/protocol/engine.ts';
import type { RecommendedSampling } from '../../workers/protocol/model.ts';

/** What answers may be. */
export const ANSWER_KINDS = ['text', 'json', 'schema', 'grammar'] as const;
/** One of them. */
export type AnswerKind = (typeof ANSWER_KINDS)[number];

/** A number's bounds, both allowed. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
}

/** What each number may be. `null` in a nullable one means: let Freehold choose. */
export const BOUNDS = {
  temperature: { min: 0, max: 2, integer: false },
  topK: { min: 0, max: 1000, integer: true },
  topP: { min: 0.01, max: 1, integer: false },
  minP: { min: 0, max: 1, integer: false },
  repetitionPenalty: { min: 0.5, max: 2, integer: false },
  frequencyPenalty: { min: -2, max: 2, integer: false },
  presencePenalty: { min: -2, max: 2, integer: false },
  penaltyWindow: { min: 0, max: 256, integer: true },
  seed: { min: 0, max: 2 ** 32 - 1, integer: true },
  maxTokens: { min: 1, max: 1_000_000, integer: true },
  contextLength: { min: 64, max: 1_048_576, integer: true },
} as const satisfies Record<string, Bounds>;

/** What texts may be: a bound for what comes out of files, far above what anyone types. */
export const SYSTEM_PROMPT_UNITS_MAX = 100_000;
const STOP_STRINGS_MAX = 32;
const STOP_STRING_UNITS_MAX = 1000;
const EFFORT_UNITS_MAX = 40;

/** A setting that is a number. */
export type NumberSetting = keyof typeof BOUNDS;

type NullableNumber = keyof RecommendedSampling | 'seed' | 'maxTokens' | 'contextLength';

/** All settings. */
export interface Settings extends Record<Exclude<NumberSetting, NullableNumber>, number> {
  readonly systemPrompt: string;
  /** An answer ends before any of these. */
  readonly stopStrings: readonly string[];
  /** `null`: what the model's maker recommends, else Freehold's default. */
  readonly temperature: number | null;
  readonly topK: number | null;
  readonly topP: number | null;
  readonly minP: number | null;
  readonly repetitionPenalty: number | null;
  /** `null`: a new random seed for every answer. */
  readonly seed: number | null;
  /** `null`: until the model ends its turn or the context is full. */
  readonly maxTokens: number | null;
  /** `null`: the engine's default. The only one that a load takes up; all others hold from the next answer on. */
  readonly contextLength: number | null;
  /** Whether a model thinks before it answers, where it can be told to; `null`: as the model has it. */
  readonly thinking: boolean | null;
  /** How hard it thinks, in a word of its template; `null`, and where the template has no such word: as it has it. */
  readonly thinkingEffort: string | null;
  /** What answers are held to; `schema` and `grammar` mean the texts below. */
  readonly answerAs: AnswerKind;
  readonly answerSchema: string;
  readonly answerGrammar: string;
}

/** A setting's name. */
export type SettingName = keyof Settings;

/** What a new person starts with. */
export const DEFAULT_SETTINGS: Settings = {
  systemPrompt: '',
  stopStrings: [],
  temperature: null,
  topK: null,
  topP: null,
  minP: null,
  repetitionPenalty: null,
  frequencyPenalty: DEFAULT_SAMPLER.frequencyPenalty,
  presencePenalty: DEFAULT_SAMPLER.presencePenalty,
  penaltyWindow: DEFAULT_SAMPLER.penaltyWindow,
  seed: null,
  maxTokens: null,
  contextLength: null,
  thinking: null,
  thinkingEffort: null,
  answerAs: 'text',
  answerSchema: '',
  answerGrammar: '',
};

/** Every setting's name, in the order of the panel. */
const SETTING_NAMES = Object.keys(DEFAULT_SETTINGS) as readonly SettingName[];

/** Whether this is a setting's name; not what every object has, such as `toString`. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(DEFAULT_SETTINGS, name);
}

/** What a value that cannot be had to be. `sayProblem` has the words, which the page does not load before they are needed. */
export type Problem =
  | { readonly problem: 'range'; readonly min: number; readonly max: number }
  | { readonly problem: 'list' | 'long-text'; readonly most: number }
  | { readonly problem: 'missing' | 'whole' | 'null' | 'boolean' | 'number' | 'text' | 'empty-text' | 'answer-kind' };

/** Why `value` is outside these bounds, or `null` if it is not. */
export function numberProblem({ min, max, integer }: Bounds, value: number): Problem | null {
  if (!Number.isFinite(value) || value < min || value > max) return { problem: 'range', min, max };
  return integer && !Number.isInteger(value) ? { problem: 'whole' } : null;
}

/** Why a value of unknown origin cannot be this setting, or `null` if it can. */
export function settingProblem(name: SettingName, value: unknown): Problem | null {
  if (value === null) return DEFAULT_SETTINGS[name] === null ? null : { problem: 'null' };
  if (name === 'thinking') return typeof value === 'boolean' ? null : { problem: 'boolean' };
  if (name === 'systemPrompt') return textProblem(value, 0, SYSTEM_PROMPT_UNITS_MAX);
  if (name === 'answerAs') return ANSWER_KINDS.some((kind) => kind === value) ? null : { problem: 'answer-kind' };
  if (name === 'answerSchema' || name === 'answerGrammar') return textProblem(value, 0, FORMAT_UNITS_MAX);
  if (name === 'thinkingEffort') return textProblem(value, 1, EFFORT_UNITS_MAX);
  if (name === 'stopStrings') {
    if (!Array.isArray(value) || value.length > STOP_STRINGS_MAX) return { problem: 'list', most: STOP_STRINGS_MAX };
    return value.map((text) => textProblem(text, 1, STOP_STRING_UNITS_MAX)).find((problem) => problem !== null) ?? null;
  }
  return typeof value === 'number' ? numberProblem(BOUNDS[name], value) : { problem: 'number' };
}

/** Takes the settings out of a value of unknown origin that are valid, and leaves the rest. */
export function validSettings(value: unknown): Partial<Settings> {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value).filter(
    ([name, one]) => isSettingName(name) && settingProblem(name, one) === null,
  );
  return Object.fromEntries(entries) as Partial<Settings>;
}

/** The settings of which each is the last level's that has it: all chats', then a preset's, then a chat's own. */
export function resolveSettings(...levels: readonly Partial<Settings>[]): Settings {
  return Object.assign({}, DEFAULT_SETTINGS, ...levels) as Settings;
}

/** What differs from what a new person starts with: what was set. */
export function whatIsSet(settings: Settings): Partial<Settings> {
  const differs = (name: SettingName): boolean =>
    JSON.stringify(settings[name]) !== JSON.stringify(DEFAULT_SETTINGS[name]);
  return Object.fromEntries(SETTING_NAMES.filter(differs).map((name) => [name, settings[name]]));
}

function textProblem(value: unknown, min: number, max: number): Problem | null {
  if (typeof value !== 'string') return { problem: 'text' };
  if (value.length < min) return { problem: 'empty-text' };
  return value.length > max ? { problem: 'long-text', most: max } : null;
}
