/** What is only said, to who hears the page: that something was copied, brought back, opened, and a finished answer. */

/** Long enough for every screen reader to take it up; then a reader who walks through the page does not meet it again. */
const STAYS_MS = 5000;

/** Something that is said once. */
export interface Announcement {
  readonly id: number;
  readonly text: string;
}

/** What is being said as state. */
export class Announcements {
  items = $state.raw<readonly Announcement[]>([]);
  #said = 0;

  /** Says a text once, after what is being said; nothing for an empty one. */
  say(text: string): void {
    if (text === '') return;
    const item = { id: this.#said++, text };
    this.items = [...this.items, item];
    setTimeout(() => {
      this.items = this.items.filter((one) => one !== item);
    }, STAYS_MS);
  }
}
