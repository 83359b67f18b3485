import { describe, expect, it } from 'vitest';
import { sayProblem } from './problem-words.ts';
import { samplerOf } from './sampler.ts';
import { DEFAULT_SETTINGS, resolveSettings, settingProblem, validSettings, whatIsSet } from './settings.ts';

const said = (...asked: Parameters<typeof settingProblem>): string => sayProblem(settingProblem(...asked)!);

describe('settings', () => {
  it('say what a number may be', () => {
    expect(settingProblem('temperature', 0.5)).toBe(null);
    expect(said('temperature', -1)).toBe('A number from 0 to 2.');
    expect(said('topK', 1.5)).toBe('A whole number.');
    expect(said('seed', Number.NaN)).toContain('A number');
    expect(said('penaltyWindow', 257)).toBe('A number from 0 to 256.');
  });

  it('may be null only where somebody else can decide', () => {
    expect(settingProblem('temperature', null)).toBe(null);
    expect(settingProblem('thinkingEffort', null)).toBe(null);
    expect(said('frequencyPenalty', null)).toBe('It cannot be null.');
    expect(said('systemPrompt', null)).toBe('It cannot be null.');
  });

  it('are valid as they begin', () => {
    expect(validSettings(DEFAULT_SETTINGS)).toEqual(DEFAULT_SETTINGS);
  });

  it('are taken one by one from what may be anything', () => {
    expect(validSettings({ topK: 1, seed: -1, toString: 1, stopStrings: ['a', ''] })).toEqual({ topK: 1 });
    expect(validSettings({ stopStrings: ['a'], thinkingEffort: 'low' })).toEqual({
      stopStrings: ['a'],
      thinkingEffort: 'low',
    });
    for (const value of [null, undefined, 3, 'x', []]) expect(validSettings(value)).toEqual({});
  });

  it('are the last level’s that has them', () => {
    const settings = resolveSettings({ temperature: 1, seed: 3 }, { temperature: 0.5 }, { temperature: null });
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, seed: 3 });
  });

  it('tell what was set', () => {
    const set = { temperature: 0, stopStrings: ['END'], presencePenalty: 0.5 };
    expect(whatIsSet(resolveSettings(set, { frequencyPenalty: 0 }))).toEqual(set);
  });
});

describe('samplerOf', () => {
  it('draws a new seed for every answer unless one is fixed', () => {
    const seeds = new Set(Array.from({ length: 8 }, () => samplerOf(DEFAULT_SETTINGS).seed));
    expect(seeds.size).toBeGreaterThan(6);
    expect(samplerOf({ ...DEFAULT_SETTINGS, seed: 5 }).seed).toBe(5);
  });

  it('takes what a person set, then what the model recommends, then the default', () => {
    expect(samplerOf(DEFAULT_SETTINGS)).toMatchObject({ temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 });
    const recommended = { temperature: 0.3, topK: 0, topP: 0.9, repetitionPenalty: 1.1 };
    const settings = { ...DEFAULT_SETTINGS, topP: 0.5, penaltyWindow: 8 };
    const expected = { temperature: 0.3, topK: 0, topP: 0.5, minP: 0.05, repetitionPenalty: 1.1, penaltyWindow: 8 };
    expect(samplerOf(settings, recommended)).toMatchObject(expected);
  });
});
