import { expect, it } from 'vitest';
import { panelOf } from './route.svelte.ts';

it('reads the open panel from the hash, and nothing from any other', () => {
  expect(panelOf('#/library')).toBe('library');
  expect(panelOf('#/settings')).toBe('settings');
  expect(panelOf('#/privacy')).toBe('privacy');
  for (const hash of ['', '#', '#/', '#/library/', '#library', '#/toString']) expect(panelOf(hash)).toBe(null);
});
