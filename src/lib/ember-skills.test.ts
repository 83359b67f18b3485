import { afterEach, expect, it } from 'vitest';
import card from '../catalog/ember.json';
import { baseLocale, overwriteGetLocale } from '../paraglide/runtime.js';
import { emberSkill } from './ember-skills.ts';

afterEach(() => {
  overwriteGetLocale(() => baseLocale);
});

it.each(card.evaluation)('names the skill "$title" in every language', ({ title }) => {
  expect(emberSkill(title)).toBe(title);
  overwriteGetLocale(() => 'de');
  expect(emberSkill(title)).not.toBe(title);
});

it('shows a title that it does not know', () => {
  expect(emberSkill('Juggling')).toBe('Juggling');
});
