/** Writes changes of chats one after another, and tells the page's other tabs of them. */
import { type ChatChange, ChatsInMemory, type ChatStore } from './chat-store.ts';

const CHANNEL_NAME = 'freehold-chats';

/** The queue before a store. A failure is told to `onFailure`. */
export class ChatWriter {
  readonly #onFailure: (error: unknown) => void;
  #store: Promise<ChatStore> = Promise.resolve(new ChatsInMemory());
  #opened: ChatStore | null = null;
  #writing: Promise<void> = Promise.resolve();
  #channel: BroadcastChannel | null = null;

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Takes this store in place of one in memory. `onElsewhere` hears of what other tabs write into it. */
  async open(store: Promise<ChatStore>, onElsewhere: () => Promise<void>): Promise<ChatStore> {
    this.#store = store;
    const opened = await store;
    await this.#beginAtOnce();
    if (opened.lasts) {
      this.#channel = new BroadcastChannel(CHANNEL_NAME);
      this.#channel.onmessage = () => void onElsewhere().catch(this.#onFailure);
    }
    return opened;
  }

  /**
   * Writes in the order of the calls. Once a store is open a write begins at once and waits for none before it, for a page
   * may go away in the next moment; the store keeps the order.
   */
  write(change: ChatChange): void {
    this.attempt(change).catch(this.#onFailure);
  }

  /** Writes as `write` does, but a failure rejects. */
  attempt(change: ChatChange): Promise<void> {
    const begun = this.#opened?.change(change) ?? this.#writing.then(async () => (await this.#store).change(change));
    const written = begun.then(() => this.#channel?.postMessage(null));
    this.#queue(written);
    return written;
  }

  /** Puts another store in place of the one of now, between two writes; if `make` rejects, so does this, and nothing changes. */
  async replace(make: (store: ChatStore) => Promise<ChatStore>): Promise<void> {
    this.#opened = null;
    const replaced = this.#writing.then(async () => {
      this.#store = Promise.resolve(await make(await this.#store));
    });
    this.#queue(replaced);
    try {
      await replaced;
    } finally {
      await this.#beginAtOnce();
    }
  }

  /** From the moment on in which nothing waits; not where writes are sealed first, which takes each its own time. */
  async #beginAtOnce(): Promise<void> {
    const store = await this.#store;
    await this.settled();
    this.#opened = store.sealed ? null : store;
  }

  #queue(work: Promise<unknown>): void {
    const done = (): void => undefined;
    this.#writing = Promise.all([this.#writing, work.then(done, done)]).then(done);
  }

  /** The store, once everything that was to be written is. */
  async settled(): Promise<ChatStore> {
    let writing: Promise<void>;
    do {
      writing = this.#writing;
      await writing;
    } while (writing !== this.#writing);
    return this.#store;
  }
}
