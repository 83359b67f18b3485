/** The contract between the library build and its worker: one model, from a file, an address or the store. */
import type { GenerateEvent, GenerateResult, LoadOptions, LoadProgress, TokenCounts } from './engine.ts';
import type { ModelSource, ModelSummary, TransferProgress } from './model.ts';
import type { ToolConversation, ToolRequest } from './tools.ts';

/** Where the model is: one of this origin's store, on the person's device, or at an address, from where it is stored. */
export type ApiModel =
  { readonly kind: 'stored'; readonly id: string } | Extract<ModelSource, { kind: 'file' | 'files' | 'url' }>;

/** Whether a model can be used, as far as that is known before it is loaded. */
export type ApiAvailability = 'unavailable' | 'downloadable' | 'available';

/** How far a load is: fetched and checked first, where it comes from an address. */
export type ApiProgress =
  | Pick<LoadProgress, 'phase' | 'loadedBytes' | 'totalBytes'>
  | { readonly phase: TransferProgress['phase']; readonly loadedBytes: number; readonly totalBytes: number };

/** What runs once a load is done. */
export interface ApiLoaded {
  /** What it can be asked for. */
  readonly kind: 'chat' | 'embedding';
  /** Its id in the store; `NOT_KEPT` for a file on the person's device. */
  readonly id: string;
  readonly summary: ModelSummary;
  readonly contextLength: number;
}

/** One text as numbers. */
export interface Embedded {
  /** (embeddingLength), of length 1. */
  readonly values: Float32Array;
  readonly tokens: number;
}

/** What the library build's worker does. Every method may reject with an EngineError. */
export interface ApiEngine {
  /** Asks no network. */
  availability(model: ApiModel): Promise<ApiAvailability>;
  /** Brings the model into the store where it comes from an address, and loads it. `onProgress` is a comlink proxy. */
  load(model: ApiModel, options: LoadOptions, onProgress: (progress: ApiProgress) => void): Promise<ApiLoaded>;
  /** Answers a conversation. One at a time. `onEvent` is a comlink proxy. */
  generate(request: ToolRequest, onEvent: (event: GenerateEvent) => void): Promise<GenerateResult>;
  /** Counts a conversation's tokens, also while an answer is made. */
  countTokens(conversation: ToolConversation): Promise<TokenCounts>;
  /** Ends a running answer. No effect if none runs. */
  stop(): Promise<void>;
  /** The embedding of a text, or of ids as they are. One at a time. */
  embed(text: string | readonly number[]): Promise<Embedded>;
}
