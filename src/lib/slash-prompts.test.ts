import { describe, expect, it } from 'vitest';
import { builtInPrompts, matchPrompts, promptName, slashQuery, toFillIn } from './slash-prompts.ts';

describe('slash prompts', () => {
  it('are called only by a message that is nothing else', () => {
    expect(['/', '/sum', '/a b', '/a\n', 'a /b', ' /a', '', '//'].map(slashQuery)).toEqual([
      '',
      'sum',
      null,
      null,
      null,
      null,
      null,
      '/',
    ]);
  });

  it('are found by the beginning of their name first', () => {
    const prompts = ['relist', 'list', 'other'].map((name) => ({ name, text: name }));
    expect(matchPrompts(prompts, 'LI').map(({ name }) => name)).toEqual(['list', 'relist']);
    expect(matchPrompts(prompts, '')).toHaveLength(3);
    expect(matchPrompts(prompts, 'zzz')).toEqual([]);
  });

  it('have names of one word', () => {
    expect(promptName('  /My Own  Prompt ')).toBe('my-own-prompt');
    expect(promptName(' / ')).toBe('');
    for (const { name } of builtInPrompts()) expect(promptName(name)).toBe(name);
  });

  it('select what is to be filled in', () => {
    expect(toFillIn('Into [language]: [text]')).toEqual([5, 15]);
    expect(toFillIn('Sum up:\n')).toEqual([8, 8]);
  });
});
