import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineApi } from '../../workers/protocol/engine.ts';
import { ChatsInMemory } from '../chats/chat-store.ts';
import { attachment, message } from '../chats/testing/samples.ts';
import { AttachmentsState, readyItems } from './attachments.svelte.ts';
import { ChatsState } from './chats.svelte.ts';
import { EngineState } from './engine.svelte.ts';
import { PromptRoom } from './prompt-room.svelte.ts';
import { SettingsState } from './settings.svelte.ts';
import { AVAILABLE, loadedModel, result, TOKEN_API } from './testing/samples.ts';
import { Undo } from './undo.svelte.ts';

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function start(tokenApi: Partial<EngineApi> = {}) {
  const api: EngineApi = {
    ...TOKEN_API,
    measureBandwidth: () => Promise.resolve(1e9),
    benchmark: () => Promise.resolve(null),
    measuredProducts: () => Promise.resolve([]),
    probe: () => Promise.resolve(AVAILABLE),
    load: (id) => Promise.resolve(loadedModel(id)),
    unload: () => Promise.resolve(),
    generate: () => Promise.resolve(result('')),
    stop: () => Promise.resolve(),
    ...tokenApi,
  };
  const engine = new EngineState(
    () => Promise.resolve({ api, sealed: true, end: () => undefined }),
    () => undefined,
  );
  await engine.start();
  const chats = new ChatsState(new Undo(), () => undefined);
  await chats.start(() => Promise.resolve(new ChatsInMemory()));
  const settings = new SettingsState();
  const attachments = new AttachmentsState();
  const room = new PromptRoom(chats, engine, settings, () => attachments);
  return { engine, chats, settings, attachments, room };
}

describe('PromptRoom', () => {
  it('counts what would be sent, part by part', async () => {
    const { engine, chats, settings, attachments, room } = await start();
    expect(await room.count()).toBe(null);
    await engine.load('a', {});
    settings.change({ systemPrompt: 'Be kind.' });
    expect(await room.count()).toMatchObject({ systemPrompt: 8, earlier: 0, draft: 0, total: 8, contextLength: 512 });

    const chat = chats.ensure('one');
    chats.add(message('one', null, { chatId: chat.id }));
    chats.add(message('three', 'one', { chatId: chat.id, role: 'assistant' }));
    chats.draft = 'four!';
    attachments.take(readyItems([attachment('a.txt', 'alpha')]));
    const file = 'Attached file 1 of 1: a.txt (text)\n```\nalpha\n```'.length;
    expect(await room.count()).toEqual({
      systemPrompt: 8,
      attachments: file,
      // The blank line between the file and the words is a seam.
      earlier: 'one'.length + 'three'.length + 2,
      draft: 5,
      template: 16,
      total: 8 + 3 + 5 + file + 2 + 5 + 16,
      contextLength: 512,
    });
    expect(room.draftTokens).toBe(file + 5);
  });

  it('follows typing after a pause, and the newest count wins', async () => {
    vi.useFakeTimers();
    const counts: ((total: number) => void)[] = [];
    const { engine, chats, room } = await start({
      countTokens: () =>
        new Promise((resolve) => {
          counts.push((total) => {
            resolve({ total, messages: [total], template: 0 });
          });
        }),
    });
    await engine.load('a', {});
    chats.draft = 'H';
    room.follow();
    await vi.advanceTimersByTimeAsync(100);
    chats.draft = 'He';
    room.follow();
    expect(room.isCounting).toBe(true);
    await vi.advanceTimersByTimeAsync(301);
    expect(counts).toHaveLength(1);
    const now = room.count();
    await vi.advanceTimersByTimeAsync(1);
    counts[1]!(7);
    await now;
    counts[0]!(9);
    await vi.advanceTimersByTimeAsync(1);
    expect(room.shares?.total).toBe(7);
    expect(room.isCounting).toBe(false);
  });

  it('knows nothing where the model cannot count, and stays quiet', async () => {
    const { engine, chats, room } = await start({ countTokens: () => Promise.reject(new Error('no template')) });
    await engine.load('a', {});
    chats.draft = 'Hi';
    expect(await room.count()).toBe(null);
    expect(room).toMatchObject({ shares: null, isCounting: false });
  });
});
