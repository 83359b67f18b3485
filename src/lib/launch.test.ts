import { describe, expect, it } from 'vitest';
import { asksForNewChat, plainAddress, sharedText } from './launch.ts';

const at = (rest: string) => new URL(`https://example.org/app/${rest}`);

describe('sharedText', () => {
  it('joins what was shared, each part once', () => {
    expect(sharedText(at('?title=A+page&text=https://a.example&url=https://a.example'))).toBe(
      'A page\nhttps://a.example',
    );
    expect(sharedText(at('?text=%20 '))).toBe(null);
    expect(sharedText(at(''))).toBe(null);
  });
});

describe('the address', () => {
  it('asks for a new chat, and forgets what it was opened with', () => {
    expect(asksForNewChat(at('#/new'))).toBe(true);
    expect(asksForNewChat(at('#/library'))).toBe(false);
    expect(plainAddress(at('?text=a#/new'))).toBe('https://example.org/app/');
    expect(plainAddress(at('?text=a#/library'))).toBe('https://example.org/app/#/library');
    expect(plainAddress(new URL('https://example.org//other.example/?text=a'))).toBe(
      'https://example.org//other.example/',
    );
  });
});
