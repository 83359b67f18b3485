/**
 * Runs the steps of an answer one at a time and reads each one's logits, for who asks for probabilities: no pipeline, no
 * drafts. In place of `AnswerLoop`, whose ids it gives.
 */
import type { Step } from '../gpu/recorder.ts';
import type { PlaceLogprobs, TokenLogprob } from '../protocol/logprobs.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { shownToken } from './explain-token.ts';
import type { Runner, StepResult } from './runner.ts';
import { likeliest, logSoftmax } from './softmax.ts';

/** The ids of one answer, with their log-probabilities. */
export class LogprobLoop {
  readonly draftedTokens = 0;
  readonly acceptedTokens = 0;
  /** Ids that were decoded: all but the first. */
  decodedTokens = 0;
  readonly #model: { readonly runner: Pick<Runner, 'decode' | 'reserve'>; readonly tokenizer: Tokenizer };
  readonly #sampling: readonly Step[];
  readonly #position: number;
  readonly #top: number;
  /** The prefill's step, until its id was given. */
  #first: StepResult | null;
  #places: PlaceLogprobs[] = [];

  /** `first` is the step, with logits, that ended the prefill of `position` ids. */
  constructor(
    model: { readonly runner: Pick<Runner, 'decode' | 'reserve'>; readonly tokenizer: Tokenizer },
    sampling: readonly Step[],
    { first, position, top }: { readonly first: StepResult; readonly position: number; readonly top: number },
  ) {
    this.#model = model;
    this.#sampling = sampling;
    this.#first = first;
    this.#position = position;
    this.#top = top;
  }

  /** Where the sequence ends that has run, and whose keys and values are in the cache. */
  get ranThrough(): number {
    return this.#position + this.decodedTokens;
  }

  /** The next id. */
  async next(): Promise<number> {
    const step = this.#first ?? (await this.#decode());
    this.#first = null;
    const [id, logits] = await Promise.all([step.token, step.logits!]);
    this.#places.push(placeLogprobs(logits, id, this.#top, this.#model.tokenizer));
    return id;
  }

  async #decode(): Promise<StepResult> {
    const { runner } = this.#model;
    await runner.reserve(this.ranThrough + 1);
    const step = runner.decode(this.ranThrough, this.#sampling, true);
    this.decodedTokens++;
    return step;
  }

  /** What was told since the last call: an end of turn is taken along where text was held back until it. */
  take(): PlaceLogprobs[] {
    const { endIds } = this.#model.tokenizer;
    return this.#places.splice(0).filter(({ id }) => !endIds.has(id));
  }

  /** Nothing is ever in flight. */
  rest(): Promise<number[]> {
    return Promise.resolve([]);
  }
}

/** What logits (vocabulary) before any sampler say of the id that was taken, and of the likeliest. */
function placeLogprobs(logits: Float32Array, taken: number, top: number, tokenizer: Tokenizer): PlaceLogprobs {
  const logprobs = logSoftmax(logits);
  const told = (id: number): TokenLogprob => {
    const { kind, text } = shownToken(id, tokenizer);
    const bytes = kind === 'control' ? null : [...tokenizer.tokenBytes(id)];
    return { id, text, bytes, logprob: logprobs[id]! };
  };
  return { ...told(taken), top: likeliest(logits, top).map(told) };
}
