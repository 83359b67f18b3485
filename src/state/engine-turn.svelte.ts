/**
 * Which tab of this site has the graphics processor. Two models at once would need the memory of both, so a tab asks before
 * it loads one; the tab that has it lets go when it is asked to. The browser frees what a closed or crashed tab held.
 */

const NAME = 'freehold-engine';
/** A page that was just left, or reloaded, still has its turn for a moment. */
const LEAVING_MS = 1000;
/** A tab that the browser has put to sleep does not answer: after this long it is taken from it. */
const PATIENCE_MS = 8000;

/** This tab's turn. Where there are no locks to be had, it is always this tab's. */
export class EngineTurn {
  /** Another tab has the graphics processor, and this one wanted it or lost it. */
  elsewhere = $state(false);
  readonly #letGo: () => Promise<void>;
  readonly #locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
  #channel: BroadcastChannel | null = null;
  #free: (() => void) | null = null;

  /** `letGo` ends what runs on the graphics processor and takes the model off it. */
  constructor(letGo: () => Promise<void>) {
    this.#letGo = letGo;
  }

  /** Listens to other tabs from now on. */
  start(): void {
    if (this.#locks === undefined) return;
    this.#channel = new BroadcastChannel(NAME);
    this.#channel.onmessage = () => void this.#lose();
  }

  /** Takes the turn if no other tab has it; whether it is this tab's now. */
  async take(): Promise<boolean> {
    const taken = this.#free !== null || (await this.#within(LEAVING_MS));
    this.elsewhere = !taken;
    return taken;
  }

  /** Asks the tab that has the turn to let go, and takes it. */
  async takeOver(): Promise<void> {
    if (await this.take()) return;
    this.#channel?.postMessage(null);
    if (!(await this.#within(PATIENCE_MS))) await this.#request({ steal: true });
    this.elsewhere = false;
  }

  /** Gives the turn back. */
  release(): void {
    this.#free?.();
    this.#free = null;
  }

  async #lose(): Promise<void> {
    if (this.#free === null) return;
    this.elsewhere = true;
    await this.#letGo().catch(() => undefined);
    this.release();
  }

  #within(ms: number): Promise<boolean> {
    const held = this.#request({ signal: AbortSignal.timeout(ms) });
    return held.then(
      () => true,
      () => false,
    );
  }

  /** Resolves once the lock is held, which it is until `#free`. */
  #request(options: LockOptions): Promise<void> {
    const locks = this.#locks;
    if (locks === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const request = locks.request(NAME, options, () => {
        resolve();
        return new Promise<void>((free) => (this.#free = free));
      });
      // Rejects where time is over, and under one who holds it where another tab has stopped waiting.
      request.catch((error: unknown) => {
        reject(error as Error);
        void this.#lose();
      });
    });
  }
}
