import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChatsInMemory } from '../chats/chat-store.ts';
import { chat, message } from '../chats/testing/samples.ts';
import { ChatsState } from './chats.svelte.ts';
import { Undo } from './undo.svelte.ts';

let kept: Map<string, string>;

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

async function start(store = new ChatsInMemory()) {
  const undo = new Undo();
  const failures: unknown[] = [];
  const chats = new ChatsState(undo, (error) => failures.push(error));
  await chats.start(() => Promise.resolve(store));
  return { chats, undo, store, failures };
}

/** A chat of three messages, the second with another beside it. */
async function withChat() {
  const started = await start();
  const { chats } = started;
  const { id: chatId } = chats.ensure('one');
  chats.add(message('one', null, { chatId, createdAt: 1 }));
  chats.add(message('two', 'one', { chatId, role: 'assistant', createdAt: 2 }));
  chats.add(message('three', 'two', { chatId, createdAt: 3 }));
  chats.add(message('zwei', 'one', { chatId, role: 'assistant', createdAt: 4 }));
  return { ...started, chatId };
}

const shown = (chats: ChatsState) => chats.path.map(({ id }) => id);

describe('ChatsState', () => {
  it('keeps nothing of a chat in which nothing was said', async () => {
    const { chats, store } = await start();
    chats.begin();
    await chats.settled();
    expect(await store.chats()).toEqual([]);
  });

  it('opens, after a reload, the chat that was open, at its branch', async () => {
    const { chats, store, chatId } = await withChat();
    chats.show('two');
    expect(shown(chats)).toEqual(['one', 'two', 'three']);
    await chats.settled();
    const after = await start(store);
    expect(after.chats.currentId).toBe(chatId);
    expect(shown(after.chats)).toEqual(['one', 'two', 'three']);
  });

  it('keeps what is typed as the page goes away, though no write comes to its end', async () => {
    const { chats, store, chatId } = await withChat();
    await chats.settled();
    vi.spyOn(store, 'change').mockReturnValue(new Promise(() => undefined));
    chats.type('not sent yet');
    chats.leave();
    vi.restoreAllMocks();
    const { chats: next } = await start(store);
    expect(next.currentId).toBe(chatId);
    expect(next.draft).toBe('not sent yet');
    await next.settled();
    expect((await store.chats())[0]?.draft).toBe('not sent yet');
    // It is taken once.
    expect([...kept.keys()].filter((key) => key.includes('left-draft'))).toEqual([]);
  });

  it('keeps a draft for each chat', async () => {
    const { chats, store, chatId } = await withChat();
    chats.type('half a thou');
    chats.begin();
    expect(chats.draft).toBe('');
    chats.type('for a new one');
    await chats.open(chatId);
    expect(chats.draft).toBe('half a thou');
    chats.begin();
    expect(chats.draft).toBe('for a new one');
    await chats.settled();
    expect((await store.chats())[0]?.draft).toBe('half a thou');
  });

  it('deletes a message with what follows, shows what stands beside it, and brings all back', async () => {
    const { chats, undo, store } = await withChat();
    chats.show('two');
    chats.removeMessage('two');
    expect(shown(chats)).toEqual(['one', 'zwei']);
    expect(undo.offer?.what).toBe('2 messages deleted');
    await undo.take();
    expect(shown(chats)).toEqual(['one', 'two', 'three']);
    await chats.settled();
    expect((await store.allMessages()).length).toBe(4);
    chats.removeMessage('one');
    expect(shown(chats)).toEqual([]);
    await chats.settled();
    expect(await store.allMessages()).toEqual([]);
  });

  it('deletes a chat at once, and brings it back with its messages', async () => {
    const { chats, undo, store, chatId } = await withChat();
    await chats.remove(chatId);
    expect(chats.currentId).toBe(null);
    await chats.settled();
    expect(await store.chats()).toEqual([]);
    await undo.take();
    expect(chats.currentId).toBe(chatId);
    expect(shown(chats)).toEqual(['one', 'zwei']);
    await chats.settled();
    expect((await store.allMessages()).length).toBe(4);
  });

  it('names, pins, archives and files chats, and deletes a folder without them', async () => {
    const { chats, undo, store, chatId } = await withChat();
    const folderId = chats.kept.addFolder('Work');
    chats.change(chatId, { title: 'Mine', pinned: true, archived: true, folderId });
    chats.kept.renameFolder(folderId, 'Home');
    await chats.settled();
    expect(await store.chats()).toMatchObject([{ title: 'Mine', pinned: true, archived: true, folderId }]);
    expect(await store.folders()).toMatchObject([{ name: 'Home' }]);
    chats.kept.removeFolder(folderId);
    expect(chats.current?.folderId).toBe(null);
    await undo.take();
    expect(chats.current?.folderId).toBe(folderId);
    expect(chats.folders).toMatchObject([{ name: 'Home' }]);
  });

  it('takes a message that came to nothing out again', async () => {
    const { chats, chatId } = await withChat();
    const empty = message('empty', 'three', { chatId, role: 'assistant', createdAt: 9 });
    chats.show('two');
    chats.add(empty);
    chats.drop(empty);
    expect(shown(chats)).toEqual(['one', 'two', 'three']);
  });

  it('takes over the conversation that a page of before kept', async () => {
    kept.set('freehold.conversation', JSON.stringify([{ id: 1, role: 'user', content: 'Hi', stats: null }]));
    const { chats } = await start();
    expect(chats.path.map(({ content }) => content)).toEqual(['Hi']);
    expect(kept.has('freehold.conversation'), 'kept until a store that lasts has it').toBe(true);
  });

  it('tells of a write that fails, and goes on', async () => {
    const store = new ChatsInMemory();
    const { chats, failures } = await start(store);
    store.change = () => Promise.reject(new Error('full'));
    const { id: chatId } = chats.ensure('one');
    chats.add(message('one', null, { chatId }));
    await chats.settled();
    expect(failures.length).toBe(2);
    expect(shown(chats)).toEqual(['one']);
    expect(chats.list).toContainEqual({ ...chat(chatId), ...chats.current });
  });
});
