/** `chat.completions`: OpenAI's shape over the engine. Requests wait for one another; each is one answer. */
import type { GenerateEvent, GenerateResult } from '../workers/protocol/engine.ts';
import type { ModelSummary } from '../workers/protocol/model.ts';
import type { ToolRequest } from '../workers/protocol/tools.ts';
import { ChatAnswer } from './chat-answer.ts';
import { readChatRequest, type ReadRequest } from './chat-request.ts';
import { ChatCompletionStream } from './chat-stream.ts';
import type { ChatCompletion, ChatCompletionRequest, IgnoredFields } from './chat-types.ts';

type Asked = ChatCompletionRequest & IgnoredFields;

/** What makes the answers. */
export interface Generator {
  /** Rejects with the signal's reason once it is aborted. No event comes after the result. */
  generate(
    request: ToolRequest,
    onEvent: (event: GenerateEvent) => void,
    signal?: AbortSignal,
  ): Promise<GenerateResult>;
}

/** Asks a loaded chat model. */
export class ChatCompletions {
  readonly #generator: Generator;
  readonly #summary: Pick<ModelSummary, 'name' | 'sampling'>;

  constructor(generator: Generator, summary: Pick<ModelSummary, 'name' | 'sampling'>) {
    this.#generator = generator;
    this.#summary = summary;
  }

  /**
   * Answers a conversation: whole, or with `stream` in chunks. Rejects with a `FreeholdError` (`SettingInvalid` for a field
   * that is wrong or cannot be met, `ContextFull`, `TemplateFailed`, `FileUnsupported`, …), or with the signal's reason.
   */
  create(request: Asked & { readonly stream: true }, options?: { signal?: AbortSignal }): Promise<ChatCompletionStream>;
  create(
    request: Asked & { readonly stream?: false | null },
    options?: { signal?: AbortSignal },
  ): Promise<ChatCompletion>;
  create(request: Asked, options?: { signal?: AbortSignal }): Promise<ChatCompletion | ChatCompletionStream>;
  async create(
    asked: Asked,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<ChatCompletion | ChatCompletionStream> {
    const read = readChatRequest(asked, this.#summary.sampling);
    signal?.throwIfAborted();
    const answer = new ChatAnswer(
      { id: `chatcmpl-${newId()}`, created: Math.floor(Date.now() / 1000), model: this.#summary.name },
      { ...read, hasLogprobs: read.request.topLogprobs !== undefined },
      () => `call_${newId()}`,
    );
    return read.isStream ? this.#stream(read, answer, signal) : this.#answer(read, answer, signal);
  }

  async #answer(read: ReadRequest, answer: ChatAnswer, signal?: AbortSignal): Promise<ChatCompletion> {
    const result = await this.#generator.generate(read.request, (event) => void answer.take(event), signal);
    answer.finish(result);
    return answer.whole(result);
  }

  #stream(read: ReadRequest, answer: ChatAnswer, signal?: AbortSignal): ChatCompletionStream {
    const controller = new AbortController();
    const follow = (): void => {
      controller.abort(signal?.reason);
    };
    signal?.addEventListener('abort', follow, { once: true });
    return new ChatCompletionStream(controller, async (push) => {
      try {
        push(answer.begin());
        const take = (event: GenerateEvent): void => {
          answer.take(event).forEach(push);
        };
        answer.finish(await this.#generator.generate(read.request, take, controller.signal)).forEach(push);
      } finally {
        signal?.removeEventListener('abort', follow);
      }
    });
  }
}

/** 24 letters and digits that no other answer has. */
function newId(): string {
  return crypto.randomUUID().replaceAll('-', '').slice(0, 24);
}
