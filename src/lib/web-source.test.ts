import { describe, expect, it } from 'vitest';
import { isRepository, parseWebSource } from './web-source.ts';

describe('parseWebSource', () => {
  it('takes https and local http addresses', () => {
    expect(parseWebSource(' https://example.org/m.gguf ', '')).toEqual({
      source: { kind: 'url', url: 'https://example.org/m.gguf' },
    });
    expect(parseWebSource('http://127.0.0.1:8000/m.gguf', '')).toHaveProperty('source');
    expect(parseWebSource('http://localhost/m.gguf', '')).toHaveProperty('source');
  });
  it('takes a repository with a file', () => {
    expect(isRepository('owner/name-GGUF')).toBe(true);
    expect(parseWebSource('owner/name-GGUF', ' m.gguf')).toEqual({
      source: { kind: 'hub', repository: 'owner/name-GGUF', fileName: 'm.gguf' },
    });
  });
  it('reads the hub’s own addresses as repository, revision and file', () => {
    const source = { kind: 'hub', repository: 'o/n', revision: 'main', fileName: 'sub/m q.gguf' };
    expect(parseWebSource('https://huggingface.co/o/n/blob/main/sub/m%20q.gguf', '')).toEqual({ source });
    expect(parseWebSource('https://huggingface.co/o/n/resolve/main/sub/m%20q.gguf?download=true', '')).toEqual({
      source,
    });
  });
  it.each([
    ['', ''],
    ['owner/name', ''],
    ['http://example.org/m.gguf', ''],
    ['ftp://example.org/m.gguf', ''],
    ['three words here', 'm.gguf'],
  ])('says what is wrong with %j', (address, file) => {
    expect(parseWebSource(address, file)).toHaveProperty('problem');
  });
  it('does not crash on a badly escaped hub address', () => {
    expect(parseWebSource('https://huggingface.co/o/n/blob/main/%E0%A4%A.gguf', '')).toHaveProperty('problem');
  });
});
