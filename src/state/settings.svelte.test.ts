import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_SETTINGS } from '../settings/settings.ts';
import { SettingsState } from './settings.svelte.ts';

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

  it('goes back to the defaults but for the system prompt', () => {
    const settings = new SettingsState();
    settings.change({ temperature: 0, systemPrompt: 'Brief.', maxTokens: 5 });
    settings.reset();
    expect(settings.current).toEqual({ ...DEFAULT_SETTINGS, systemPrompt: 'Brief.' });
  });

  it('gives a chat what it sets itself, then what its preset sets, then what all have', () => {
    const settings = new SettingsState();
    settings.change({ temperature: 1.5, topP: 0.5, seed: 1 });
    const [preset] = settings.presets.add([{ name: 'Mine', settings: { temperature: 0.1, topP: 0.6 } }]);
    const chosen = settings.for({ presetId: preset!.id, settings: { topP: null } });
    expect(chosen).toEqual({ ...DEFAULT_SETTINGS, temperature: 0.1, topP: null, seed: 1 });
    expect(settings.for({})).toEqual(settings.current);
  });

  it('minds neither a preset that is gone nor a value that is none', () => {
    const settings = new SettingsState();
    const chat = { presetId: 'gone', settings: { temperature: 99, minP: 0.2, noSuch: 1 } };
    expect(settings.for(chat)).toEqual({ ...DEFAULT_SETTINGS, minP: 0.2 });
  });
});
