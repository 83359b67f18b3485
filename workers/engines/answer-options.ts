/** What an answer is made with and what it gives, once its prompt is ids. */
import type { GpuCounts } from '../gpu/gpu.ts';
import type { Conversation, GenerateRequest, GenerateResult } from '../protocol/engine.ts';
import type { PrefixIds } from './answer-prefix.ts';

/** What an answer is made with. */
export type AnswerOptions = Omit<GenerateRequest, keyof Conversation | 'prefix'> & {
  /** What the answer begins with already. */
  readonly prefix?: PrefixIds;
  /** When the answer was asked for, as `performance.now()` has it; now if it is missing. */
  readonly askedAt?: number;
  /** Whether an answer that is held to a form may begin with a thought, where the model has such; default true. */
  readonly thinks?: boolean;
  /** Leaves thoughts in the text, with their marks, for tools. */
  readonly verbatim?: boolean;
};

/** An answer with what it cost. */
export interface Answer extends GenerateResult {
  /** Calls to the GPU for each decode step. */
  readonly countsPerToken: GpuCounts;
}
