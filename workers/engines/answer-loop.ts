/**
 * Runs the steps of an answer: the next ones are under way while an id is still on its way back, or drafts of the next ids
 * are verified in one step. Knows no text.
 */
import type { Step } from '../gpu/recorder.ts';
import type { PipelineDepth } from './pipeline-depth.ts';
import type { Runner } from './runner.ts';
import type { Speculation } from './speculation.ts';

/** What the loop runs with, from answer to answer. */
export interface LoopModel {
  readonly runner: Pick<Runner, 'decode' | 'verify' | 'hasRoom' | 'reserve'>;
  readonly depth: PipelineDepth;
  /** `null`: no drafts. */
  readonly speculation: Speculation | null;
}

/** Where an answer's loop begins. */
export interface LoopStart {
  /** The whole sequence so far, all of it in the cache. */
  readonly ids: readonly number[];
  /** The id behind them: sampled, not yet run. */
  readonly first: number;
  /** The most ids that the loop gives, the first one included. */
  readonly limit: number;
}

/** The ids of one answer, in the order in which they are sampled. */
export class AnswerLoop {
  /** Ids that were run as drafts. */
  draftedTokens = 0;
  /** How many of them were what the model drew. */
  acceptedTokens = 0;
  readonly #model: LoopModel;
  readonly #sampling: readonly Step[];
  readonly #position: number;
  readonly #limit: number;
  /** Ids that came back together with an earlier one. */
  readonly #ready: number[] = [];
  readonly #inFlight: Promise<number>[];
  /** Ids so far, in flight included. */
  #sampled = 1;
  #latestMs = performance.now();
  /** Whether the pipeline runs empty, or fills again, because of drafts. */
  #drained = false;

  constructor(model: LoopModel, sampling: readonly Step[], { ids, first, limit }: LoopStart) {
    this.#model = model;
    this.#sampling = sampling;
    this.#position = ids.length;
    this.#limit = limit;
    this.#inFlight = [Promise.resolve(first)];
    model.depth.interrupt();
    model.speculation?.begin(ids);
  }

  /** Ids that were decoded: all but the first, those in flight included. */
  get decodedTokens(): number {
    return this.#sampled - 1;
  }

  /** Where the sequence ends that has run, and whose keys and values are in the cache. */
  get ranThrough(): number {
    return this.#position + this.decodedTokens;
  }

  /** The next id; at most `limit` times. Rejects with `ContextFull` where the cache cannot grow; all ids before it have come. */
  async next(): Promise<number> {
    if (this.#ready.length === 0) await this.#fetch();
    return this.#ready.shift()!;
  }

  /** Waits for the ids that were already on their way when the answer ended. */
  async rest(): Promise<number[]> {
    return [...this.#ready.splice(0), ...(await Promise.all(this.#inFlight.splice(0)))];
  }

  /** One id more at least is ready. */
  async #fetch(): Promise<void> {
    const { runner, depth, speculation } = this.#model;
    const pace = depth.settled ? depth.msPerToken : null;
    // A step gives an id more than it has drafts.
    const drafts = speculation ? await speculation.draft(this.#limit - this.#sampled - 1, pace) : [];
    if (speculation && drafts.length > 0) {
      this.#drained = true;
      if (this.#inFlight.length === 0) {
        await this.#makeRoom(drafts.length + 1);
        await this.#verify(speculation, drafts, pace);
        return;
      }
      // What is in flight comes first: drafts go behind it.
    } else {
      if (this.#inFlight.length === 0) await this.#makeRoom(1);
      // Where the cache has to grow, what is in flight arrives first.
      const mayRun = (): boolean => this.#sampled < this.#limit && runner.hasRoom(this.ranThrough + 1);
      while (this.#inFlight.length < depth.depth && mayRun()) {
        this.#inFlight.push(runner.decode(this.ranThrough, this.#sampling).token);
        this.#sampled++;
      }
    }
    const full = this.#inFlight.length === depth.depth;
    const id = await this.#inFlight.shift()!;
    const nowMs = performance.now();
    if (!full) depth.interrupt();
    if (full && depth.arrive(nowMs)) {
      this.#drained = false;
      speculation?.payBack();
    } else if (this.#drained) speculation?.charge(nowMs - this.#latestMs, 1, pace);
    this.#come([id], nowMs);
  }

  /** Lets the cache grow, where so many tokens more need it; nothing is in flight. That takes its time once, and no pace tells of it. */
  async #makeRoom(tokens: number): Promise<void> {
    const { runner, depth } = this.#model;
    if (runner.hasRoom(this.ranThrough + tokens)) return;
    await runner.reserve(this.ranThrough + tokens);
    depth.interrupt();
    this.#latestMs = performance.now();
  }

  /** Runs the latest id and drafts behind it: right is what the model draws itself, up to the first that differs. */
  async #verify(speculation: Speculation, drafts: readonly number[], pace: number | null): Promise<void> {
    const { runner, depth } = this.#model;
    const sampled = await runner.verify(this.ranThrough, drafts, this.#sampling);
    const nowMs = performance.now();
    let accepted = 0;
    while (accepted < drafts.length && sampled[accepted] === drafts[accepted]) accepted++;
    const ids = sampled.subarray(0, accepted + 1);
    this.#sampled += ids.length;
    this.draftedTokens += drafts.length;
    this.acceptedTokens += accepted;
    depth.interrupt();
    speculation.verified(nowMs - this.#latestMs, ids.length, pace);
    this.#come(ids, nowMs);
  }

  #come(ids: Iterable<number>, nowMs: number): void {
    this.#latestMs = nowMs;
    for (const id of ids) {
      this.#ready.push(id);
      this.#model.speculation?.add(id);
    }
  }
}
