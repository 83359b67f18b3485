/** When a failed request is tried again, after how long, and when to give up. */
import type { EngineError } from '../protocol/errors.ts';

/** How patient a source is. */
export interface RetryPolicy {
  /** Tries in a row that brought no byte. */
  readonly maxTries: number;
  /** The first wait; each further one is twice as long, give or take a quarter. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** A server that asks for a longer wait than this is told to the person instead. */
  readonly longestAskedWaitMs: number;
  /** How long a connection may be silent before it is dropped and made again. */
  readonly stallMs: number;
}

/** Five tries in about fifteen seconds; the hub's rate limits count in windows of five minutes. */
export const PATIENT: RetryPolicy = {
  maxTries: 5,
  firstWaitMs: 1000,
  longestWaitMs: 30_000,
  longestAskedWaitMs: 300_000,
  stallMs: 45_000,
};

/** A failure that may pass: what to tell the person if it does not, and what the server said about waiting. */
export class PassingFailure extends Error {
  readonly verdict: EngineError;
  readonly askedWaitMs: number | null;
  readonly maxTries: number;

  constructor(verdict: EngineError, { askedWaitMs = null as number | null, maxTries = Infinity } = {}) {
    super(verdict.message);
    this.verdict = verdict;
    this.askedWaitMs = askedWaitMs;
    this.maxTries = maxTries;
  }
}

/**
 * Waits before the next try. `tries` counts those in a row that brought nothing. Rejects with the failure's verdict when
 * there is no next try, with anything that is not a passing failure at once, and with the signal's reason.
 */
export async function waitOrGiveUp(failure: unknown, tries: number, policy: RetryPolicy, signal?: AbortSignal) {
  signal?.throwIfAborted();
  if (!(failure instanceof PassingFailure)) throw failure;
  if (tries >= Math.min(policy.maxTries, failure.maxTries)) throw failure.verdict;
  const backoffMs = Math.min(policy.longestWaitMs, policy.firstWaitMs * 2 ** Math.max(0, tries - 1));
  const waitMs = failure.askedWaitMs ?? backoffMs * (0.75 + Math.random() / 2);
  if (waitMs > policy.longestAskedWaitMs) throw failure.verdict;
  await pause(waitMs, signal);
}

/** Runs until it succeeds or the policy gives up. */
export async function retrying<T>(run: () => Promise<T>, policy: RetryPolicy, signal?: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (failure) {
      await waitOrGiveUp(failure, tries, policy, signal);
    }
  }
}

/**
 * The wait that a response asks for, in ms: `Retry-After` in seconds or as a date (RFC 9110), else the `t` of the hub's
 * `RateLimit` field; `null` where it says neither or the browser hides it.
 */
export function askedWait(headers: Headers, nowMs: number): number | null {
  const retryAfter = headers.get('retry-after')?.trim();
  if (retryAfter) {
    const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - nowMs;
    if (Number.isFinite(ms)) return Math.max(0, ms);
  }
  const reset = /(?:^|;)\s*t=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
  return reset === undefined ? null : Number(reset) * 1000;
}

/** Resolves after `ms`, at once where that is not positive; rejects with the signal's reason. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
