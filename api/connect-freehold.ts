/**
 * The page's end of a Freehold that it shows in a frame: asks the person's leave, then the model that they have loaded there.
 * The frame's own side is `src/embed/`.
 */
import { ERROR_CODES } from '../workers/protocol/errors.ts';
import { ChatCompletionStream } from './chat-stream.ts';
import type { ChatCompletion, ChatCompletionRequest, IgnoredFields } from './chat-types.ts';
import { FreeholdError, invalid } from './errors.ts';
import {
  FRAME_VERSION,
  type FrameAnswer,
  type FrameError,
  type FrameRequest,
  type FrameStatus,
  readFrameReply,
} from './frame-messages.ts';

/** The frame may still be loading, and hears nothing then: until it answers it is asked again this often. */
const ASK_AGAIN_MS = 500;

type Asked = ChatCompletionRequest & IgnoredFields;
type Hear = (answer: FrameAnswer) => void;

/** The chat completions of a frame: the shape of those that `createFreehold` gives. */
export interface FramedCompletions {
  /**
   * Answers a conversation: whole, or with `stream` in chunks. Rejects with a `FreeholdError` (`NotFound` where the person
   * has loaded no model, `FileBusy` where an answer is being made, `RequestForbidden` once they take their word back, and
   * those of `createFreehold`'s), or with the signal's reason.
   */
  create(request: Asked & { readonly stream: true }, options?: { signal?: AbortSignal }): Promise<ChatCompletionStream>;
  create(
    request: Asked & { readonly stream?: false | null },
    options?: { signal?: AbortSignal },
  ): Promise<ChatCompletion>;
  create(request: Asked, options?: { signal?: AbortSignal }): Promise<ChatCompletion | ChatCompletionStream>;
}

/** A frame whose person has agreed. */
export interface FramedFreehold {
  readonly chat: { readonly completions: FramedCompletions };
  /** What the frame can do now. Rejects with `RequestForbidden` once the person has taken their word back. */
  status(): Promise<FrameStatus>;
  /** Stops listening; what is running rejects with an `AbortError`. The frame keeps the person's word. */
  close(): void;
}

/**
 * Asks the person, in the frame, whether this page may use the model there, and waits for their answer for as long as they
 * take; who has agreed before is not asked again. Rejects with a `FreeholdError` (`RequestForbidden` for a no), or with the
 * signal's reason.
 */
export async function connectFreehold(
  frame: HTMLIFrameElement,
  { signal }: { signal?: AbortSignal } = {},
): Promise<FramedFreehold> {
  signal?.throwIfAborted();
  if (self.origin === 'null')
    throw forbidden('This page has no origin of its own, as in a sandbox, and cannot be allowed by name');
  const link = new FrameLink(frame);
  try {
    await link.ask('request-access', {}, signal, true);
  } catch (error) {
    link.end(error as Error);
    throw error;
  }
  return {
    chat: { completions: { create: ((asked: Asked, options = {}) => create(link, asked, options)) as never } },
    async status() {
      const answer = await link.ask('status');
      if (answer.kind !== 'status') throw unexpected(answer);
      return answer.status;
    },
    close() {
      link.end(new DOMException('The connection was closed.', 'AbortError'));
    },
  };
}

async function create(
  link: FrameLink,
  asked: Asked,
  { signal }: { signal?: AbortSignal },
): Promise<ChatCompletion | ChatCompletionStream> {
  signal?.throwIfAborted();
  if (asked.stream !== true) {
    const answer = await link.ask('chat', { request: asked }, signal);
    if (answer.kind !== 'completion') throw unexpected(answer);
    return answer.completion;
  }
  const controller = new AbortController();
  const follow = (): void => {
    controller.abort(signal?.reason);
  };
  signal?.addEventListener('abort', follow, { once: true });
  // A request that is refused rejects here and not in the midst of the chunks, as with the engine of one's own.
  return new Promise((resolve, reject) => {
    const stream = new ChatCompletionStream(controller, async (push) => {
      try {
        await link.ask('chat', { request: asked }, controller.signal, false, (answer) => {
          if (answer.kind !== 'chunk') return;
          push(answer.chunk);
          resolve(stream);
        });
        resolve(stream);
      } catch (error) {
        reject(error as Error);
        throw error;
      } finally {
        signal?.removeEventListener('abort', follow);
      }
    });
  });
}

