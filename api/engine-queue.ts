/** One engine for all who ask: each waits for its turn, and an abort ends the waiting or the work. */
import type { ApiEngine } from '../workers/protocol/api.ts';
import type { GenerateEvent, GenerateResult } from '../workers/protocol/engine.ts';
import type { ToolRequest } from '../workers/protocol/tools.ts';
import { withCode } from './errors.ts';

/** The engine, one piece of work at a time. */
export class EngineQueue {
  readonly #api: ApiEngine;
  #last: Promise<unknown> = Promise.resolve();

  constructor(api: ApiEngine) {
    this.#api = api;
  }

  /** Runs work when its turn comes. Rejects with the signal's reason as soon as it is aborted, or with a `FreeholdError`. */
  run<Result>(work: (api: ApiEngine) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const turn = this.#last.then(() => this.#take(work, signal));
    this.#last = turn.catch(() => undefined);
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        reject(signal!.reason as Error);
      };
      if (signal?.aborted) giveUp();
      signal?.addEventListener('abort', giveUp, { once: true });
      turn.then(resolve, (error: unknown) => {
        reject(withCode(error) as Error);
      });
      void this.#last.then(() => {
        signal?.removeEventListener('abort', giveUp);
      });
    });
  }

  /** Makes an answer when its turn comes; as `run`. */
  generate(
    request: ToolRequest,
    onEvent: (event: GenerateEvent) => void,
    signal?: AbortSignal,
  ): Promise<GenerateResult> {
    return this.run((api) => api.generate(request, onEvent), signal);
  }

  /** Asks what needs no turn. Rejects with a `FreeholdError`. */
  async ask<Result>(ask: (api: ApiEngine) => Promise<Result>): Promise<Result> {
    try {
      return await ask(this.#api);
    } catch (error) {
      throw withCode(error);
    }
  }

  async #take<Result>(work: (api: ApiEngine) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    const stop = (): void => void this.#api.stop().catch(() => undefined);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const result = await work(this.#api);
      signal?.throwIfAborted();
      return result;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }
}
