/**
 * One answer on its way from the engine's events to OpenAI's shape: text, thoughts, calls and probabilities, in pieces or
 * whole.
 */
import type { FinishReason, GenerateEvent, GenerateResult } from '../workers/protocol/engine.ts';
import type { PlaceLogprobs, TokenLogprob } from '../workers/protocol/logprobs.ts';
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatDelta,
  ChatFinishReason,
  ChatLogprobs,
  ChatTokenLogprob,
  ChatToolCall,
  ChatUsage,
} from './chat-types.ts';
import { type AnswerPart, ToolCallSplitter } from './tool-calls.ts';

/** What names an answer. */
export interface AnswerNames {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
}

/** How an answer is to be told. */
export interface AnswerForm {
  /** Whether calls of tools are looked for. */
  readonly hasTools: boolean;
  readonly hasLogprobs: boolean;
  /** Whether chunks have a field for the usage, and one more tells it. */
  readonly includesUsage: boolean;
}

type ChatLogprob = ChatLogprobs['content'][number];

/** Collects one answer; gives the chunks of what is new. */
export class ChatAnswer {
  readonly #names: AnswerNames;
  readonly #form: AnswerForm;
  readonly #splitter: ToolCallSplitter | null;
  readonly #calls: ChatToolCall[] = [];
  readonly #logprobs: ChatLogprob[] = [];
  /** How many of the probabilities are in a chunk already. */
  #toldLogprobs = 0;
  #text = '';

  /** `makeId` names each call of a tool. */
  constructor(names: AnswerNames, form: AnswerForm, makeId: () => string) {
    this.#names = names;
    this.#form = form;
    this.#splitter = form.hasTools ? new ToolCallSplitter(makeId) : null;
  }

  /** The chunk that comes before anything is said. */
  begin(): ChatCompletionChunk {
    return this.#chunk({ role: 'assistant', content: '' });
  }

  /** Takes an event; the chunks of what it brought. */
  take(event: GenerateEvent): ChatCompletionChunk[] {
    if (event.kind === 'prefill') return [];
    if (event.kind === 'thinking') return [this.#chunk({ reasoning_content: event.text })];
    this.#logprobs.push(...(event.logprobs ?? []).map(toldPlace));
    return this.#split(this.#splitter?.push(event.text) ?? [{ kind: 'text', text: event.text }]);
  }

  /** The chunks at the end: what was held back, why it ended, and what it took. */
  finish(result: GenerateResult): ChatCompletionChunk[] {
    const rest = this.#split(this.#splitter?.finish() ?? []);
    const ended = this.#chunk({}, this.#finishReason(result.finishReason));
    if (!this.#form.includesUsage) return [...rest, ended];
    return [...rest, ended, { ...ended, choices: [], usage: usageOf(result) }];
  }

  /** The whole answer, once it is finished. */
  whole(result: GenerateResult): ChatCompletion {
    const { hasLogprobs } = this.#form;
    const calls = this.#calls;
    // Marks of calls stand on lines of their own.
    const content = calls.length > 0 && this.#text.trim() === '' ? null : this.#text;
    return {
      id: this.#names.id,
      object: 'chat.completion',
      created: this.#names.created,
      model: this.#names.model,
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content,
            refusal: null,
            ...(result.thinking === '' ? {} : { reasoning_content: result.thinking }),
            ...(calls.length === 0 ? {} : { tool_calls: calls }),
          },
          logprobs: hasLogprobs ? { content: this.#logprobs, refusal: null } : null,
          finish_reason: this.#finishReason(result.finishReason),
        },
      ],
      usage: usageOf(result),
    };
  }

  #split(parts: readonly AnswerPart[]): ChatCompletionChunk[] {
    return parts.map((part) => {
      if (part.kind === 'text') {
        this.#text += part.text;
        return this.#chunk({ content: part.text });
      }
      const index = this.#calls.push(part.call) - 1;
      return this.#chunk({ tool_calls: [{ index, ...part.call }] });
    });
  }

  #chunk(delta: ChatDelta, finishReason: ChatFinishReason | null = null): ChatCompletionChunk {
    const { hasLogprobs, includesUsage } = this.#form;
    const isThought = delta.reasoning_content !== undefined;
    const news = isThought ? [] : this.#logprobs.slice(this.#toldLogprobs);
    this.#toldLogprobs += news.length;
    const logprobs = hasLogprobs && news.length > 0 ? { content: news, refusal: null } : null;
    return {
      id: this.#names.id,
      object: 'chat.completion.chunk',
      created: this.#names.created,
      model: this.#names.model,
      choices: [{ index: 0, delta, logprobs, finish_reason: finishReason }],
      ...(includesUsage ? { usage: null } : {}),
    };
  }

  #finishReason(reason: FinishReason): ChatFinishReason {
    if (reason === 'max-tokens' || reason === 'context-full') return 'length';
    return this.#calls.length > 0 ? 'tool_calls' : 'stop';
  }
}

function usageOf({ promptTokens, generatedTokens, reusedTokens, thinkingTokens }: GenerateResult): ChatUsage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: generatedTokens,
    total_tokens: promptTokens + generatedTokens,
    prompt_tokens_details: { cached_tokens: reusedTokens },
    completion_tokens_details: { reasoning_tokens: thinkingTokens },
  };
}

function toldPlace({ top, ...taken }: PlaceLogprobs): ChatLogprob {
  return { ...toldToken(taken), top_logprobs: top.map(toldToken) };
}

function toldToken({ text, logprob, bytes }: TokenLogprob): ChatTokenLogprob {
  return { token: text, logprob, bytes };
}
