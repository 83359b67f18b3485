/** What settings are called and what each does, in one line. */
import { m } from '../paraglide/messages.js';
import { getLocale } from '../paraglide/runtime.js';
import { plainNumber } from '../lib/plain-number.ts';
import type { SettingName, Settings } from './settings.ts';

/** Each setting's name and its line, as the panel says them. */
export const SETTING_WORDS: Readonly<
  Record<SettingName, { readonly label: () => string; readonly hint: () => string }>
> = {
  systemPrompt: { label: m.settings_system_prompt, hint: m.settings_system_prompt_hint },
  stopStrings: { label: m.settings_stop_strings, hint: m.settings_stop_strings_hint },
  temperature: { label: m.settings_temperature, hint: m.settings_temperature_hint },
  topK: { label: m.settings_top_k, hint: m.settings_top_k_hint },
  topP: { label: m.settings_top_p, hint: m.settings_top_p_hint },
  minP: { label: m.settings_min_p, hint: m.settings_min_p_hint },
  repetitionPenalty: { label: m.settings_repetition_penalty, hint: m.settings_repetition_penalty_hint },
  frequencyPenalty: { label: m.settings_frequency_penalty, hint: m.settings_frequency_penalty_hint },
  presencePenalty: { label: m.settings_presence_penalty, hint: m.settings_presence_penalty_hint },
  penaltyWindow: { label: m.settings_penalty_window, hint: m.settings_penalty_window_hint },
  seed: { label: m.settings_seed, hint: m.settings_seed_hint },
  maxTokens: { label: m.settings_max_tokens, hint: m.settings_max_tokens_hint },
  contextLength: { label: m.settings_context_length, hint: m.settings_context_length_hint },
  thinking: { label: m.settings_thinking, hint: m.settings_thinking_hint },
  answerAs: { label: m.settings_answer_as, hint: m.settings_answer_as_hint },
  answerSchema: { label: m.settings_answer_schema, hint: m.settings_answer_schema_hint },
  answerGrammar: { label: m.settings_answer_grammar, hint: m.settings_answer_grammar_hint },
  thinkingEffort: { label: m.settings_thinking_effort, hint: m.settings_thinking_effort_hint },
};

/** What a preset sets, in words: `system prompt, temperature 0.2, and top-p 0.9`. */
export function saySettings(settings: Partial<Settings>): string {
  const parts = Object.entries(settings).map(([name, value]) => {
    const setting = inSentence(SETTING_WORDS[name as SettingName].label());
    if (value === null) return m.settings_say_automatic({ setting });
    if (typeof value === 'boolean') return value ? m.settings_say_yes({ setting }) : m.settings_say_no({ setting });
    if (['systemPrompt', 'stopStrings', 'answerSchema', 'answerGrammar'].includes(name)) return setting;
    return `${setting} ${typeof value === 'number' ? plainNumber(value) : String(value)}`;
  });
  return parts.length === 0 ? m.settings_say_nothing() : new Intl.ListFormat(getLocale()).format(parts);
}

/** A label within a sentence. German labels are nouns, which keep their capital. */
function inSentence(label: string): string {
  return getLocale() === 'de' ? label : label[0]!.toLowerCase() + label.slice(1);
}

/** How free a temperature is, in a word or two. */
export function sayTemperature(temperature: number): string {
  if (temperature === 0) return m.settings_freedom_likeliest();
  if (temperature < 0.45) return m.settings_freedom_exact();
  if (temperature < 0.75) return m.settings_freedom_measured();
  if (temperature <= 1) return m.settings_freedom_natural();
  if (temperature <= 1.35) return m.settings_freedom_free();
  return m.settings_freedom_wild();
}
