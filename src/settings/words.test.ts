import { afterEach, describe, expect, it } from 'vitest';
import { getLocale, overwriteGetLocale } from '../paraglide/runtime.js';
import { loadedModel, modelSummary } from '../state/testing/samples.ts';
import { contextBytes, contextTokens } from './context-cost.ts';
import { sayProblem } from './problem-words.ts';
import { saySettings, sayTemperature } from './words.ts';

const english = getLocale;
afterEach(() => {
  overwriteGetLocale(english);
});

describe('words', () => {
  it('say what a preset sets', () => {
    expect(saySettings({})).toBe('nothing');
    expect(saySettings({ systemPrompt: 'x', temperature: 0.2, seed: null })).toBe(
      'system prompt, temperature 0.2, and seed automatic',
    );
    expect(saySettings({ thinking: false, stopStrings: ['a'] })).toBe('think before answering: no and stop at');
  });

  it('say it in German, with nouns and decimals as they are there', () => {
    overwriteGetLocale(() => 'de');
    expect(saySettings({ systemPrompt: 'x', temperature: 0.25, seed: 4_294_967_295, thinking: false })).toBe(
      'System-Prompt, Temperatur 0,25, Seed 4294967295 und Nachdenken vor der Antwort: nein',
    );
    expect(sayProblem({ problem: 'range', min: 0.01, max: 1 })).toBe('Eine Zahl von 0,01 bis 1.');
  });

  it('say how free a temperature is', () => {
    expect([0, 0.2, 0.6, 0.8, 1, 1.2, 2].map(sayTemperature)).toEqual([
      'always the likeliest word',
      'exact',
      'measured',
      'natural',
      'natural',
      'free',
      'wild',
    ]);
  });
});

describe('context cost', () => {
  const model = {
    ...loadedModel('a'),
    contextLength: 4096,
    summary: modelSummary({ contextLength: 8192 }),
    contextBytes: 4096 * 1000,
  };

  it('grows evenly, up to what the model was trained for', () => {
    expect(contextTokens(model, null)).toBe(4096);
    expect(contextTokens(model, 2048)).toBe(2048);
    expect(contextTokens(model, 100_000)).toBe(8192);
    expect(contextBytes(model, 2048)).toBe(2_048_000);
  });
});
