/**
 * How many tokens to keep in flight on this device, found by measuring the first ones of its answers.
 *
 * A deeper pipeline hides a dearer readback (browsers that look for finished work only now and then), but more work is for
 * nothing when an answer ends, and a stop waits for it. So the depth doubles only while that makes tokens come faster.
 */
import { EngineError } from '../protocol/errors.ts';

/** The most tokens in flight: what an end of turn wastes at most, and one more. */
export const MAX_TOKENS_IN_FLIGHT = 8;

/** Tried in this order. */
const DEPTHS = [2, 4, MAX_TOKENS_IN_FLIGHT] as const;

/** A multiple of each depth: where ids come back in bursts of the depth, a window holds whole bursts. */
const WINDOW_TOKENS = 16;

/** The faster one of so many windows counts: what else a device does can only slow it down. */
const WINDOWS_PER_DEPTH = 2;

/** By how much tokens must come faster to go deeper; timings of a window scatter by a few in a hundred. */
const LEAST_GAIN = 1.05;

/** The depth of one loaded model. Times are those of `performance.now()`. */
export class PipelineDepth {
  /** Tokens to keep in flight. */
  depth: number;
  /** Milliseconds between two tokens of the latest window; `null` before the first one. */
  msPerToken: number | null = null;
  #settled: boolean;
  /** Tokens until times count: the pipeline has to fill first. */
  #unsteady: number;
  #windowStartMs = 0;
  #windowTokens = 0;
  #windows = 0;
  #bestMs = Infinity;
  #shallowerMs = Infinity;

  /**
   * @param fixed a depth to keep instead of a measured one, a whole number from 1 to MAX_TOKENS_IN_FLIGHT. Throws
   * `SettingInvalid` for any other
   */
  constructor(fixed?: number) {
    if (fixed !== undefined && !(Number.isInteger(fixed) && fixed >= 1 && fixed <= MAX_TOKENS_IN_FLIGHT)) {
      throw new EngineError('SettingInvalid', {
        what: 'The number of tokens in flight is out of range',
        expected: `a whole number from 1 to ${MAX_TOKENS_IN_FLIGHT}`,
        got: fixed,
      });
    }
    this.depth = fixed ?? DEPTHS[0];
    this.#settled = fixed !== undefined;
    this.#unsteady = this.depth;
  }

  /** Whether the depth is chosen for good. */
  get settled(): boolean {
    return this.#settled;
  }

  /** The pipeline was not full: times count anew once it has filled. */
  interrupt(): void {
    this.#unsteady = this.depth;
    this.#windowTokens = 0;
  }

  /** A token came back while the pipeline was full. Whether its time counted. */
  arrive(nowMs: number): boolean {
    if (this.#unsteady > 0) {
      this.#unsteady--;
      this.#windowStartMs = nowMs;
      return false;
    }
    if (++this.#windowTokens === WINDOW_TOKENS) this.#endWindow(nowMs);
    return true;
  }

  #endWindow(nowMs: number): void {
    this.msPerToken = (nowMs - this.#windowStartMs) / WINDOW_TOKENS;
    this.#bestMs = Math.min(this.#bestMs, this.msPerToken);
    this.#windowStartMs = nowMs;
    this.#windowTokens = 0;
    this.#windows++;
    if (!this.#settled && this.#windows === WINDOWS_PER_DEPTH) this.#choose();
  }

  #choose(): void {
    const deeper = DEPTHS.find((depth) => depth > this.depth);
    const shallower = DEPTHS.findLast((depth) => depth < this.depth);
    if (shallower !== undefined && this.#shallowerMs < LEAST_GAIN * this.#bestMs) {
      this.depth = shallower;
      this.msPerToken = this.#shallowerMs;
      this.#settled = true;
    } else if (deeper === undefined) this.#settled = true;
    else {
      this.depth = deeper;
      this.#shallowerMs = this.#bestMs;
    }
    this.#bestMs = Infinity;
    this.#windows = 0;
    this.interrupt();
  }
}
