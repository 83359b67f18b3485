/** Ends a request that has gone silent: a connection can hang for hours without an error. */
import { EngineError } from '../protocol/errors.ts';
import { unreachable } from './http.ts';
import { PassingFailure } from './retry.ts';

/** Watches one request. Its signal ends the request when it stalls, when the caller's signal does, or on `end`. */
export class StallGuard {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #stallMs: number;
  readonly #outer: AbortSignal | undefined;

  constructor(stallMs: number, outer?: AbortSignal) {
    this.#stallMs = stallMs;
    this.#outer = outer;
    this.signal = outer ? AbortSignal.any([outer, this.#controller.signal]) : this.#controller.signal;
  }

  /**
   * Awaits the next step of the request. A stalled or broken connection rejects with a `PassingFailure`, which names the
   * byte where there is one; what is known to be final (no network at all) stays so.
   */
  async watch<T>(step: Promise<T>, url: string, offset?: number): Promise<T> {
    let stalled = false;
    const timer = setTimeout(() => {
      stalled = true;
      this.#controller.abort();
    }, this.#stallMs);
    try {
      return await step;
    } catch (error) {
      this.#outer?.throwIfAborted();
      if (error instanceof PassingFailure || error instanceof EngineError) throw error;
      throw new PassingFailure(unreachable(url, stalled ? 'has stopped sending' : 'broke the connection', offset));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets the connection go, whatever it still had to send. */
  end(): void {
    this.#controller.abort();
  }
}
