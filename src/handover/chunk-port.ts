/** The page's ends of the two ports to the library worker: where it asks for chunks, and where it is asked. */
import type { ChunkAnswer, ChunkAsk, ChunkPort, HandOverEnd } from '../../workers/protocol/hand-over.ts';

/** Chunks of a stored model, that the worker lends. */
export class LentChunks {
  readonly #port: ChunkPort;
  readonly #waiting = new Map<
    number,
    { readonly resolve: (bytes: Uint8Array<ArrayBuffer>) => void; readonly reject: (error: Error) => void }
  >();
  #failure: Error | null = null;

  constructor(port: ChunkPort) {
    this.#port = port;
    port.addEventListener('message', ({ data }) => {
      this.#hear(data as ChunkAnswer);
    });
    port.start();
  }

  /** One chunk. Rejects with what the worker says, for good. */
  read(index: number): Promise<Uint8Array<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      this.#waiting.set(index, { resolve, reject });
      this.#port.postMessage({ want: index } satisfies ChunkAsk, []);
    });
  }

  /** Nothing more is wanted. */
  end(how: HandOverEnd): void {
    this.#port.postMessage({ over: how } satisfies ChunkAsk, []);
  }

  #hear(answer: ChunkAnswer): void {
    if ('index' in answer) {
      this.#waiting.get(answer.index)?.resolve(new Uint8Array(answer.bytes));
      this.#waiting.delete(answer.index);
      return;
    }
    this.#failure = errorOf(answer.failed);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

/** Gives the worker the chunks that it wants, as `read` gets them. What this gives ends it: with a reason, it fails there. */
export function giveChunks(
  port: ChunkPort,
  read: (index: number) => Promise<Uint8Array<ArrayBuffer>>,
): { fail(error: Error): void; end(how: HandOverEnd): void } {
  const fail = ({ name, message }: Error): void => {
    port.postMessage({ failed: { name, message } } satisfies ChunkAnswer, []);
  };
  port.addEventListener('message', ({ data }) => {
    const ask = data as ChunkAsk;
    if (!('want' in ask)) return;
    read(ask.want).then(({ buffer }) => {
      port.postMessage({ index: ask.want, bytes: buffer } satisfies ChunkAnswer, [buffer]);
    }, fail);
  });
  port.start();
  return {
    fail,
    end(how) {
      port.postMessage({ over: how } satisfies ChunkAsk, []);
    },
  };
}

function errorOf({ name, message }: { readonly name: string; readonly message: string }): Error {
  return Object.assign(new Error(message), { name });
}
