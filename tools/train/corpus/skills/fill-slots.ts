/** Fills the slots of hand-written frames: "{name} is {age}" with values by name. A slot without a value is refused. */

const SLOT = /\{([a-z]\w*)\}/gu;

/** The names of a frame's slots, each once. JSON's own curly brackets are none: no word follows them. */
export function slotsOf(frame: string): string[] {
  return [...new Set([...frame.matchAll(SLOT)].map(([, slot]) => slot!))];
}

/** The frame with values for its slots; "a" becomes "an" where the value asks for it. Throws an `Error` for a slot without one. */
export function fillSlots(frame: string, valueOf: (slot: string) => string | undefined): string {
  const marked = frame.replace(/\b(an?|An?) (?=\{[a-z]\w*\})/gu, (_, article: string) => `${article[0]!}\u0000 `);
  const filled = marked.replace(SLOT, (_, slot: string) => {
    const value = valueOf(slot);
    if (value === undefined) throw new Error(`no value for the slot "${slot}" of ${JSON.stringify(frame)}`);
    return value;
  });
  return filled.replace(/\u0000 (.)(\S*)/gu, (_, first: string, rest: string) => {
    const vowel = /[aeiou]/iu.test(first) || /^hour/u.test(first + rest);
    return `${vowel ? 'n' : ''} ${first}${rest}`;
  });
}

/** The words with commas and "and" between: "a, b and c". */
export function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)!}`;
}

/** The text with its first letter in upper case. */
export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The words for the numbers from 0 to 20. */
export const NUMBER_WORDS = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
  'eighteen nineteen twenty'
).split(' ');
