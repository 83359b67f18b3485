import { describe, expect, test } from 'vitest';
import { ropeTable, type RopeTableOptions } from './rope-table.ts';

/** Angle and length of the entry for one position and pair. */
function entry(options: RopeTableOptions, position: number, pair: number): { angle: number; length: number } {
  const at = 2 * (position * (options.rotaryDim / 2) + pair);
  const table = ropeTable(options);
  return { angle: Math.atan2(table[at + 1]!, table[at]!), length: Math.hypot(table[at]!, table[at + 1]!) };
}

describe('ropeTable', () => {
  test('turns pair i by position · base^(−2i / dim)', () => {
    const options = { contextLength: 4, rotaryDim: 4, base: 10_000 };
    const table = ropeTable(options);
    expect(table).toHaveLength(16);
    expect([...table.slice(0, 4)]).toEqual([1, 0, 1, 0]);
    expect(table[12]).toBeCloseTo(Math.cos(3), 7);
    expect(table[13]).toBeCloseTo(Math.sin(3), 7);
    expect(table[14]).toBeCloseTo(Math.cos(0.03), 7);
    expect(table[15]).toBeCloseTo(Math.sin(0.03), 7);
  });

  test('divides by the frequency factors of the file', () => {
    const options = { contextLength: 2, rotaryDim: 4, base: 100, frequencyFactors: new Float32Array([1, 8]) };
    expect(entry(options, 1, 0).angle).toBeCloseTo(1, 6);
    expect(entry(options, 1, 1).angle).toBeCloseTo(0.1 / 8, 6);
  });

  test('linear: position 2 at factor 4 is position ½', () => {
    const options = { contextLength: 3, rotaryDim: 2, base: 10_000, scaling: { type: 'linear', factor: 4 } } as const;
    expect(entry(options, 2, 0).angle).toBeCloseTo(0.5, 6);
    expect(entry(options, 2, 0).length).toBeCloseTo(1, 6);
    const scaling = { ...options.scaling, attentionFactor: 1.2 };
    expect(entry({ ...options, scaling }, 2, 0).length).toBeCloseTo(1.2, 6);
  });

  // Dim 64, base 10,000, 2,048 tokens: 32 turns end at pair 64·ln(2048 / 64π) / (2·ln 10⁴) = 8.06, one turn at pair
  // 64·ln(2048 / 2π) / (2·ln 10⁴) = 20.1; so pairs to 8 stay, pairs from 21 are divided by 4, between lies a ramp of 13.
  test('yarn: fast pairs stay, slow pairs are divided, a ramp between', () => {
    const scaling = { type: 'yarn', factor: 4, originalContextLength: 2048 } as const;
    const options = { contextLength: 2, rotaryDim: 64, base: 10_000, scaling };
    const frequency = (pair: number) => 10_000 ** (-pair / 32);
    expect(entry(options, 1, 8).angle).toBeCloseTo(frequency(8), 6);
    expect(entry(options, 1, 21).angle / frequency(21)).toBeCloseTo(1 / 4, 5);
    expect(entry(options, 1, 15).angle / frequency(15)).toBeCloseTo(1 - 7 / 13 + 7 / 13 / 4, 5);
    expect(entry(options, 1, 15).length).toBeCloseTo(1.1386294361, 6);
    expect(entry({ ...options, scaling: { ...scaling, attentionFactor: 1 } }, 1, 15).length).toBeCloseTo(1, 6);
  });

  // Pairs that turn 4 times or more in 8,192 tokens stay, those that turn once or less are divided by 8, a ramp between.
  test('llama3: by turns within the original context', () => {
    const scaling = {
      type: 'llama3',
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalContextLength: 8192,
    } as const;
    const angle = (frequency: number) =>
      entry({ contextLength: 2, rotaryDim: 4, base: frequency ** -2, scaling }, 1, 1).angle;
    const turns = (count: number) => (count * 2 * Math.PI) / 8192;
    expect(angle(turns(5)) / turns(5)).toBeCloseTo(1, 5);
    expect(angle(turns(0.5)) / turns(0.5)).toBeCloseTo(1 / 8, 5);
    expect(angle(turns(2.5)) / turns(2.5)).toBeCloseTo(0.5 + 0.5 / 8, 5);
  });
});
