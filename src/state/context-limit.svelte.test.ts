import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineApi, GenerateRequest } from '../../workers/protocol/engine.ts';
import { ChatsInMemory } from '../chats/chat-store.ts';
import { attachment, message } from '../chats/testing/samples.ts';
import { AttachmentsState, readyItems } from './attachments.svelte.ts';
import { ChatsState } from './chats.svelte.ts';
import { ContextLimit } from './context-limit.svelte.ts';
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
  vi.unstubAllGlobals();
});

/** A chat of so many turns of 60 characters each, under a model of this context: characters are its tokens. */
async function start(turns: number, contextLength: number, generate?: EngineApi['generate']) {
  const requests: GenerateRequest[] = [];
  const stop = vi.fn(() => Promise.resolve());
  const api: EngineApi = {
    ...TOKEN_API,
    measureBandwidth: () => Promise.resolve(1e9),
    benchmark: () => Promise.resolve(null),
    measuredProducts: () => Promise.resolve([]),
    probe: () => Promise.resolve(AVAILABLE),
    load: (id) => Promise.resolve({ ...loadedModel(id), contextLength }),
    unload: () => Promise.resolve(),
    generate: (request, onEvent) => {
      requests.push(request);
      return generate?.(request, onEvent) ?? Promise.resolve(result(` notes ${requests.length} `));
    },
    stop,
  };
  const engine = new EngineState(
    () => Promise.resolve({ api, sealed: true, end: () => undefined }),
    () => undefined,
  );
  await engine.start();
  await engine.load('a', {});
  const chats = new ChatsState(new Undo(), () => undefined);
  const store = new ChatsInMemory();
  await chats.start(() => Promise.resolve(store));
  const chat = chats.ensure('First');
  let parentId: string | null = null;
  for (let turn = 0; turn < turns; turn++) {
    const [question, answer] = [`q${turn}`, `a${turn}`];
    chats.add(message(question, parentId, { chatId: chat.id, content: question.padEnd(30, '.') }));
    chats.add(message(answer, question, { chatId: chat.id, role: 'assistant', content: answer.padEnd(30, '.') }));
    parentId = answer;
  }
  const settings = new SettingsState();
  const attachments = new AttachmentsState();
  const room = new PromptRoom(chats, engine, settings, () => attachments);
  const limit = new ContextLimit(chats, engine, settings, room, () => attachments);
  return { chats, store, attachments, room, limit, requests, stop };
}

describe('leaving out the oldest', () => {
  it('takes as few turns as leave room, and sends the rest', async () => {
    const { chats, room, limit } = await start(5, 400);
    chats.draft = 'x'.repeat(80);
    // 300 may be sent: 84 of the draft, and 68 of each turn.
    const plan = await limit.planLeavingOut();
    expect(plan).toEqual({ turns: 2, keepFrom: 'q2' });
    limit.leaveOut(plan!);
    expect((await room.count())?.total).toBe(84 + 3 * 68);
    expect(chats.path.map(({ role }) => role)).toContain('break');

    // Once more, from where it stands.
    expect(await limit.planLeavingOut()).toEqual({ turns: 1, keepFrom: 'q3' });
    chats.draft = 'x'.repeat(290);
    expect(await limit.planLeavingOut()).toEqual({ turns: 3, keepFrom: null });
    chats.draft = 'x'.repeat(390);
    expect(await limit.planLeavingOut()).toBe(null);
  });

  it('lets a question that waits for its answer come after the line, so that it can be answered', async () => {
    const { chats, room, limit } = await start(3, 400);
    const { id: chatId } = chats.current!;
    chats.add(message('waiting', 'a2', { chatId, content: 'w'.repeat(200) }));
    const plan = await limit.planLeavingOut();
    expect(plan).toEqual({ turns: 2, keepFrom: 'q2' });
    limit.leaveOut(plan!);
    expect(chats.path.map(({ id, role }) => (role === 'break' ? role : id)).slice(-2)).toEqual(['break', 'waiting']);
    expect(room.conversation(chats.tree.path('waiting')).messages).toHaveLength(3);
    expect(await limit.planLeavingOut()).toEqual({ turns: 1, keepFrom: null });
  });

  it('can be taken back', async () => {
    const { chats, store, room, limit } = await start(3, 512);
    const whole = (await room.count())?.total;
    limit.leaveOut((await limit.planLeavingOut())!);
    expect((await room.count())?.total).toBeLessThan(whole!);
    const line = chats.path.at(-1)!;
    chats.add(message('more', line.id, { chatId: line.chatId }));
    chats.lift(line.id);
    expect(chats.path.map(({ id }) => id)).toEqual(['q0', 'a0', 'q1', 'a1', 'q2', 'a2', 'more']);
    await chats.settled();
    expect((await store.messages(line.chatId)).some(({ role }) => role === 'break')).toBe(false);
  });
});

