/** The engine worker's API: one model on the GPU, one conversation in its KV cache. It has no network. */
import type { AdapterSummary } from './adapter.ts';
import type { BenchmarkApi } from './benchmark.ts';
import type { ChatTemplateFacts } from './chat-template.ts';
import type { PlaceLogprobs } from './logprobs.ts';
import type { MeasuredProduct } from './measured-product.ts';
import type { ModelSource, ModelSummary } from './model.ts';
import type { ModelCard } from './model-card.ts';

export type { AdapterSummary, ChatTemplateFacts };

/** What the engine found when it looked for a GPU. */
export type GpuReport =
  | { readonly kind: 'available'; readonly adapter: AdapterSummary }
  | {
      readonly kind: 'unavailable';
      readonly reason: 'insecure-context' | 'no-webgpu' | 'no-adapter' | 'limits-too-small';
      readonly detail: string;
    };

/** What weights can be made smaller to as they are loaded: 8.5 or 4.5 bits each. */
export type QuantizedType = 'Q8_0' | 'Q4_0';

/** Tokens of context where nobody asks for more: enough for a conversation, small on any GPU. */
export const DEFAULT_CONTEXT_TOKENS = 4096;

/** A model that is read where it lies on the person's disk, and kept nowhere. */
export interface LocalModel {
  readonly source: Extract<ModelSource, { kind: 'file' | 'files' }>;
  readonly summary: ModelSummary;
}

/** The id of a loaded model that is not kept. */
export const NOT_KEPT = 'not-kept';

/** How a model is brought up. */
export interface LoadOptions {
  /** The most tokens that the KV cache holds; the default is the smaller of the model's own context and 4,096. */
  readonly contextLength?: number;
  /**
   * GGUF's name of the pre-tokenizer to take where the file's own is not known. At one's own risk: a model whose text is
   * cut in other places than in training answers a little worse, with nothing to show why.
   */
  readonly assumePreTokenizer?: string;
  /**
   * Makes matrices of floats smaller on their way to the GPU; the stored file stays as it is. What is quantized already,
   * norms, biases and rows of no multiple of 32 weights are loaded as they are. Refused where nothing would change.
   */
  readonly quantize?: QuantizedType | null;
  /** What `ModelSummary.runtime` asks for: the ONNX Runtime's WebAssembly, which the engine cannot fetch. */
  readonly runtime?: ArrayBuffer;
}

/** What an engine may be unable to do: hold an answer to a form, tell log-probabilities as it answers, measure itself. */
export type EngineLack = 'format' | 'logprobs' | 'benchmark';

/** How far a load is: the file's bytes read from the store and put on the GPU, then kernels made. */
export interface LoadProgress {
  readonly phase: 'reading' | 'compiling';
  readonly loadedBytes: number;
  readonly totalBytes: number;
  readonly remainingMs: number | null;
}

/** What runs once a load is done. */
export interface LoadedModel {
  readonly id: string;
  readonly summary: ModelSummary;
  readonly contextLength: number;
  readonly chatTemplate: ChatTemplateFacts;
  /** What computes, as a chat's record names it. */
  readonly engine: string;
  /** Address of the script that it came by, to be kept; missing where it came with the page. */
  readonly script?: string;
  /** What that cannot do; nothing of our own engine. */
  readonly lacks: readonly EngineLack[];
  /** What floats became, if that was asked for. */
  readonly quantized: QuantizedType | null;
  /** Bytes on the GPU: weights, KV cache as far as it has grown, scratch; `null` where the engine does not know. */
  readonly gpuBytes: { readonly weights: number; readonly kvCache: number; readonly scratch: number } | null;
  /** Bytes of the KV cache once the whole context is used; `null` where the engine does not know. */
  readonly contextBytes: number | null;
  readonly loadMs: number;
}

/** One message of a conversation. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
  /** What the model thought before this answer: the template says whether it goes back to the model. */
  readonly thinking?: string;
}

/** How the next token is chosen. The order is llama.cpp's: penalties, top-k, top-p, min-p, then temperature. */
export interface SamplerSettings {
  /** 0 is greedy: the likeliest token, always. */
  readonly temperature: number;
  /** Keep the k likeliest; 0 keeps all. */
  readonly topK: number;
  /** Keep the smallest set whose probability reaches p; 1 keeps all. */
  readonly topP: number;
  /** Drop tokens less likely than this share of the likeliest; 0 keeps all. */
  readonly minP: number;
  /** Divides (or multiplies, if negative) the logits of recent tokens; 1 is off. */
  readonly repetitionPenalty: number;
  /** Subtracted once per earlier occurrence; 0 is off. */
  readonly frequencyPenalty: number;
  /** Subtracted once if the token occurred; 0 is off. */
  readonly presencePenalty: number;
  /** How many of the latest tokens the penalties look at, at most 256. */
  readonly penaltyWindow: number;
  /** Same seed, settings, prompt and device: same text. An integer in 0 … 2³² − 1. */
  readonly seed: number;
}

