import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hubEndpoint } from './hub-endpoint.ts';
import { folderAddresses, mirrorAddress, readMirror } from './mirror.ts';

let kept: string | null = null;

beforeEach(() => {
  kept = null;
  vi.stubGlobal('localStorage', { getItem: (key: string) => (key === 'freehold.mirror' ? kept : null) });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('mirrorAddress', () => {
  it.each([
    ['https://school.example', 'https://school.example/'],
    ['https://school.example/ai/models', 'https://school.example/ai/models/'],
    ['https://school.example/ai/models///', 'https://school.example/ai/models/'],
    ['https://school.example/models/index.json', 'https://school.example/models/'],
    ['https://me:secret@school.example/models/?key=1#part', 'https://school.example/models/'],
    ['http://localhost:8080/models', 'http://localhost:8080/models/'],
    ['http://127.0.0.1/', 'http://127.0.0.1/'],
  ])('%s', (text, address) => {
    expect(mirrorAddress(text)).toBe(address);
  });

  it.each(['', 'school.example', 'http://school.example', 'ftp://a/', 'javascript:alert(1)', 'data:,x', null, 7, {}])(
    'refuses %j',
    (text) => {
      expect(mirrorAddress(text)).toBe(null);
    },
  );
});

describe('the mirror that is kept', () => {
  const BASE = 'https://freehold.example/some/where/index.html';
  const BESIDE = 'https://freehold.example/some/where/models/';

  it('is none, and then the hub is the public one and the one folder is beside the page', () => {
    expect([readMirror(), hubEndpoint()]).toEqual([null, null]);
    expect(folderAddresses(BASE)).toEqual([BESIDE]);
  });

  it('is a hub, in place of the public one', () => {
    kept = '{"kind":"hub","address":"https://hub.example/mirror/"}';
    expect(hubEndpoint()).toBe('https://hub.example/mirror');
    expect(folderAddresses(BASE)).toEqual([BESIDE]);
  });

  it('is a folder, which comes after the one beside the page', () => {
    kept = '{"kind":"folder","address":"https://school.example/models/"}';
    expect(hubEndpoint()).toBe(null);
    expect(folderAddresses(BASE)).toEqual([BESIDE, 'https://school.example/models/']);
  });

  it.each([
    'not JSON',
    'null',
    '7',
    '"https://hub.example/"',
    '{"kind":"other","address":"https://hub.example/"}',
    '{"kind":"hub"}',
    '{"kind":"hub","address":"javascript:alert(1)"}',
    '{"kind":"folder","address":["https://hub.example/"]}',
  ])('is none where something else was written there: %s', (text) => {
    kept = text;
    expect(readMirror()).toBe(null);
    expect(folderAddresses(BASE)).toEqual([BESIDE]);
  });
});
