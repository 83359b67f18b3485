/**
 * Reads phrases sorted into named sections:
 *
 *     @ask-name
 *     What is my name?
 *     Do you know my name?
 *     @answer-name
 *     Your name is {value}.
 *
 * It refuses phrases before the first section, and a section that a skill asks for and that is not there.
 */
import { readLines } from './read-text.ts';
import { fillSlots } from './skills/fill-slots.ts';

/** The phrases of one file, by section. */
export class Sections {
  readonly #phrases = new Map<string, string[]>();

  constructor(lines: readonly string[], fileName: string) {
    let open: string[] | null = null;
    for (const line of lines) {
      if (line.startsWith('@')) this.#phrases.set(line.slice(1).trim(), (open = []));
      else if (open === null) throw new Error(`${fileName}: expected "@section" before ${JSON.stringify(line)}`);
      else open.push(line);
    }
  }

  /** The section's phrases. Throws an `Error` if there are none. */
  of(section: string): readonly string[] {
    const phrases = this.#phrases.get(section);
    if (phrases === undefined || phrases.length === 0) throw new Error(`there is no section @${section}`);
    return phrases;
  }
}

/** Reads a file of sections by its path under the text folder. */
export function readSections(path: string): Sections {
  return new Sections(readLines(path), path);
}

/** The phrase with its `{slots}` filled and each "|" made a new line. Throws an `Error` on a slot without a value. */
export function fillPhrase(phrase: string, slots: Readonly<Record<string, string>>): string {
  return fillSlots(phrase.replaceAll('|', '\n'), (slot) => slots[slot]);
}
