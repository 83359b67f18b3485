import { describe, expect, it } from 'vitest';
import { readAddress } from './address.ts';

describe('an address', () => {
  it('is http, https or mailto', () => {
    expect(readAddress('https://a.example:8080/b?c#d')).toEqual({
      href: 'https://a.example:8080/b?c#d',
      recipient: 'a.example:8080',
      kind: 'web',
      international: false,
    });
    expect(readAddress('HTTP://A.example')?.href).toBe('http://a.example/');
    expect(readAddress('mailto:a@b.example?subject=c')).toMatchObject({ kind: 'mail', recipient: 'a@b.example' });
  });

  it('shows who is really asked', () => {
    expect(readAddress('https://good.example@evil.example/')?.recipient).toBe('evil.example');
    expect(readAddress('https://\u0430pple.example/')).toMatchObject({
      recipient: 'xn--pple-43d.example',
      international: true,
    });
    expect(readAddress('https://a\u3002example/')?.recipient).toBe('a.example');
  });

  it.each([
    'javascript:a',
    ' java\nscript:a',
    '\u0001javascript:a',
    'data:text/html,a',
    'vbscript:a',
    'file:///a',
    '/a',
    '#a',
    '',
    'a.example',
    'https://',
    `https://a.example/${'b'.repeat(2000)}`,
  ])('is none: %j', (url) => {
    expect(readAddress(url)).toBe(null);
  });
});
