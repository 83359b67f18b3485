/** Prompts that are called by a slash and a name at the beginning of a message. */
import { visibleLine } from './visible-text.ts';
import { m } from '../paraglide/messages.js';

/** A prompt with its name, without the slash. */
export interface SlashPrompt {
  readonly name: string;
  /** What is put into the message; its first `[word in brackets]` is what a person fills in. */
  readonly text: string;
}

/** What comes with the page, under names in its language. What is sent stays as it is. */
const BUILT_IN: readonly (Omit<SlashPrompt, 'name'> & { readonly name: () => string })[] = [
  {
    name: m.composer_prompt_summarize,
    text: 'Sum up the following in a few sentences, then list its main points:\n\n',
  },
  {
    name: m.composer_prompt_rewrite,
    text: 'Rewrite the following so that it is clear and friendly. Keep its meaning and its language:\n\n',
  },
  { name: m.composer_prompt_translate, text: 'Translate the following into [language]:\n\n' },
  { name: m.composer_prompt_explain, text: 'Explain the following in plain words, with an example:\n\n' },
  { name: m.composer_prompt_list, text: 'Make a list of the points in the following, most important first:\n\n' },
  {
    name: m.composer_prompt_correct,
    text: 'Correct the spelling and grammar of the following, and say what you changed:\n\n',
  },
];

/** The prompts that come with the page. */
export function builtInPrompts(): readonly SlashPrompt[] {
  return BUILT_IN.map(({ name, text }) => ({ name: name(), text }));
}

/** What is typed after the slash where a message is nothing else yet; `null` where no prompt is being called. */
export function slashQuery(draft: string): string | null {
  return /^\/(\S*)$/.exec(draft)?.[1] ?? null;
}

/** A name as it can be called: one word in lower case, without the slash; empty where nothing is left. */
export function promptName(typed: string): string {
  return visibleLine(typed).replace(/^\/+/, '').trim().replace(/\s+/g, '-').toLowerCase();
}

/** A kept list of prompts, without what is not valid: a backup may be anyone's, and a name calls one prompt only. */
export function validPrompts(kept: unknown): readonly SlashPrompt[] {
  if (!Array.isArray(kept)) return [];
  const prompts = new Map<string, SlashPrompt>();
  for (const one of kept as unknown[]) {
    if (typeof one !== 'object' || one === null) continue;
    const { name, text } = one as Record<string, unknown>;
    if (typeof name !== 'string' || typeof text !== 'string' || promptName(name) !== name || name === '') continue;
    if (!prompts.has(name)) prompts.set(name, { name, text });
  }
  return [...prompts.values()];
}

/** The prompts for what is typed: those whose name begins with it, then those that have it elsewhere in the name. */
export function matchPrompts(prompts: readonly SlashPrompt[], query: string): SlashPrompt[] {
  const wanted = query.toLowerCase();
  const beginning = prompts.filter(({ name }) => name.startsWith(wanted));
  return [...beginning, ...prompts.filter(({ name }) => !name.startsWith(wanted) && name.includes(wanted))];
}

/** What of a prompt is to be selected, for a person to fill in: its first brackets, else its end. */
export function toFillIn(text: string): readonly [start: number, end: number] {
  const found = /\[[^\]\n]+\]/.exec(text);
  return found === null ? [text.length, text.length] : [found.index, found.index + found[0].length];
}
