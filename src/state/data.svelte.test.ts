import { argon2id } from 'hash-wasm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeyDerivation } from '../../workers/protocol/passphrase.ts';
import { ChatsInMemory } from '../chats/chat-store.ts';
import { chatGptConversation } from '../chats/import/testing/foreign.ts';
import { chat, message } from '../chats/testing/samples.ts';
import { readStored, writeStored } from '../lib/stored.ts';
import { ChatsState } from './chats.svelte.ts';
import { DataState } from './data.svelte.ts';
import { entry } from './testing/samples.ts';
import { Undo } from './undo.svelte.ts';

/** As the worker does it, but with as little memory and time as Argon2 takes. */
const derive = async (password: string, { salt }: KeyDerivation) =>
  new Uint8Array(
    await argon2id({
      password,
      salt,
      iterations: 1,
      parallelism: 1,
      memorySize: 8,
      hashLength: 32,
      outputType: 'binary',
    }),
  );

let stored: Map<string, string>;

beforeEach(() => {
  stored = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
});

async function start() {
  const chats = new ChatsState(new Undo(), (error) => {
    throw error;
  });
  await chats.start(() => Promise.resolve(new ChatsInMemory()));
  const onSettings = vi.fn();
  return { chats, onSettings, data: new DataState(chats.kept, () => [entry('m')], derive, onSettings) };
}

const FOLDERS = [{ id: 'f', name: 'Work', createdAt: 1 }];
const WHOLE = {
  chat: chat('c', {
    title: 'Own',
    firstLine: 'Hello',
    folderId: 'f',
    pinned: true,
    leafId: '2',
    createdAt: 5,
    changedAt: 9,
  }),
  messages: [
    message('1', null, { chatId: 'c', content: 'Hello', createdAt: 6 }),
    message('2', '1', { chatId: 'c', content: 'Hi', role: 'assistant', createdAt: 7 }),
    message('3', '1', { chatId: 'c', content: 'Ho', role: 'assistant', createdAt: 8 }),
  ],
};

/** Chats without their ids, for the comparison of two profiles. */
async function contents(chats: ChatsState) {
  const collection = await chats.kept.collection();
  const names = new Map(collection.folders.map(({ id, name }) => [id, name]));
  return collection.chats.map(({ chat: kept, messages }) => ({
    ...kept,
    id: '',
    leafId: messages.find((one) => one.id === kept.leafId)?.content,
    folderId: names.get(kept.folderId ?? ''),
    messages: messages.map(({ content, role, createdAt, parentId, answer }) => {
      const follows = messages.find((one) => one.id === parentId)?.content;
      return { content, role, createdAt, answer, follows };
    }),
  }));
}

describe('a backup', () => {
  it.each([null, 'open sesame'])('restored on an empty profile gives the same; passphrase: %s', async (passphrase) => {
    const before = await start();
    await before.chats.kept.addAll({ folders: FOLDERS, chats: [WHOLE] });
    writeStored('settings', { temperature: 0.25 });
    writeStored('draft', 'not a setting');
    // No file lets a site in.
    writeStored('sites', ['https://example.org']);
    const file = await before.data.backup(passphrase);
    expect((await file.text()).includes('Hello')).toBe(passphrase === null);
    stored.clear();
    const after = await start();
    expect(await after.data.import(file, passphrase)).toBe('done');
    expect(await contents(after.chats)).toEqual(await contents(before.chats));
    expect([...stored]).toEqual([['freehold.settings', '{"temperature":0.25}']]);
    expect(after.onSettings).toHaveBeenCalledOnce();
    expect(after.data.report).toEqual({
      fileName: file.name,
      added: 1,
      known: 0,
      restoredSettings: 1,
      keptSettings: 0,
      leftOut: [],
    });
  });

  it('says of the models what they are', async () => {
    const { data } = await start();
    const { models } = JSON.parse(await (await data.backup(null)).text()) as { models: unknown };
    expect(models).toEqual([expect.objectContaining({ name: 'Small', fileName: 'small.gguf', fileBytes: 1000 })]);
  });

  it('restored over what is there adds, and changes nothing', async () => {
    const before = await start();
    await before.chats.kept.addAll({ folders: FOLDERS, chats: [WHOLE] });
    writeStored('settings', { temperature: 0.25 });
    writeStored('sidebar', false);
    const file = await before.data.backup(null);
    stored.clear();
    writeStored('settings', { temperature: 1 });
    const after = await start();
    const own = {
      chat: chat('mine', { leafId: 'x', folderId: 'w' }),
      messages: [message('x', null, { chatId: 'mine' })],
    };
    await after.chats.kept.addAll({ folders: [{ id: 'w', name: 'Work', createdAt: 3 }], chats: [own] });
    expect(await after.data.import(file)).toBe('done');
    expect(await after.data.import(file)).toBe('done');
    expect(after.data.report).toMatchObject({ added: 0, known: 1, restoredSettings: 0, keptSettings: 2 });
    const { chats, folders } = await after.chats.kept.collection();
    expect(chats).toHaveLength(2);
    expect(chats.find(({ chat: { id } }) => id === 'mine')).toEqual(own);
    expect(folders).toEqual([{ id: 'w', name: 'Work', createdAt: 3 }]);
    expect(chats.every(({ chat: { folderId } }) => folderId === 'w')).toBe(true);
    expect(readStored('settings')).toEqual({ temperature: 1 });
    expect(readStored('sidebar')).toBe(false);
  });

  it('asks for the passphrase, and refuses another', async () => {
    const { data } = await start();
    const file = await data.backup('open sesame');
    expect(await data.import(file)).toBe('locked');
    expect(await data.import(file, 'open says me')).toBe('wrong-passphrase');
    expect(data.report).toBeNull();
  });

  it.each([
    ['another version', { version: 2 }, /This backup has another version: expected version 1, got number 2\. Open/u],
    ['no chats', { chats: 5 }, /has no chats: expected .+, got number 5\. Choose/u],
  ])('is refused with %s', async (_name, change, reason) => {
    const { data } = await start();
    const content = JSON.parse(await (await data.backup(null)).text()) as object;
    await expect(data.import(new File([JSON.stringify({ ...content, ...change })], 'a.json'))).rejects.toThrow(reason);
  });

  it('brings no setting that this page has not', async () => {
    const { data } = await start();
    const content = JSON.parse(await (await data.backup(null)).text()) as object;
    const settings = { hubEndpoint: 'https://evil.example', __proto__x: 1, settings: 'x'.repeat(2 ** 20) };
    await data.import(new File([JSON.stringify({ ...content, settings })], 'a.json'));
    expect([...stored]).toEqual([]);
    expect(data.report!.leftOut).toHaveLength(3);
  });
});

describe('an import', () => {
  it('adds to what is there, and knows the same file again', async () => {
    const { data, chats } = await start();
    const file = new File([JSON.stringify([chatGptConversation()])], 'conversations.json');
    await data.import(file);
    expect(data.report).toMatchObject({ added: 1, known: 0 });
    await data.import(file);
    expect(data.report).toMatchObject({ added: 0, known: 1 });
    expect(chats.list.map(({ title }) => title)).toEqual(['Boats']);
    const exported = await data.export(null, 'json', { thinking: true });
    await data.import(exported!);
    expect(data.report).toMatchObject({ added: 0, known: 1 });
  });
});
