import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isNamedOrigin } from '../lib/named-origin.ts';
import { SiteGrants } from './site-grants.svelte.ts';
import { storageOf } from './testing/storage.ts';

let kept: Map<string, string>;

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('localStorage', storageOf(kept));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it('are kept, and taken back', () => {
  const grants = new SiteGrants();
  const heard = vi.fn();
  grants.onchange(heard);
  grants.allow('https://example.org');
  grants.allow('https://example.org');
  grants.allow('http://127.0.0.1:8080');
  expect(heard).toHaveBeenCalledTimes(2);
  expect(new SiteGrants().origins).toEqual(['https://example.org', 'http://127.0.0.1:8080']);
  expect(grants.has('https://example.org:444')).toBe(false);
  grants.remove('https://example.org');
  expect(grants.has('https://example.org')).toBe(false);
  grants.remove('http://127.0.0.1:8080');
  expect(kept.size).toBe(0);
});

it.each([
  'null',
  '',
  'https://',
  'https://example.org/',
  'https://u@example.org',
  'file://',
  'blob:https://a.b',
  5,
  null,
])('allow no %j', (origin) => {
  expect(isNamedOrigin(origin)).toBe(false);
  const grants = new SiteGrants();
  grants.allow(origin as string);
  expect(grants.origins).toEqual([]);
});

it.each(['{', '{"0":"https://a.b"}', '"https://a.b"', '["null",5,{"a":1}]'])(
  'let nobody in by a broken record: %s',
  (text) => {
    kept.set('freehold.sites', text);
    expect(new SiteGrants().origins).toEqual([]);
  },
);

it('follow what another page changes', () => {
  let listen: (event: { key: string | null }) => void = () => undefined;
  vi.stubGlobal('addEventListener', (_: string, heard: typeof listen) => (listen = heard));
  kept.set('freehold.sites', '["https://example.org"]');
  const grants = new SiteGrants();
  grants.start();
  kept.clear();
  listen({ key: 'freehold.other' });
  expect(grants.origins).toHaveLength(1);
  listen({ key: 'freehold.sites' });
  expect(grants.origins).toEqual([]);
});
