/** What a model's file and card tell of the text that it was trained on. */

/** The corpus of a run. */
export interface CorpusFacts {
  readonly conversations: number;
  /** UTF-8 bytes of all messages. */
  readonly bytes: number;
  readonly sha256: string;
  /**
   * The corpora of the runs that this one began with, first to last; none if it began with random weights. `untilTokens` is
   * what that run's log said last: its checkpoint may be up to one report further.
   */
  readonly before: readonly { readonly sha256: string; readonly untilTokens: number }[];
}
