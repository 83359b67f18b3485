import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { baseLocale, overwriteGetLocale } from '../paraglide/runtime.js';
import { groupChats } from './groups.ts';
import { chat } from './testing/samples.ts';

const NOW = new Date(2026, 5, 15, 14, 30).getTime();
const at = (...parts: [number, number, number, number?]) => new Date(...parts).getTime();

afterEach(() => {
  overwriteGetLocale(() => baseLocale);
});

describe('groupChats', () => {
  it('groups by the calendar, newest first, pinned ones before all', () => {
    const chats = [
      chat('old', { changedAt: at(2025, 10, 3) }),
      chat('may', { changedAt: at(2026, 4, 20) }),
      chat('week', { changedAt: at(2026, 5, 9) }),
      chat('late yesterday', { changedAt: at(2026, 5, 14, 23) }),
      chat('midnight', { changedAt: at(2026, 5, 15, 0) }),
      chat('noon', { changedAt: at(2026, 5, 15, 12) }),
      chat('kept', { changedAt: at(2024, 1, 1), pinned: true }),
    ];
    expect(groupChats(chats, NOW).map(({ label, chats }) => [label, ...chats.map(({ id }) => id)])).toEqual([
      ['Pinned', 'kept'],
      ['Today', 'noon', 'midnight'],
      ['Yesterday', 'late yesterday'],
      ['Previous 7 days', 'week'],
      ['Previous 30 days', 'may'],
      ['November 2025', 'old'],
    ]);
  });

  it('names months as the language of the page does', () => {
    overwriteGetLocale(() => 'de');
    const chats = [chat('march', { changedAt: at(2026, 2, 3) }), chat('noon', { changedAt: at(2026, 5, 15, 12) })];
    expect(groupChats(chats, NOW).map(({ label }) => label)).toEqual(['Heute', 'März 2026']);
  });

  it('leaves no chat out and shows none twice', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ changedAt: fc.integer({ min: 0, max: NOW }), pinned: fc.boolean() })), (all) => {
        const chats = all.map((traits, index) => chat(`${index}`, traits));
        const shown = groupChats(chats, NOW).flatMap((group) => group.chats);
        expect(shown.length).toBe(chats.length);
        expect(new Set(shown)).toEqual(new Set(chats));
      }),
    );
  });
});