/** Messages to one frame, and what comes back for each. */
class FrameLink {
  readonly #frame: HTMLIFrameElement;
  readonly #origin: string;
  readonly #waiting = new Map<string, { readonly hear: Hear; readonly reject: (error: Error) => void }>();
  #ended: Error | null = null;

  constructor(frame: HTMLIFrameElement) {
    if (!URL.canParse(frame.src))
      throw invalid('frame', { what: 'The frame shows nothing', expected: 'the address of a Freehold in its "src"' });
    this.#frame = frame;
    this.#origin = new URL(frame.src).origin;
    addEventListener('message', this.#take);
  }

  /** Asks, and gives the last of the answers; the others go to `onPart`. An abort stops what is being answered. */
  ask(
    kind: FrameRequest['kind'],
    body: Pick<FrameRequest, 'request'> = {},
    signal?: AbortSignal,
    again = false,
    onPart: Hear = () => undefined,
  ): Promise<FrameAnswer> {
    const id = crypto.randomUUID();
    let timer: ReturnType<typeof setInterval> | undefined;
    let giveUp: () => void = () => undefined;
    const post = (message: Omit<FrameRequest, 'freehold' | 'id'>): void => {
      this.#frame.contentWindow?.postMessage({ freehold: FRAME_VERSION, id, ...message }, this.#origin);
    };
    const answered = new Promise<FrameAnswer>((resolve, reject) => {
      giveUp = () => {
        if (kind === 'chat') post({ kind: 'stop' });
        reject(signal!.reason as Error);
      };
      if (this.#ended !== null) reject(this.#ended);
      else if (signal?.aborted) giveUp();
      else {
        const hear: Hear = (answer) => {
          if (answer.kind === 'chunk') onPart(answer);
          else if (answer.kind === 'error') reject(toError(answer.error));
          else if (answer.kind === 'stopped') reject(new DOMException('The answer was stopped.', 'AbortError'));
          else resolve(answer);
        };
        this.#waiting.set(id, { hear, reject });
        signal?.addEventListener('abort', giveUp, { once: true });
        post({ kind, ...body });
        if (again) timer = setInterval(post, ASK_AGAIN_MS, { kind, ...body });
      }
    });
    return answered.finally(() => {
      clearInterval(timer);
      signal?.removeEventListener('abort', giveUp);
      this.#waiting.delete(id);
    });
  }

  /** Ends it: what is waited for, and asked later, rejects with this. */
  end(error: Error): void {
    this.#ended ??= error;
    removeEventListener('message', this.#take);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }

  readonly #take = ({ source, origin, data }: MessageEvent): void => {
    if (source !== this.#frame.contentWindow || origin !== this.#origin) return;
    const reply = readFrameReply(data);
    if (reply === null) return;
    if (reply.id === null) this.end(forbidden('The person no longer lets this site use the model'));
    else this.#waiting.get(reply.id)?.hear(reply);
  };
}

function toError({ code, message, param }: FrameError): FreeholdError {
  return new FreeholdError(ERROR_CODES.find((known) => known === code) ?? 'WorkerFailed', message, param);
}

function forbidden(what: string): FreeholdError {
  return new FreeholdError('RequestForbidden', `${what}.`);
}

function unexpected({ kind }: FrameAnswer): FreeholdError {
  return new FreeholdError('WorkerFailed', `The frame answered with "${kind}", which is no answer to this.`);
}
