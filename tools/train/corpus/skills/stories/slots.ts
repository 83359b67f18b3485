/**
 * Fills the slots of stories: "{Hero} lived {ain}." A slot with a capital letter gets its value with one. A slot without a
 * value is refused.
 */
import { upperFirst } from '../fill-slots.ts';

const SLOT = /\{(?<slot>[A-Za-z][a-z-]*)\}/gu;

/** The text with values for its slots. Throws an `Error` for a slot without one. */
export function fillStory(text: string, valueOf: (slot: string) => string | undefined): string {
  return text.replace(SLOT, (_, slot: string) => {
    const name = slot.toLowerCase();
    const value = valueOf(name);
    if (value === undefined) throw new Error(`no value for the slot "${slot}" of ${JSON.stringify(text)}`);
    return slot === name ? value : upperFirst(value);
  });
}

/** True if the text has this slot, small or with a capital letter. */
export function hasSlot(text: string, slot: string): boolean {
  return text.includes(`{${slot}}`) || text.includes(`{${upperFirst(slot)}}`);
}

/** "a fox", "an owl", "a unicorn". */
export function withArticle(words: string): string {
  return `${/^(?:[aei]|o(?!ne)|u(?!ni))/iu.test(words) ? 'an' : 'a'} ${words}`;
}

const PATTERNS = new Map<string, RegExp>();

/** True if the text holds the words, whole or in the plural. */
export function mentions(text: string, words: string): boolean {
  let pattern = PATTERNS.get(words);
  if (!pattern) PATTERNS.set(words, (pattern = new RegExp(String.raw`\b${words}(?:s|es)?\b`, 'iu')));
  return pattern.test(text);
}

/** "The Old Mill" of "the old mill". */
export function titleCase(words: string): string {
  return words.split(' ').map(upperFirst).join(' ');
}

/** True if five words in a row stand there three times, as a place of many words may: that reads like a loop. */
export function repeats(text: string): boolean {
  const words = text.toLowerCase().split(/\s+/u);
  const counts = new Map<string, number>();
  for (let i = 0; i + 5 <= words.length; i++) {
    const run = words.slice(i, i + 5).join(' ');
    const count = (counts.get(run) ?? 0) + 1;
    if (count === 3) return true;
    counts.set(run, count);
  }
  return false;
}
