import { describe, expect, it } from 'vitest';
import { parseAddress } from './web-source.ts';

describe('parseAddress', () => {
  it('takes https and local http addresses', () => {
    expect(parseAddress(' https://example.org/m.gguf ')).toEqual({
      source: { kind: 'url', url: 'https://example.org/m.gguf' },
    });
    expect(parseAddress('http://127.0.0.1:8000/m.gguf')).toHaveProperty('source');
    expect(parseAddress('http://localhost/m.gguf')).toHaveProperty('source');
  });
  it.each([
    ['owner/name-GGUF', {}],
    ['https://huggingface.co/owner/name-GGUF', {}],
    ['https://hf.co/owner/name-GGUF/', {}],
    ['huggingface.co/owner/name-GGUF/tree/main', { revision: 'main' }],
    ['https://huggingface.co/owner/name-GGUF/tree/v2/a%20folder', { revision: 'v2' }],
  ])('takes %s for a repository', (address, at) => {
    expect(parseAddress(address)).toEqual({ repository: { repository: 'owner/name-GGUF', ...at } });
  });
  it('reads the hub’s address of a whole model as repository, revision and file', () => {
    const source = { kind: 'hub', repository: 'o/n', revision: 'main', fileName: 'sub/m q.gguf' };
    expect(parseAddress('https://huggingface.co/o/n/blob/main/sub/m%20q.gguf')).toEqual({ source });
    expect(parseAddress('https://huggingface.co/o/n/resolve/main/sub/m%20q.gguf?download=true')).toEqual({ source });
  });
  it.each(['m-00002-of-00003.gguf', 'model.safetensors', 'params_shard_0.bin'])(
    'looks through the repository for the model that %s belongs to',
    (fileName) => {
      expect(parseAddress(`https://huggingface.co/o/n/blob/main/${fileName}`)).toEqual({
        repository: { repository: 'o/n', revision: 'main' },
        fileName,
      });
    },
  );
  it.each(['', 'http://example.org/m.gguf', 'ftp://example.org/m.gguf', 'three words here', 'owner/name/more'])(
    'says what is wrong with %j',
    (address) => {
      expect(parseAddress(address)).toHaveProperty('problem');
    },
  );
  it('does not crash on a badly escaped hub address', () => {
    expect(parseAddress('https://huggingface.co/o/n/blob/main/%E0%A4%A.gguf')).toHaveProperty('problem');
  });
});
