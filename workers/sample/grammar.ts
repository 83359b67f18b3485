/** What an answer is held to, as the engine asks for it: which tokens may come next. What knows it works in a worker of its own. */
import type { AnswerFormat } from '../protocol/engine.ts';

/** Bits of allowed tokens, (⌈vocabulary / 32⌉) u32, the lowest bit first; `null` where the form is complete. */
export type TokenMask = Uint32Array<ArrayBuffer> | null;

/** What is to be known of a model's tokens. */
export interface GrammarTokens {
  /** The bytes of all tokens, one behind another; control tokens have none, and no form allows them. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each token's bytes end, by id. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** Rows of logits; ids from `ends.length` on stand for nothing. */
  readonly vocabularySize: number;
  /** What ends an answer: allowed once the form may end. */
  readonly endIds: readonly number[];
}

/** One model's forms, one answer at a time. Methods reject with `SettingInvalid` or `WorkerFailed`. */
export interface Grammar {
  /** Begins an answer: the tokens that may come first. Rejects with `SettingInvalid` for a form that cannot be held. */
  begin(format: AnswerFormat): Promise<TokenMask>;
  /** Tokens were said: what may come behind them. Rejects with `SettingInvalid` for one that the form does not allow. */
  accept(ids: readonly number[]): Promise<TokenMask>;
  /** Ends it. */
  end(): void;
}

/** Makes the forms of one model. Rejects with `WorkerFailed`. */
export type OpenGrammar = (tokens: GrammarTokens) => Promise<Grammar>;
