/** Chunks of an answer as they come, for one reader. Whoever stops reading, or aborts, stops the engine. */
import type { ChatCompletionChunk } from './chat-types.ts';

/** An answer in chunks. It ends quietly where it is aborted, as OpenAI's does, and throws what went wrong. */
export class ChatCompletionStream implements AsyncIterable<ChatCompletionChunk> {
  /** Its `abort()` stops the engine. */
  readonly controller: AbortController;
  readonly #ready: ChatCompletionChunk[] = [];
  #ended: { readonly error?: unknown } | null = null;
  #wake: () => void = () => undefined;

  /** `run` pushes chunks until it is done; it is to end when the controller's signal is aborted. */
  constructor(controller: AbortController, run: (push: (chunk: ChatCompletionChunk) => void) => Promise<void>) {
    this.controller = controller;
    run((chunk) => {
      this.#ready.push(chunk);
      this.#wake();
    }).then(
      () => {
        this.#end({});
      },
      (error: unknown) => {
        this.#end(controller.signal.aborted ? {} : { error });
      },
    );
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChatCompletionChunk, void, undefined> {
    try {
      for (;;) {
        while (this.#ready.length > 0) {
          if (this.controller.signal.aborted) return;
          yield this.#ready.shift()!;
        }
        if (this.#ended !== null) break;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      if ('error' in this.#ended) throw this.#ended.error;
    } finally {
      // A reader that leaves wants no more; for one that has read all this is without effect.
      this.controller.abort();
    }
  }

  #end(how: { readonly error?: unknown }): void {
    this.#ended = how;
    this.#wake();
  }
}
