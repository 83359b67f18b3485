import { expect, it } from 'vitest';
import { purposeOf } from './purpose.ts';

it.each([
  ['https://hub.example/api/models?search=small%20llama&limit=20', 'search', 'small llama'],
  ['https://hub.example/api/models/owner/name/revision/main', 'repository', 'owner/name'],
  ['https://hub.example/mirror/api/models/owner/name/revision/main', 'repository', 'owner/name'],
  ['https://hub.example/api/models/owner/name', 'repository', 'owner/name'],
  ['https://hub.example/api/models/owner/name/tree/0123abc/folder?recursive=true', 'listing', 'owner/name'],
  ['https://hub.example/owner/name/resolve/0123abc/folder/a%20b.gguf', 'file', 'owner/name: folder/a b.gguf'],
  ['https://hub.example/owner/name/resolve/0123abc/index.json', 'file', 'owner/name: index.json'],
  ['https://school.example/ai/models/index.json', 'listing', 'models/'],
  ['https://files.example/deep/a.gguf?signature=secret', 'file', 'a.gguf'],
  ['https://files.example/%E0%A4%A', 'file', '%E0%A4%A'],
  ['https://files.example/', 'file', 'files.example'],
])('%s', (address, purpose, subject) => {
  expect(purposeOf(new URL(address))).toEqual({ purpose, subject });
});

it('cuts what is endless', () => {
  expect(purposeOf(new URL(`https://hub.example/api/models?search=${'a'.repeat(5000)}`)).subject).toHaveLength(200);
});
