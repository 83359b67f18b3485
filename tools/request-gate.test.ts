/** The service worker's gate (`public/request-gate.js`), run as a service worker would run it. */
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';

interface AskedFor {
  readonly method: string;
  readonly url: string;
  readonly mode: string;
  readonly credentials: string;
  readonly destination: string;
}

const SCRIPT = readFileSync(new URL('../public/request-gate.js', import.meta.url), 'utf8');
const REFUSAL = {};

/** A service worker that has run the gate. */
function gated(more: object = {}) {
  const listeners: ((event: unknown) => void)[] = [];
  const self: Record<string, unknown> = {
    location: new URL('https://freehold.example/some/where/sw.js'),
    addEventListener: (type: string, listener: (event: unknown) => void) => {
      expect(type).toBe('fetch');
      listeners.push(listener);
    },
    ...more,
  };
  runInNewContext(SCRIPT, { URL, Response: { error: () => REFUSAL }, self });
  expect(listeners).toHaveLength(1);
  return { self, listener: listeners[0]! };
}

/** Whether a request is left to what comes after the gate; what is refused is answered with an error, and seen by nobody else. */
function passes(request: Partial<AskedFor> & { readonly url: string }): boolean {
  let answer: unknown = null;
  let stopped = false;
  gated().listener({
    request: { method: 'GET', mode: 'cors', credentials: 'omit', destination: '', ...request },
    respondWith: (given: unknown) => (answer = given),
    stopImmediatePropagation: () => (stopped = true),
  });
  expect(answer === null || answer === REFUSAL).toBe(true);
  expect(stopped).toBe(answer === REFUSAL);
  return answer === null;
}

it('lets the service worker itself ask only its own site, and connect in no other way', async () => {
  const sent: unknown[] = [];
  const { self } = gated({
    fetch: (input: unknown) => {
      sent.push(input);
      return Promise.resolve('answer');
    },
    WebSocket: 'there',
    Cache: { prototype: { add: 'there', put: 'there' } },
  });
  const fetch = self['fetch'] as (input: unknown) => Promise<unknown>;
  const own = { url: 'https://freehold.example/some/where/index.html' };
  expect(await fetch(own)).toBe('answer');
  expect(await fetch('assets/a.js')).toBe('answer');
  for (const other of ['https://elsewhere.example/', { url: 'http://freehold.example/' }, new URL('https://a.example')])
    await expect(fetch(other)).rejects.toThrow('asks nothing of');
  expect(sent).toEqual([own, 'assets/a.js']);
  expect(self).not.toHaveProperty('WebSocket');
  expect(self['Cache']).toEqual({ prototype: { put: 'there' } });
});

const COMMIT = '0123456789012345678901234567890123456789';

it.each([
  'https://huggingface.co/api/models?search=small%20llama&limit=20',
  'https://huggingface.co/api/models/owner/name',
  'https://huggingface.co/api/models/owner/name/revision/main',
  `https://huggingface.co/api/models/owner/name/tree/${COMMIT}?recursive=true`,
  `https://huggingface.co/owner/name/resolve/${COMMIT}/folder/model.gguf`,
  'https://mirror.example/api/models/owner/name/revision/main',
  'https://files.example/model.gguf',
  'https://school.example/models/index.json',
])('lets a plain GET pass: %s', (url) => {
  expect(passes({ url })).toBe(true);
});

it.each([
  'https://huggingface.co/',
  'https://huggingface.co/owner/name',
  'https://huggingface.co/owner/name/raw/main/a',
  'https://huggingface.co/api/whoami-v2',
  `https://huggingface.co/api/models/owner/name/commit/main`,
  'https://huggingface.co/api/models/owner/name/discussions',
  'https://huggingface.co/api/datasets/owner/name',
  'https://huggingface.co/api/models/../../api/whoami-v2',
])('refuses what Freehold asks of the hub nowhere: %s', (url) => {
  expect(passes({ url })).toBe(false);
});

it.each([
  { method: 'POST' },
  { method: 'PUT' },
  { method: 'HEAD' },
  { credentials: 'include' },
  { credentials: 'same-origin' },
  { mode: 'no-cors' },
  { destination: 'image' },
])('refuses at any other site: %o', (facts) => {
  expect(passes({ url: `https://huggingface.co/owner/name/resolve/${COMMIT}/model.gguf`, ...facts })).toBe(false);
  expect(passes({ url: 'https://files.example/model.gguf', ...facts })).toBe(false);
});

it('leaves the page’s own files alone, but sends nothing there either', () => {
  const url = 'https://freehold.example/some/where/index.html';
  expect(passes({ url, mode: 'navigate', credentials: 'include', destination: 'document' })).toBe(true);
  expect(passes({ url, method: 'HEAD' })).toBe(true);
  expect(passes({ url, method: 'POST' })).toBe(false);
});
