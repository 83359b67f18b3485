/** What a visit with a model is like, as a person reads it. */
import { expect, test } from 'vitest';
import { type Visit, visitReport } from './visit-report.ts';

const MIB = 2 ** 20;
const SETTING = { adapter: 'google, swiftshader', isSoftware: true, browser: 'Chromium 1', cores: 2, model: 'r.gguf' };
const heap = (page: number, workers: number) => ({ pageBytes: page * MIB, workersBytes: workers * MIB });

function visit(readyMs: number, gapMs: number): Visit {
  const reading = { gapMs, idleGapMs: 17, prefilledTokens: 2000, prefillMs: 5000 };
  return { readyMs, firstTextMs: readyMs + 500, loading: heap(10, 30), reading };
}

test('times are medians with their ends, and heaps the most there was', () => {
  const visits = [visit(1000, 20), visit(3000, 40), visit(2000, 30)];
  const report = visitReport(SETTING, { broughtInMs: 12_000, comingIn: heap(11, 50), visits }).join('\n');
  expect(report).toContain('google, swiftshader (**a software adapter');
  expect(report).toContain('Model: r.gguf. 3 visits');
  expect(report).toContain('| From picking the file to ready, kept on the way | 12 s |');
  expect(report).toContain('| JavaScript meanwhile at most, workers | 50 MiB |');
  expect(report).toContain('| From opening the page to the first word | 2.5 s (1.5–3.5) |');
  expect(report).toContain('| JavaScript while it loads at most, page | 10 MiB |');
  expect(report).toContain('| Long prompt | 2000 tokens |');
  expect(report).toContain('| Worst gap between frames meanwhile | 30 ms (20–40) |');
  expect(report).toContain('| Worst gap with nothing to do | 17 ms |');
  expect(
    visitReport({ ...SETTING, isSoftware: false }, { broughtInMs: 1, comingIn: heap(1, 1), visits })[0],
  ).not.toContain('software');
});

test('a long prompt that was not asked for has no rows', () => {
  const visits = [{ ...visit(1000, 20), reading: null }];
  const report = visitReport(SETTING, { broughtInMs: 12_000, comingIn: heap(11, 50), visits });
  expect(report.join('\n')).not.toMatch(/gap|prompt/);
  expect(report.at(-1)).toBe('| JavaScript while it loads at most, workers | 30 MiB |');
});
