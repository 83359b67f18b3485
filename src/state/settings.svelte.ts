/** What a person may set: the system prompt, how tokens are chosen, how much context. Kept in localStorage. */
import { DEFAULT_SAMPLER, type SamplerSettings } from '../../workers/protocol/engine.ts';
import type { RecommendedSampling } from '../../workers/protocol/model.ts';
import { readStored, writeStored } from '../lib/stored.ts';

/** A number's bounds, both allowed. */
interface Bounds {
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
  seed: { min: 0, max: 2 ** 32 - 1, integer: true },
  maxTokens: { min: 1, max: 1_000_000, integer: true },
  contextLength: { min: 64, max: 1_048_576, integer: true },
} as const satisfies Record<string, Bounds>;

/** A setting that is a number. */
export type NumberSetting = keyof typeof BOUNDS;

/** All settings as they are kept. */
export interface Settings extends Record<Exclude<NumberSetting, NullableSetting>, number> {
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
  /** `null`: the engine's default. */
  readonly contextLength: number | null;
  /** Whether a model thinks before it answers, where it can be told to; `null`: as the model has it. */
  readonly thinking: boolean | null;
}

type NullableSetting = keyof RecommendedSampling | 'seed' | 'maxTokens' | 'contextLength';

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
  seed: null,
  maxTokens: null,
  contextLength: null,
  thinking: null,
};

/** Why `value` cannot be this setting, as a sentence, or `null` if it can. */
export function settingProblem(name: NumberSetting, value: number): string | null {
  const { min, max, integer }: Bounds = BOUNDS[name];
  if (!Number.isFinite(value) || value < min || value > max) return `A number from ${min} to ${max}.`;
  return integer && !Number.isInteger(value) ? 'A whole number.' : null;
}

/** The settings as state; every change is kept at once. */
export class SettingsState {
  current = $state.raw<Settings>(restore(readStored('settings')));

  /** Changes some settings. Numbers must have passed `settingProblem`. */
  change(changes: Partial<Settings>): void {
    this.current = { ...this.current, ...changes };
    writeStored('settings', this.current);
  }

  /** Back to what a new person starts with; the system prompt stays. */
  reset(): void {
    this.change({ ...DEFAULT_SETTINGS, systemPrompt: this.current.systemPrompt });
  }

  /** The sampler for one answer of a model that recommends this; a random seed is drawn here. */
  sampler(recommended: RecommendedSampling = {}): SamplerSettings {
    const { frequencyPenalty, presencePenalty, seed } = this.current;
    const automatic = { ...DEFAULT_SAMPLER, ...recommended };
    return {
      ...automatic,
      temperature: this.current.temperature ?? automatic.temperature,
      topK: this.current.topK ?? automatic.topK,
      topP: this.current.topP ?? automatic.topP,
      minP: this.current.minP ?? automatic.minP,
      repetitionPenalty: this.current.repetitionPenalty ?? automatic.repetitionPenalty,
      frequencyPenalty,
      presencePenalty,
      seed: seed ?? randomSeed(),
    };
  }
}

/** Takes from a kept value what is still valid, and the default for the rest. */
function restore(kept: unknown): Settings {
  if (typeof kept !== 'object' || kept === null) return DEFAULT_SETTINGS;
  const values = kept as Record<string, unknown>;
  const settings: Record<string, unknown> = { ...DEFAULT_SETTINGS };
  if (typeof values.systemPrompt === 'string') settings.systemPrompt = values.systemPrompt;
  if (typeof values.thinking === 'boolean') settings.thinking = values.thinking;
  const { stopStrings } = values;
  if (Array.isArray(stopStrings) && stopStrings.every((text) => typeof text === 'string' && text !== ''))
    settings.stopStrings = stopStrings;
  for (const name of Object.keys(BOUNDS) as NumberSetting[]) {
    const value = values[name];
    if (typeof value === 'number' && settingProblem(name, value) === null) settings[name] = value;
  }
  return settings as unknown as Settings;
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
