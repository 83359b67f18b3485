/** The engine worker's API: one model on the GPU, one conversation in its KV cache. It has no network. */
import type { ModelSummary } from './model.ts';

/** What the engine found when it looked for a GPU. */
export type GpuReport =
  | { readonly kind: 'available'; readonly adapter: AdapterSummary }
  | {
      readonly kind: 'unavailable';
      readonly reason: 'insecure-context' | 'no-webgpu' | 'no-adapter' | 'limits-too-small';
      readonly detail: string;
    };

/** The adapter as the browser describes it; strings may be empty (Firefox, private modes). */
export interface AdapterSummary {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly features: readonly string[];
  /** Whether kernels store in f16 on this device. */
  readonly f16: boolean;
  readonly subgroups: boolean;
  /** Runs on the CPU: slow. */
  readonly isFallback: boolean;
  readonly maxBufferBytes: number;
}

/** What weights can be made smaller to as they are loaded: 8.5 or 4.5 bits each. */
export type QuantizedType = 'Q8_0' | 'Q4_0';

/** How a model is brought up. */
export interface LoadOptions {
  /** Tokens that the KV cache holds; the default is the smaller of the model's own context and 4,096. */
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
}

/** How far a load is: the file's bytes read from the store and put on the GPU, then kernels made. */
export interface LoadProgress {
  readonly phase: 'reading' | 'compiling';
  readonly loadedBytes: number;
  readonly totalBytes: number;
  readonly remainingMs: number | null;
}

/** How conversations are written for a model. */
export interface ChatTemplateFacts {
  /** The file's own template; else one that goes with the architecture; else none: the model continues a text. */
  readonly origin: 'file' | 'architecture' | 'none';
  /** The well-known format that it writes; `null` for a custom template and for none. */
  readonly format: string | null;
  /** What it puts before the first turn of itself, control tokens included. Empty where nothing, or not known. */
  readonly opening: string;
  /** Whether the model thinks where nobody says; `null` where the template has no switch for it. */
  readonly thinkingSwitch: boolean | null;
  /** The template in Jinja, cut at 256 Ki characters. From a stranger: text to show, nothing more. */
  readonly text: string;
}

/** What runs once a load is done. */
export interface LoadedModel {
  readonly id: string;
  readonly summary: ModelSummary;
  readonly contextLength: number;
  readonly chatTemplate: ChatTemplateFacts;
  /** What floats became, if that was asked for. */
  readonly quantized: QuantizedType | null;
  /** Bytes on the GPU: weights, KV cache, scratch. */
  readonly gpuBytes: { readonly weights: number; readonly kvCache: number; readonly scratch: number };
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

/** A request for one answer. */
export interface GenerateRequest {
  readonly messages: readonly ChatMessage[];
  readonly sampler: SamplerSettings;
  /** At most this many tokens; the context's end is a bound too. */
  readonly maxTokens?: number;
  readonly stopStrings?: readonly string[];
  /** Whether the model thinks first, where its template has a switch for it; missing: as the template has it. */
  readonly thinking?: boolean;
}

/** What arrives while an answer is made. Text and thoughts are whole code points, in order. */
export type GenerateEvent =
  | {
      readonly kind: 'prefill';
      readonly doneTokens: number;
      readonly totalTokens: number;
      readonly reusedTokens: number;
    }
  | { readonly kind: 'text' | 'thinking'; readonly text: string; readonly tokens: number };

/** Why an answer ended. */
export type FinishReason = 'end-of-turn' | 'max-tokens' | 'stop-string' | 'context-full' | 'stopped';

/** How an answer went. */
export interface GenerateResult {
  readonly text: string;
  /** What the model thought before, apart from the text; empty where it did not. */
  readonly thinking: string;
  /** How long it thought; 0 where it did not. */
  readonly thinkingMs: number;
  readonly finishReason: FinishReason;
  readonly promptTokens: number;
  /** Prompt tokens whose KV entries were still there from earlier turns. */
  readonly reusedTokens: number;
  readonly generatedTokens: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
}

/** What the engine worker does. Every method may reject with an EngineError. */
export interface EngineApi {
  /** Looks for a GPU without keeping it busy. */
  probe(): Promise<GpuReport>;
  /**
   * Loads a complete file of the store; replaces the model that was there. Resolves to `null` if stopped. `onProgress` is
   * a comlink proxy.
   */
  load(id: string, options: LoadOptions, onProgress: (progress: LoadProgress) => void): Promise<LoadedModel | null>;
  /** Frees the GPU. No effect if nothing is loaded. */
  unload(): Promise<void>;
  /** Answers a conversation. One at a time. `onEvent` is a comlink proxy. */
  generate(request: GenerateRequest, onEvent: (event: GenerateEvent) => void): Promise<GenerateResult>;
  /** Ends a running load or answer as soon as the work in flight is done. No effect if none runs. */
  stop(): Promise<void>;
}
