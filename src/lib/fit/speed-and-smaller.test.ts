/** Estimates of speed on numbers by hand, and which smaller model is proposed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Judged, nextSmaller } from './smaller.ts';
import { estimateSpeed } from './speed.ts';
import { VERDICTS } from './verdict.ts';

describe('estimateSpeed', () => {
  it('is a range of shares of the bandwidth', () => {
    // 100 GB/s over 2.5 GB a token would be 40 tokens a second.
    const facts = { bytesPerToken: 2.5e9, copyBytesPerSecond: 100e9, isFallback: false };
    expect(estimateSpeed(facts)).toEqual({ low: 0.12 * 40, high: 0.5 * 40 });
    expect(estimateSpeed({ ...facts, isFallback: true })).toEqual({ low: 0.04 * 40, high: 0.15 * 40 });
  });

  it('promises no small model what launching kernels takes', () => {
    const facts = { bytesPerToken: 6e6, copyBytesPerSecond: 1e12, isFallback: false };
    expect(estimateSpeed(facts)).toEqual({ low: 100, high: 200 });
  });

  it('falls as a token reads more, and is a range', () => {
    const bytes = fc.double({ min: 1e6, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(bytes, bytes, bytes, fc.boolean(), (bytesPerToken, more, copyBytesPerSecond, isFallback) => {
        const speed = estimateSpeed({ bytesPerToken, copyBytesPerSecond, isFallback });
        const slower = estimateSpeed({ bytesPerToken: bytesPerToken + more, copyBytesPerSecond, isFallback });
        expect(speed.low).toBeGreaterThan(0);
        expect(speed.low).toBeLessThan(speed.high);
        expect(slower.low).toBeLessThanOrEqual(speed.low);
        expect(slower.high).toBeLessThanOrEqual(speed.high);
      }),
    );
  });
});

describe('nextSmaller', () => {
  const judged = (choice: string, fetchBytes: number, verdict: (typeof VERDICTS)[number]): Judged<string> => ({
    choice,
    fetchBytes,
    verdict,
  });
  const others = [judged('s', 1, 'fits'), judged('m', 2, 'fits'), judged('l', 4, 'tight'), judged('xl', 8, 'no')];

  it('is the largest that fits, else the largest that may', () => {
    expect(nextSmaller(judged('xl', 8, 'no'), others)).toBe('m');
    expect(nextSmaller(judged('l', 4, 'tight'), others)).toBe('m');
    expect(nextSmaller(judged('xl', 8, 'no'), others.slice(2))).toBe('l');
  });

  it('is nothing where the model fits, or nothing smaller does', () => {
    expect(nextSmaller(judged('m', 2, 'fits'), others)).toBeNull();
    expect(nextSmaller(judged('xs', 0.5, 'no'), others)).toBeNull();
    expect(nextSmaller(judged('l', 4, 'tight'), others.slice(2))).toBeNull();
  });

  it('is smaller and fits better, whatever there is', () => {
    const each = fc.record({ fetchBytes: fc.nat(100), verdict: fc.constantFrom(...VERDICTS) });
    fc.assert(
      fc.property(each, fc.array(each), (one, list) => {
        const options = list.map((option) => ({ ...option, choice: option }));
        const next = nextSmaller({ ...one, choice: one }, options);
        const wanted = list.filter(
          ({ fetchBytes, verdict }) =>
            fetchBytes < one.fetchBytes && VERDICTS.indexOf(verdict) < VERDICTS.indexOf(one.verdict),
        );
        if (next === null) expect(wanted).toEqual([]);
        else expect(wanted).toContain(next);
      }),
    );
  });
});