/** What a person would expect of a model that says nothing of its own: llama.cpp's defaults. */
export const DEFAULT_SAMPLER: Omit<SamplerSettings, 'seed'> = {
  temperature: 0.8,
  topK: 40,
  topP: 0.95,
  minP: 0.05,
  repetitionPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  penaltyWindow: 64,
};

/** A conversation, and how its answer is to be thought about: all that its prompt is made of. */
export interface Conversation {
  readonly messages: readonly ChatMessage[];
  /** Whether the model thinks first, where its template has a switch for it; missing: as the template has it. */
  readonly thinking?: boolean;
  /** How hard it thinks: one of the template's `thinkingEfforts`. Without effect where it is none of them. */
  readonly thinkingEffort?: string;
}

/**
 * What an answer begins with already: ids of an earlier answer, or text that a person wrote.
 *
 * Text is cut into tokens behind the prompt, as the model's own would stand there, and a known answer gets its ids. A
 * thought goes before the text in the model's marks; it stays open where there is no text. Spaces at the very end are left
 * for the model to write, for its words bring their own.
 */
export type AnswerPrefix =
  { readonly tokens: readonly number[] } | { readonly text: string; readonly thinking?: string };

/** The most of a schema or a grammar, in UTF-16 units: far above what anyone types. */
export const FORMAT_UNITS_MAX = 65_536;

/**
 * What an answer is held to, apart from its thoughts: nothing else can be drawn. `json` is an object or an array; `schema` is
 * a JSON Schema, `grammar` EBNF as xgrammar takes it, with a rule `root`.
 */
export type AnswerFormat =
  | { readonly kind: 'json' }
  | { readonly kind: 'schema'; readonly schema: string }
  | { readonly kind: 'grammar'; readonly grammar: string };

/** A request for one answer. */
export interface GenerateRequest extends Conversation {
  readonly sampler: SamplerSettings;
  /** At most this many new tokens; the context's end is a bound too. */
  readonly maxTokens?: number;
  /** They count behind the prefix; one may begin in it. */
  readonly stopStrings?: readonly string[];
  /** The answer goes on behind this. */
  readonly prefix?: AnswerPrefix;
  /** Goes on past ends of turn, up to `maxTokens`: for benchmarks of fixed length. Nothing that is imported can set it. */
  readonly ignoreEnd?: boolean;
  /** What the answer is held to, its prefix included. It ends where the form does. */
  readonly format?: AnswerFormat;
  /**
   * Tells each new token's log-probability with as many of the likeliest, 0 to 1,000. It costs speed: every logit is read
   * back, one token at a time, with no drafts. Not beside `format`.
   */
  readonly topLogprobs?: number;
}

/** What arrives while an answer is made: what is new behind the prefix, in whole code points, in order. */
export type GenerateEvent =
  | {
      readonly kind: 'prefill';
      readonly doneTokens: number;
      readonly totalTokens: number;
      readonly reusedTokens: number;
    }
  /** `tokens` counts what is new. `logprobs` are those of the tokens that brought this out, where they were asked for. */
  | {
      readonly kind: 'text' | 'thinking';
      readonly text: string;
      readonly tokens: number;
      readonly logprobs?: readonly PlaceLogprobs[];
    };

/** Why an answer ended. */
export type FinishReason = 'end-of-turn' | 'max-tokens' | 'stop-string' | 'context-full' | 'stopped';

/**
 * How an answer went.
 *
 * Prefill speed is `prefilledTokens` / `prefillMs`, decode speed `decodedTokens` / `decodeMs`, and the share that was reused
 * `reusedTokens` / (`promptTokens` + `prefixTokens`).
 */
export interface GenerateResult {
  /** The whole answer, its prefix included. */
  readonly text: string;
  /** What the model thought before, apart from the text; empty where it did not. The whole of it, as with `text`. */
  readonly thinking: string;
  /** Ids of the whole answer: prefix, thoughts and their marks, what was cut off at a stop string; not the end of turn. */
  readonly tokens: readonly number[];
  /** How long it thought, behind the prefix; 0 where it did not. */
  readonly thinkingMs: number;
  /** How many of `tokens` are thoughts, with the marks before them. */
  readonly thinkingTokens: number;
  readonly finishReason: FinishReason;
  readonly promptTokens: number;
  /** How many of `tokens` the answer began with. */
  readonly prefixTokens: number;
  /** Tokens of prompt and prefix whose KV entries were still there from earlier turns. */
  readonly reusedTokens: number;
  /** New tokens, behind the prefix. */
  readonly generatedTokens: number;
  /** Tokens that ran in `prefillMs`; the first new token comes out of them. */
  readonly prefilledTokens: number;
  readonly prefillMs: number;
  /** From the request's arrival to the first new token, template and tokenizer included; `null` where none came. */
  readonly firstTokenMs: number | null;
  /** Steps that ran in `decodeMs`: every new token but the first, an end of turn, and what a stop came too late for. */
  readonly decodedTokens: number;
  /** Guesses at the next tokens that ran along, without a step of their own. */
  readonly draftedTokens: number;
  /** How many of them were right: each saved a step. */
  readonly acceptedTokens: number;
  readonly decodeMs: number;
  /** Bytes of the KV cache on the GPU at the answer's end: it grows with the text. 0 where the engine does not know. */
  readonly kvCacheBytes: number;
}

