/** What was taken away last and can be brought back: one thing at a time, for a while. */

/** What WCAG 2.2.1 takes for enough to answer by a simple action. A person who is at the offer has as long as they want. */
const OFFER_MS = 20_000;

/** A deletion and its way back. */
export interface UndoOffer {
  readonly what: string;
  readonly bringBack: () => void | Promise<void>;
  /** What the offer's end without that leads to. */
  readonly letGo: (() => void) | undefined;
}

/** The offer as state. */
export class Undo {
  offer = $state.raw<UndoOffer | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Says what is gone, in place of an earlier offer. */
  show(what: string, bringBack: UndoOffer['bringBack'], letGo?: () => void): void {
    this.dismiss();
    this.offer = { what, bringBack, letGo };
    this.release();
  }

  /** Keeps the offer while a person is at it. */
  hold(): void {
    clearTimeout(this.#timer);
  }

  /** Lets the time of the offer begin anew. */
  release(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.dismiss();
    }, OFFER_MS);
  }

  /** Brings it back. */
  async take(): Promise<void> {
    await this.#end()?.bringBack();
  }

  /** Lets it go. */
  dismiss(): void {
    this.#end()?.letGo?.();
  }

  #end(): UndoOffer | null {
    const { offer } = this;
    clearTimeout(this.#timer);
    this.offer = null;
    return offer;
  }
}
