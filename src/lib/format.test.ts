import { afterEach, describe, expect, it } from 'vitest';
import { baseLocale, overwriteGetLocale } from '../paraglide/runtime.js';
import { formatBytes, formatCount, formatInteger, formatSeconds, formatShare, formatSpeed } from './format.ts';

afterEach(() => {
  overwriteGetLocale(() => baseLocale);
});

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

describe('counts, durations and speeds', () => {
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
  it.each([
    [0, 'under 0.1 s'],
    [100, '0.1 s'],
    [1_449, '1.4 s'],
    [9_960, '10 s'],
    [59_400, '59 s'],
    [185_000, '3 min 5 s'],
  ])('writes how long %s ms are', (ms, text) => {
    expect(formatSeconds(ms)).toBe(text);
  });
});

describe('formatShare', () => {
  it.each([
    [0, '0 %'],
    [0.00001, 'under 0.01 %'],
    [0.0012, '0.12 %'],
    [0.0456, '4.6 %'],
    [0.4321, '43.2 %'],
    [1, '100 %'],
  ])('writes the share %s', (share, text) => {
    expect(formatShare(share)).toBe(text);
  });
});

it('writes German as Germans do', () => {
  overwriteGetLocale(() => 'de');
  const figures = [
    ...[formatBytes(1), formatBytes(999), formatBytes(12_300_000), formatBytes(5e15)],
    ...[formatCount(8_030_261_248), formatCount(260_032), formatCount(12), formatInteger(40_960)],
    ...[formatShare(0.4321), formatShare(0.00001), formatSpeed(7.44), formatSpeed(12_345)],
    ...[formatSeconds(0), formatSeconds(1_449), formatSeconds(185_000)],
  ];
  expect(figures.map((figure) => figure.replaceAll('\u00a0', ' '))).toEqual([
    ...['1 Byte', '999 Byte', '12,3 MB', '5000 TB'],
    ...['8,03 Milliarden', '260 Tausend', '12', '40.960'],
    ...['43,2 %', 'unter 0,01 %', '7,4', '12345'],
    ...['unter 0,1 s', '1,4 s', '3 min 5 s'],
  ]);
});