/** Where a conversation's tokens go. */
export interface TokenCounts {
  /** All of the prompt, up to where the answer begins. */
  readonly total: number;
  /** Each message's own text, by index; thoughts are not part of it. */
  readonly messages: readonly number[];
  /** The rest: marks of turns, what the template adds, thoughts that it shows. At least 0. */
  readonly template: number;
}

/** One id of an answer as text. */
export interface TokenText {
  /** Where its text goes; `null` for what is in neither: marks of thoughts, the head of a channel. */
  readonly part: 'text' | 'thinking' | null;
  /** Where its text begins in that part, in UTF-16 units. */
  readonly offset: number;
  /**
   * What it brings out; empty where only the next id with text does: half a code point, or what could still become a
   * mark. Ids with empty text belong to the next one of the same part and offset that has some.
   */
  readonly text: string;
}

/** A token that could stand at one place of an answer. */
export interface TokenCandidate {
  readonly id: number;
  /** As shown: text, bytes that are no whole text in hex (`E2 82`), or a control token's name. */
  readonly text: string;
  readonly kind: 'text' | 'bytes' | 'control';
  /** 1 is the likeliest. */
  readonly rank: number;
  /** Before penalties, cuts and temperature: the model's own, from 0 to 1. */
  readonly probability: number;
  /** Whether top-k, top-p and min-p (greedy: being the likeliest) left it to be drawn, after penalties. */
  readonly kept: boolean;
  /** With which it was drawn, from 0 to 1: after penalties, cuts and temperature. */
  readonly sampledProbability: number;
}

/** What a model could have said at one place of an answer. */
export interface TokenExplanation {
  /** What it said. */
  readonly taken: TokenCandidate;
  /** The likeliest, best first. */
  readonly top: readonly TokenCandidate[];
}

/**
 * What the engine tells of tokens. Methods reject with `NotFound` if no model is loaded, and with `SettingInvalid` for ids
 * that the model does not have.
 */
export interface TokenApi {
  /** Counts a conversation's tokens, without the GPU: also while an answer is made. */
  countTokens(conversation: Conversation): Promise<TokenCounts>;
  /** Counts the tokens of a draft or an attachment, without the GPU: also while an answer is made. */
  countText(text: string): Promise<number>;
  /**
   * The text of each id of an answer to this conversation, by index; joined, each part is the answer's `text` or
   * `thinking` (a stop string and what follows it come behind their end). Without the GPU.
   */
  tokenTexts(conversation: Conversation, tokens: readonly number[]): Promise<readonly TokenText[]>;
  /**
   * What stood to choose from where `tokens[index]` was taken: runs what comes before it, mostly out of the cache. `top`
   * is 10 if it is missing. A form that the answer was held to is not looked at: what the model itself would have said may
   * be what the form did not allow. Resolves to `null` if stopped. Rejects with `FileBusy` while an answer is made, with
   * `SettingInvalid` for an index that is none, and with `ContextFull`.
   */
  explainToken(
    request: Conversation & Pick<GenerateRequest, 'sampler'>,
    tokens: readonly number[],
    index: number,
    top?: number,
  ): Promise<TokenExplanation | null>;
}

/** What the engine worker does. Every method may reject with an EngineError. */
export interface EngineApi extends TokenApi, BenchmarkApi {
  /** Looks for a GPU without keeping it busy. */
  probe(): Promise<GpuReport>;
  /**
   * Bytes that the device moves in a second, read and written together, by copying 128 MiB a dozen times. It takes the GPU
   * for a moment, so it is asked where nothing runs. Rejects with `GpuUnavailable` or `GpuOutOfMemory`.
   */
  measureBandwidth(): Promise<number>;
  /** What was measured on this device for the models that were loaded on it, what saves most first. */
  measuredProducts(): Promise<readonly MeasuredProduct[]>;
  /**
   * Loads a complete file of the store by its id, or a model from the disk; replaces the model that was there. Resolves to
   * `null` if stopped. `onProgress` is a comlink proxy.
   */
  load(
    model: string | LocalModel,
    options: LoadOptions,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<LoadedModel | null>;
  /** Reads what is to be known of a complete file of the store. Needs no GPU. */
  card(id: string): Promise<ModelCard>;
  /** Frees the GPU. No effect if nothing is loaded. */
  unload(): Promise<void>;
  /**
   * Answers a conversation. One at a time. `onEvent` is a comlink proxy. Rejects with `ContextFull` where the prompt leaves
   * no room, or in the middle of an answer, whose text has come, where the device has no memory for a longer one.
   */
  generate(request: GenerateRequest, onEvent: (event: GenerateEvent) => void): Promise<GenerateResult>;
  /** Ends a running load or answer as soon as the work in flight is done. No effect if none runs. */
  stop(): Promise<void>;
}
