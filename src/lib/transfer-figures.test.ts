import { afterEach, expect, it } from 'vitest';
import { baseLocale, overwriteGetLocale } from '../paraglide/runtime.js';
import { formatRate, formatRemaining, sumOf } from './transfer-figures.ts';

afterEach(() => {
  overwriteGetLocale(() => baseLocale);
});

it.each([
  [0, 'a few seconds left', 'noch ein paar Sekunden'],
  [12_000, 'about 15 seconds left', 'noch etwa 15 Sekunden'],
  [54_000, 'about 55 seconds left', 'noch etwa 55 Sekunden'],
  [58_000, 'about a minute left', 'noch etwa eine Minute'],
  [150_000, 'about 3 minutes left', 'noch etwa 3 Minuten'],
  [3_600_000, 'about 1 h left', 'noch etwa 1\u00a0h'],
  [4_800_000, 'about 1 h 20 min left', 'noch etwa 1\u00a0h 20\u00a0min'],
])('%d ms is %s', (ms, english, german) => {
  expect(formatRemaining(ms)).toBe(english);
  overwriteGetLocale(() => 'de');
  expect(formatRemaining(ms)).toBe(german);
});

it('writes rates', () => {
  expect(formatRate(12_300_000)).toBe('12.3 MB/s');
  overwriteGetLocale(() => 'de');
  expect(formatRate(12_300_000).replace('\u00a0', ' ')).toBe('12,3 MB/s');
});

it('adds several transfers up, counting what is being checked as here', () => {
  const at = { id: 'a', totalBytes: 1000, bytesPerSecond: 100, remainingMs: null };
  const sum = sumOf([
    { fileBytes: 1000, keptBytes: 0, progress: { ...at, phase: 'downloading', storedBytes: 400 } },
    { fileBytes: 1000, keptBytes: 0, progress: { ...at, phase: 'verifying', storedBytes: 10 } },
    { fileBytes: 500, keptBytes: 100, progress: null },
  ]);
  expect(sum).toEqual({ doneBytes: 1500, totalBytes: 2500, bytesPerSecond: 100, remainingMs: 10_000 });
  expect(sumOf([{ fileBytes: 500, keptBytes: 0, progress: null }]).remainingMs).toBe(null);
});
