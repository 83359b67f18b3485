/** The ledger on the page: every request there was, who may be asked, and the air gap. Comes when a person looks at it. */
import { LedgerBook, type LedgerContents } from '../ledger/ledger-book.ts';
import { announceAirGap } from '../lib/air-gap.ts';

/** News come in bursts while a model is fetched. */
const REREAD_AFTER_MS = 300;

/** The ledger as state. */
export class RequestsState {
  /** `null` until it is read. */
  contents = $state.raw<LedgerContents | null>(null);
  /** The browser does not give access to it. */
  unreadable = $state(false);

  #book: LedgerBook | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Opens the ledger and follows it from now on, until what this gives is called. */
  follow(): () => void {
    let over = false;
    LedgerBook.open().then(
      (book) => {
        if (over) {
          book.close();
          return;
        }
        this.#book = book;
        book.onNews(() => {
          this.#timer ??= setTimeout(() => {
            this.#timer = undefined;
            void this.#read();
          }, REREAD_AFTER_MS);
        });
        void this.#read();
      },
      () => (this.unreadable = true),
    );
    return () => {
      over = true;
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#book?.close();
      this.#book = null;
    };
  }

  /** Switches the air gap, for all tabs. */
  async setAirGap(on: boolean): Promise<void> {
    await this.#change((book) => book.setAirGap(on));
  }

  /** Allows a host, or takes that back. */
  allow(host: string, allowed: boolean): Promise<void> {
    return this.#change((book) => book.allow(host, allowed));
  }

  async #change(change: (book: LedgerBook) => Promise<void>): Promise<void> {
    if (this.#book === null) return;
    try {
      await change(this.#book);
    } catch {
      this.unreadable = true;
    }
    await this.#read();
  }

  async #read(): Promise<void> {
    try {
      const contents = await this.#book?.read();
      if (contents === undefined) return;
      this.contents = contents;
      // What every tab shows follows what holds.
      announceAirGap(contents.airGap);
    } catch {
      this.unreadable = true;
    }
  }
}
