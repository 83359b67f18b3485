/**
 * Runs the steps of an answer that is held to a form. What may come next hangs on the latest token, so only one is drawn at a
 * time and no drafts run; but the model runs on behind it before its id is back, and meanwhile the CPU finds what may follow.
 */
import type { Step } from '../gpu/recorder.ts';
import type { AnswerForm } from './answer-form.ts';
import type { LoopStart } from './answer-loop.ts';
import type { Runner } from './runner.ts';

/** The ids of one answer, in the order in which they are drawn. */
export class HeldLoop {
  readonly draftedTokens = 0;
  readonly acceptedTokens = 0;
  readonly #runner: Pick<Runner, 'forward' | 'reserve' | 'sample'>;
  readonly #form: Pick<AnswerForm, 'writeMask' | 'accept'>;
  readonly #sampling: readonly Step[];
  readonly #position: number;
  readonly #limit: number;
  #latest: number;
  #given = 0;
  #ran = 0;

  constructor(
    runner: Pick<Runner, 'forward' | 'reserve' | 'sample'>,
    form: Pick<AnswerForm, 'writeMask' | 'accept'>,
    sampling: readonly Step[],
    { ids, first, limit }: LoopStart,
  ) {
    this.#runner = runner;
    this.#form = form;
    this.#sampling = sampling;
    this.#position = ids.length;
    this.#limit = limit;
    this.#latest = first;
  }

  /** Ids that were decoded: all but the first, and what ran behind the last. */
  get decodedTokens(): number {
    return this.#ran;
  }

  /** Where the sequence ends whose keys and values are in the cache. */
  get ranThrough(): number {
    return this.#position + this.#ran;
  }

  /** The next id; `null` where the form is complete. At most `limit` times. */
  async next(): Promise<number | null> {
    if (this.#given++ === 0) {
      await this.#runOn();
      return this.#latest;
    }
    await this.#form.accept(this.#latest);
    if (!this.#form.writeMask()) return null;
    const drawn = this.#runner.sample(this.ranThrough - 1, this.#sampling);
    await this.#runOn();
    return (this.#latest = await drawn);
  }

  /** Nothing is on its way. */
  rest(): Promise<number[]> {
    return Promise.resolve([]);
  }

  /** Runs the id that was drawn last, which is on the GPU alone as yet; not the answer's last, behind which nothing comes. */
  async #runOn(): Promise<void> {
    if (this.#ran + 1 >= this.#limit) return;
    await this.#runner.reserve(this.ranThrough + 1);
    this.#runner.forward(this.ranThrough);
    this.#ran++;
  }
}
