/** The picture of the loss: whole SVG, every point within it. */
import { describe, expect, it } from 'vitest';
import { lossCurve, type LossReport } from './loss-curve.ts';

const LOG: readonly LossReport[] = [
  { tokens: 500_000, trainLoss: 6, heldOutLoss: 5.5, seconds: 10 },
  { tokens: 1_000_000, trainLoss: 1.5, heldOutLoss: 1.6, seconds: 20 },
  { tokens: 2_000_000, trainLoss: 0.4, heldOutLoss: 0.45, seconds: 40 },
];

/** The points of each line. */
function lines(svg: string): [x: number, y: number][][] {
  return [...svg.matchAll(/points="(?<points>[^"]*)"/gu)].map((line) =>
    line.groups!['points']!.split(' ').map((point) => point.split(',').map(Number) as [number, number]),
  );
}

/** Tags nest, and between them is plain text. */
function expectWellFormed(svg: string): void {
  const open: string[] = [];
  const rest = svg.replace(/<(?<close>\/?)(?<name>[a-z]+)(?: [\w-]+="[^"<]*")*(?<empty>\/?)>/gu, (...parts) => {
    const { close, name, empty } = parts.at(-1) as { close: string; name: string; empty: string };
    if (close === '/') expect(open.pop()).toBe(name);
    else if (empty === '') open.push(name);
    return '';
  });
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>&"]/u);
}

describe('the loss curve', () => {
  it('is well-formed SVG', () => {
    const svg = lossCurve(LOG);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]*>\n<title>[^]*<\/svg>\n$/u);
    expectWellFormed(svg);
    expect(svg).toContain('<title>Loss from 6 to 0.4 in training and 0.45 held out, over 2.0 million tokens</title>');
  });

  it('has a point for each report, within the picture, lower where the loss is less', () => {
    for (const line of lines(lossCurve(LOG))) {
      expect(line.map(([x]) => x)).toEqual([192, 336, 624]);
      for (const [, y] of line) {
        expect(y).toBeGreaterThanOrEqual(16);
        expect(y).toBeLessThanOrEqual(260);
      }
      expect(line.map(([, y]) => y)).toEqual(line.map(([, y]) => y).toSorted((a, b) => a - b));
    }
    expect(lines(lossCurve(LOG))).toHaveLength(2);
  });

  it('counts losses by their logarithm', () => {
    // From 0.9 times the least to 1.05 times the most: 0.36 to 6.3 over 244 units.
    const [training] = lines(lossCurve(LOG));
    const height = (loss: number): number => 260 - (244 * Math.log(loss / 0.36)) / Math.log(6.3 / 0.36);
    for (const [index, loss] of [6, 1.5, 0.4].entries()) expect(training![index]![1]).toBeCloseTo(height(loss), 1);
    const ticks = [...lossCurve(LOG).matchAll(/text-anchor="end">(?<loss>[\d.]+)<\/text>/gu)];
    expect(ticks.map((tick) => tick.groups!['loss'])).toEqual(['0.5', '1', '2', '4']);
  });

  it.each([
    ['one report', LOG.slice(0, 1)],
    ['losses that never change', LOG.map((report) => ({ ...report, trainLoss: 2, heldOutLoss: 2 }))],
    ['no report', []],
  ])('has finite numbers for %s', (_, log) => {
    const svg = lossCurve(log);
    expectWellFormed(svg);
    expect(svg).not.toMatch(/NaN|Infinity/u);
  });
});
