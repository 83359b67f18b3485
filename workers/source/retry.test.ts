/** How long a wait is, and how servers say it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineError } from '../protocol/errors.ts';
import { askedWait, PassingFailure, PATIENT, retrying } from './retry.ts';

describe('askedWait', () => {
  const now = Date.parse('2026-05-04T10:00:00Z');
  it.each([
    [{ 'retry-after': '12' }, 12_000],
    [{ 'retry-after': 'Mon, 04 May 2026 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Mon, 04 May 2026 09:00:00 GMT' }, 0],
    [{ ratelimit: '"api";r=0;t=55' }, 55_000],
    [{ 'retry-after': 'soon', ratelimit: '"api";r=0; t=7' }, 7000],
    [{ 'retry-after': 'soon' }, null],
    [{}, null],
  ])('reads %j as %j ms', (headers, expected) => {
    expect(askedWait(new Headers(headers as Record<string, string>), now)).toBe(expected);
  });
});

describe('retrying', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const verdict = new EngineError('SourceUnreachable', { what: 'gone' });

  it('tries as often as it may, waits longer each time, and then gives the verdict', async () => {
    const times: number[] = [];
    const start = Date.now();
    const run = retrying(() => {
      times.push(Date.now() - start);
      return Promise.reject(new PassingFailure(verdict));
    }, PATIENT);
    const outcome = expect(run).rejects.toBe(verdict);
    await vi.runAllTimersAsync();
    await outcome;
    const waits = times.slice(1).map((time, index) => time - times[index]!);
    expect(waits).toHaveLength(PATIENT.maxTries - 1);
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(Math.floor(750 * 2 ** index));
      expect(wait).toBeLessThanOrEqual(1250 * 2 ** index);
    }
  });

  it('does not retry what will not pass', async () => {
    const run = vi.fn(() => Promise.reject(verdict));
    await expect(retrying(run, PATIENT)).rejects.toBe(verdict);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('stops waiting when told to', async () => {
    const controller = new AbortController();
    const run = retrying(() => Promise.reject(new PassingFailure(verdict)), PATIENT, controller.signal);
    const outcome = expect(run).rejects.toThrow('enough');
    await vi.advanceTimersByTimeAsync(10);
    controller.abort(new Error('enough'));
    await outcome;
    expect(vi.getTimerCount()).toBe(0);
  });
});
