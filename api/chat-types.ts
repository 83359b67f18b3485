/**
 * The shapes of OpenAI's chat completions, so far as the engine meets them. Fields that are not here are refused by name,
 * unless they are `null` or cannot change the answer (see `chat-request.ts`).
 */
import type { JsonValue } from '../workers/protocol/tools.ts';

/** A message's text, whole or in parts. */
export type ChatContent = string | readonly { readonly type: 'text'; readonly text: string }[];

/** A function that the model may call, with its parameters as a JSON Schema. */
export interface ChatTool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description?: string;
    readonly parameters?: Readonly<Record<string, JsonValue>>;
    readonly strict?: boolean | null;
  };
}

/** A call of a function. */
export interface ChatToolCall {
  readonly id: string;
  readonly type: 'function';
  /** `arguments` is JSON as text, as the model wrote it: it may not fit the function's parameters. */
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A message of a conversation. `developer` is read as `system`. */
export type ChatCompletionMessage =
  | { readonly role: 'system' | 'developer' | 'user'; readonly content: ChatContent }
  | {
      readonly role: 'assistant';
      readonly content?: ChatContent | null;
      readonly refusal?: null;
      /** What the model thought before: its template says whether it is told of it. */
      readonly reasoning_content?: string | null;
      readonly tool_calls?: readonly ChatToolCall[] | null;
    }
  | { readonly role: 'tool'; readonly content: ChatContent; readonly tool_call_id: string };

/** What an answer is to look like. */
export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly json_schema: {
        readonly name: string;
        readonly description?: string;
        readonly schema?: Readonly<Record<string, JsonValue>>;
        readonly strict?: boolean | null;
      };
    };

/** A request for one answer. What is missing is as the model's maker recommends, else as in llama.cpp. */
export interface ChatCompletionRequest {
  /** Not read: the model that is loaded answers, and the answer names it. */
  readonly model?: string;
  readonly messages: readonly ChatCompletionMessage[];
  readonly stream?: boolean | null;
  readonly stream_options?: { readonly include_usage?: boolean | null } | null;
  /** A whole number from 0 to 2³² − 1. Same seed, settings, prompt and device: same text. */
  readonly seed?: number | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  /** Not OpenAI's: keep the k likeliest; 0 keeps all. */
  readonly top_k?: number | null;
  /** Not OpenAI's: drop tokens less likely than this share of the likeliest. */
  readonly min_p?: number | null;
  /** Over the latest 256 tokens, prompt included. */
  readonly frequency_penalty?: number | null;
  /** Over the latest 256 tokens, prompt included. */
  readonly presence_penalty?: number | null;
  readonly max_completion_tokens?: number | null;
  /** The older name. */
  readonly max_tokens?: number | null;
  readonly stop?: string | readonly string[] | null;
  /** It costs speed: every logit is read back, one token at a time, with no drafts. */
  readonly logprobs?: boolean | null;
  /** 0 to 20 of the likeliest tokens in each place; needs `logprobs`. */
  readonly top_logprobs?: number | null;
  readonly response_format?: ResponseFormat | null;
  readonly tools?: readonly ChatTool[] | null;
  /** A model cannot be made to call: only these two. */
  readonly tool_choice?: 'auto' | 'none' | null;
  readonly parallel_tool_calls?: true | null;
  /** Words that the model's template knows; `none` switches thinking off where it can be. */
  readonly reasoning_effort?: string | null;
  readonly n?: 1 | null;
}

/** Without effect here: they concern accounts, bills and servers, and cannot change an answer. */
export interface IgnoredFields {
  readonly user?: unknown;
  readonly metadata?: unknown;
  readonly store?: unknown;
  readonly service_tier?: unknown;
  readonly safety_identifier?: unknown;
  readonly prompt_cache_key?: unknown;
}

/** A token with its natural log-probability, the model's own: before penalties, cuts and temperature. */
export interface ChatTokenLogprob {
  readonly token: string;
  readonly logprob: number;
  /** UTF-8; `null` for a control token. */
  readonly bytes: readonly number[] | null;
}

/** The probabilities of an answer's text. */
export interface ChatLogprobs {
  readonly content: readonly (ChatTokenLogprob & { readonly top_logprobs: readonly ChatTokenLogprob[] })[];
  readonly refusal: null;
}

/** Why an answer ended: its own end or a stop string, the limit or the context's end, a call. */
export type ChatFinishReason = 'stop' | 'length' | 'tool_calls';

/** Tokens of a request and its answer. */
export interface ChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  /** Those whose keys and values were still there from earlier turns. */
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  readonly completion_tokens_details: { readonly reasoning_tokens: number };
}

/** An answer. */
export interface ChatCompletion {
  readonly id: string;
  readonly object: 'chat.completion';
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly [
    {
      readonly index: 0;
      readonly message: {
        readonly role: 'assistant';
        readonly content: string | null;
        readonly refusal: null;
        /** Only where the model thought; not OpenAI's, but DeepSeek's and llama.cpp's. */
        readonly reasoning_content?: string;
        readonly tool_calls?: readonly ChatToolCall[];
      };
      readonly logprobs: ChatLogprobs | null;
      readonly finish_reason: ChatFinishReason;
    },
  ];
  readonly usage: ChatUsage;
}

/** What is new in a chunk. */
export interface ChatDelta {
  readonly role?: 'assistant';
  readonly content?: string;
  readonly reasoning_content?: string;
  /** Each call comes whole. */
  readonly tool_calls?: readonly (ChatToolCall & { readonly index: number })[];
}

/** A piece of an answer. The last one, where `include_usage` asks for it, has no choices but `usage`. */
export interface ChatCompletionChunk {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: 0;
    readonly delta: ChatDelta;
    readonly logprobs: ChatLogprobs | null;
    readonly finish_reason: ChatFinishReason | null;
  }[];
  /** Missing where nobody asked for it; `null` in all chunks but the last. */
  readonly usage?: ChatUsage | null;
}
