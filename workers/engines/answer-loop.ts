/** Keeps tokens of an answer in flight: the next steps run on the GPU while an id is still on its way back. Knows no text. */
import type { Step } from '../gpu/recorder.ts';
import type { PipelineDepth } from './pipeline-depth.ts';
import type { Runner } from './runner.ts';

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
  readonly #depth: PipelineDepth;
  readonly #sampling: readonly Step[];
  readonly #start: LoopStart;
  readonly #inFlight: Promise<number>[];
  /** Ids so far, in flight included. */
  #sampled = 1;

  constructor(runner: Runner, depth: PipelineDepth, sampling: readonly Step[], start: LoopStart) {
    this.#runner = runner;
    this.#depth = depth;
    this.#sampling = sampling;
    this.#start = start;
    this.#inFlight = [Promise.resolve(start.first)];
    depth.interrupt();
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
    const { depth } = this.#depth;
    while (this.#inFlight.length < depth && this.#sampled < this.#start.limit) {
      this.#inFlight.push(this.#runner.decode(this.ranThrough, this.#sampling).token);
      this.#sampled++;
    }
    const full = this.#inFlight.length === depth;
    const id = await this.#inFlight.shift()!;
    if (full) this.#depth.arrive(performance.now());
    else this.#depth.interrupt();
    return id;
  }

  /** Waits for the ids that were already on their way when the answer ended. */
  rest(): Promise<number[]> {
    return Promise.all(this.#inFlight.splice(0));
  }
}
