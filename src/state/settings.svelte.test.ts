import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_SETTINGS, settingProblem, SettingsState } from './settings.svelte.ts';

let kept: Record<string, string>;

beforeEach(() => {
  kept = {};
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => (kept[key] = value),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('SettingsState', () => {
  it('keeps a change for the next start', () => {
    new SettingsState().change({ temperature: 0, seed: 5 });
    expect(new SettingsState().current).toEqual({ ...DEFAULT_SETTINGS, temperature: 0, seed: 5 });
  });

  it('keeps whether a model thinks, and leaves it to the model until then', () => {
    expect(new SettingsState().current.thinking).toBe(null);
    new SettingsState().change({ thinking: false });
    expect(new SettingsState().current.thinking).toBe(false);
    kept['freehold.settings'] = JSON.stringify({ thinking: 'no' });
    expect(new SettingsState().current.thinking).toBe(null);
  });

  it('takes nothing from a kept value that is not valid', () => {
    kept['freehold.settings'] = JSON.stringify({ temperature: 99, topK: 1.5, topP: 'x', minP: 0.1, systemPrompt: 3 });
    expect(new SettingsState().current).toEqual({ ...DEFAULT_SETTINGS, minP: 0.1 });
    kept['freehold.settings'] = '{';
    expect(new SettingsState().current).toEqual(DEFAULT_SETTINGS);
  });

  it('draws a new seed for every answer unless one is fixed', () => {
    const settings = new SettingsState();
    const seeds = new Set(Array.from({ length: 8 }, () => settings.sampler().seed));
    expect(seeds.size).toBeGreaterThan(6);
    settings.change({ seed: 5 });
    expect(settings.sampler().seed).toBe(5);
  });

  it('takes what a person set, then what the model recommends, then the default', () => {
    const settings = new SettingsState();
    expect(settings.sampler()).toMatchObject({ temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 });
    settings.change({ topP: 0.5 });
    const recommended = { temperature: 0.3, topK: 0, topP: 0.9, repetitionPenalty: 1.1 };
    const expected = { temperature: 0.3, topK: 0, topP: 0.5, minP: 0.05, repetitionPenalty: 1.1 };
    expect(settings.sampler(recommended)).toMatchObject(expected);
  });

  it('goes back to the defaults but for the system prompt', () => {
    const settings = new SettingsState();
    settings.change({ temperature: 0, systemPrompt: 'Brief.', maxTokens: 5 });
    settings.reset();
    expect(settings.current).toEqual({ ...DEFAULT_SETTINGS, systemPrompt: 'Brief.' });
  });

  it('says what a number may be', () => {
    expect(settingProblem('temperature', 0.5)).toBe(null);
    expect(settingProblem('temperature', -1)).toBe('A number from 0 to 2.');
    expect(settingProblem('topK', 1.5)).toBe('A whole number.');
    expect(settingProblem('seed', Number.NaN)).toContain('A number');
  });
});
