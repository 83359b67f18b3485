/** A person's own prompts, beside those that come with the page. Kept in localStorage. */
import { builtInPrompts, promptName, type SlashPrompt, validPrompts } from '../lib/slash-prompts.ts';
import { readStored, writeStored } from '../lib/stored.ts';

/** The prompts as state; every change is kept at once. */
export class PromptsState {
  /** A person's own, by name. */
  own = $state.raw<readonly SlashPrompt[]>(validPrompts(readStored('prompts')));

  /** All that can be called; one's own stand before, and in place of those of the same name. */
  get all(): readonly SlashPrompt[] {
    return [...this.own, ...builtInPrompts().filter((prompt) => !this.own.some(({ name }) => name === prompt.name))];
  }

  /** Takes up what something else has kept, such as a backup that was restored. */
  reread(): void {
    this.own = validPrompts(readStored('prompts'));
  }

  /** Keeps a prompt in place of the one of its name, and of `before`. Nothing without a name or a text. */
  save(prompt: SlashPrompt, before: string | null = null): void {
    const name = promptName(prompt.name);
    if (name === '' || prompt.text.trim() === '') return;
    const others = this.own.filter((one) => one.name !== name && one.name !== before);
    this.#keep([...others, { name, text: prompt.text }].sort((a, b) => a.name.localeCompare(b.name)));
  }

  /** Deletes one's own prompt. */
  remove(name: string): void {
    this.#keep(this.own.filter((one) => one.name !== name));
  }

  #keep(own: readonly SlashPrompt[]): void {
    this.own = own;
    writeStored('prompts', own.length === 0 ? null : own);
  }
}
