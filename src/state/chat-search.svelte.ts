/** Looking for something in all chats: what is asked, and what was found. */
import type { ChatSearch, SearchHit } from '../chats/search.ts';
import type { KeptChats } from './kept-chats.svelte.ts';

/** The search as state. The index is made when a person first looks for something. */
export class ChatSearchState {
  query = $state('');
  /** `null` while nothing is looked for. */
  hits = $state.raw<readonly SearchHit[] | null>(null);

  readonly #chats: KeptChats;
  #search: ChatSearch | null = null;
  #stale = true;
  #following: Promise<void> = Promise.resolve();

  constructor(chats: KeptChats) {
    this.#chats = chats;
  }

  /** Looks for `query`; an empty one ends the search. */
  async look(query: string): Promise<void> {
    this.query = query;
    if (query.trim() === '') {
      this.hits = null;
      return;
    }
    const search = await this.#ready();
    // What was typed since then is looked for by the later call.
    if (this.query === query) this.hits = search.find(query);
  }

  /** Brings the index up to what is kept: when the search is turned to, and after what is written while it is open. */
  async refresh(): Promise<void> {
    this.#stale = true;
    await this.look(this.query);
  }

  async #ready(): Promise<ChatSearch> {
    if (this.#search === null) {
      const { ChatSearch } = await import('../chats/search.ts');
      this.#search ??= new ChatSearch();
    }
    const search = this.#search;
    if (this.#stale) {
      this.#stale = false;
      this.#following = this.#following.then(async () => {
        await search.follow(this.#chats.list, await this.#chats.allMessages());
      });
    }
    await this.#following;
    return search;
  }
}
