import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ChatDatabase } from './chat-database.ts';
import { ChatsInMemory, type ChatStore } from './chat-store.ts';
import { chat, message } from './testing/samples.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
});

const openPlain = async (): Promise<ChatStore> => (await ChatDatabase.open())!.plain();
const ids = (things: readonly { id: string }[]) => things.map(({ id }) => id).sort();

describe.each([
  ['in IndexedDB', openPlain],
  ['in memory', () => Promise.resolve(new ChatsInMemory())],
])('a chat store %s', (_name, open) => {
  it('keeps chats, folders and messages, and gives the messages of one chat', async () => {
    const store = await open();
    await store.change({
      chats: [chat('a'), chat('b')],
      folders: [{ id: 'f', name: 'Work', createdAt: 1 }],
      messages: [
        message('1', null, { chatId: 'a' }),
        message('2', '1', { chatId: 'a' }),
        message('3', null, { chatId: 'b' }),
      ],
    });
    expect(ids(await store.chats())).toEqual(['a', 'b']);
    expect(await store.folders()).toEqual([{ id: 'f', name: 'Work', createdAt: 1 }]);
    expect(ids(await store.messages('a'))).toEqual(['1', '2']);
    expect(ids(await store.allMessages())).toEqual(['1', '2', '3']);
    store.close();
  });

  it('takes a removed chat with its messages', async () => {
    const store = await open();
    await store.change({
      chats: [chat('a'), chat('b')],
      messages: [message('1', null, { chatId: 'a' }), message('2', null, { chatId: 'b' })],
    });
    await store.change({ removedChats: ['a'] });
    expect(ids(await store.chats())).toEqual(['b']);
    expect(ids(await store.allMessages())).toEqual(['2']);
    await store.change({ chats: [chat('b', { title: 'New' })], removedMessages: ['2'] });
    expect((await store.chats())[0]?.title).toBe('New');
    expect(await store.messages('b')).toEqual([]);
    store.close();
  });
});

describe('the database', () => {
  it('finds what was kept before', async () => {
    const before = await openPlain();
    expect(before.lasts).toBe(true);
    await before.change({ chats: [chat('a')] });
    before.close();
    const after = await openPlain();
    expect(ids(await after.chats())).toEqual(['a']);
  });

  it('writes a change as a whole or not at all', async () => {
    const store = await openPlain();
    const unclonable = { ...message('1', null), content: () => undefined } as never;
    await expect(store.change({ chats: [chat('a')], messages: [unclonable] })).rejects.toThrow();
    expect(await store.chats()).toEqual([]);
  });

  it('is none where the browser keeps nothing', async () => {
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new Error('not here');
      },
    });
    expect(await ChatDatabase.open()).toBeNull();
  });
});
