/**
 * Decides when drafts are worth running, and keeps account of what they cost: speculative decoding (Leviathan and others
 * 2023) with drafts that cost nothing.
 *
 * The sampler's noise hangs on seed, place and token alone. So a draft is right where the model itself draws the same id,
 * and an answer is the same, id by id, with drafts and without. What is at stake is time alone, and three rules keep it:
 * - Drafts are judged by what is written anyway, whether they run or not; none runs before enough of its kind were right.
 * - A step with drafts is timed, and must pay against the device's own pace without.
 * - What drafts have lost is paid back, a small share of each later token, before another one runs.
 */
import { type Draft, LONGEST_MATCH, lookUpDraft } from './draft-lookup.ts';

/** What a step verifies at most, besides the token before: matrix × vector kernels take eight columns. */
export const MAX_DRAFTS = 7;

/** Whether drafts run: never, where they pay (default), or wherever there is one, for tests. */
export type SpeculationMode = 'off' | 'auto' | 'always';

/** Share of each token's time that goes to pay for drafts that were wrong. */
const LOSS_SHARE = 0.02;

/** The most that drafts may have gained before what they lose counts, in tokens. */
const MAX_CREDIT_TOKENS = 16;

/** What a step with drafts is taken to cost before the first one, in tokens: low, so that it is tried where drafts are right. */
const ASSUMED_STEP_TOKENS = 1.5;

/** By how much it must pay: timings scatter. */
const LEAST_GAIN = 1.1;

/** Weight of the latest in running means of accepted drafts and of steps' times. */
const LATEST_DRAFT = 1 / 8;
const LATEST_STEP = 1 / 4;

/** By this a step's time is forgotten with each token without drafts: one bad measurement is no verdict. */
const STEP_DECAY = 0.998;

/** The drafts of one loaded model, answer after answer. */
export class Speculation {
  readonly #always: boolean;
  readonly #prepare: () => Promise<void>;
  #prepared: 'no' | 'coming' | 'yes' = 'no';
  /** Drafts that turn out right, by how many ids matched (from 1). */
  readonly #expected = new Array<number>(LONGEST_MATCH).fill(0);
  #stepMs: number | null = null;
  /** Whether a step with drafts ran: in the first one drivers finish compiling, so its time says nothing. */
  #warm = false;
  /** Tokens gained by drafts; none runs while they have lost more. */
  #balance = 0;
  #ids: number[] = [];
  /** The draft that the next ids are held against, and how many of it were right. */
  #judged: Draft | null = null;
  #right = 0;

  /** @param prepare makes the kernels that verify drafts; asked for once, when they first promise to pay */
  constructor(mode: Exclude<SpeculationMode, 'off'>, prepare: () => Promise<void>) {
    this.#always = mode === 'always';
    this.#prepare = prepare;
  }

  /** A new answer, behind these ids. */
  begin(ids: readonly number[]): void {
    this.#ids = [...ids];
    this.#judged = null;
  }

  /** The next id of the text, however it came. */
  add(id: number): void {
    this.#ids.push(id);
    if (this.#judged) {
      const { ids, matched } = this.#judged;
      const isRight = ids[this.#right] === id;
      if (isRight) this.#right++;
      if (!isRight || this.#right === ids.length) {
        const before = this.#expected[matched - 1]!;
        this.#expected[matched - 1] = before + LATEST_DRAFT * (this.#right - before);
        this.#judged = null;
      }
    }
    if (!this.#judged) this.#judge(lookUpDraft(this.#ids, MAX_DRAFTS));
  }

  /**
   * Ids to run behind the text, at most `most`; none where that would not pay.
   *
   * @param msPerToken the device's pace without drafts; `null` if it is not known yet
   */
  async draft(most: number, msPerToken: number | null): Promise<readonly number[]> {
    if (most < 1 || !(this.#always || this.#mayPay(msPerToken))) return [];
    if (this.#prepared !== 'yes') await this.#makeReady();
    if (this.#prepared !== 'yes') return [];
    const draft = lookUpDraft(this.#ids, MAX_DRAFTS);
    if (draft === null) return [];
    const expected = this.#expected[draft.matched - 1]!;
    if (!this.#always && !this.#pays(expected, msPerToken!)) return [];
    // Where more columns cost more, far more of them than will be right are a loss.
    const length = this.#always ? MAX_DRAFTS : Math.ceil(2 * expected) + 1;
    const ids = draft.ids.slice(0, Math.min(length, most));
    this.#judge({ ids, matched: draft.matched });
    return ids;
  }

  /** A step with drafts gave so many ids in so much time. */
  verified(elapsedMs: number, tokens: number, msPerToken: number | null): void {
    if (!this.#warm) {
      this.#warm = true;
      return;
    }
    this.#stepMs = (this.#stepMs ?? elapsedMs) * (1 - LATEST_STEP) + elapsedMs * LATEST_STEP;
    this.charge(elapsedMs, tokens, msPerToken);
  }

  /** So many ids took so much time because of drafts: the step itself, or a pipeline that ran empty for one. */
  charge(elapsedMs: number, tokens: number, msPerToken: number | null): void {
    if (msPerToken === null) return;
    this.#balance = Math.min(MAX_CREDIT_TOKENS, this.#balance + tokens - elapsedMs / msPerToken);
  }

  /** An id came at the device's own pace. */
  payBack(): void {
    if (this.#balance < 0) this.#balance += LOSS_SHARE;
    if (this.#stepMs !== null) this.#stepMs *= STEP_DECAY;
  }

  #judge(draft: Draft | null): void {
    this.#judged = draft;
    this.#right = 0;
  }

  #mayPay(msPerToken: number | null): boolean {
    return (
      msPerToken !== null && this.#balance >= 0 && this.#expected.some((expected) => this.#pays(expected, msPerToken))
    );
  }

  #pays(expected: number, msPerToken: number): boolean {
    return 1 + expected > (LEAST_GAIN * (this.#stepMs ?? ASSUMED_STEP_TOKENS * msPerToken)) / msPerToken;
  }

  /** Tests wait for the kernels; an answer goes on without them. */
  async #makeReady(): Promise<void> {
    if (this.#prepared === 'coming') return;
    this.#prepared = 'coming';
    const made = this.#prepare().then(
      () => {
        this.#prepared = 'yes';
      },
      () => undefined, // the model is gone, or the device: what comes next will say so
    );
    if (this.#always) await made;
  }
}
