/** The page's engine as it answers a site: one answer at a time, and none that the person would have to wait for. */
import type { Generator } from '../../api/chat-completions.ts';
import type { GenerateEvent, GenerateRequest, GenerateResult } from '../../workers/protocol/engine.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import type { ToolRequest } from '../../workers/protocol/tools.ts';
import type { EngineState } from '../state/engine.svelte.ts';

/** How often, and after how many milliseconds, events are waited for that their result has overtaken. */
const [LATE_TURNS, LATE_TURN_MS] = [100, 10];

/** What is needed of the engine. */
export type Lender = Pick<EngineState, 'phase' | 'model' | 'lend' | 'stop'>;

/** The engine for a site. Rejects with `FileBusy` where it is at work, or once the person asks for something. */
export class LentEngine implements Generator {
  readonly #engine: Lender;
  /** Resolves once the engine is done with what it was last asked for, however that ended. */
  idle: Promise<unknown> = Promise.resolve();

  constructor(engine: Lender) {
    this.#engine = engine;
  }

  async generate(
    request: ToolRequest,
    onEvent: (event: GenerateEvent) => void,
    signal?: AbortSignal,
  ): Promise<GenerateResult> {
    signal?.throwIfAborted();
    const seen = { text: 0, thinking: 0 };
    let ended = false;
    const hear = (event: GenerateEvent): void => {
      if (ended) return;
      if (event.kind !== 'prefill') seen[event.kind] += event.text.length;
      onEvent(event);
    };
    const stop = (): void => void this.#engine.stop().catch(() => undefined);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      // Messages of tools are the worker's to read; the page itself writes none, so its contract does not name them.
      const working = this.#engine.lend((api) => api.generate(request as GenerateRequest, hear));
      this.idle = working.catch(() => undefined);
      const result = await working;
      signal?.throwIfAborted();
      if (result === null) throw busy('The model is at work already');
      if (result.finishReason === 'stopped')
        throw busy('The person at the frame asked for something, which goes first');
      // Events and result take different ways from the worker.
      const isLate = (): boolean => seen.text < result.text.length || seen.thinking < result.thinking.length;
      for (let turn = 0; isLate() && turn < LATE_TURNS; turn++)
        await new Promise((resolve) => setTimeout(resolve, LATE_TURN_MS));
      return result;
    } finally {
      ended = true;
      signal?.removeEventListener('abort', stop);
    }
  }
}

function busy(what: string): EngineError {
  return new EngineError('FileBusy', { what, remedy: 'Ask again later.' });
}
