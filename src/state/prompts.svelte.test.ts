import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { builtInPrompts } from '../lib/slash-prompts.ts';
import { PromptsState } from './prompts.svelte.ts';

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('PromptsState', () => {
  it('keeps what a person adds, changes and deletes', () => {
    const prompts = new PromptsState();
    prompts.save({ name: '/Tea Time', text: 'Write about tea.' });
    prompts.save({ name: 'bread', text: 'Write about bread.' });
    expect(new PromptsState().own.map(({ name }) => name)).toEqual(['bread', 'tea-time']);
    prompts.save({ name: 'coffee', text: 'Write about coffee.' }, 'tea-time');
    expect(new PromptsState().own.map(({ name }) => name)).toEqual(['bread', 'coffee']);
    prompts.remove('bread');
    prompts.remove('coffee');
    expect(new PromptsState().own).toEqual([]);
  });

  it("puts one's own in place of a built-in one of the same name, and keeps nothing empty", () => {
    const prompts = new PromptsState();
    prompts.save({ name: 'list', text: 'My list:' });
    prompts.save({ name: ' / ', text: 'x' });
    prompts.save({ name: 'x', text: ' ' });
    expect(prompts.all).toHaveLength(builtInPrompts().length);
    expect(prompts.all[0]).toEqual({ name: 'list', text: 'My list:' });
  });

  it('takes up what was restored, one prompt for a name', () => {
    const prompts = new PromptsState();
    localStorage.setItem(
      'freehold.prompts',
      '[{"name": "a", "text": "x"}, {"name": "a", "text": "y"}, {"name": "\\u202Eb", "text": "z"}]',
    );
    prompts.reread();
    expect(prompts.own).toEqual([{ name: 'a', text: 'x' }]);
  });

  it('takes nothing from what is malformed', () => {
    localStorage.setItem(
      'freehold.prompts',
      '[1, null, {"name": "a"}, {"name": "B", "text": "x"}, {"name": "c", "text": "y"}]',
    );
    expect(new PromptsState().own).toEqual([{ name: 'c', text: 'y' }]);
    localStorage.setItem('freehold.prompts', '{}');
    expect(new PromptsState().own).toEqual([]);
  });
});
