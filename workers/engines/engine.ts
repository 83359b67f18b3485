/** What every engine is to the worker's service: a loaded model that answers prompts of ids, whatever computes it. */
import type {
  EngineLack,
  GenerateEvent,
  GenerateRequest,
  GenerateResult,
  LoadedModel,
  LoadOptions,
  LoadProgress,
  TokenExplanation,
} from '../protocol/engine.ts';
import type { OpenModel } from '../store/stored-file.ts';
import type { ChatTemplate } from '../text/chat-template.ts';
import type { AnswerOptions } from './answer-options.ts';
import type { ModelText } from './model-text.ts';

/** A loaded model. One answer at a time. */
export interface Engine {
  /** What computes, as a chat's record names it. */
  readonly name: string;
  /** See `LoadedModel.script`. */
  readonly script?: string;
  /** What it cannot do; asked for it, it rejects with `SettingInvalid`. */
  readonly lacks: readonly EngineLack[];
  readonly model: Pick<
    LoadedModel,
    'summary' | 'contextLength' | 'quantized' | 'gpuBytes' | 'contextBytes' | 'loadMs'
  > & {
    readonly template: ChatTemplate;
  };
  /** What the model makes of text, and of ids. */
  readonly text: ModelText;
  /**
   * Answers a prompt of ids. Aborting is an outcome (`stopped`). `tokens` receives the new ids as they come; those that are
   * there already are taken as said. Rejects with `ContextFull`, or with `SettingInvalid` for what it lacks.
   */
  answer(
    promptIds: readonly number[],
    options: AnswerOptions,
    onEvent: (event: GenerateEvent) => void,
    signal: AbortSignal,
    tokens: number[],
  ): Promise<GenerateResult>;
  /** See `TokenApi.explainToken`. */
  explainToken(
    promptIds: readonly number[],
    tokens: readonly number[],
    index: number,
    sampler: GenerateRequest['sampler'],
    top: number | undefined,
    signal: AbortSignal,
  ): Promise<TokenExplanation | null>;
  /** Frees what the model takes. */
  dispose(): void | Promise<void>;
}

/** Loads an open model. Rejects with an EngineError, or with the signal's reason if aborted. */
export type OpenEngine = (
  opened: OpenModel,
  options: LoadOptions,
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal,
) => Promise<Engine>;
