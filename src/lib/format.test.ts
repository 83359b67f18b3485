import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatInteger,
  formatRate,
  formatRemaining,
  formatSeconds,
  formatSpeed,
} from './format.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [999_499, '999 kB'],
    [999_500, '1 MB'],
    [1_185_376, '1.2 MB'],
    [99_949_000, '99.9 MB'],
    [99_960_000, '100 MB'],
    [4_123_000_000, '4.1 GB'],
    [5e15, '5000 TB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatRemaining', () => {
  it.each([
    [0, 'a few seconds left'],
    [12_000, 'about 15 seconds left'],
    [54_000, 'about 55 seconds left'],
    [58_000, 'about a minute left'],
    [150_000, 'about 3 minutes left'],
    [3_600_000, 'about 1 h left'],
    [4_800_000, 'about 1 h 20 min left'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatRemaining(ms)).toBe(text);
  });
});

describe('counts, rates and speeds', () => {
  it('names large counts', () => {
    expect(formatCount(260_032)).toBe('260 thousand');
    expect(formatCount(8_030_261_248)).toBe('8.03 billion');
    expect(formatCount(999_999_999)).toBe('1 billion');
    expect(formatCount(12)).toBe('12');
  });
  it('groups integers', () => {
    expect(formatInteger(40_960)).toBe('40,960');
  });
  it('keeps a decimal only for slow speeds', () => {
    expect(formatSpeed(7.44)).toBe('7.4');
    expect(formatSpeed(48.2)).toBe('48');
  });
  it('writes rates', () => {
    expect(formatRate(12_300_000)).toBe('12.3 MB/s');
  });
  it.each([
    [0, '0.0 s'],
    [1_449, '1.4 s'],
    [9_960, '10 s'],
    [59_400, '59 s'],
    [185_000, '3 min 5 s'],
  ])('writes how long %s ms are', (ms, text) => {
    expect(formatSeconds(ms)).toBe(text);
  });
});
