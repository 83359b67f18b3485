/** Keeps tokens of an answer in flight: the next steps run on the GPU while an id is still on its way back. Knows no text. */
import type { Step } from '../gpu/recorder.ts';
import { type Runner, TOKENS_IN_FLIGHT } from './runner.ts';

/** Where an answer's loop begins. */
export interface LoopStart {
  /** Where the first id stands in the sequence; it is sampled, and has not run. */
  readonly position: number;
  readonly first: number;
  /** The most ids that the loop gives, the first one included. */
  readonly limit: number;
}

/** The ids of one answer, in the order in which they are sampled. */
export class AnswerLoop {
  readonly #runner: Runner;
  readonly #sampling: readonly Step[];
  readonly #start: LoopStart;
  readonly #inFlight: Promise<number>[];
  /** Ids so far, in flight included. */
  #sampled = 1;

  constructor(runner: Runner, sampling: readonly Step[], start: LoopStart) {
    this.#runner = runner;
    this.#sampling = sampling;
    this.#start = start;
    this.#inFlight = [Promise.resolve(start.first)];
  }

  /** Ids that were decoded: all but the first, those in flight included. */
  get decodedTokens(): number {
    return this.#sampled - 1;
  }

  /** Where the sequence ends that has run, and whose keys and values are in the cache. */
  get ranThrough(): number {
    return this.#start.position + this.decodedTokens;
  }

  /** The next id; at most `limit` times. */
  async next(): Promise<number> {
    while (this.#inFlight.length < TOKENS_IN_FLIGHT && this.#sampled < this.#start.limit) {
      this.#inFlight.push(this.#runner.decode(this.ranThrough, this.#sampling).token);
      this.#sampled++;
    }
    return this.#inFlight.shift()!;
  }

  /** Waits for the ids that were already on their way when the answer ended. */
  rest(): Promise<number[]> {
    return Promise.all(this.#inFlight.splice(0));
  }
}