describe('a summary', () => {
  it('stands for everything before it, and goes into the next one', async () => {
    const { chats, room, limit, requests } = await start(2, 4096);
    expect(await limit.summarise()).toBe('notes 1');
    expect(requests[0]!.messages[0]!.content).toMatch(/Person: q0[^]*Assistant: a1/);
    expect(requests[0]).toMatchObject({ maxTokens: 512, thinking: false });
    limit.compact('notes 1');
    chats.draft = 'And now?';
    expect(room.conversation(room.turns()).messages).toMatchObject([
      { role: 'user', content: expect.stringMatching(/notes 1[^]*And now\?$/) as string },
    ]);
    const line = chats.path.at(-1)!;
    chats.add(message('more', line.id, { chatId: line.chatId }));
    chats.add(message('done', 'more', { chatId: line.chatId, role: 'assistant' }));
    await limit.summarise();
    expect(requests[1]!.messages[0]!.content).toMatch(/notes 1[^]*Person: more/);
    expect(requests[1]!.messages[0]!.content).not.toContain('q0');
  });

  it('of what does not fit is made in pieces, and each request fits', async () => {
    const { limit, requests } = await start(30, 1800);
    expect(await limit.summarise()).toBe(`notes ${requests.length}`);
    expect(requests.length).toBeGreaterThan(2);
    const asked = requests.map(({ messages }) => messages[0]!.content);
    for (const text of asked) expect(text.length + 4 + 225).toBeLessThanOrEqual(1800);
    expect(asked[1]).toContain('notes 1');
    for (let turn = 0; turn < 30; turn++) expect(asked.filter((text) => text.includes(`q${turn}.`))).toHaveLength(1);
  });

  it('keeps the notes that are whole when it is stopped', async () => {
    let stopAt: () => Promise<void> = () => Promise.resolve();
    const { limit, requests, stop } = await start(30, 1800, async (_request, onEvent) => {
      onEvent({ kind: 'text', text: 'half', tokens: 1 });
      if (requests.length < 2) return result('whole');
      await stopAt();
      return result('half', { finishReason: 'stopped' });
    });
    stopAt = () => limit.stop();
    expect(await limit.summarise()).toBe('whole');
    expect(requests).toHaveLength(2);
    expect(stop).toHaveBeenCalledOnce();
    expect(limit.summing).toBe(null);
  });

  it('is refused where the context is too short for it', async () => {
    const { limit } = await start(2, 512);
    await expect(limit.summarise()).rejects.toThrow('too short to sum');
    expect(limit.summing).toBe(null);
  });

  it('begins a new chat, to which the draft and its files come along', async () => {
    const { chats, attachments, room, limit } = await start(2, 4096);
    const before = chats.currentId;
    chats.draft = 'And now?';
    attachments.take(readyItems([attachment('a.txt', 'alpha')]));
    limit.goOnInNewChat('We counted.');
    expect(chats.currentId).not.toBe(before);
    expect(chats.current).toMatchObject({ title: 'First, continued' });
    expect(chats.path).toMatchObject([{ role: 'break', content: 'We counted.', parentId: null }]);
    expect(chats.draft).toBe('And now?');
    expect(attachments.ready).toMatchObject([{ name: 'a.txt' }]);
    expect(room.conversation(room.turns()).messages[0]!.content).toMatch(/We counted\.[^]*alpha[^]*And now\?/);
    await chats.open(before!);
    expect(chats.path).toHaveLength(4);
    expect(chats.draft).toBe('');
  });
});
