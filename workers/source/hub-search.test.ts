/** Searching the hub: one request, what runs here and is free, and nothing believed that has no business in a list. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listen } from '../../tools/servers/http-server.ts';
import { type HubServer, startHub } from '../../tools/servers/hub-server.ts';
import { noise, QUICK } from '../../tools/testing/library-case.ts';
import { searchHub } from './hub-search.ts';

const FILES = { 'model-Q4_K_M.gguf': noise(10) };
let hub: HubServer;

beforeAll(async () => {
  const names = ['one/Tiny-Chat-GGUF', 'two/tiny-chat', 'three/Tiny-Rwkv', 'four/tiny-locked', 'five/tiny-unread'];
  hub = await startHub(
    {
      ...Object.fromEntries(names.map((name) => [name, FILES])),
      'six/tiny-bert': FILES,
      'seven/other': FILES,
      'eight/tiny-folder': { 'model.safetensors': noise(10) },
    },
    {
      listings: {
        'one/Tiny-Chat-GGUF': {
          gguf: { architecture: 'qwen3', total: 596_049_920, context_length: 40_960 },
          downloads: 7,
          tags: ['gguf', 'license:apache-2.0', 'region:us'],
        },
        'two/tiny-chat': { gguf: { architecture: 'llama' }, downloads: 9 },
        'three/Tiny-Rwkv': { gguf: { architecture: 'rwkv7' }, downloads: 8 },
        'four/tiny-locked': { gated: 'manual' },
        'five/tiny-unread': { gguf: null },
        'six/tiny-bert': { gguf: { architecture: 'bert' } },
      },
    },
  );
});
afterAll(() => hub.close());
beforeEach(() => {
  hub.heal();
  hub.hubRequests.length = 0;
});

const search = (words: string, endpoint = hub.endpoint) =>
  searchHub({ words, endpoint }, ['llama', 'qwen3', 'bert'], QUICK);

describe('searchHub', () => {
  it('finds what runs here and is free to fetch, most fetched first, in one request', async () => {
    const { models, leftOut } = await search('tiny');
    expect(models).toEqual([
      {
        ...{ repository: 'two/tiny-chat', architecture: 'llama', parameters: null, contextLength: null },
        ...{ licence: null, downloads: 9 },
      },
      {
        ...{ repository: 'one/Tiny-Chat-GGUF', architecture: 'qwen3', parameters: 596_049_920 },
        ...{ contextLength: 40_960, licence: 'apache-2.0', downloads: 7 },
      },
    ]);
    expect(leftOut).toBe(4);
    expect(hub.hubRequests).toHaveLength(1);
    expect(hub.fileRequests).toEqual([]);
    expect(hub.preflights()).toEqual([]);
  });

  it('takes several words, and finds nothing without complaint', async () => {
    expect((await search('  chat tiny ')).models.map(({ repository }) => repository)).toEqual([
      'two/tiny-chat',
      'one/Tiny-Chat-GGUF',
    ]);
    expect(await search('zebra & co?')).toEqual({ models: [], leftOut: 0 });
  });

  it('asks nothing without words', async () => {
    await expect(search(' ')).rejects.toMatchObject({ name: 'SettingInvalid' });
    expect(hub.hubRequests).toEqual([]);
  });

  it('tries again where the hub is not well, and says what is wrong where it stays so', async () => {
    hub.fail({ kind: 'status', status: 503, at: 'hub' });
    expect((await search('tiny')).models).toHaveLength(2);
    hub.fail({ kind: 'status', status: 429, at: 'hub' }, 9);
    await expect(search('tiny')).rejects.toMatchObject({ name: 'SourceRateLimited' });
    hub.heal();
    hub.fail({ kind: 'html', at: 'hub' });
    await expect(search('tiny')).rejects.toMatchObject({ name: 'SourceRefused' });
  });

  it.each([
    ['an object', '{"error":"no"}'],
    ['text', '"models"'],
    ['cut short', '[{"id":'],
  ])('refuses an answer that is %s', async (_, body) => {
    const server = await listen((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
    });
    try {
      await expect(search('tiny', server.origin)).rejects.toMatchObject({ name: 'SourceRefused' });
    } finally {
      await server.close();
    }
  });

  it('leaves out entries of other forms, and names that could lead elsewhere', async () => {
    const gguf = { architecture: 'llama', total: -1, context_length: '9' };
    const entries = [
      ...[null, 7, 'a/b', {}, { id: 'a/b' }, { id: 'a/b', gguf }, { id: 7, gguf, gated: false }],
      ...['../b', 'a/b/c', 'a', 'a/\u202eb', 'https://x/y'].map((id) => ({ id, gguf, gated: false })),
      { id: 'a/b', gated: false, gguf, downloads: 7 },
      // Once more, as a list that changes between two looks may have it.
      { id: 'a/b', gated: false, gguf, downloads: 1.5, tags: ['license:', 'license:<b>', 7, 'license:mit'] },
    ];
    const server = await listen((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(entries));
    });
    try {
      const { models, leftOut } = await search('tiny', server.origin);
      const facts = { architecture: 'llama', parameters: null, contextLength: null, licence: 'mit', downloads: 0 };
      expect(models).toEqual([{ repository: 'a/b', ...facts }]);
      expect(leftOut).toBe(entries.length - 1);
    } finally {
      await server.close();
    }
  });
});
